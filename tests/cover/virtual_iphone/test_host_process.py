"""The iPhone as a process: what it prints, what it lives by, and what goes with it."""

from __future__ import annotations

import json
import os
import plistlib
import signal
import socket
import stat
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = {
    "--phone": "iphone15-ios26",
    "--program": "bgtask_reference.lineage.tvmaniac.ios:fixed",
    "--bundle-id": "com.example",
}
TIMEOUT_S = 20


def command(**changes: str) -> list[str]:
    given = {**ARGUMENTS, **{f"--{name.replace('_', '-')}": value for name, value in changes.items()}}
    pairs = [part for pair in given.items() for part in pair]
    return [sys.executable, "-m", "bgtask_harness.virtual.iphone", *pairs]


@pytest.fixture
def start() -> Iterator[Callable[..., tuple[subprocess.Popen[bytes], dict[str, Any]]]]:
    started = []

    def begin(**changes: str) -> tuple[subprocess.Popen[bytes], dict[str, Any]]:
        process = subprocess.Popen(command(**changes), stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        started.append(process)
        assert process.stdout is not None
        return process, json.loads(process.stdout.readline())

    yield begin
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def ask(connection: socket.socket, message: dict[str, Any]) -> dict[str, Any]:
    body = plistlib.dumps(message)
    connection.sendall(struct.pack("<IIII", 16 + len(body), 1, 8, 1) + body)
    (length,) = struct.unpack("<I12x", connection.recv(16, socket.MSG_WAITALL))
    return plistlib.loads(connection.recv(length - 16, socket.MSG_WAITALL))


def connected(address: str) -> socket.socket:
    if ":" in address:
        host, _, port = address.partition(":")
        return socket.create_connection((host, int(port)), timeout=TIMEOUT_S)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(TIMEOUT_S)
    connection.connect(address)
    return connection


def gone(folder: Path) -> bool:
    until = time.monotonic() + TIMEOUT_S
    while folder.exists() and time.monotonic() < until:
        time.sleep(0.01)
    return not folder.exists()


def test_it_lists_its_phone_on_a_socket_that_only_this_user_reaches(start: Any) -> None:
    process, ready = start()
    folder = Path(ready["usbmuxd"]).parent
    assert ready["pid"] == process.pid
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    with connected(ready["usbmuxd"]) as connection:
        (device,) = ask(connection, {"MessageType": "ListDevices"})["DeviceList"]
    assert device["Properties"]["SerialNumber"] == ready["udid"]


def test_with_a_port_it_listens_on_loopback_alone(start: Any) -> None:
    _, ready = start(port="0")
    assert ready["usbmuxd"].startswith("127.0.0.1:")
    with connected(ready["usbmuxd"]) as connection:
        assert "BUID" in ask(connection, {"MessageType": "ReadBUID"})


def test_it_ends_in_order_when_its_standard_input_ends(start: Any) -> None:
    process, ready = start()
    with connected(ready["usbmuxd"]):
        process.stdin.close()
        assert process.wait(TIMEOUT_S) == 0
    assert gone(Path(ready["usbmuxd"]).parent)


def test_it_goes_with_a_starter_that_is_killed() -> None:
    starter = f"import subprocess, sys, time; subprocess.Popen({command()!r}, stdin=subprocess.PIPE); time.sleep(60)"
    process = subprocess.Popen([sys.executable, "-c", starter], stdout=subprocess.PIPE)
    assert process.stdout is not None
    ready = json.loads(process.stdout.readline())
    with connected(ready["usbmuxd"]) as connection:
        process.kill()
        assert connection.recv(1) == b"", "the phone has ended"
    process.communicate()
    assert gone(Path(ready["usbmuxd"]).parent)


def test_a_phone_that_is_killed_leaves_nothing_behind(start: Any) -> None:
    process, ready = start()
    os.kill(process.pid, signal.SIGKILL)
    process.wait(TIMEOUT_S)
    assert gone(Path(ready["usbmuxd"]).parent)


@pytest.mark.skipif(not find_spec("pymobiledevice3"), reason="needs the extra ios")
def test_the_command_of_pymobiledevice3_launches_an_app_through_the_tunnel(start: Any, tmp_path: Path) -> None:
    _, ready = start()
    environment = {**os.environ, "USBMUXD_SOCKET_ADDRESS": ready["usbmuxd"], "HOME": str(tmp_path)}
    launched = subprocess.run(
        [sys.executable, "-m", "pymobiledevice3", "developer", "dvt", "launch", "--userspace", "com.example"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "Process launched with pid" in launched.stdout + launched.stderr


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"phone": "iphone99"}, "iphone15-ios26"),
        ({"program": "nowhere:nothing"}, "cannot import nowhere"),
        ({"app_args": "[]"}, "--app-args"),
        ({"app_args": '{"modes": []}'}, "modes"),
        ({"mode": "loud"}, "loud"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(changes: dict[str, str], words: str) -> None:
    done = subprocess.run(command(**changes), stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
