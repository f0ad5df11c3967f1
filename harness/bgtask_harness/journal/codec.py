"""Records to JSON and back. Events are the stdlib dataclasses of `bgtask_reference.events`; msgspec does the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from bgtask_harness.journal.format import CLOSING_KIND
from bgtask_harness.journal.format import FORMAT
from bgtask_harness.journal.format import HEADER_KIND
from bgtask_reference.events import KINDS
from bgtask_reference.events import Entry
from bgtask_reference.events import Event
from bgtask_reference.events import Header


class _Record(msgspec.Struct, frozen=True, gc=False):
    """The envelope of every record. The body is decoded only once its kind is known."""

    seq: int
    kind: str
    host_ns: int
    body: msgspec.Raw


@dataclass(frozen=True, slots=True)
class Closing:
    """The body of the closing record: how many records came before it."""

    records: int


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An intact record that this version cannot read, and why in one sentence."""

    seq: int
    why: str


Decoded = tuple[int, Header] | tuple[int, Closing] | Entry | Unreadable

_SURROGATE = re.compile("[\ud800-\udfff]")
_ENCODER = msgspec.json.Encoder()
_RECORD = msgspec.json.Decoder(_Record)
_HEADER = msgspec.json.Decoder(Header)
_CLOSING = msgspec.json.Decoder(Closing)
_EVENTS: dict[str, msgspec.json.Decoder[Event]] = {kind: msgspec.json.Decoder(cls) for kind, cls in KINDS.items()}


def encode_header(header: Header) -> bytes:
    """Give the JSON of the first record."""
    return _encode(0, HEADER_KIND, 0, header)


def encode_entry(entry: Entry) -> bytes:
    """Give the JSON of an event's record."""
    return _encode(entry.index, type(entry.event).KIND, entry.host_ns, entry.event)


def encode_closing(seq: int, records: int) -> bytes:
    """Give the JSON of the last record."""
    return _encode(seq, CLOSING_KIND, 0, Closing(records))


def decode(body: bytes) -> Decoded | None:
    """Read one record's JSON. None if it is no record at all, whatever its checksum says."""
    try:
        record = _RECORD.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    if record.seq < 0:
        return None
    try:
        return _decode_body(record)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        return Unreadable(record.seq, f"record {record.seq} ({record.kind}) cannot be read by this version: {error}")


def _decode_body(record: _Record) -> Decoded:
    if record.kind == HEADER_KIND:
        return _decode_header(record)
    if record.kind == CLOSING_KIND:
        return record.seq, _CLOSING.decode(record.body)
    decoder = _EVENTS.get(record.kind)
    if decoder is None:
        return Unreadable(record.seq, f"record {record.seq} is of a kind unknown to this version: {record.kind}")
    return Entry(record.seq, record.host_ns, decoder.decode(record.body))


def _decode_header(record: _Record) -> Decoded:
    header = _HEADER.decode(record.body)
    if header.format > FORMAT:
        return Unreadable(record.seq, f"the journal has format {header.format}; this version reads up to {FORMAT}")
    return record.seq, header


def _encode(seq: int, kind: str, host_ns: int, body: object) -> bytes:
    record = {"seq": seq, "kind": kind, "host_ns": host_ns, "body": body}
    try:
        return _ENCODER.encode(record)
    except UnicodeEncodeError:
        # A device's line need not be Unicode. The raw capture keeps the bytes; JSON cannot.
        return _ENCODER.encode(_without_surrogates(msgspec.to_builtins(record)))


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_surrogates(item) for item in value]
    return value
