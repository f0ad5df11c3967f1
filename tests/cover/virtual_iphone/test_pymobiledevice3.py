"""Unmodified pymobiledevice3 before iOS 17: list, pair, read, log, notify, restart."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bgtask_reference.ports.background_tasks import OSLogType

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

from pymobiledevice3 import usbmux
from pymobiledevice3.exceptions import InvalidServiceError
from pymobiledevice3.exceptions import NoDeviceConnectedError
from pymobiledevice3.exceptions import PairingDialogResponsePendingError
from pymobiledevice3.exceptions import PyMobileDevice3Exception
from pymobiledevice3.exceptions import UserDeniedPairingError
from pymobiledevice3.lockdown import LockdownClient
from pymobiledevice3.lockdown import create_using_usbmux
from pymobiledevice3.services.amfi import AmfiService
from pymobiledevice3.services.diagnostics import DiagnosticsService
from pymobiledevice3.services.installation_proxy import InstallationProxyService
from pymobiledevice3.services.mobile_image_mounter import MobileImageMounterService
from pymobiledevice3.services.notification_proxy import NotificationProxyService
from pymobiledevice3.services.os_trace import OsTraceService
from pymobiledevice3.services.syslog import SyslogService

# it leaves connections to be collected as garbage, and Python complains of that
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

Serve = Callable[..., None]
SECOND = 1_000_000_000


async def until(true: Callable[[], Any]) -> None:
    while not true():  # noqa: ASYNC110 - what is waited for is the phone's, and tells nobody
        await asyncio.sleep(0.001)


def with_lockdown(serve: Serve, phone: Any, script: Callable[..., Any], **options: Any) -> None:
    async def run(address: str, _daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        try:
            await script(client)
        finally:
            await client.close()

    serve(phone, run, **options)


@pytest.mark.parametrize("socket", [True, False], ids=["unix socket", "port"])
def test_a_phone_is_listed(serve: Serve, phone: Any, socket: bool) -> None:
    async def script(address: str, _daemons: Any) -> None:
        (device,) = await usbmux.list_devices(usbmux_address=address)
        assert (device.serial, device.connection_type) == (phone.udid, "USB")

    serve(phone, script, socket=socket)


@pytest.mark.parametrize("paired", [True, False], ids=["paired before", "pairs now"])
def test_a_session_in_tls_reads_the_phone_s_values(serve: Serve, phone: Any, paired: bool) -> None:
    async def script(client: LockdownClient) -> None:
        assert client.paired
        assert (client.product_version, client.product_type) == ("16.5", "iPhone14,5")
        assert await client.get_value(key="SerialNumber") == "VIRTUAL0001"
        assert await client.get_value("com.apple.mobile.battery", "BatteryCurrentCapacity") == 87
        assert await client.get_developer_mode_status()

    with_lockdown(serve, phone, script, paired=paired)


@pytest.mark.parametrize(
    ("answer", "refusal"), [("pending", PairingDialogResponsePendingError), ("denied", UserDeniedPairingError)]
)
def test_who_is_not_trusted_is_told_so(serve: Serve, phone: Any, answer: str, refusal: type[Exception]) -> None:
    phone.answer = type(phone.answer)(answer)

    async def script(address: str, _daemons: Any) -> None:
        with pytest.raises(refusal):
            await create_using_usbmux(usbmux_address=address, pair_timeout=0)

    serve(phone, script, paired=False)


def test_before_pairing_a_phone_keeps_its_serial_number_to_itself(serve: Serve, phone: Any) -> None:
    async def script(address: str, _daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address, autopair=False)
        assert "SerialNumber" not in client.all_values
        assert client.product_version == "16.5"
        await client.close()

    serve(phone, script, paired=False)


def test_apps_are_looked_up_with_the_attributes_asked_for(serve: Serve, phone: Any) -> None:
    async def script(client: LockdownClient) -> None:
        options = {"BundleIDs": [phone.app.bundle_id], "ReturnAttributes": ["UIBackgroundModes", "Path"]}
        async with InstallationProxyService(client) as proxy:
            found = await proxy.lookup(options)
            users = await proxy.get_apps(application_type="User")
        assert found == {phone.app.bundle_id: {"UIBackgroundModes": ["fetch"], "Path": phone.app.path}}
        assert list(users) == [phone.app.bundle_id]

    with_lockdown(serve, phone, script)


def test_an_app_is_uninstalled(serve: Serve, phone: Any) -> None:
    async def script(client: LockdownClient) -> None:
        async with InstallationProxyService(client) as proxy:
            await proxy.uninstall(phone.app.bundle_id)
            assert await proxy.get_apps(application_type="User") == {}

    with_lockdown(serve, phone, script)


def test_the_unified_log_is_streamed_record_by_record(serve: Serve, phone: Any) -> None:
    async def script(client: LockdownClient) -> None:
        async with OsTraceService(client) as relay:
            stream = relay.syslog()
            first = asyncio.ensure_future(anext(stream))
            await until(lambda: len(phone.log_readers))
            phone.say(401, "two\nlines", OSLogType.ERROR)
            entry = await first
            phone.say(402, "ü" * 40_000, OSLogType.DEBUG)
            long = await anext(stream)
        assert (entry.pid, entry.message, entry.level.name) == (401, "two\nlines", "ERROR")
        assert (entry.label.subsystem, entry.label.category) == ("com.apple.BackgroundTasks", "Framework")
        assert entry.filename.endswith("/Demo")
        assert long.level.name == "DEBUG"
        assert set(long.message) <= {"ü", "\N{REPLACEMENT CHARACTER}"}

    with_lockdown(serve, phone, script)


def test_a_stream_of_one_process_has_no_other_s_records(serve: Serve, phone: Any) -> None:
    async def script(client: LockdownClient) -> None:
        async with OsTraceService(client) as relay:
            first = asyncio.ensure_future(anext(relay.syslog(pid=402)))
            await until(lambda: len(phone.log_readers))
            phone.say(401, "another")
            phone.say(402, "this one")
            assert (await first).message == "this one"

    with_lockdown(serve, phone, script)


def test_processes_are_listed_by_the_trace_relay(serve: Serve, phone: Any) -> None:
    async def script(client: LockdownClient) -> None:
        async with OsTraceService(client) as relay:
            assert (await relay.get_pid_list())["Payload"] == {"90": {"ProcessName": "dasd"}}

    with_lockdown(serve, phone, script)


def test_the_log_as_text_names_process_image_and_level(serve: Serve, phone: Any) -> None:
    async def script(client: LockdownClient) -> None:
        async with SyslogService(client) as relay:
            first = asyncio.ensure_future(anext(relay.watch()))
            await until(lambda: len(phone.log_readers))
            phone.say(401, "not relayed", OSLogType.DEBUG)
            phone.say(401, "Running task", OSLogType.ERROR)
            line = await first
        assert line.partition(" ")[0] == "Nov"
        assert line.endswith(" Demo-iPhone Demo(BackgroundTasks)[401] <Error>: Running task")

    with_lockdown(serve, phone, script)


def test_a_darwin_notification_is_posted_and_relayed(serve: Serve, phone: Any) -> None:
    async def script(client: LockdownClient) -> None:
        async with NotificationProxyService(client) as observer, NotificationProxyService(client) as poster:
            await observer.notify_register_dispatch("com.example.demo.bgt.pending")
            first = asyncio.ensure_future(anext(observer.receive_notification()))
            await until(lambda: phone._notified)
            await poster.notify_post("com.example.demo.bgt.pending")
            assert (await first).name == "com.example.demo.bgt.pending"
        assert phone.posted == ["com.example.demo.bgt.pending"]

    with_lockdown(serve, phone, script)


def test_the_battery_is_in_the_registry(serve: Serve, phone: Any) -> None:
    async def script(client: LockdownClient) -> None:
        async with DiagnosticsService(client) as relay:
            battery = await relay.get_battery()
        assert battery is not None
        assert battery["CurrentCapacity"] == 87

    with_lockdown(serve, phone, script)


def test_a_restart_breaks_every_connection_and_the_phone_comes_back_without_its_image(serve: Serve, phone: Any) -> None:
    async def script(address: str, daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        async with DiagnosticsService(client) as relay:
            await relay.restart()
            assert phone.restarts == 0, "it goes down when the host has hung up"
        await until(lambda: phone.restarts)
        with pytest.raises(NoDeviceConnectedError):
            await create_using_usbmux(usbmux_address=address)
        await until(lambda: phone.online)
        again = await create_using_usbmux(usbmux_address=address)
        async with MobileImageMounterService(again) as mounter:
            assert not await mounter.is_image_mounted("Developer")
        await again.close()
        await client.close()

    serve(phone, script)


def test_an_image_is_uploaded_and_mounted_and_unmounted(serve: Serve, phone: Any) -> None:
    phone.image_mounted = False

    async def script(client: LockdownClient) -> None:
        async with MobileImageMounterService(client) as mounter:
            await mounter.upload_image("Developer", b"image" * 50_000, b"signature")
            await mounter.mount_image("Developer", b"signature")
            assert await mounter.is_image_mounted("Developer")
            await mounter.unmount_image("/Developer")
            assert not await mounter.is_image_mounted("Developer")

    with_lockdown(serve, phone, script)


@pytest.mark.parametrize(("attribute", "value"), [("passcode_locked", True), ("developer_mode", False)])
def test_an_image_is_not_mounted_on_a_locked_phone_or_without_developer_mode(
    serve: Serve, phone: Any, attribute: str, value: bool
) -> None:
    phone.image_mounted = False
    setattr(phone, attribute, value)

    async def script(client: LockdownClient) -> None:
        async with MobileImageMounterService(client) as mounter:
            with pytest.raises(PyMobileDevice3Exception):
                await mounter.mount_image("Developer", b"signature")
        assert not phone.image_mounted

    with_lockdown(serve, phone, script)


def test_developer_mode_is_enabled_unless_there_is_a_passcode(serve: Serve, phone: Any) -> None:
    phone.developer_mode = False

    async def script(client: LockdownClient) -> None:
        phone.passcode_locked = True
        with pytest.raises(PyMobileDevice3Exception):
            await AmfiService(client).enable_developer_mode(enable_post_restart=False)
        phone.passcode_locked = False
        await AmfiService(client).enable_developer_mode(enable_post_restart=False)
        assert phone.developer_mode

    with_lockdown(serve, phone, script)


def test_a_service_that_is_not_there_is_refused_by_name(serve: Serve, phone: Any) -> None:
    async def script(client: LockdownClient) -> None:
        with pytest.raises(InvalidServiceError):
            await client.start_lockdown_service("com.apple.nothing")

    with_lockdown(serve, phone, script)


def test_a_pulled_cable_ends_a_stream_and_a_listener_hears_of_it(serve: Serve, phone: Any) -> None:
    async def script(client: LockdownClient) -> None:
        async with OsTraceService(client) as relay:
            first = asyncio.ensure_future(anext(relay.syslog()))
            await until(lambda: len(phone.log_readers))
            phone.go(False)
            with pytest.raises(PyMobileDevice3Exception):
                await first

    with_lockdown(serve, phone, script)


def test_time_jumps_and_a_reader_gets_every_line_in_order(serve: Serve, phone: Any) -> None:
    for minute in range(200):
        phone.kernel.after(minute * 60 * SECOND, lambda minute=minute: phone.say(90, f"minute {minute}"))

    async def script(client: LockdownClient) -> None:
        control = await client.start_lockdown_service("bgtask-virtual")
        async with OsTraceService(client) as relay:
            stream = relay.syslog()
            first = asyncio.ensure_future(anext(stream))
            await until(lambda: len(phone.log_readers))
            target = 300 * 60 * SECOND
            jump = asyncio.ensure_future(control.send_recv_plist({"Request": "Advance", "BootTime": target}))
            seen = [(await first).message] + [(await anext(stream)).message for _ in range(198)]
            assert (await jump)["BootTime"] >= target
        assert seen == [f"minute {minute}" for minute in range(1, 200)]
        await control.close()

    with_lockdown(serve, phone, script)


def test_a_jump_that_ends_at_output_ends_there(serve: Serve, phone: Any) -> None:
    phone.kernel.after(3600 * SECOND, lambda: phone.say(90, "an hour"))

    async def script(client: LockdownClient) -> None:
        control = await client.start_lockdown_service("bgtask-virtual")
        asked = {"Request": "Advance", "BootTime": 9999 * SECOND, "UntilOutput": True}
        reached = (await control.send_recv_plist(asked))["BootTime"]
        assert reached == 3600 * SECOND
        await control.close()

    with_lockdown(serve, phone, script)


def test_hands_are_for_virtual_phones_and_refuse_in_a_sentence(serve: Serve, phone: Any) -> None:
    async def script(client: LockdownClient) -> None:
        control = await client.start_lockdown_service("bgtask-virtual")
        assert await control.send_recv_plist({"Request": "Hand", "Act": "lock"}) == {}
        assert await control.send_recv_plist({"Request": "Hand", "Act": "fly"}) == {"Error": "there is no act 'fly'"}
        info = await control.send_recv_plist({"Request": "Info"})
        assert (info["Virtual"], info["UDID"]) == (1, phone.udid)
        assert "Error" in await control.send_recv_plist({"Request": "Advance", "BootTime": "soon"})
        await control.close()

    with_lockdown(serve, phone, script)
    assert phone.hands == [("lock", "")]
