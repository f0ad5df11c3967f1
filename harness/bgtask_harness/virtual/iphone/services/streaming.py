"""What services that speak unasked share: a reader beside the writer, and the end of both when the host hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from collections.abc import Callable
from collections.abc import Coroutine
from contextlib import asynccontextmanager
from typing import Any

from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.outlet import Outlet

CHUNK = 4096


async def together(*work: Coroutine[Any, Any, None]) -> None:
    """Do all of it until one part ends or fails; the others end then."""
    tasks = [asyncio.create_task(part) for part in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def hung_up(link: Link) -> None:
    """Wait for the host to hang up; what it says is of no interest."""
    while await link.reader.read(CHUNK):
        pass


@asynccontextmanager
async def outlet(handset: Handset, link: Link, service: str) -> AsyncIterator[Outlet]:
    """Give a way out to the host that the phone's time waits for."""
    way = Outlet(link, service, handset.go_on)
    handset.outlets.add(way)
    try:
        yield way
    finally:
        handset.outlets.discard(way)


async def stream(handset: Handset, link: Link, service: str, begin: Callable[[Outlet], Callable[[], None]]) -> None:
    """Have `begin` fill an outlet, from now until the host hangs up; it gives what ends that."""
    async with outlet(handset, link, service) as way:
        stop = begin(way)
        try:
            await together(way.pump(), hung_up(link))
        finally:
            stop()
