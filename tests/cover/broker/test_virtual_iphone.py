"""A virtual iPhone for a person: started for an app file, and told how to reach."""

from __future__ import annotations

import contextlib
import plistlib
import socket
import struct
from pathlib import Path

import pytest

from bgtask_harness.broker.by_hand import keep_virtual_phone
from bgtask_harness.broker.iphone import iphone_arguments
from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.errors import BadInput
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile

SEARCH = SearchPath.standard(None)


def listed(address: str) -> list[str]:
    """Ask a usbmuxd for its phones."""
    body = plistlib.dumps({"MessageType": "ListDevices"})
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(20)
        connection.connect(address)
        connection.sendall(struct.pack("<IIII", 16 + len(body), 1, 8, 1) + body)
        (length,) = struct.unpack("<I12x", connection.recv(16, socket.MSG_WAITALL))
        answer = plistlib.loads(connection.recv(length - 16, socket.MSG_WAITALL))
    return [device["Properties"]["SerialNumber"] for device in answer["DeviceList"]]


@pytest.mark.parametrize("name", ["virtual-iphone13", "virtual-iphone15"])
def test_a_virtual_iphone_is_kept_and_its_address_told(name: str) -> None:
    with contextlib.closing(keep_virtual_phone(name, None, SEARCH)) as lines:
        assert next(lines).startswith("virtual iPhone 1")
        address, _, udid = next(lines).removeprefix("USBMUXD_SOCKET_ADDRESS=").partition("  # ")
        assert listed(address) == [udid]
    assert not Path(address).exists()


def test_the_app_s_info_plist_permits_its_tasks() -> None:
    app = load_app("tvmaniac@fixed", SEARCH)
    arguments = iphone_arguments(load_profile("virtual-iphone15", SEARCH), app, LeaseOptions())
    assert arguments[:2] == ["--phone", "iphone15-ios26"]
    assert "com.thomaskioko.tvmaniac.tokenrefresh" in arguments[-1]


def test_an_app_without_a_program_for_iphones_is_one_sentence() -> None:
    app = load_app("every-kind", SEARCH)
    with pytest.raises(BadInput, match=r"virtual\.ios\.program"):
        iphone_arguments(load_profile("virtual-iphone15", SEARCH), app, LeaseOptions())
