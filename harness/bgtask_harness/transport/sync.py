"""Files to and from a phone by adb's `sync:` service, version 1 (packages/modules/adb SYNC.TXT)."""

from __future__ import annotations

import struct
import time

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_harness.transport.port import Stream
from bgtask_harness.transport.port import Transport

CHUNK = 64 * 1024
"""Most bytes in one DATA (SYNC_DATA_MAX)."""
_HEAD = struct.Struct("<4sI")
_MODE = 0o644


def push(transport: Transport, path: str, content: bytes, deadline: Deadline) -> None:
    """Write a file.

    Raises:
        Refused: The phone does not take it; its own words.
        DeviceLostError, DeadlineExceeded: As `transport.port`.

    """
    with transport.open("sync:", deadline) as stream:
        target = f"{path},{_MODE}".encode()
        stream.send(_HEAD.pack(b"SEND", len(target)) + target, deadline)
        for start in range(0, len(content), CHUNK):
            chunk = content[start : start + CHUNK]
            stream.send(_HEAD.pack(b"DATA", len(chunk)) + chunk, deadline)
        stream.send(_HEAD.pack(b"DONE", int(time.time())), deadline)
        _next(stream, path, deadline)


def pull(transport: Transport, path: str, deadline: Deadline) -> bytes:
    """Read a file. Raises as `push`."""
    with transport.open("sync:", deadline) as stream:
        name = path.encode()
        stream.send(_HEAD.pack(b"RECV", len(name)) + name, deadline)
        content = bytearray()
        while chunk := _next(stream, path, deadline):
            content += chunk
        return bytes(content)


def _next(stream: Stream, path: str, deadline: Deadline) -> bytes:
    """Give the bytes of one DATA; none at the end, which is OKAY or DONE."""
    kind, length = _HEAD.unpack(_exactly(stream, _HEAD.size, deadline))
    if kind == b"DATA":
        return _exactly(stream, length, deadline)
    if kind == b"FAIL":
        raise Refused(f"{path}: {_exactly(stream, length, deadline).decode(errors='replace')}")
    return b""


def _exactly(stream: Stream, size: int, deadline: Deadline) -> bytes:
    content = bytearray()
    while len(content) < size:
        more = stream.recv(size - len(content), deadline)
        if not more:
            raise DeviceLostError("the phone closed a file transfer before its end")
        content += more
    return bytes(content)
