"""Lines of a file of any size: bounded in length, in whatever encoding a Windows shell chose."""

from __future__ import annotations

import codecs
import io
from collections.abc import Callable
from collections.abc import Iterator

LONGEST = 1 << 20
"""Bytes of a line that are kept. No line of a log is longer than 5 KiB, none of a dump that matters than 100 KiB."""


class Lines:
    """Iterates over the lines of a stream, each as UTF-8 bytes with its line feed if it had one.

    PowerShell's `adb logcat > file` writes UTF-16; a byte order mark says so. What is longer than `LONGEST` is cut and
    counted in `overlong`.
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
    start = stream.peek(4)[:4]
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = io.TextIOWrapper(stream, encoding="utf-16", errors="replace", newline="\n")
        return lambda: text.readline(LONGEST).encode(errors="replace")
    if start.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
    return lambda: stream.readline(LONGEST)
