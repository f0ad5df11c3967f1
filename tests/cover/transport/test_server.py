from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import Refused
from bgtask_harness.transport.server import AdbServer
from bgtask_harness.transport.server import find_adb
from bgtask_harness.transport.server import parse_devices
from bgtask_harness.transport.server import server_address

UDEV = "no permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com/tools/device.html]"


@pytest.mark.parametrize(
    ("environ", "address"),
    [
        ({}, AdbServer("127.0.0.1", 5037)),
        ({"ANDROID_ADB_SERVER_PORT": "6000"}, AdbServer("127.0.0.1", 6000)),
        ({"ANDROID_ADB_SERVER_ADDRESS": "lab", "ANDROID_ADB_SERVER_PORT": "6000"}, AdbServer("lab", 6000)),
        ({"ANDROID_ADB_SERVER_HOST": "lab"}, AdbServer("lab", 5037)),
        ({"ADB_SERVER_SOCKET": "tcp:6001", "ANDROID_ADB_SERVER_PORT": "6000"}, AdbServer("127.0.0.1", 6001)),
        ({"ADB_SERVER_SOCKET": "tcp:lab:6001"}, AdbServer("lab", 6001)),
        ({"ADB_SERVER_SOCKET": "tcp:[::1]:6001"}, AdbServer("::1", 6001)),
    ],
)
def test_the_server_is_the_one_that_adb_would_use(environ: dict[str, str], address: AdbServer) -> None:
    assert server_address(environ) == address


@pytest.mark.parametrize(
    "environ",
    [
        {"ANDROID_ADB_SERVER_PORT": "five"},
        {"ANDROID_ADB_SERVER_PORT": "70000"},
        {"ADB_SERVER_SOCKET": "localabstract:adb"},
        {"ADB_SERVER_SOCKET": "tcp:0"},
    ],
)
def test_an_address_that_is_none_is_one_sentence(environ: dict[str, str]) -> None:
    with pytest.raises(BadInput, match=next(iter(environ))):
        server_address(environ)


def test_devices_are_listed_whatever_state_they_are_in() -> None:
    text = (
        "127.0.0.1:5555        device product:panther model:Pixel_7 device:panther transport_id:1\n"
        "A1                    unauthorized usb:1-2 transport_id:2\n"
        f"B2                    {UDEV} usb:3-1.2 transport_id:3\n"
        "C3                    no permissions; see [http://developer.android.com/tools/device.html] usb:3-1\n"
        "(no serial number)    offline usb:1-4 transport_id:9\n"
        "emulator-5554         device\n"
    )

    seen = {device.serial: (device.state, dict(device.details)) for device in parse_devices(text)}

    assert seen["127.0.0.1:5555"][1]["model"] == "Pixel_7"
    assert seen["A1"] == ("unauthorized", {"usb": "1-2", "transport_id": "2"})
    assert seen["B2"] == (UDEV, {"usb": "3-1.2", "transport_id": "3"})
    assert seen["C3"][0].startswith("no permissions; see [")
    assert seen["(no serial number)"][0] == "offline"
    assert seen["emulator-5554"] == ("device", {})


def test_the_server_is_asked_over_its_own_protocol(server: Any) -> None:
    address = AdbServer("127.0.0.1", server.port)

    assert address.version(Deadline.after(5)) == 41
    assert [device.serial for device in address.devices(Deadline.after(5))] == ["PHONE1"]
    with pytest.raises(Refused, match="unknown host service"):
        address.query("host:nonsense", Deadline.after(5))


def test_adb_is_taken_from_the_path_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adb = tmp_path / "adb"
    adb.write_text("#!/bin/sh\nexit 0\n")
    adb.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_adb() == str(adb)


def test_an_adb_of_another_machine_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adb = tmp_path / "adb"
    adb.write_bytes(b"\x7fELF of something else")
    adb.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("bgtask_harness.transport.server._bundled_adb", lambda: None)

    with pytest.raises(BadInput, match="install the package `adb`"):
        find_adb()


def test_the_wheel_s_adb_serves_where_the_path_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)

    try:
        found = find_adb()
    except BadInput:
        pytest.skip("the adbutils wheel of this machine has no adb that runs")
    assert Path(found).parent.name == "binaries"
