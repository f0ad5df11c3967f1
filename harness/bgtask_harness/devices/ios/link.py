"""The way to one iPhone: usbmuxd, lockdownd, and from iOS 17.4 on a tunnel for what developers are offered.

Everything is opened when first asked for and kept. Nothing here is asynchronous for its caller.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import TypeVar

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios import walls
from bgtask_harness.devices.ios.loop import Loop
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Unsupported

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Spoken:
    """Something that was said to the phone, in the driver's words, and what came of it.

    Attributes:
        verb: What: `launch`, `post`, `clocks` ...
        arguments: Of that verb.
        at_ns: When, on the host's monotonic clock.
        until_ns: When it had ended.
        answer: What the phone gave: whatever JSON can hold.
        refused: The sentence of what went wrong; empty when nothing did.

    """

    verb: str
    arguments: Mapping[str, str]
    at_ns: int
    until_ns: int
    answer: object = None
    refused: str = ""


Said = tuple[str, Mapping[str, str]]
"""A verb and its arguments."""
Note = Callable[[Spoken], None]
ADDRESS = "USBMUXD_SOCKET_ADDRESS"
"""Where usbmuxd listens, as every tool reads it."""
_USUAL = "/var/run/usbmuxd"
_TUNNEL_SINCE = (17,)
_CLOSE_S = 5.0


def own_usbmuxd() -> str:
    """Give where this computer's own usbmuxd listens: what the environment says, else the usual socket."""
    return os.environ.get(ADDRESS) or _USUAL


class Link:
    """One iPhone by its UDID. `address` is usbmuxd's (`HOST:PORT` or a path); None for this computer's own.

    `note` is told of everything that is said to it.
    """

    def __init__(self, udid: str, address: str | None = None, note: Note | None = None) -> None:
        self.udid = udid
        self.address = address
        self._note = note
        self._loop = Loop(f"iphone {udid}")
        self._lockdown: Any = None
        self._tunnel: Any = None
        self._remote: Any = None

    @property
    def loop(self) -> Loop:
        """Where this phone's asyncio lives."""
        return self._loop

    def call(
        self, work: Callable[[], Awaitable[Result]], deadline: Deadline, doing: str, said: Said | None = None
    ) -> Result:
        """Do something asynchronous with it. `said`: what that is in the driver's words, for whoever takes notes.

        Raises:
            HarnessError: One sentence: not there, not paired, locked, gone, too slow.

        """
        at_ns = time.monotonic_ns()
        try:
            result = self._called(work, deadline, doing)
        except HarnessError as error:
            self.note(said, at_ns, refused=str(error))
            raise
        self.note(said, at_ns, result)
        return result

    def note(self, said: Said | None, at_ns: int, answer: object = None, refused: str = "") -> None:
        """Tell whoever takes notes of something that was said."""
        if self._note is not None and said is not None:
            verb, arguments = said
            self._note(Spoken(verb, dict(arguments), at_ns, time.monotonic_ns(), answer, refused))

    def _called(self, work: Callable[[], Awaitable[Result]], deadline: Deadline, doing: str) -> Result:
        async def run() -> Result:
            return await work()

        try:
            return self._loop.call(run(), deadline, f"{doing} (iPhone {self.udid})")
        except HarnessError:
            raise
        except Exception as error:
            ours = walls.told(error, self.udid, self.address)
            if ours is None:
                raise
            raise ours from error

    async def lockdown(self) -> Any:
        """Give the session with lockdownd; pairs with a phone that agrees."""
        if self._lockdown is None:
            try:
                from pymobiledevice3.lockdown import create_using_usbmux  # noqa: PLC0415 - a back-end is imported when used
            except ImportError as error:
                raise Unsupported(walls.NO_BACK_END) from error
            self._lockdown = await create_using_usbmux(serial=self.udid, usbmux_address=self.address, pair_timeout=0)
        return self._lockdown

    async def version(self) -> tuple[int, ...]:
        """Version of iOS."""
        lockdown = await self.lockdown()
        return tuple(int(part) for part in str(lockdown.product_version).split("."))

    async def developer(self) -> Any:
        """Give whoever starts developer services: lockdownd, from iOS 17 on the tunnel. Names the wall, if any."""
        lockdown = await self.lockdown()
        version = await self.version()
        if version >= (16,) and not await lockdown.get_developer_mode_status():
            raise Unsupported(walls.NO_DEVELOPER_MODE.format(udid=self.udid))
        if not await self._has_image(lockdown, version):
            raise Unsupported(walls.NO_IMAGE.format(udid=self.udid))
        return lockdown if version < _TUNNEL_SINCE else await self._through_tunnel()

    def close(self) -> None:
        """Let go of the phone."""

        async def close() -> None:
            if self._tunnel is not None:
                await self._tunnel.aclose()
            if self._lockdown is not None:
                await self._lockdown.close()
            self._tunnel = self._remote = self._lockdown = None

        with contextlib.suppress(Exception):  # a phone that has gone cannot be told so
            self._loop.call(close(), Deadline.after(_CLOSE_S), "closing")
        self._loop.close()

    def forget(self, deadline: Deadline) -> None:
        """Drop every connection: the phone was away."""

        async def drop() -> None:
            self._tunnel = self._remote = self._lockdown = None

        self.call(drop, deadline, "letting go of old connections")

    async def _through_tunnel(self) -> Any:
        if self._remote is None:
            from pymobiledevice3.remote.userspace_tunnel import UserspaceRsdTunnel  # noqa: PLC0415 - as above

            self._tunnel = UserspaceRsdTunnel(serial=self.udid)
            with _usbmuxd_at(self.address):
                self._remote = await self._tunnel.aopen()
        return self._remote

    async def _has_image(self, lockdown: Any, version: tuple[int, ...]) -> bool:
        from pymobiledevice3.services.mobile_image_mounter import MobileImageMounterService  # noqa: PLC0415 - as above

        kind = "Personalized" if version >= _TUNNEL_SINCE else "Developer"
        async with MobileImageMounterService(lockdown) as mounter:
            return bool(await mounter.is_image_mounted(kind))


@contextlib.contextmanager
def _usbmuxd_at(address: str | None) -> Iterator[None]:
    """Have pymobiledevice3 open its tunnel there: it goes by the environment, whatever address the session was given.

    No other link reads the environment meanwhile: each is given its address.
    """
    before = os.environ.get(ADDRESS)
    if address is not None:
        os.environ[ADDRESS] = address
    try:
        yield
    finally:
        if before is not None:
            os.environ[ADDRESS] = before
        elif address is not None:
            os.environ.pop(ADDRESS, None)
