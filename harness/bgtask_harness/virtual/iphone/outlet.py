"""What a phone says without being asked, on its way to one host: kept in order until the host's side has taken it.

A jump of the phone's time stands still while there is something here (`virtual.pace`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bgtask_harness.virtual.iphone.links import Link


class Outlet:
    """Bytes for one link. `put` never blocks; `pump` brings them out until the host hangs up."""

    def __init__(self, link: Link, service: str, taken: Callable[[], None]) -> None:
        self.service = service
        self.stalled = False
        self.turns = 0
        self._link = link
        self._taken = taken
        self._pending = bytearray()
        self._sending = False
        self._filled = asyncio.Event()

    @property
    def unread(self) -> bool:
        """There is something that the host's side has not taken."""
        return self._sending or bool(self._pending)

    def put(self, data: bytes) -> None:
        """Have this go out, after what is there."""
        self._pending += data
        self._filled.set()

    async def pump(self) -> None:
        """Bring out what is put in, for ever; ends with the connection's error."""
        # `drain` comes back when the system has taken all of it, not when little is left (asyncio's TLS takes a high
        # limit of zero for always full)
        self._link.writer.transport.set_write_buffer_limits(high=1, low=0)
        while True:
            await self._filled.wait()
            self._filled.clear()
            data, self._pending = bytes(self._pending), bytearray()
            await self._send(data)

    async def _send(self, data: bytes) -> None:
        self._sending = True
        try:
            self._link.write(data)
            await self._link.drain()
        finally:
            self._sending = False
        self.turns += 1
        self.stalled = False
        self._taken()
