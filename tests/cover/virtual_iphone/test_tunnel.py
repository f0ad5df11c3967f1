"""IOS 17.4 and later by unmodified pymobiledevice3: tunnel without root, discovery, and the same services behind it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.virtual.iphone.coredevice import packets
from bgtask_harness.virtual.iphone.coredevice import xpc

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

from pymobiledevice3.exceptions import InvalidServiceError
from pymobiledevice3.lockdown import create_using_usbmux
from pymobiledevice3.remote.userspace_tunnel import UserspaceRsdTunnel
from pymobiledevice3.services.diagnostics import DiagnosticsService
from pymobiledevice3.services.dvt.instruments.dvt_provider import DvtProvider
from pymobiledevice3.services.dvt.instruments.process_control import ProcessControl
from pymobiledevice3.services.installation_proxy import InstallationProxyService
from pymobiledevice3.services.notification_proxy import NotificationProxyService
from pymobiledevice3.services.os_trace import OsTraceService

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

Serve = Callable[..., None]


def through_tunnel(serve: Serve, phone: Any, script: Callable[..., Any]) -> None:
    async def run(_address: str, daemons: Any) -> None:
        async with UserspaceRsdTunnel() as tunnel:
            await script(tunnel, daemons)

    serve(phone, run)


def test_discovery_tells_what_the_phone_is_and_has(serve: Serve, iphone15: Any) -> None:
    async def script(tunnel: Any, _daemons: Any) -> None:
        assert (tunnel.product_version, tunnel.udid) == ("26.1", iphone15.udid)
        assert tunnel.is_in_process_tunnel
        assert "com.apple.instruments.dtservicehub" in tunnel.peer_info["Services"]
        assert await tunnel.get_value(key="DeviceName") == "Demo iPhone"

    through_tunnel(serve, iphone15, script)


def test_the_same_services_answer_inside_the_tunnel(serve: Serve, iphone15: Any) -> None:
    async def script(tunnel: Any, _daemons: Any) -> None:
        async with InstallationProxyService(tunnel) as proxy:
            assert iphone15.app.bundle_id in await proxy.get_apps()
        async with DiagnosticsService(tunnel) as relay:
            assert (await relay.get_battery() or {})["CurrentCapacity"] == 87
        async with DvtProvider(tunnel) as provider, ProcessControl(provider) as control:
            assert await control.launch(iphone15.app.bundle_id) == 401

    through_tunnel(serve, iphone15, script)


def test_a_log_is_followed_and_a_notification_posted_through_the_tunnel(serve: Serve, iphone15: Any) -> None:
    async def script(tunnel: Any, _daemons: Any) -> None:
        async with OsTraceService(tunnel) as relay, NotificationProxyService(tunnel) as poster:
            stream = relay.syslog()
            first = asyncio.ensure_future(anext(stream))
            while not len(iphone15.log_readers):  # noqa: ASYNC110 - the phone tells nobody
                await asyncio.sleep(0.001)
            await poster.notify_post("com.example.demo.bgt.force")
            assert (await first).message == "hook com.example.demo.bgt.force"
            for number in range(300):
                iphone15.say(401, f"{number} " + "x" * 5000)
            for number in range(300):
                assert (await anext(stream)).message.startswith(f"{number} ")

    through_tunnel(serve, iphone15, script)


def test_without_an_image_discovery_has_no_instruments(serve: Serve, iphone15: Any) -> None:
    iphone15.image_mounted = False

    async def script(tunnel: Any, _daemons: Any) -> None:
        assert "com.apple.instruments.dtservicehub" not in tunnel.peer_info["Services"]
        with pytest.raises(InvalidServiceError):
            async with DvtProvider(tunnel):
                pass

    through_tunnel(serve, iphone15, script)


def test_before_ios_17_4_there_is_no_tunnel(serve: Serve, phone: Any) -> None:
    phone.version = (17, 3)

    async def run(address: str, _daemons: Any) -> None:
        client = await create_using_usbmux(usbmux_address=address)
        with pytest.raises(InvalidServiceError):
            await client.start_lockdown_service("com.apple.internal.devicecompute.CoreDeviceProxy")
        await client.close()

    serve(phone, run)


def test_an_xpc_object_gives_back_what_went_in() -> None:
    value = {"a": [1, -2, xpc.UInt64(2**63), None, True, 2.5, "ü", b"\0\1"], "": {}}

    assert xpc.loads(xpc.dumps(value)) == value


def test_a_segment_gives_back_what_went_in() -> None:
    ours, theirs = packets.IPv6Address("fd00::1"), packets.IPv6Address("fd00::2")
    segment = packets.Segment(ours, 1, theirs, 2, 5, 6, packets.SYN, 100, b"", 1400, 7)
    raw = segment.encode()

    assert packets.decode(raw[:40], raw[40:]) == segment
    pseudo = raw[8:40] + len(raw[40:]).to_bytes(4, "big") + bytes([0, 0, 0, 6])
    assert packets.checksum(pseudo + raw[40:]) == 0
