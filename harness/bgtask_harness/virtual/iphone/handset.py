"""A phone as its daemons share it: the model, its time beside the host's, and whatever is connected.

All of it lives in one thread, that of the event loop. A daemon asks the model `with handset.present()`: the phone is
brought up to the present before, and what the question set going happens after.
"""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager

from bgtask_harness.virtual.ios.port import Clocks
from bgtask_harness.virtual.ios.port import IPhonePort
from bgtask_harness.virtual.ios.port import LogRecord
from bgtask_harness.virtual.iphone.links import BROKEN
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.links import Serve
from bgtask_harness.virtual.iphone.outlet import Outlet
from bgtask_harness.virtual.kernel import Kernel
from bgtask_harness.virtual.kernel import Waiter
from bgtask_harness.virtual.pace import RealTime


class _Timed:
    """The phone as `RealTime` wants it: whom a log entry wakes does not care what it says."""

    def __init__(self, phone: IPhonePort) -> None:
        self._phone = phone

    @property
    def kernel(self) -> Kernel:
        return self._phone.kernel

    @property
    def clocks(self) -> Clocks:
        return self._phone.clocks

    def on_log(self, collector: Callable[[], None]) -> Callable[[], None]:
        return self._phone.on_log(lambda _record: collector())


class Handset:
    """One phone with its connections. Make it inside a running event loop. `relayed` is what logs get of an entry."""

    def __init__(
        self, phone: IPhonePort, relayed: Callable[[LogRecord], LogRecord | None] = lambda record: record
    ) -> None:
        self.phone = phone
        self.frozen = False
        self._relayed = relayed
        self.links: set[Link] = set()
        self.outlets: set[Outlet] = set()
        self._time = RealTime(_Timed(phone), lambda: None, self._unread, daemon="iphone")
        self._watching: set[Callable[[bool], None]] = set()
        self._stop_watching = phone.on_online(self._changed)
        self._time.run()

    @contextmanager
    def present(self) -> Iterator[IPhonePort]:
        """Give the model at the present, and let it go on afterwards."""
        self._time.catch_up()
        try:
            yield self.phone
        finally:
            self._time.run()

    def jump(self, boot_ns: int, *, until_output: bool) -> Waiter:
        """Have time go on to a boot time; the waiter gets what was reached."""
        return self._time.jump(boot_ns, until_output=until_output)

    def go_on(self) -> None:
        """Let the phone do what is due: a reader has taken what a jump waited for."""
        self._time.run()

    def on_online(self, collector: Callable[[bool], None]) -> Callable[[], None]:
        """Tell of the phone going down and coming up, after its connections are broken."""
        self._watching.add(collector)
        return lambda: self._watching.discard(collector)

    async def serve(self, link: Link, service: Serve, name: str) -> None:
        """Run a service on a link to its end; a host that hangs up is no error."""
        self.links.add(link)
        if self.frozen:
            link.hold()
        try:
            await service(link)
        except BROKEN:
            pass
        except Exception:  # noqa: BLE001 - one service's fault must not take the phone's others with it
            report(name)
        finally:
            self.links.discard(link)
            link.close()

    def drop(self) -> None:
        """Break every connection, as a pulled cable does."""
        for link in tuple(self.links):
            link.abort()

    def freeze(self, frozen: bool) -> None:
        """Take nothing in from any host, or go on."""
        self.frozen = frozen
        for link in self.links:
            (link.hold if frozen else link.release)()

    def follow(self, collector: Callable[[LogRecord], None]) -> Callable[[], None]:
        """Tell of each log entry as hosts get it; gives the function that ends that."""

        def take(record: LogRecord) -> None:
            relayed = self._relayed(record)
            if relayed is not None:
                collector(relayed)

        with self.present() as phone:
            return phone.on_log(take)

    def close(self) -> None:
        """Let go of everything."""
        self._stop_watching()
        self._time.stop()
        self.drop()

    def _changed(self, online: bool) -> None:
        if not online:
            self.drop()
        for collector in tuple(self._watching):
            collector(online)

    def _unread(self) -> list[Outlet]:
        return [outlet for outlet in self.outlets if outlet.unread]


def report(service: str) -> None:
    """Say in the process' own log what is broken; the host only sees its connection end."""
    print(f"iphone: {service!r} failed: {traceback.format_exc()}", file=sys.stderr)  # noqa: T201 - not the phone's log


async def arrived(waiter: Waiter) -> int:
    """Wait in the event loop for what the kernel sets."""
    future: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def resume(reached: int) -> None:
        if not future.done():
            future.set_result(reached)

    waiter.attach(resume)
    try:
        return await future
    except asyncio.CancelledError:
        waiter.detach()
        raise
