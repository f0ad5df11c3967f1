"""XPC objects as RemoteXPC puts them on the wire: a type, then a value; texts and data padded to four bytes.

Only what discovery says: null, booleans, numbers, dates, data, texts, UUIDs, arrays and dictionaries.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable
from typing import Any

from bgtask_harness.virtual.iphone.links import Malformed

NULL, BOOL, INT64, UINT64, DOUBLE = 0x1000, 0x2000, 0x3000, 0x4000, 0x5000
DATE, DATA, STRING, UUID, ARRAY, DICTIONARY = 0x7000, 0x8000, 0x9000, 0xA000, 0xE000, 0xF000
DEEPEST = 32
"""Nesting that no honest message has."""


class UInt64(int):
    """A number that travels as `uint64`; a plain `int` travels as `int64`."""


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)


def dumps(value: Any) -> bytes:
    """Write an object."""
    if value is None:
        return struct.pack("<I", NULL)
    if isinstance(value, bool):
        return struct.pack("<II", BOOL, value)
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    raise TypeError(f"XPC has no {type(value).__name__}")


def _text(value: str) -> bytes:
    raw = value.encode() + b"\0"
    return struct.pack("<II", STRING, len(raw)) + _padded(raw)


def _data(value: bytes) -> bytes:
    return struct.pack("<II", DATA, len(value)) + _padded(value)


def _array(value: list[Any]) -> bytes:
    body = struct.pack("<I", len(value)) + b"".join(map(dumps, value))
    return struct.pack("<II", ARRAY, len(body)) + body


def _dictionary(value: dict[str, Any]) -> bytes:
    entries = b"".join(_padded(key.encode() + b"\0") + dumps(each) for key, each in value.items())
    body = struct.pack("<I", len(value)) + entries
    return struct.pack("<II", DICTIONARY, len(body)) + body


_WRITERS: tuple[tuple[type, Callable[[Any], bytes]], ...] = (
    (UInt64, lambda value: struct.pack("<IQ", UINT64, value)),
    (int, lambda value: struct.pack("<Iq", INT64, value)),
    (float, lambda value: struct.pack("<Id", DOUBLE, value)),
    (uuid.UUID, lambda value: struct.pack("<I", UUID) + value.bytes),
    (bytes, _data),
    (str, _text),
    (list, _array),
    (dict, _dictionary),
)


def loads(data: bytes) -> Any:
    """Read an object.

    Raises:
        Malformed: It is none.

    """
    try:
        return _Reader(data).value()
    except (struct.error, IndexError, ValueError) as error:
        raise Malformed(f"no XPC object: {error}") from error


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._depth = 0

    def value(self) -> Any:
        """Give the next object."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Malformed("nested too deeply")
        (kind,) = self._take("<I")
        read = self._readers().get(kind)
        if read is None:
            raise Malformed(f"an XPC object of type {kind:#x}")
        found = read()
        self._depth -= 1
        return found

    def _readers(self) -> dict[int, Callable[[], Any]]:
        return {
            NULL: lambda: None,
            BOOL: lambda: bool(self._take("<I")[0]),
            INT64: lambda: self._take("<q")[0],
            DATE: lambda: self._take("<q")[0],
            UINT64: lambda: UInt64(self._take("<Q")[0]),
            DOUBLE: lambda: self._take("<d")[0],
            UUID: lambda: uuid.UUID(bytes=self._raw(16)),
            DATA: lambda: self._raw(self._take("<I")[0]),
            STRING: lambda: self._raw(self._take("<I")[0]).rstrip(b"\0").decode(),
            ARRAY: self._read_array,
            DICTIONARY: self._read_dictionary,
        }

    def _read_array(self) -> list[Any]:
        _, count = self._take("<II")
        return [self.value() for _ in range(count)]

    def _read_dictionary(self) -> dict[str, Any]:
        _, count = self._take("<II")
        return {self._key(): self.value() for _ in range(count)}

    def _key(self) -> str:
        end = self._data.index(b"\0", self._at)
        key = self._data[self._at : end].decode()
        self._at = end + 1 + -(end + 1 - self._at) % 4
        return key

    def _take(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values

    def _raw(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            raise Malformed("an XPC object cut short")
        raw = self._data[self._at : self._at + size]
        self._at += size + -size % 4
        return raw
