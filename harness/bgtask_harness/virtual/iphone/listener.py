"""Where hosts connect: a unix socket in a folder that only this user can enter, or a loopback port."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bgtask_harness.virtual.iphone.links import accepting
from bgtask_harness.virtual.iphone.usbmux.daemon import Daemon

LOOPBACK = "127.0.0.1"
SOCKET = "usbmuxd"


class Listener:
    """Serves a usbmuxd. `address` is what goes into `USBMUXD_SOCKET_ADDRESS`."""

    def __init__(self, usbmuxd: Daemon) -> None:
        self.usbmuxd = usbmuxd
        self.address = ""
        self._server: asyncio.Server | None = None

    async def on_socket(self, folder: Path) -> None:
        """Listen on a unix socket in a folder that exists."""
        path = folder / SOCKET
        loop = asyncio.get_running_loop()
        self._server = await loop.create_unix_server(accepting(self.usbmuxd.accept), path)
        self.address = str(path)

    async def on_port(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; another port when 0."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(accepting(self.usbmuxd.accept), LOOPBACK, port)
        self.address = f"{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Listen no longer; who is connected stays so."""
        if self._server is not None:
            self._server.close()
