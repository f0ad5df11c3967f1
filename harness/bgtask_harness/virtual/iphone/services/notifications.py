"""com.apple.mobile.notification_proxy: Darwin notifications, posted and observed from a host.

Whether each iOS version lets a host post names that are not Apple's is UNCONFIRMED; this one does.
"""

from __future__ import annotations

import plistlib
import struct
from collections.abc import Callable
from functools import partial

from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.outlet import Outlet
from bgtask_harness.virtual.iphone.services.streaming import outlet
from bgtask_harness.virtual.iphone.services.streaming import together

NAME = "com.apple.mobile.notification_proxy"
INSECURE = "com.apple.mobile.insecure_notification_proxy"


async def serve(handset: Handset, link: Link) -> None:
    """Post and relay until the host says `Shutdown` or hangs up."""
    observed: dict[str, Callable[[], None]] = {}
    async with outlet(handset, link, NAME) as way:
        try:
            await together(way.pump(), _listen(handset, link, way, observed))
        finally:
            for stop in observed.values():
                stop()


async def _listen(handset: Handset, link: Link, way: Outlet, observed: dict[str, Callable[[], None]]) -> None:
    while True:
        asked = await link.receive()
        name = str(asked.get("Name", ""))
        if asked.get("Command") == "PostNotification":
            with handset.present() as phone:
                phone.post(name)
        elif asked.get("Command") == "ObserveNotification" and name not in observed:
            with handset.present() as phone:
                observed[name] = phone.on_notification(name, partial(_relay, way, name))
        elif asked.get("Command") == "Shutdown":
            await link.send({"Command": "ProxyDeath"})
            return


def _relay(way: Outlet, name: str) -> None:
    body = plistlib.dumps({"Command": "RelayNotification", "Name": name})
    way.put(struct.pack(">I", len(body)) + body)
