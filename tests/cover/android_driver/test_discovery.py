from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.connect import open_device
from bgtask_harness.devices.android.discovery import choose
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.transport.server import SeenDevice

PIXEL = SeenDevice("A1", "device", {"usb": "1-1", "model": "Pixel_7", "device": "panther", "product": "panther"})
GALAXY = SeenDevice("10.0.0.7:5555", "device", {"model": "SM_A325N", "device": "a32", "product": "a32nsxx"})
LOCKED = SeenDevice("L1", "unauthorized", {"usb": "1-2"})
GONE = SeenDevice("O1", "offline", {"usb": "1-3"})
NO_RIGHTS = SeenDevice("N1", "no permissions (user in plugdev group); see [http://x]", {"usb": "1-4"})


def no_board(seen: SeenDevice) -> str:
    raise AssertionError(f"{seen.serial} was asked for its board without need")


@pytest.mark.parametrize(
    "find",
    [
        {"serial": "A1"},
        {"model": "Pixel 7"},
        {"board": "panther"},
        {"tags": ["usb"]},
        {"platform": "android", "model": "Pixel 7", "serial": None, "tags": ()},
    ],
)
def test_a_device_is_found_by_what_the_profile_says_of_it(find: dict[str, object]) -> None:
    assert choose(find, [PIXEL, GALAXY], "lab", lambda seen: "") is PIXEL


def test_an_unusable_stranger_is_in_nobody_s_way() -> None:
    assert choose({"model": "Pixel 7"}, [LOCKED, PIXEL, GONE], "lab", no_board) is PIXEL


def test_a_board_is_asked_for_only_where_the_list_does_not_show_it() -> None:
    assert (
        choose({"board": "MT6768"}, [PIXEL, GALAXY], "lab", lambda seen: {"A1": "x"}.get(seen.serial, "MT6768"))
        is GALAXY
    )


def test_two_that_fit_are_an_error_that_names_both() -> None:
    with pytest.raises(DeviceNotFound, match=r"2 devices fit the profile \(A1, 10\.0\.0\.7:5555\): add `serial`"):
        choose({}, [PIXEL, GALAXY], "lab", no_board)


def test_none_that_fits_lists_each_with_its_reason() -> None:
    seen = [PIXEL, GALAXY, LOCKED, GONE, NO_RIGHTS]

    with pytest.raises(DeviceNotFound) as raised:
        choose({"model": "Pixel 8", "tags": ["usb"]}, seen, "lab", no_board)

    sentence = str(raised.value)
    assert sentence.startswith(
        "--device lab: no device fits model Pixel 8, tags usb; seen: A1 (its model is Pixel_7); "
    )
    assert "10.0.0.7:5555 (its model is SM_A325N)" in sentence
    assert "L1 (it is unauthorized: unlock it and accept the dialog `Allow USB debugging?`)" in sentence
    assert "O1 (it is offline: pull the cable" in sentence
    assert "udev rule" in sentence
    assert "\n" not in sentence


def test_the_wrong_tag_is_named() -> None:
    with pytest.raises(DeviceNotFound, match=r"A1 \(it is not emulator or tcp\)"):
        choose({"tags": ["tcp", "emulator"]}, [PIXEL], "lab", no_board)


def test_no_device_at_all_says_what_to_do() -> None:
    with pytest.raises(DeviceNotFound, match="sees no device at all: plug one in and switch on USB debugging"):
        choose({"serial": "A1"}, [], "lab", no_board)


@pytest.fixture
def nobody() -> tuple[str, int]:
    """An address where no server listens."""
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        address: tuple[str, int] = closed_soon.getsockname()
    return address


def with_adb(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    adb = folder / "adb"
    adb.write_text(f"#!/bin/sh\n[ $1 = version ] || touch {folder}/started\n")
    adb.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    return adb


def test_no_server_at_all_says_how_to_start_one_and_starts_none(
    nobody: tuple[str, int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adb = with_adb(tmp_path, monkeypatch)

    with pytest.raises(DeviceNotFound) as raised:
        open_device({"serial": "A1"}, "lab", server=nobody, deadline=Deadline.after(5))

    address = f"127.0.0.1:{nobody[1]}"
    expected = f"--device lab: no adb server answers at {address}: start one with `{adb} start-server`"
    assert str(raised.value) == expected
    assert not (tmp_path / "started").exists()


def test_no_server_and_no_adb_names_the_package(nobody: tuple[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    def no_adb() -> str:
        raise BadInput("install the package `adb`")

    monkeypatch.setattr("bgtask_harness.devices.android.connect.find_adb", no_adb)

    with pytest.raises(DeviceNotFound, match="install the package `adb`"):
        open_device({"serial": "A1"}, "lab", server=nobody, deadline=Deadline.after(5))


def test_an_unauthorized_phone_is_an_error_with_what_to_do(server: Any) -> None:
    server.devices["PHONE1"] = "unauthorized usb:1-1"

    with pytest.raises(DeviceNotFound, match=r"PHONE1 \(it is unauthorized: unlock it and accept"):
        open_device({"serial": "PHONE1"}, "lab", server=("127.0.0.1", server.port), deadline=Deadline.after(5))


def test_a_phone_that_goes_away_while_it_is_opened_is_lost(server: Any, reply: Any) -> None:
    for command in list(server.commands):
        server.commands[command] = reply("Pixel", end="cut")

    with pytest.raises(DeviceLostError):
        open_device({"serial": "PHONE1"}, "lab", server=("127.0.0.1", server.port), deadline=Deadline.after(5))
