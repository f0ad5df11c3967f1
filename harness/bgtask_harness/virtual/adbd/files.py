"""What was pushed to the phone, and what it has itself: a tree of files in memory, for `sync` and for `cat`."""

from __future__ import annotations

import posixpath
import stat
from collections.abc import Callable
from dataclasses import dataclass

DIRECTORIES = frozenset({"/", "/data", "/data/local", "/data/local/tmp", "/sdcard", "/proc", "/system", "/system/bin"})
WRITABLE = ("/data/local/tmp/", "/sdcard/", "/storage/emulated/0/")
"""Where the shell user may write on a phone without root."""


@dataclass(frozen=True, slots=True)
class File:
    """A file or a directory: mode with its type bits, seconds since 1970, content."""

    mode: int
    mtime: int
    content: bytes = b""


class Files:
    """The tree. `own` gives the phone's own files, whose content may differ at each look."""

    def __init__(self, own: Callable[[str], bytes | None]) -> None:
        self._own = own
        self._pushed: dict[str, File] = {}

    def read(self, path: str) -> bytes | None:
        """Give a file's content, None when there is none."""
        pushed = self._pushed.get(posixpath.normpath(path))
        return pushed.content if pushed is not None else self._own(path)

    def find(self, path: str) -> File | None:
        """Give a file or a directory, None when there is neither."""
        path = posixpath.normpath(path)
        if path in self._pushed:
            return self._pushed[path]
        content = self._own(path)
        if content is not None:
            return File(stat.S_IFREG | 0o444, 0, content)
        return File(stat.S_IFDIR | 0o755, 0) if self._is_directory(path) else None

    def entries(self, path: str) -> dict[str, File]:
        """Give what a directory holds, as far as it was pushed."""
        base = posixpath.normpath(path).rstrip("/") + "/"
        names = {pushed[len(base) :].split("/")[0] for pushed in self._pushed if pushed.startswith(base)}
        found = {name: self.find(base + name) for name in sorted(names)}
        return {name: entry for name, entry in found.items() if entry is not None}

    def write(self, path: str, mode: int, mtime: int, content: bytes) -> str | None:
        """Store a file; a sentence when that is not possible."""
        path = posixpath.normpath(path)
        if not path.startswith(WRITABLE):
            return f"couldn't create file: {'Is a directory' if self._is_directory(path) else 'Permission denied'}"
        self._pushed[path] = File(stat.S_IFREG | stat.S_IMODE(mode), mtime, content)
        return None

    def remove(self, path: str) -> bool:
        """Remove a file that was pushed; False when there is none."""
        return self._pushed.pop(posixpath.normpath(path), None) is not None

    def _is_directory(self, path: str) -> bool:
        return path in DIRECTORIES or any(pushed.startswith(path.rstrip("/") + "/") for pushed in self._pushed)
