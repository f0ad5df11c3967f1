"""The services `shell` and `exec`: a command line, its streams, its exit status.

Version 1 is raw bytes both ways, standard error among standard output, no exit status. Version 2 (`shell,v2`) packs
everything in frames of an id, a 32-bit little-endian length, and data (shell_protocol.h):

    === ============== =========================================================
    id  name           data
    === ============== =========================================================
    0   stdin          host to device
    1   stdout         device to host
    2   stderr         device to host
    3   exit           device to host, one byte: the status. The last frame.
    4   close stdin    host to device, empty
    5   window size    host to device, text
    === ============== =========================================================

`pty` asks for a terminal, which an empty command line gets in any case under version 1.
"""

from __future__ import annotations

import struct
from enum import IntEnum

from bgtask_harness.virtual.adbd.channel import Channel
from bgtask_harness.virtual.adbd.channel import Reader
from bgtask_harness.virtual.adbd.channel import Request
from bgtask_harness.virtual.adbd.files import Files
from bgtask_harness.virtual.android.port import ShellPort
from bgtask_harness.virtual.shell.interpreter import Shell
from bgtask_harness.virtual.shell.streams import Sink
from bgtask_harness.virtual.shell.streams import Source
from bgtask_harness.virtual.shell.streams import Streams
from bgtask_harness.virtual.shell.terminal import Terminal

_FRAME = struct.Struct("<BI")


class Id(IntEnum):
    """What a frame carries."""

    STDIN = 0
    STDOUT = 1
    STDERR = 2
    EXIT = 3
    CLOSE_STDIN = 4
    WINDOW_SIZE = 5


async def serve(phone: ShellPort, files: Files, request: Request, channel: Channel) -> None:
    """Run the command line, or commands from standard input when there is none."""
    framed = "v2" in request.flags
    source: Source = _Frames(channel) if framed else channel
    out: Sink = _Framed(channel, Id.STDOUT) if framed else channel
    err: Sink = _Framed(channel, Id.STDERR) if framed else channel
    streams = Streams(source, out, err)
    shell = Shell(phone, files.read, remove_file=files.remove)
    if "pty" in request.flags or not (request.argument or "raw" in request.flags):
        status = await Terminal(shell, streams).run(request.argument)
    elif request.argument:
        status = await shell.run(request.argument, streams)
    else:
        status = await shell.invoke(["sh"], streams)
    if framed:
        channel.write(_FRAME.pack(Id.EXIT, 1) + bytes([status & 0xFF]))


class _Framed:
    """Standard output or standard error of version 2."""

    def __init__(self, channel: Channel, kind: Id) -> None:
        self._channel = channel
        self._kind = kind

    def write(self, data: bytes) -> None:
        if data:
            self._channel.write(_FRAME.pack(self._kind, len(data)) + data)

    async def drain(self) -> None:
        await self._channel.drain()


class _Frames:
    """Standard input of version 2."""

    def __init__(self, channel: Channel) -> None:
        self._reader = Reader(channel)
        self._ended = False

    async def read(self) -> bytes:
        while not self._ended:
            try:
                kind, length = _FRAME.unpack(await self._reader.exactly(_FRAME.size))
                data = await self._reader.exactly(length)
            except EOFError:
                break
            if kind == Id.STDIN and data:
                return data
            self._ended = kind == Id.CLOSE_STDIN
        self._ended = True
        return b""
