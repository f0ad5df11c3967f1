"""From a file, damaged or not, to a history: pure but for `read` and `inspect`, which open it."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bgtask_harness.errors import BadInput
from bgtask_harness.journal.codec import Closing
from bgtask_harness.journal.codec import Decoded
from bgtask_harness.journal.codec import Unreadable
from bgtask_harness.journal.codec import decode
from bgtask_harness.journal.format import resembles_a_record
from bgtask_harness.journal.format import unframe
from bgtask_reference.events import Entry
from bgtask_reference.events import Header
from bgtask_reference.events import History

_MANY = 20


@dataclass(frozen=True, slots=True)
class Reading:
    """A history and how its file was.

    Attributes:
        history: What could be read.
        notes: One sentence for each thing that was not as written, at most twenty and then how many more.
        next_seq: The first number that no record of the file can have: where a writer that goes on must start.
        torn: True if the last line has no line feed.

    """

    history: History
    notes: tuple[str, ...]
    next_seq: int
    torn: bool


def read(path: Path | str) -> History:
    """Read a journal. Damage costs what it touched and is never an error.

    Raises:
        BadInput: There is no such file, it cannot be read, or it never was a journal.

    """
    return inspect(path).history


def inspect(path: Path | str) -> Reading:
    """Read a journal and say what was wrong with its file. Raises as `read` does."""
    try:
        raw = Path(path).read_bytes()
    except OSError as error:
        raise BadInput(
            f"{path}: cannot be read as a journal ({error.strerror}); give a run directory made by this harness"
        ) from error
    reading = parse(raw)
    if reading.next_seq == 0 and raw and not resembles_a_record(raw):
        raise BadInput(f"{path}: is no journal: its first line is not a checksum, a space and JSON")
    return reading


def parse(raw: bytes) -> Reading:
    """Read a journal's bytes. Never raises: whatever they are, a history comes back, perhaps an empty one."""
    lines = raw.removesuffix(b"\n").split(b"\n") if raw else []
    with _no_collection():
        found = [(number, _read_line(line)) for number, line in enumerate(lines, start=1)]
    notes = [f"line {number}: damaged" for number, record in found if record is None]
    records = _by_number((record for _, record in found if record is not None), notes)
    return Reading(
        _history(records, notes), _few(notes), _next_seq(records, found), torn=bool(raw) and not raw.endswith(b"\n")
    )


@contextmanager
def _no_collection() -> Iterator[None]:
    """Pause the garbage collector: values without cycles are made by the thousand, and looking for any costs half."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_line(line: bytes) -> Decoded | None:
    body = unframe(line)
    return None if body is None else decode(body)


def _number(record: Decoded) -> int:
    if isinstance(record, Entry):
        return record.index
    return record.seq if isinstance(record, Unreadable) else record[0]


def _by_number(records: Iterable[Decoded], notes: list[str]) -> dict[int, Decoded]:
    """Give records by number, in order. Equal ones are one; of two that differ neither is believed."""
    kept: dict[int, Decoded] = {}
    latest, in_order = -1, True
    for record in records:
        number = _number(record)
        if number < latest:
            notes.append(f"record {number} stands after record {latest}")
            in_order = False
        known = kept.setdefault(number, record)
        if known is not record and known != record:
            kept[number] = Unreadable(number, f"two records that differ have the number {number}")
        latest = max(latest, number)
    return kept if in_order else dict(sorted(kept.items()))


def _history(records: dict[int, Decoded], notes: list[str]) -> History:
    notes += [record.why for record in records.values() if isinstance(record, Unreadable)]
    intact = {number: record for number, record in records.items() if not isinstance(record, Unreadable)}
    return History(
        header=_header(intact.get(0)),
        entries=tuple(record for record in intact.values() if isinstance(record, Entry)),
        holes=tuple(_holes(intact, notes)),
        closed=_is_closed(records),
    )


def _header(first: Decoded | None) -> Header | None:
    return first[1] if isinstance(first, tuple) and isinstance(first[1], Header) else None


def _holes(intact: Iterable[int], notes: list[str]) -> Iterator[tuple[int, int]]:
    expected = 0
    for number in intact:
        if number > expected:
            notes.append(f"records {expected} to {number - 1} are missing")
            yield expected, number - 1
        expected = number + 1


def _is_closed(records: dict[int, Decoded]) -> bool:
    last = next(reversed(records.values()), None)
    return isinstance(last, tuple) and isinstance(last[1], Closing)


def _next_seq(records: dict[int, Decoded], found: list[tuple[int, Decoded | None]]) -> int:
    """Damaged lines after the last intact one may have been records with the numbers that follow it."""
    highest = max(records, default=-1)
    after = 0
    for _, record in reversed(found):
        if record is not None:
            break
        after += 1
    return highest + 1 + after if records else 0


def _few(notes: list[str]) -> tuple[str, ...]:
    more = len(notes) - _MANY
    return tuple(notes[:_MANY]) + ((f"and {more} more",) if more > 0 else ())
