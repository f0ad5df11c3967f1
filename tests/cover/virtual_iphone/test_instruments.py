"""Instruments by unmodified pymobiledevice3: processes launched, signalled, listed and heard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.virtual.ios.port import ProcessState
from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.iphone.dtx import archive
from bgtask_harness.virtual.iphone.dtx.archive import NSError

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

from pymobiledevice3.dtx import DTXNsError
from pymobiledevice3.exceptions import InvalidServiceError
from pymobiledevice3.lockdown import create_using_usbmux
from pymobiledevice3.services.dvt.instruments.device_info import DeviceInfo
from pymobiledevice3.services.dvt.instruments.dvt_provider import DvtProvider
from pymobiledevice3.services.dvt.instruments.process_control import ProcessControl

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

Serve = Callable[..., None]
Script = Callable[[ProcessControl, DvtProvider], Any]


def with_control(serve: Serve, phone: Any, script: Script) -> None:
    async def run(address: str, _daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        async with DvtProvider(client) as provider, ProcessControl(provider) as control:
            await script(control, provider)
        await client.close()

    serve(phone, run)


def test_an_app_is_launched_with_arguments_and_environment(serve: Serve, phone: Any) -> None:
    async def script(control: ProcessControl, _provider: DvtProvider) -> None:
        pid = await control.launch(phone.app.bundle_id, ["-BGTask", "1"], environment={"A": "b"}, start_suspended=True)
        assert pid == 401
        assert await control.process_identifier_for_bundle_identifier(phone.app.bundle_id) == pid
        assert await control.is_debuggable(pid)

    with_control(serve, phone, script)
    (launch,) = phone.launches
    assert (launch.arguments, launch.environment) == (("-BGTask", "1"), {"A": "b"})
    assert (launch.kill_existing, launch.halted, launch.in_background) == (True, True, False)


def test_what_a_launched_app_prints_is_heard(serve: Serve, phone: Any) -> None:
    async def script(control: ProcessControl, _provider: DvtProvider) -> None:
        pid = await control.launch(phone.app.bundle_id)
        event = await asyncio.wait_for(anext(aiter(control)), 5)
        assert (event.pid, event.message) == (pid, "hello\n")

    with_control(serve, phone, script)


def test_a_process_is_suspended_resumed_and_killed(serve: Serve, phone: Any) -> None:
    async def script(control: ProcessControl, _provider: DvtProvider) -> None:
        pid = await control.launch(phone.app.bundle_id)
        await control.suspend(pid)
        assert phone.running[pid].state is ProcessState.HALTED
        await control.resume(pid)
        assert phone.running[pid].state is ProcessState.FOREGROUND
        await control.kill(pid)
        assert pid not in phone.running

    with_control(serve, phone, script)


def test_a_launch_that_the_phone_refuses_tells_its_sentence(serve: Serve, phone: Any) -> None:
    phone.refuse_launch = Refused("Unable to launch: the device was not, or could not be, unlocked.", "Domain", 7)

    async def script(control: ProcessControl, _provider: DvtProvider) -> None:
        with pytest.raises(DTXNsError, match="unlocked"):
            await control.launch(phone.app.bundle_id)

    with_control(serve, phone, script)


def test_processes_are_listed_with_their_bundles(serve: Serve, phone: Any) -> None:
    async def script(control: ProcessControl, provider: DvtProvider) -> None:
        pid = await control.launch(phone.app.bundle_id)
        async with DeviceInfo(provider) as info:
            listed = {each["pid"]: each for each in await info.proclist()}
            assert listed[pid]["bundleIdentifier"] == phone.app.bundle_id
            assert (listed[90]["name"], listed[90]["isApplication"]) == ("dasd", False)
            assert await info.is_running_pid(pid)
            assert await info.execname_for_pid(90) == "/usr/libexec/dasd"
            assert (await info.system_information())["_productVersion"] == "16.5"

    with_control(serve, phone, script)


@pytest.mark.parametrize("attribute", ["image_mounted", "developer_mode"])
def test_without_image_or_developer_mode_there_are_no_instruments(serve: Serve, phone: Any, attribute: str) -> None:
    setattr(phone, attribute, False)

    async def run(address: str, _daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        with pytest.raises(InvalidServiceError):
            async with DvtProvider(client):
                pass
        await client.close()

    serve(phone, run)


def test_nobody_hears_of_a_process_when_the_host_has_gone(serve: Serve, phone: Any) -> None:
    async def run(address: str, daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        async with DvtProvider(client) as provider, ProcessControl(provider):
            assert len(phone._exits) == 1
        await client.close()
        while daemons.handset.links:  # noqa: ASYNC110 - the server's end of it tells nobody
            await asyncio.sleep(0.001)
        assert len(phone._exits) == 0

    serve(phone, run)


@pytest.mark.parametrize(
    "value", [None, "text", 7, 2.5, True, b"bytes", [1, [None, "x"]], {"a": {"b": []}}, NSError("D", 3, {"k": "v"})]
)
def test_an_archive_gives_back_what_went_in(value: Any) -> None:
    assert archive.loads(archive.dumps(value)) == value
