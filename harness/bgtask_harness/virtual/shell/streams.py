"""Where the bytes of a command come from and go to."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from bgtask_harness.virtual.kernel import Waiter
from bgtask_reference.ports.app import Cancelled


class Sink(Protocol):
    """Takes output."""

    def write(self, data: bytes) -> None:
        """Take it. Never blocks."""

    async def drain(self) -> None:
        """Suspend until the reader has what was written. Raises `Cancelled` when there is none any more."""


class Source(Protocol):
    """Gives input."""

    async def read(self) -> bytes:
        """At least one byte; `b""` at the end."""


class Null:
    """`/dev/null`."""

    def write(self, data: bytes) -> None:
        del data

    async def drain(self) -> None:
        return

    async def read(self) -> bytes:
        return b""


class Content:
    """A file that is read."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def read(self) -> bytes:
        data, self._data = self._data, b""
        return data


class Pipe:
    """`|`: what one command writes another reads. Only `drain` blocks, until the reader wants more."""

    def __init__(self) -> None:
        self._chunks: deque[bytes] = deque()
        self._ended = False
        self._broken = False
        self._reader: Waiter | None = None
        self._writers: list[Waiter] = []

    def write(self, data: bytes) -> None:
        if data and not self._broken:
            self._chunks.append(data)
            self._wake_reader()

    async def drain(self) -> None:
        if self._chunks and not self._broken:
            waiter = Waiter()
            self._writers.append(waiter)
            await waiter
        if self._broken:
            raise Cancelled("SIGPIPE")

    async def read(self) -> bytes:
        if not self._chunks and not self._ended:
            self._wake_writers()
            self._reader = Waiter()
            await self._reader
        return self._chunks.popleft() if self._chunks else b""

    def end(self) -> None:
        """The writer has ended."""
        self._ended = True
        self._wake_reader()

    def break_off(self) -> None:
        """The reader has ended."""
        self._broken = True
        self._chunks.clear()
        self._wake_writers()

    def _wake_reader(self) -> None:
        if self._reader is not None:
            reader, self._reader = self._reader, None
            reader.set()

    def _wake_writers(self) -> None:
        writers, self._writers = self._writers, []
        for waiter in writers:
            waiter.set()


@dataclass(frozen=True, slots=True)
class Streams:
    """The three descriptors of a command: a `CommandIO`."""

    stdin: Source
    stdout: Sink
    stderr: Sink

    async def read(self) -> bytes:
        """More standard input."""
        return await self.stdin.read()

    def out(self, text: str) -> None:
        """Write to standard output. Bytes that are no text come as surrogates and go out as they were."""
        self.stdout.write(text.encode(errors="surrogateescape"))

    def err(self, text: str) -> None:
        """Write to standard error."""
        self.stderr.write(text.encode(errors="surrogateescape"))

    async def drain(self) -> None:
        """Suspend until what was written has been taken."""
        await self.stdout.drain()
        await self.stderr.drain()
