from __future__ import annotations

import socket
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_harness.transport.adb import AdbTransport
from bgtask_harness.transport.smart_socket import NoServer


def soon() -> Deadline:
    return Deadline.after(5)


def test_a_service_that_the_phone_has_is_a_stream(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.services["hello:"] = fake.sends(b"good day")

    with phone.open("hello:", soon()) as stream:
        assert stream.recv(100, soon()) == b"good day"
        assert stream.recv(100, soon()) == b""


def test_a_service_that_the_phone_lacks_is_refused(phone: AdbTransport) -> None:
    with pytest.raises(Refused, match="bgtask-virtual:info: the device refused it"):
        phone.open("bgtask-virtual:info", soon())


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        ("offline", "device offline; pull the cable"),
        ("unauthorized usb:1-1", "device unauthorized; unlock the phone and accept the dialog"),
        ("connecting", "it is connecting"),
    ],
)
def test_a_phone_that_cannot_be_used_is_one_sentence(
    server: Any, phone: AdbTransport, state: str, sentence: str
) -> None:
    server.devices["PHONE1"] = state

    with pytest.raises((DeviceLostError, Refused)) as raised:
        phone.open("hello:", soon())

    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_phone_that_is_not_there_is_lost(server: Any) -> None:
    with pytest.raises(DeviceLostError, match="device 'x' not found; look at `adb devices -l`"):
        AdbTransport("127.0.0.1", server.port, "x").open("hello:", soon())


def test_where_no_server_answers_none_is_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adb = tmp_path / "adb"
    adb.write_text(f"#!/bin/sh\ntouch {tmp_path}/started\n")
    adb.chmod(0o755)
    monkeypatch.setenv("ADBUTILS_ADB_PATH", str(adb))
    with socket.create_server(("127.0.0.1", 0)) as closed_soon:
        port = closed_soon.getsockname()[1]

    with pytest.raises(NoServer, match=r"no adb server answers at 127.0.0.1:.* start one with `adb start-server`"):
        AdbTransport("127.0.0.1", port, "PHONE1").open("hello:", soon())

    assert not (tmp_path / "started").exists()


def test_a_server_that_never_answers_ends_with_the_deadline(server: Any, phone: AdbTransport) -> None:
    server.broken = "mute"
    before = time.monotonic()

    with pytest.raises(DeadlineExceeded):
        phone.open("hello:", Deadline.after(0.2))

    assert time.monotonic() - before < 2


@pytest.mark.parametrize("broken", ["gone", "http"])
def test_a_server_that_is_none_is_a_lost_device(server: Any, phone: AdbTransport, broken: str) -> None:
    server.broken = broken

    with pytest.raises(DeviceLostError):
        phone.open("hello:", soon())


def test_a_server_that_dies_after_the_transport_was_chosen_is_a_lost_device(server: Any, phone: AdbTransport) -> None:
    server.services["hello:"] = lambda connection: connection.close()

    with pytest.raises(DeviceLostError):
        phone.open("hello:", soon())


def test_a_passed_deadline_opens_nothing(phone: AdbTransport, server: Any) -> None:
    with pytest.raises(DeadlineExceeded):
        phone.open("hello:", Deadline.after(0))

    assert server.asked == []


def test_the_server_is_asked_for_its_version_once(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.services["hello:"] = fake.sends(b"")

    for _ in range(3):
        phone.open("hello:", soon()).close()

    assert server.asked.count("host:version") == 1


def test_without_adbutils_one_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "adbutils", None)

    with pytest.raises(BadInput, match=r"pip install 'bgtask-harness\[android\]'"):
        AdbTransport("127.0.0.1", 5037, "PHONE1")


def test_a_closed_stream_is_a_lost_device_not_a_python_error(server: Any, phone: AdbTransport, fake: Any) -> None:
    server.services["hello:"] = fake.sends(b"")
    stream = phone.open("hello:", soon())
    stream.close()
    stream.close()

    with pytest.raises(DeviceLostError):
        stream.recv(1, soon())
    with pytest.raises(DeviceLostError):
        stream.send(b"x", soon())
