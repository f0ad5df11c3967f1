"""A virtual iPhone with all its daemons, served on a socket of its own from a thread: what a driver connects to."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from bgtask_harness.virtual.ios.phone import IPhone
from bgtask_harness.virtual.iphone.daemons import Daemons
from bgtask_harness.virtual.iphone.listener import Listener
from bgtask_harness.virtual.iphone.lockdown.identity import Identity
from bgtask_harness.virtual.iphone.usbmux.daemon import Daemon


@contextlib.contextmanager
def served(phone: IPhone, folder: Path, identity: Identity) -> Iterator[str]:
    """Serve it until the end of the block; give the address of its usbmuxd."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="virtual iphone", daemon=True)
    thread.start()
    before = os.environ.get("USBMUXD_SOCKET_ADDRESS")

    async def start() -> tuple[Daemons, Listener]:
        daemons = (phone.layers.daemons or Daemons)(phone, identity)
        usbmuxd = Daemon()
        usbmuxd.attach(daemons)
        listener = Listener(usbmuxd)
        await listener.on_socket(folder)
        return daemons, listener

    async def stop() -> None:
        listener.close()
        daemons.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    daemons, listener = asyncio.run_coroutine_threadsafe(start(), loop).result(10)
    # pymobiledevice3 opens its tunnel through the default address, whatever address the session was given
    os.environ["USBMUXD_SOCKET_ADDRESS"] = listener.address
    try:
        yield listener.address
    finally:
        if before is None:
            del os.environ["USBMUXD_SOCKET_ADDRESS"]
        else:
            os.environ["USBMUXD_SOCKET_ADDRESS"] = before
        asyncio.run_coroutine_threadsafe(stop(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()
