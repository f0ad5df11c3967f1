"""Commands on a device by adb's shell protocol, version 2: separate streams, an exit status, or no answer at all.

A packet is one byte of kind, four bytes of length (little endian) and the payload (`shell_protocol.h` of adbd). The
exit packet is required: a connection that ends without one was cut, whatever had come by then. (`adb shell` itself
exits 0 in that case up to version 34.)
"""

from __future__ import annotations

import shlex
import struct
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Completed
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import HarnessError
from bgtask_harness.transport.port import Stream
from bgtask_harness.transport.port import Transport

MIB = 1024 * 1024
OUTPUT_LIMIT = 64 * MIB
"""Bytes of both streams together. The whole `dumpsys` of a phone is about half of it."""

_SERVICE = "shell,v2,raw:"
_HEADER = struct.Struct("<BI")
_STDIN, _STDOUT, _STDERR, _EXIT = range(4)
_CLOSE_STDIN = _HEADER.pack(4, 0)
_RECEIVE = 1024 * 1024
_STDERR_KEPT = 64 * 1024


class CommandCut(DeviceLostError):  # noqa: N818 - reads as what it is
    """The device went away in the middle of a command. `stdout` and `stderr` hold what had come."""

    def __init__(self, command: str, stdout: str, stderr: str) -> None:
        super().__init__(f"the device went away in the middle of `{command}` ({len(stdout)} characters had come)")
        self.stdout = stdout
        self.stderr = stderr


class OutputTooLarge(HarnessError):  # noqa: N818 - reads as what it is
    """A command printed more than it was allowed to."""


def quote(argv: Sequence[str]) -> str:
    """Give the line that mksh and toybox' sh read back as exactly these arguments."""
    return shlex.join(argv)


def run(
    transport: Transport, command: Sequence[str] | str, deadline: Deadline, *, limit: int = OUTPUT_LIMIT
) -> Completed:
    """Run a command and wait for its end. A sequence is quoted for the device's shell; a text is passed on as it is.

    Output is decoded as UTF-8, what is none becomes U+FFFD. Standard input is at its end from the start.

    Raises:
        CommandCut: The connection ended before the command did.
        Refused: The device has no shell protocol of version 2 (Android 6 and older).
        DeviceLostError: The device is not there.
        DeadlineExceeded: It did not end in time.
        OutputTooLarge: It printed more than `limit` bytes.

    """
    line = command if isinstance(command, str) else quote(command)
    streams = {_STDOUT: bytearray(), _STDERR: bytearray()}
    with _start(transport, line, deadline) as stream:
        status = _collect(stream, streams, deadline, limit, line)
    stdout, stderr = (streams[kind].decode(errors="replace") for kind in (_STDOUT, _STDERR))
    if status is None:
        raise CommandCut(line, stdout, stderr)
    return Completed(line, stdout, stderr, status)


def _start(transport: Transport, line: str, deadline: Deadline) -> Stream:
    stream = transport.open(f"{_SERVICE}{line}", deadline)
    try:
        with suppress(DeviceLostError):  # a command that has ended takes no more; what it said is still to be read
            stream.send(_CLOSE_STDIN, deadline)
    except HarnessError:
        stream.close()
        raise
    return stream


def _collect(stream: Stream, streams: dict[int, bytearray], deadline: Deadline, limit: int, line: str) -> int | None:
    packets = Packets()
    size = 0
    while True:
        try:
            data = stream.recv(_RECEIVE, deadline)
        except DeviceLostError:
            return None
        if not data:
            return None
        for kind, payload in packets.feed(data):
            if kind == _EXIT:
                return payload[0] if payload else 0
            size += len(payload)
            if size > limit:
                raise OutputTooLarge(f"`{line}` printed more than {limit} bytes; ask for less, or raise the limit")
            if kind in streams:
                streams[kind] += payload


class Packets:
    """The decoder: bytes in, in pieces of any size; whole packets out, as (kind, payload)."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Take more bytes and give the packets that they complete."""
        buffer = self._buffer
        buffer += data
        found = []
        start = 0
        while len(buffer) - start >= _HEADER.size:
            kind, size = _HEADER.unpack_from(buffer, start)
            end = start + _HEADER.size + size
            if len(buffer) < end:
                break
            found.append((kind, bytes(buffer[start + _HEADER.size : end])))
            start = end
        del buffer[:start]
        return found


class ShellStream:
    """Standard output of a command that runs on, as a `Stream` of plain bytes. Closing it ends the command.

    The stream ends (`b""`) when the command has exited; `exit_status` and `stderr` say how. A connection that ends
    before that is a `DeviceLostError`.
    """

    def __init__(self, stream: Stream, line: str) -> None:
        self._stream = stream
        self._line = line
        self._packets = Packets()
        self._ready = bytearray()
        self.stderr = b""
        self.exit_status: int | None = None

    def recv(self, size: int, deadline: Deadline) -> bytes:
        """Give what the command has printed. See `Stream.recv`."""
        while not self._ready and self.exit_status is None:
            data = self._stream.recv(_RECEIVE, deadline)
            if not data:
                raise CommandCut(self._line, "", self.stderr.decode(errors="replace"))
            self._sort(data)
        given = bytes(self._ready[:size])
        del self._ready[:size]
        return given

    def _sort(self, data: bytes) -> None:
        for kind, payload in self._packets.feed(data):
            if kind == _STDOUT:
                self._ready += payload
            elif kind == _STDERR:
                self.stderr = (self.stderr + payload)[-_STDERR_KEPT:]
            elif kind == _EXIT:
                self.exit_status = payload[0] if payload else 0

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Write to the command's standard input. See `Stream.send`."""
        self._stream.send(_HEADER.pack(_STDIN, len(data)) + data, deadline)

    def close(self) -> None:
        """End the command."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def follow(transport: Transport, command: Sequence[str] | str, deadline: Deadline) -> ShellStream:
    """Start a command that runs on, such as `logcat`, and give its standard output. Raises what `run` raises."""
    line = command if isinstance(command, str) else quote(command)
    return ShellStream(transport.open(f"{_SERVICE}{line}", deadline), line)
