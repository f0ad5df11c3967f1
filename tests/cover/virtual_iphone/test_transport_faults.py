"""The transport of a virtual iPhone with faults: entries that are lost, a phone that hangs, a cable that is pulled."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.virtual.iphone.daemons import Daemons

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

from pymobiledevice3 import usbmux
from pymobiledevice3.exceptions import InvalidServiceError
from pymobiledevice3.exceptions import PyMobileDevice3Exception
from pymobiledevice3.lockdown import create_using_usbmux
from pymobiledevice3.services.notification_proxy import NotificationProxyService
from pymobiledevice3.services.os_trace import OsTraceService

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

Serve = Callable[..., None]


class Forgetful(Daemons):
    """Loses every second entry and blots out the others."""

    count = 0

    def relayed(self, record: Any) -> Any:
        self.count += 1
        return dataclasses.replace(record, message="<private>") if self.count % 2 else None


class Mute(Daemons):
    """Has no notification proxy."""

    def offered(self) -> Any:
        return tuple(offer for offer in super().offered() if "notification_proxy" not in offer.lockdown)


async def first_of(relay: OsTraceService, phone: Any) -> Any:
    first = asyncio.ensure_future(anext(relay.syslog()))
    while not len(phone.log_readers):  # noqa: ASYNC110 - the phone tells nobody
        await asyncio.sleep(0.001)
    return first


def test_entries_are_lost_and_changed_on_their_way(serve: Serve, phone: Any) -> None:
    async def script(address: str, _daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        async with OsTraceService(client) as relay:
            stream = relay.syslog()
            first = asyncio.ensure_future(anext(stream))
            while not len(phone.log_readers):  # noqa: ASYNC110 - the phone tells nobody
                await asyncio.sleep(0.001)
            for pid in range(1, 5):
                phone.say(pid, f"line {pid}")
            seen = [await first, await anext(stream)]
        assert [(entry.pid, entry.message) for entry in seen] == [(1, "<private>"), (3, "<private>")]
        await client.close()

    serve(phone, script, made_of=Forgetful)


def test_a_service_that_a_fault_takes_away_is_refused(serve: Serve, phone: Any) -> None:
    async def script(address: str, _daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        with pytest.raises(InvalidServiceError):
            await client.start_lockdown_service("com.apple.mobile.notification_proxy")
        await client.close()

    serve(phone, script, made_of=Mute)


def test_a_phone_that_hangs_answers_nothing_until_it_goes_on(serve: Serve, phone: Any) -> None:
    async def script(address: str, daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        async with NotificationProxyService(client) as proxy:
            daemons.freeze(True)
            await proxy.notify_post("a")
            assert len(await usbmux.list_devices(usbmux_address=address)) == 1, "usbmuxd is not the phone"
            assert phone.posted == []
            daemons.freeze(False)
            while not phone.posted:  # noqa: ASYNC110 - the phone tells nobody
                await asyncio.sleep(0.001)
        await client.close()

    serve(phone, script)


def test_a_cable_that_is_pulled_and_plugged_in_again_breaks_what_was_open(serve: Serve, phone: Any) -> None:
    async def script(address: str, daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        async with OsTraceService(client) as relay:
            first = await first_of(relay, phone)
            daemons.drop()
            with pytest.raises(PyMobileDevice3Exception):
                await first
        again = await create_using_usbmux(usbmux_address=address)
        assert await again.get_value(key="SerialNumber") == "VIRTUAL0001"
        await again.close()
        await client.close()

    serve(phone, script)
