"""Apple File Conduit, as far as reading and removing the files of one folder goes.

A packet is a header of 40 bytes little endian (magic, whole length, length of the arguments, number, operation), then
arguments and data. Every answer carries the number of its question.
"""

from __future__ import annotations

import itertools
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from bgtask_harness.virtual.iphone.links import LONGEST
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.links import Malformed

MAGIC = b"CFA6LPAA"
STATUS, DATA, READ_DIR, REMOVE_PATH, FILE_INFO, DEVICE_INFO = 1, 2, 3, 8, 10, 11
FILE_OPEN, FILE_OPENED, FILE_READ, FILE_CLOSE, REMOVE_TREE = 13, 14, 15, 20, 34
SUCCESS, UNKNOWN_OPERATION, BAD_ARGUMENT, NOT_FOUND, DENIED = 0, 6, 7, 8, 10
READ_ONLY = 1

_HEADER = struct.Struct("<8sQQQQ")
_NUMBER = struct.Struct("<Q")


class Folder(Protocol):
    """The files that are offered. Names have no slash."""

    def files(self) -> dict[str, bytes]:
        """Give all files."""

    def remove(self, name: str) -> bool:
        """Remove one; False when there is none."""

    def born_ns(self) -> int:
        """Give the time that files are said to be of: nanoseconds since 1970."""


@dataclass(slots=True)
class _Open:
    content: bytes
    at: int = 0


async def serve(folder: Folder, link: Link) -> None:
    """Answer until the host hangs up.

    Raises:
        Malformed: What came is no packet.

    """
    conduit = Conduit(folder)
    while True:
        magic, whole, _, number, operation = _HEADER.unpack(await link.exactly(_HEADER.size))
        if magic != MAGIC or not _HEADER.size <= whole <= LONGEST:
            raise Malformed("no AFC packet")
        kind, content = conduit.answer(operation, await link.exactly(whole - _HEADER.size))
        size = _HEADER.size + len(content)
        link.write(_HEADER.pack(MAGIC, size, size, number, kind) + content)
        await link.drain()


class Conduit:
    """One host's open files."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._open: dict[int, _Open] = {}
        self._handles = itertools.count(1)

    def answer(self, operation: int, content: bytes) -> tuple[int, bytes]:
        """Give the operation and content of the answer."""
        act = _OPERATIONS.get(operation)
        if act is None:
            return _status(UNKNOWN_OPERATION)
        try:
            return act(self, content)
        except (struct.error, UnicodeDecodeError):
            return _status(BAD_ARGUMENT)

    def list_folder(self, content: bytes) -> tuple[int, bytes]:
        """`READ_DIR`."""
        if _name(content):
            return _status(NOT_FOUND)
        return DATA, _texts(".", "..", *self._folder.files())

    def describe(self, content: bytes) -> tuple[int, bytes]:
        """`GET_FILE_INFO`."""
        name, files = _name(content), self._folder.files()
        if name and name not in files:
            return _status(NOT_FOUND)
        size = len(files[name]) if name else 0
        born = str(self._folder.born_ns())
        kind = "S_IFREG" if name else "S_IFDIR"
        blocks = str(-(-size // 512))
        told = {"st_size": str(size), "st_blocks": blocks, "st_nlink": "1", "st_ifmt": kind}
        told |= {"st_mtime": born, "st_birthtime": born}
        return DATA, _texts(*(part for pair in told.items() for part in pair))

    def describe_device(self, _content: bytes) -> tuple[int, bytes]:
        """`GET_DEVINFO`."""
        told = ("Model", "iPhone", "FSTotalBytes", "128000000000", "FSFreeBytes", "64000000000", "FSBlockSize", "4096")
        return DATA, _texts(*told)

    def open_file(self, content: bytes) -> tuple[int, bytes]:
        """`FILE_OPEN`: for reading alone."""
        (mode,) = _NUMBER.unpack_from(content)
        found = self._folder.files().get(_name(content[_NUMBER.size :]))
        if mode != READ_ONLY:
            return _status(DENIED)
        if found is None:
            return _status(NOT_FOUND)
        handle = next(self._handles)
        self._open[handle] = _Open(found)
        return FILE_OPENED, _NUMBER.pack(handle)

    def read_file(self, content: bytes) -> tuple[int, bytes]:
        """`READ`: from where the last one ended."""
        handle, size = struct.unpack_from("<QQ", content)
        opened = self._open.get(handle)
        if opened is None:
            return _status(BAD_ARGUMENT)
        data = opened.content[opened.at : opened.at + size]
        opened.at += len(data)
        return DATA, data

    def close_file(self, content: bytes) -> tuple[int, bytes]:
        """`FILE_CLOSE`."""
        (handle,) = _NUMBER.unpack_from(content)
        return _status(SUCCESS if self._open.pop(handle, None) is not None else BAD_ARGUMENT)

    def remove(self, content: bytes) -> tuple[int, bytes]:
        """`REMOVE_PATH`."""
        return _status(SUCCESS if self._folder.remove(_name(content)) else NOT_FOUND)


def _status(code: int) -> tuple[int, bytes]:
    return STATUS, _NUMBER.pack(code)


def _texts(*texts: str) -> bytes:
    return b"".join(text.encode() + b"\0" for text in texts)


def _name(path: bytes) -> str:
    """Give the name in a path of the one folder; empty for the folder itself."""
    return path.partition(b"\0")[0].decode().strip("/").removeprefix("./").removeprefix(".")


_OPERATIONS: dict[int, Callable[[Conduit, bytes], tuple[int, bytes]]] = {
    READ_DIR: Conduit.list_folder,
    FILE_INFO: Conduit.describe,
    DEVICE_INFO: Conduit.describe_device,
    FILE_OPEN: Conduit.open_file,
    FILE_READ: Conduit.read_file,
    FILE_CLOSE: Conduit.close_file,
    REMOVE_PATH: Conduit.remove,
    REMOVE_TREE: Conduit.remove,
}
