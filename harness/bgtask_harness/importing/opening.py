"""Files as a person has them: a bugreport zip, or a plain text. Everything is streamed, nothing is unpacked to disk."""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from bgtask_harness.errors import BadInput

MOST_BYTES = 4 << 30
"""A whole bug report's text has some 50 to 300 MB."""
SUSPICIOUS_BYTES = 64 << 20
SUSPICIOUS_RATIO = 400
"""Text of a phone shrinks to a tenth or a twentieth; deflate's own limit is 1032."""

_MAIN_ENTRY = "main_entry.txt"  # names the text, since Android 7 (AOSP dumpstate.cpp FinishZipFile)
_PREFIX = "bugreport"
_NAME_BYTES = 1024
_PACKED = {
    b"\x1f\x8b": "gzip",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf\x27\x1c": "7-Zip",
    b"Rar!": "RAR",
}
_MAGIC_BYTES = max(len(magic) for magic in _PACKED)


@dataclass(frozen=True, slots=True)
class Opened:
    """A text, open for reading. `sealed`: it comes from a zip, whose checksum tells any damage inside of it."""

    name: str
    stream: io.BufferedReader
    sealed: bool


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """Open a file that was given.

    Raises:
        BadInput: It cannot be read, is a zip without a bug report, a damaged one, or one that unpacks to too much.

    """
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive, archive.open(_main_text(path, archive)) as text:
                yield Opened(path.name, io.BufferedReader(_Bounded(path, archive, text)), sealed=True)
            return
        with path.open("rb") as stream:
            start = stream.peek(_MAGIC_BYTES)
            if start.startswith(b"PK"):
                raise BadInput(
                    f"{path}: begins like a zip and has no directory at its end; copy it from the phone again"
                )
            packed = next((name for magic, name in _PACKED.items() if start.startswith(magic)), None)
            if packed is not None:
                raise BadInput(f"{path}: is packed by {packed}; unpack it and give what is in it")
            yield Opened(path.name, stream, sealed=False)
    except OSError as error:
        if path.is_file() and zipfile.is_zipfile(path):  # a directory that points to where nothing is
            raise BadInput(_damaged(path, error)) from error
        raise BadInput(f"{path}: cannot be read ({error.strerror or error})") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError) as error:
        raise BadInput(_damaged(path, error)) from error


def _damaged(path: Path, error: Exception) -> str:
    return f"{path}: is damaged or locked and cannot be unpacked ({error}); copy it from the phone again"


def _main_text(path: Path, archive: zipfile.ZipFile) -> str:
    names = archive.namelist()
    if _MAIN_ENTRY in names:
        with archive.open(_MAIN_ENTRY) as entry:
            named = entry.read(_NAME_BYTES).decode(errors="replace").strip()
        if named in names:
            return named
    texts = [name for name in names if "/" not in name and name.startswith(_PREFIX) and name.endswith(".txt")]
    if len(texts) == 1:
        return texts[0]
    inner = next((name for name in names if name.endswith(".zip")), None)
    hint = f"it holds {inner}: unpack that and give it" if inner else "give the zip that `adb bugreport` wrote"
    raise BadInput(f"{path}: expected one bugreport-*.txt in this zip, found {len(texts)}; {hint}")


class _Bounded(io.RawIOBase):
    """What comes out of a zip, as long as it stays plausible."""

    def __init__(self, path: Path, archive: zipfile.ZipFile, text: IO[bytes]) -> None:
        self._path, self._text, self._count = path, text, 0
        self._packed = max(1, archive.getinfo(text.name or "").compress_size)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # the protocol is a buffer, its type is not spelled in 3.11
        data = self._text.read(len(view))
        view[: len(data)] = data
        self._count += len(data)
        self._check()
        return len(data)

    def _check(self) -> None:
        ratio = self._count // self._packed
        if self._count > MOST_BYTES:
            raise BadInput(
                f"{self._path}: unpacks to more than {MOST_BYTES >> 30} GiB of text; no bug report is that long"
            )
        if self._count > SUSPICIOUS_BYTES and ratio > SUSPICIOUS_RATIO:
            raise BadInput(
                f"{self._path}: unpacks to more than {SUSPICIOUS_RATIO} times its size, which no text of a phone does;"
                " it was not read further"
            )
