"""The clocks of an iPhone: wall from lockdownd, boot from instruments, and the sentinel by the app's hook.

There is no command that reads all of them at once, so the reading's error is the time that the whole of it took. The
boot is told by its session id (`BootSessionID`): UNCONFIRMED that every iOS gives it; without one, boots are told apart
by a boot clock that goes back.
"""

from __future__ import annotations

import time

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.devices.port import ClockReading

_NS_PER_S = 1_000_000_000


def read_clocks(link: Link, number: int, sentinel: str | None, deadline: Deadline) -> ClockReading:
    """Read them; `sentinel` is the notification to post, None for an app without a hook.

    Raises:
        Unsupported: Instruments are not to be had: Developer Mode, developer disk image.

    """

    async def read() -> ClockReading:
        from pymobiledevice3.services.dvt.instruments.device_info import DeviceInfo  # noqa: PLC0415 - imported when used
        from pymobiledevice3.services.dvt.instruments.dvt_provider import DvtProvider  # noqa: PLC0415 - as above
        from pymobiledevice3.services.notification_proxy import NotificationProxyService  # noqa: PLC0415 - as above

        lockdown = await link.lockdown()
        async with DvtProvider(await link.developer()) as provider, DeviceInfo(provider) as info:
            began = time.monotonic_ns()
            ticks = list(await info.mach_time_info())  # type: ignore[no-untyped-call]  # its own words have none
            wall_s = float(await lockdown.get_value(key="TimeIntervalSince1970"))
            took = time.monotonic_ns() - began
        if sentinel is not None:
            async with NotificationProxyService(lockdown) as proxy:
                await proxy.notify_post(sentinel)
        boot_ns = int(ticks[3]) * int(ticks[4]) // int(ticks[5])
        boot_id = str(lockdown.all_values.get("BootSessionID", ""))
        return ClockReading(number, boot_id, boot_ns, round(wall_s * _NS_PER_S), took + 1_000_000, began + took // 2)

    return link.call(read, deadline, "reading the clocks", ("clocks", {"sentinel": sentinel or ""}))
