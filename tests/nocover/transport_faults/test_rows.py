"""The rows that need no session: who is named, by which client, in which words."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import adbutils
import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.connect import open_device
from bgtask_harness.devices.android.connect import regain_through
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.transport.adb import AdbTransport
from bgtask_harness.transport.shell import run

NOBODY = "127.0.0.1:1"
HARNESS = Path(__file__).parents[3] / "harness/bgtask_harness"
BUNDLED = str(Path(adbutils.__file__).parent / "binaries" / "adb")


def soon(seconds: float = 10.0) -> Deadline:
    return Deadline.after(seconds)


def works(lab: Any) -> bool:
    return bool(run(lab.transport, "echo here", soon()).stdout == "here\n")


def test_an_unknown_serial_is_lost_and_says_where_to_look(lab: Any) -> None:
    with pytest.raises(DeviceLostError, match=r"not found; look at `adb devices -l`"):
        run(AdbTransport("127.0.0.1", lab.server.port, NOBODY), "true", soon())
    with pytest.raises(DeviceNotFound, match="no device fits"):
        open_device({"serial": NOBODY}, "lab", server=("127.0.0.1", lab.server.port), deadline=soon())


def test_with_several_devices_the_one_is_named_and_never_guessed(make_lab: Callable[..., Any], phone: Any) -> None:
    """Two ways to one phone are two devices to a server."""
    one, other = make_lab(phone), make_lab(phone)
    one.attach()
    assert "connected to" in one.address.query(f"host:connect:{other.serial}", soon())
    address = ("127.0.0.1", one.server.port)

    with pytest.raises(DeviceNotFound) as caught:
        open_device({"model": "Pixel 7"}, "lab", server=address, deadline=soon())
    assert one.serial in str(caught.value)
    assert other.serial in str(caught.value)

    device = open_device({"serial": other.serial}, "lab", server=address, deadline=soon())
    assert device.facts.serial == other.serial
    device.close()


def test_a_device_that_nobody_knows_is_disconnected_without_a_complaint(lab: Any) -> None:
    """`no such device` is what a server says to the first half of connecting anew."""
    regain_through(lab.address, NOBODY)(soon(2))

    assert works(lab)


def test_a_client_of_another_version_leaves_server_and_phone_alone(lab: Any) -> None:
    """All of them speak version 41 of the protocol between client and server; an older one would be killed."""
    before = lab.server.pid
    for client in {BUNDLED, lab.adb}:
        listed = subprocess.run(
            [client, "-P", str(lab.server.port), "devices"], capture_output=True, text=True, check=True, timeout=20
        ).stdout
        assert f"{lab.serial}\tdevice" in listed
        assert "killing" not in listed

    assert lab.server.pid == before
    assert works(lab)


def test_arguments_reach_the_phone_as_they_are(lab: Any) -> None:
    """`adb shell` would join them with blanks."""
    done = run(lab.transport, ["echo", "b  c", "$HOME", "it's", "a;b"], soon())

    assert done.stdout == "b  c $HOME it's a;b\n"


def test_right_after_a_reboot_the_phone_s_old_answers_are_not_taken_for_its_return(lab: Any) -> None:
    device = lab.device()
    before = device.clocks(1, soon()).boot_id
    with lab.transport.open("reboot:", soon()):
        device.regain(soon(60))  # the old boot may still answer here: that is no loss, and no return either

    answer = device.reboot(soon(60), lambda sentence: None)

    assert answer.verb == "reboot"
    assert device.clocks(2, soon()).boot_id != before


@pytest.mark.parametrize("word", ["wait-for-disconnect", "reconnect", "kill-server", "tcpip:"])
def test_what_does_harm_or_lies_is_never_said(word: str) -> None:
    """`wait-for-disconnect` returns at once on 34; `reconnect` removes a healthy TCP device; the server is not ours."""
    said = re.compile(rf"[\"'](?:host[\w:-]*:)?{word}")
    files = [
        path for folder in ("transport", "devices", "broker", "nemesis") for path in (HARNESS / folder).rglob("*.py")
    ]

    assert [path.name for path in files if said.search(path.read_text())] == []
