"""The `sync:` service: stat, list, push and pull (packages/modules/adb/SYNC.TXT, file_sync_protocol.h).

A request is four letters, a length and a path; numbers are little-endian. Version 2 of stat and list gives errno,
64-bit sizes and times; `sendrecv_v2` (compression) is not announced, so no host asks for it.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Awaitable
from collections.abc import Callable

from bgtask_harness.virtual.adbd.channel import Channel
from bgtask_harness.virtual.adbd.channel import Reader
from bgtask_harness.virtual.adbd.files import File
from bgtask_harness.virtual.adbd.files import Files

_HEAD = struct.Struct("<4sI")
_STAT = struct.Struct("<4sIII")
_STAT_V2 = struct.Struct("<4sIQQIIIIQqqq")
_DENT = struct.Struct("<4sIIII")
_DENT_V2 = struct.Struct("<4sIQQIIIIQqqqI")
_SHELL_ID = 2_000
LONGEST_PATH = 1_024
"""Longer is refused, as adbd does (SYNC_MAX path)."""
CHUNK = 64 * 1024
"""Most bytes in one DATA (SYNC_DATA_MAX)."""


async def serve(files: Files, channel: Channel) -> None:
    """Answer requests until the host quits or goes away."""
    session = _Session(files, channel)
    while await session.request():
        pass


class _Session:
    def __init__(self, files: Files, channel: Channel) -> None:
        self.files = files
        self.channel = channel
        self.reader = Reader(channel)
        self.answers: dict[bytes, Callable[[str, bytes], Awaitable[None]]] = {
            b"STAT": self._stat,
            b"STA2": self._stat_v2,
            b"LST2": self._stat_v2,
            b"LIST": self._list,
            b"LIS2": self._list_v2,
            b"SEND": self._send,
            b"RECV": self._recv,
        }

    async def request(self) -> bool:
        """Answer one request; False when it was the last."""
        command, length = _HEAD.unpack(await self.reader.exactly(_HEAD.size))
        answer = self.answers.get(command)
        if answer is None or length > LONGEST_PATH:
            if command != b"QUIT":
                self._fail(f"unknown command {command.decode(errors='replace')}")
            return False
        path = (await self.reader.exactly(length)).decode(errors="surrogateescape")
        await answer(path, command)
        return True

    async def _stat(self, path: str, _command: bytes) -> None:
        found = self.files.find(path)
        fields = (found.mode, len(found.content), found.mtime) if found else (0, 0, 0)
        self.channel.write(_STAT.pack(b"STAT", *fields))

    async def _stat_v2(self, path: str, command: bytes) -> None:
        found = self.files.find(path)
        fields = _fields_v2(found) if found else (errno.ENOENT, *([0] * 10))
        self.channel.write(_STAT_V2.pack(command, *fields))

    async def _list(self, path: str, _command: bytes) -> None:
        for name, entry in self.files.entries(path).items():
            raw = name.encode(errors="surrogateescape")
            self.channel.write(_DENT.pack(b"DENT", entry.mode, len(entry.content), entry.mtime, len(raw)) + raw)
        self.channel.write(_DENT.pack(b"DONE", 0, 0, 0, 0))

    async def _list_v2(self, path: str, _command: bytes) -> None:
        for name, entry in self.files.entries(path).items():
            raw = name.encode(errors="surrogateescape")
            self.channel.write(_DENT_V2.pack(b"DNT2", *_fields_v2(entry), len(raw)) + raw)
        self.channel.write(_DENT_V2.pack(b"DONE", *([0] * 12)))

    async def _send(self, target: str, _command: bytes) -> None:
        path, _, mode = target.rpartition(",")
        content = bytearray()
        while True:
            kind, number = _HEAD.unpack(await self.reader.exactly(_HEAD.size))
            if kind != b"DATA":
                break
            content += await self.reader.exactly(number)
        problem = self.files.write(path, int(mode) if mode.isdigit() else 0o644, number, bytes(content))
        if problem is not None:
            self._fail(problem)
        else:
            self.channel.write(_HEAD.pack(b"OKAY", 0))

    async def _recv(self, path: str, _command: bytes) -> None:
        content = self.files.read(path)
        if content is None:
            self._fail("open failed: No such file or directory")
            return
        for start in range(0, len(content), CHUNK):
            chunk = content[start : start + CHUNK]
            self.channel.write(_HEAD.pack(b"DATA", len(chunk)) + chunk)
            await self.channel.drain()
        self.channel.write(_HEAD.pack(b"DONE", 0))

    def _fail(self, sentence: str) -> None:
        raw = sentence.encode(errors="surrogateescape")
        self.channel.write(_HEAD.pack(b"FAIL", len(raw)) + raw)


def _fields_v2(entry: File) -> tuple[int, ...]:
    """Error, device, inode, mode, links, uid, gid, size, atime, mtime, ctime."""
    size = len(entry.content)
    return (0, 1, 1, entry.mode, 1, _SHELL_ID, _SHELL_ID, size, entry.mtime, entry.mtime, entry.mtime)
