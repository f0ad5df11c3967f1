"""com.apple.mobile.heartbeat: `Marco`, and the host's `Polo`, for as long as both are there."""

from __future__ import annotations

import asyncio

from bgtask_harness.virtual.iphone.links import Link

NAME = "com.apple.mobile.heartbeat"
INTERVAL_S = 10
GRACE_S = 5


async def serve(link: Link) -> None:
    """Beat until the host misses one."""
    while True:
        await link.send({"Command": "Marco", "Interval": INTERVAL_S})
        async with asyncio.timeout(INTERVAL_S + GRACE_S):
            await link.receive()
        await asyncio.sleep(INTERVAL_S)
