"""The arguments of a DTX message: a row of keys (always null) and values, each behind its type.

Objects travel as keyed archives; numbers also bare.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bgtask_harness.virtual.iphone.dtx import archive
from bgtask_harness.virtual.iphone.dtx.archive import BadArchive

STRING, BUFFER, INT32, INT64, DOUBLE, NULL = 1, 2, 3, 6, 9, 10

_HEADER = struct.Struct("<QQ")
_FLAGS = 0x1F0
_NUMBERS = {INT32: struct.Struct("<i"), INT64: struct.Struct("<q"), DOUBLE: struct.Struct("<d")}
_TYPE = 0xFF
"""The upper bits of a type are flags."""


@dataclass(frozen=True, slots=True)
class Int32:
    """A number that travels bare, as an `int`."""

    value: int


@dataclass(frozen=True, slots=True)
class Int64:
    """A number that travels bare, as an `int64_t`."""

    value: int


def loads(data: bytes) -> tuple[Any, ...]:
    """Read arguments.

    Raises:
        BadArchive: They cannot be read.

    """
    if len(data) < _HEADER.size:
        return ()
    values: list[Any] = []
    at = _HEADER.size
    try:
        while at < len(data):
            _, at = _read(data, at)
            value, at = _read(data, at)
            values.append(value)
    except (struct.error, UnicodeDecodeError) as error:
        raise BadArchive(f"arguments cut short: {error}") from error
    return tuple(values)


def _read(data: bytes, at: int) -> tuple[Any, int]:
    kind = struct.unpack_from("<I", data, at)[0] & _TYPE
    at += 4
    if kind == NULL:
        return None, at
    number = _NUMBERS.get(kind)
    if number is not None:
        return number.unpack_from(data, at)[0], at + number.size
    (size,) = struct.unpack_from("<I", data, at)
    raw, at = data[at + 4 : at + 4 + size], at + 4 + size
    if kind == STRING:
        return raw.decode(), at
    if kind == BUFFER:
        return archive.loads(raw), at
    raise BadArchive(f"an argument of type {kind}")


def dumps(values: Sequence[Any]) -> bytes:
    """Write arguments; nothing when there are none."""
    if not values:
        return b""
    body = b"".join(struct.pack("<I", NULL) + _written(value) for value in values)
    return _HEADER.pack(_FLAGS, len(body)) + body


def _written(value: Any) -> bytes:
    if isinstance(value, Int32):
        return struct.pack("<Ii", INT32, value.value)
    if isinstance(value, Int64):
        return struct.pack("<Iq", INT64, value.value)
    raw = archive.dumps(value)
    return struct.pack("<II", BUFFER, len(raw)) + raw
