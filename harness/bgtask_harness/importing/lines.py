"""Lines of a file of any size: bounded in length, in whatever encoding a Windows shell chose."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from collections.abc import Iterator

_LOOKED_AT = 64
LONGEST = 1 << 20
"""Bytes of a line that are kept. No line of a log is longer than 5 KiB, none of a dump that matters than 100 KiB."""


class Lines:
    """Iterates over the lines of a stream, each as UTF-8 bytes with its line feed if it had one.

    PowerShell's `adb logcat > file` writes UTF-16: a byte order mark says so, or that every other byte is zero (what
    `>>` adds has no mark). What is longer than `LONGEST` is cut and counted in `overlong`.
    """

    def __init__(self, stream: io.BufferedReader) -> None:
        self.overlong = 0
        self._read = _reader(stream)

    def __iter__(self) -> Iterator[bytes]:
        while line := self._read():
            if len(line) >= LONGEST and not line.endswith(b"\n"):
                self.overlong += 1
                line += self._skip()
            yield line

    def _skip(self) -> bytes:
        while rest := self._read():
            if rest.endswith(b"\n"):
                return b"\n"
        return b""


def _reader(stream: io.BufferedReader) -> Callable[[], bytes]:
    start = stream.peek(_LOOKED_AT)[:_LOOKED_AT]
    encoding = _wide(start)
    if encoding is not None:
        text = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline="\n")
        return lambda: text.readline(LONGEST).encode(errors="replace")
    if start.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
    return lambda: stream.readline(LONGEST)


def _wide(start: bytes) -> str | None:
    """Give the encoding of a text with more than one byte for each letter; None for any other."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = start[0::2], start[1::2]
    if len(odd) > 1 and 0 not in even and not any(odd):
        return "utf-16-le"
    return "utf-16-be" if len(odd) > 1 and 0 not in odd and not any(even) else None
