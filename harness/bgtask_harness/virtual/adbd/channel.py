"""What a service of the daemon sees of the stream that it was opened on, and how services are named.

A service is a coroutine of the phone's kernel, so the same service runs under a socket (`stream.Stream`) and in this
process (`local.LocalStream`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class Channel(Protocol):
    """A two-way stream of bytes to the host. Ends when the service returns; the coroutine is cancelled when it ends."""

    def write(self, data: bytes) -> None:
        """Send. Never blocks: what cannot go yet is kept."""

    async def drain(self) -> None:
        """Suspend until the host has taken everything. Raises `Cancelled` when the host has gone."""

    async def read(self) -> bytes:
        """More of what the host sends, at least one byte; `b""` when it has gone."""


@dataclass(frozen=True, slots=True)
class Request:
    """A service as the host asks for it: `shell,v2,raw:ls -l` is `shell`, flags `v2` and `raw`, argument `ls -l`."""

    name: str
    flags: tuple[str, ...]
    argument: str

    @classmethod
    def parse(cls, service: str) -> Request:
        """Take a service string apart.

        >>> Request.parse("shell,v2,TERM=xterm,raw:echo a:b")
        Request(name='shell', flags=('v2', 'TERM=xterm', 'raw'), argument='echo a:b')
        """
        head, _, argument = service.partition(":")
        name, *flags = head.split(",")
        return cls(name, tuple(flags), argument)


class Reader:
    """Exact amounts of a channel's bytes."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._buffer = b""

    async def exactly(self, size: int) -> bytes:
        """Give that many bytes.

        Raises:
            EOFError: The host went away before.

        """
        while len(self._buffer) < size:
            more = await self._channel.read()
            if not more:
                raise EOFError
            self._buffer += more
        taken, self._buffer = self._buffer[:size], self._buffer[size:]
        return taken
