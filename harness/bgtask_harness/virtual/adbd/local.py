"""The daemon without a wire: services opened from the same process, time moved by hand. No sockets, no real time.

A service is run as far as it gets before `open` returns. Virtual time moves on only for what a service itself waits for
(`sleep`, a command that polls) and only as far as the caller was willing to wait; and for the jumps that are asked for.
A service that follows the log, or that wants input, is left where it is.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from typing import Protocol

from bgtask_harness.virtual.adbd.daemon import Hosts
from bgtask_harness.virtual.adbd.daemon import ServedChannel
from bgtask_harness.virtual.android.port import ShellPort
from bgtask_harness.virtual.kernel import Exhausted
from bgtask_harness.virtual.kernel import Waiter
from bgtask_harness.virtual.pace import Jumps
from bgtask_harness.virtual.pace import Pace


class Serving(Protocol):
    """The daemon, as far as it is used here."""

    pace: Pace | None
    hosts: Hosts | None

    @property
    def phone(self) -> ShellPort:
        """The phone."""

    def begin(self, service: str, channel: ServedChannel) -> bool:
        """Run a service."""


class LocalStream:
    """A `Channel` whose other end is in this process. What is written counts as taken at once."""

    def __init__(self) -> None:
        self.on_gone: Callable[[], None] = lambda: None
        self.output = bytearray()
        self.ended = False
        self.wants_input = False
        self._input: deque[bytes] = deque()
        self._reader: Waiter | None = None

    def write(self, data: bytes) -> None:
        if not self.ended:
            self.output += data

    async def drain(self) -> None:
        return

    async def read(self) -> bytes:
        if not self._input and not self.ended:
            self._reader, self.wants_input = Waiter(), True
            await self._reader
        return self._input.popleft() if self._input else b""

    def finish(self) -> None:
        """The service has ended."""
        self.ended = True

    def feed(self, data: bytes) -> None:
        """Give it input."""
        self._input.append(data)
        self.wants_input = False
        if self._reader is not None:
            self._reader.set()

    def hang_up(self) -> None:
        """Nobody listens any more."""
        if not self.ended:
            self.ended = True
            self.on_gone()


class LocalDoor:
    """Opens services of a phone in this process. Safe to use from several threads, one at a time.

    `followers` says how many commands wait for entries of the log.
    """

    def __init__(self, daemon: Serving, followers: Callable[[], int]) -> None:
        self._daemon = daemon
        self._phone = daemon.phone
        self._followers = followers
        self._jumps = Jumps(daemon.phone)
        self._lock = threading.RLock()
        self._streams: list[LocalStream] = []
        self._frozen = False
        daemon.pace = self
        daemon.hosts = self
        daemon.phone.on_reboot(self.drop)

    def jump(self, boot_ns: int, *, until_output: bool) -> Waiter:
        return self._jumps.add(boot_ns, until_output=until_output)

    @property
    def online(self) -> bool:
        """False while the phone is off."""
        return self._phone.online

    def boot(self, patience_ns: int) -> bool:
        """Let a phone that is off come up, for at most that much of its time; False when it is still off."""
        with self._lock:
            limit = self._phone.kernel.now + patience_ns
            while not self._phone.online and self._phone.kernel.run_next(limit):
                pass
            return self._phone.online

    def open(self, service: str, patience_ns: int) -> LocalStream | None:
        """Open a service and let it run for at most that much virtual time; None when it is refused.

        Raises:
            Exhausted: The kernel's steps are used up; the service was left.

        """
        with self._lock:
            stream = LocalStream()
            if not self._daemon.begin(service, stream):
                return None
            self._streams = [known for known in self._streams if not known.ended]
            self._streams.append(stream)
            try:
                self._run(stream, patience_ns)
            except Exhausted:
                stream.hang_up()
                raise
            return stream

    def recv(self, stream: LocalStream, size: int) -> bytes:
        """Give what there is, `b""` when there is nothing now; `stream.ended` says whether more may come."""
        with self._lock:
            if not stream.output:
                self._settle()
            data = bytes(stream.output[:size])
            del stream.output[:size]
            return data

    def send(self, stream: LocalStream, data: bytes, patience_ns: int) -> None:
        """Give the service input and let it run on."""
        with self._lock:
            stream.feed(data)
            self._run(stream, patience_ns)

    def close(self, stream: LocalStream) -> None:
        """Hang up."""
        with self._lock:
            stream.hang_up()
            self._settle()

    def drop(self) -> None:
        for stream in self._streams:
            stream.hang_up()

    def freeze(self, frozen: bool) -> None:
        self._frozen = frozen

    def _settle(self) -> None:
        if not self._frozen:
            self._phone.kernel.run_until(self._phone.kernel.now)

    def _run(self, stream: LocalStream, patience_ns: int) -> None:
        kernel = self._phone.kernel
        limit = kernel.now + patience_ns
        followers = self._followers()
        while not self._frozen:
            self._settle()
            jump = self._jumps.current()
            if jump is not None:
                if not self._jumps.step(jump):
                    self._jumps.arrive(jump)
            elif stream.ended or stream.wants_input or self._followers() > followers or not kernel.run_next(limit):
                return
