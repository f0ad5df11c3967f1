"""Where hosts connect: a loopback port that is the phone's own for as long as the process lives."""

from __future__ import annotations

import asyncio
import socket

from bgtask_harness.virtual.adbd.connection import Connection
from bgtask_harness.virtual.adbd.daemon import Daemon
from bgtask_harness.virtual.adbd.stream import Stream
from bgtask_harness.virtual.pace import RealTime

LOOPBACK = "127.0.0.1"


class Listener:
    """Serves a daemon on 127.0.0.1. Nobody listens while the phone is off; the same port comes back with it."""

    def __init__(self, daemon: Daemon, port: int = 0) -> None:
        self.daemon = daemon
        self.connections: set[Connection] = set()
        self.pace = RealTime(daemon.phone, self._after, self._unread)
        daemon.pace = self.pace
        daemon.hosts = self
        self.frozen = False
        # Bound but never listening: while the phone is off nobody else gets the port, and a host that tries to connect
        # is refused instead of being connected with itself, which Linux does when it picks the same port for both ends.
        self._holder = _bound(port)
        self.port: int = self._holder.getsockname()[1]
        self._server: asyncio.Server | None = None
        self._opening: asyncio.Task[None] | None = None
        daemon.phone.on_reboot(self._went_down)

    async def start(self) -> None:
        """Accept hosts from now on."""
        await self._open()
        self.pace.run()

    def close(self) -> None:
        """Let go of everything."""
        self.pace.stop()
        self.drop()
        if self._server is not None:
            self._server.close()
        self._holder.close()

    def drop(self) -> None:
        for connection in tuple(self.connections):
            connection.drop()

    def freeze(self, frozen: bool) -> None:
        self.frozen = frozen
        for connection in self.connections:
            connection.pause(frozen)

    def _went_down(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        self.drop()

    def _after(self) -> None:
        for connection in tuple(self.connections):
            connection.flush()
        if self._server is None and self._opening is None and self.daemon.phone.online:
            self._opening = asyncio.get_running_loop().create_task(self._open())

    def _unread(self) -> list[Stream]:
        return [stream for connection in self.connections for stream in connection.unread()]

    async def _open(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: Connection(self), sock=_bound(self.port))
        self._opening = None


def _bound(port: int) -> socket.socket:
    """Give a socket that shares its port with those of this user that ask for the same."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind((LOOPBACK, port))
    return bound
