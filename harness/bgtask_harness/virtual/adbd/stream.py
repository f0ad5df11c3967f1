"""One stream of a connection, seen from the device: flow control and an orderly end. No sockets in here.

Output is collected while the kernel runs and leaves in `flush`, so that a command's whole answer, its exit status and
the end of the stream fit into one segment. One WRTE is under way at any time; the host's OKAY lets the next one go and
is the proof that the host has taken the one before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from bgtask_harness.virtual.adbd.packets import Command
from bgtask_harness.virtual.adbd.packets import Packet
from bgtask_harness.virtual.kernel import Waiter


class Link(Protocol):
    """The connection that a stream belongs to."""

    @property
    def max_payload(self) -> int:
        """The most that the host takes in one packet."""

    def send(self, packet: Packet) -> None:
        """Send a packet to the host."""

    def touched(self, stream: Stream) -> None:
        """The stream has something to flush."""

    def forget(self, stream: Stream) -> None:
        """The stream is over."""


class Stream:
    """A `Channel` on an adb connection. `service` is the string that it was opened with."""

    def __init__(self, link: Link, local: int, remote: int, service: str) -> None:
        self.service = service
        self.local = local
        self.remote = remote
        self.on_gone: Callable[[], None] = lambda: None
        self.stalled = False
        """The host has stopped reading: set by whoever has waited for it, cleared when it reads on."""
        self.turns = 0
        """How often the host has taken something."""
        self._link = link
        self._output = bytearray()
        self._in_flight = 0
        self._finished = False
        self._gone = False
        self._input: deque[bytes] = deque()
        self._reader: Waiter | None = None
        self._drained: list[Waiter] = []

    # --- the service's side ---------------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        if self._gone or self._finished or not data:
            return
        self._output += data
        self._link.touched(self)

    async def drain(self) -> None:
        if not self._gone and self.unread:
            waiter = Waiter()
            self._drained.append(waiter)
            await waiter

    async def read(self) -> bytes:
        if self._input:
            return self._take()
        if self._gone:
            return b""
        self._reader = Waiter()
        await self._reader
        return self._take() if self._input else b""

    def finish(self) -> None:
        """Close it once everything has been sent."""
        self._finished = True
        if not self._gone:
            self._link.touched(self)

    # --- the host's side ------------------------------------------------------------------------------------------

    @property
    def unread(self) -> int:
        """Bytes that the host has not taken yet."""
        return len(self._output) + self._in_flight

    def taken(self) -> None:
        """The host's OKAY."""
        self._in_flight = 0
        self.stalled = False
        self.turns += 1
        if self._output or self._finished:
            self._link.touched(self)
        if not self.unread:
            self._release()

    def received(self, data: bytes) -> None:
        """The host's WRTE. Its OKAY goes out when the service takes the data."""
        self._input.append(data)
        if self._reader is not None:
            self._reader.set()

    def gone(self) -> None:
        """The host's CLSE, or the end of the connection: nobody takes anything any more."""
        if self._gone:
            return
        self._gone = True
        self._output.clear()
        self._in_flight = 0
        self._link.forget(self)
        self.on_gone()

    def flush(self) -> None:
        """Send what may be sent now."""
        if self._gone:
            return
        if self._output and not self._in_flight:
            chunk = bytes(self._output[: self._link.max_payload])
            del self._output[: len(chunk)]
            self._in_flight = len(chunk)
            self._link.send(Packet(Command.WRTE, self.local, self.remote, chunk))
        if self._finished and not self._output:
            self._link.send(Packet(Command.CLSE, self.local, self.remote))
            self.gone()

    def _take(self) -> bytes:
        data = self._input.popleft()
        if not self._gone:
            self._link.send(Packet(Command.OKAY, self.local, self.remote))
        return data

    def _release(self) -> None:
        waiters, self._drained = self._drained, []
        for waiter in waiters:
            waiter.set()
