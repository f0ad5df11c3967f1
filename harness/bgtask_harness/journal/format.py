r"""What a journal looks like on disk, and which damage to it can be noticed.

A journal is a text file. Each record is one line:

    8ac1d2f0 {"seq":1,"kind":"run.started","host_ns":81230001,"body":{...}}\n
    ~~~~~~~~ ~ ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
    checksum |  JSON in UTF-8; every line feed inside a text is escaped, so a line is a record
             one space

The checksum is the CRC-32 (zlib's) of the JSON's bytes, as eight lower-case hexadecimal digits. It is compared as those
eight bytes, never as a number: `int("0_ab", 16)` would accept what nobody wrote.

Records
-------
*   `seq` counts from 0 without holes. It is `Entry.index` and one less than the line's number in an undamaged file.
*   The first record (`seq` 0) is the header: `"kind":"journal.header"`, its body a `Header`. It holds all that judging
    needs beside the events: app file and profile as they were resolved, versions, the hash of the rule catalogue.
*   Every other record is an event: `kind` is the event's `KIND`, `host_ns` the host's monotonic clock when it was
    recorded, `body` the event's fields.
*   The last record is the closing record: `"kind":"journal.closed"`, its body `{"records": how many came before it}`.

Times are integer nanoseconds. Wall clock readings exceed 2^53: jq and JavaScript viewers round them, Python does not.

How it is written
-----------------
The file is opened for appending. A batch of records is one `write`, then one `fsync`, and only then does `append`
return: an event that was acknowledged survives a `kill -9` of the harness at any moment, and a power cut as far as the
disk keeps its word. The next stimulus is sent after that. A writer holds an advisory lock, so two cannot interleave.

A writer that finds a file of its own run without a closing record (the harness died) goes on with it. If the last line
is unfinished it first writes a line feed; otherwise the new record would share the torn line and be lost with it. It
then leaves one number out, so that the reader reports a hole: nobody knows what happened meanwhile. A write that failed
half-way is treated the same way.

How it is read
--------------
Each line stands for itself; a damaged one never costs its neighbours, except that a damaged line feed joins two lines.

====================================  =================================================================================
damage                                what the reader makes of it
====================================  =================================================================================
bits flipped, bytes overwritten       the lines touched are dropped; their numbers are a hole
a range cut out                       a hole, from `seq`; at least the lines at both ends of the cut are dropped
garbage or foreign text inserted      dropped; the line it fell into becomes a hole
a range doubled                       the same record twice says the same: one is kept
lines in another order                put back in order of `seq`
two records that differ, one number   neither is believed: a hole
end torn off inside a record          the torn line is dropped, and the journal is not closed
end torn off between two records      the journal is not closed: only the closing record can show this
the first record damaged              no header: nothing can be judged
a kind or field of a newer version    the record is intact and means nothing here: a hole, with a note that says so
====================================  =================================================================================

A hole means *anything may have happened here*. A journal that is not closed has an open end: what comes after the last
record is unknown. So damage can turn a verdict into INCONCLUSIVE and never into another one.

What is not noticed: a forger who computes checksums, and intact records of another journal whose numbers fit into a
hole of this one. The checksum guards against accidents.
"""

from __future__ import annotations

from zlib import crc32

FORMAT = 1
"""Version of this format: the `format` of a `Header`. A reader refuses the header of a newer one."""

JOURNAL_NAME = "journal.jsonl"
"""What a journal is called inside `RUN_DIR/DEVICE/SCENARIO`."""

HEADER_KIND = "journal.header"
CLOSING_KIND = "journal.closed"

PREFIX_LENGTH = 9
"""Eight digits and a space."""

_DIGITS = frozenset(b"0123456789abcdef")


def frame(body: bytes) -> bytes:
    """Make a record's line, line feed included, of its JSON."""
    return b"%08x %b\n" % (crc32(body), body)


def unframe(line: bytes) -> bytes | None:
    """Give the JSON of a line without its line feed; None if the line is damaged."""
    body = line[PREFIX_LENGTH:]
    return body if body and line[:PREFIX_LENGTH] == b"%08x " % crc32(body) else None


def resembles_a_record(start: bytes) -> bool:
    """Tell whether a file may once have been a journal: half of its first ten bytes are in a record's shape."""
    shape = start[: PREFIX_LENGTH + 1]
    fits = sum(byte in _DIGITS for byte in shape[: PREFIX_LENGTH - 1])
    fits += sum(byte == wanted for byte, wanted in zip(shape[PREFIX_LENGTH - 1 :], b" {", strict=False))
    return 2 * fits >= len(shape)
