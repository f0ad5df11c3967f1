"""The phone as a process: what it prints, what it lives by, and what dies with it."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

PROGRAM = "bgtask_reference.lineage.tvmaniac:fixed"
ARGUMENTS = ["--phone", "pixel7-api36", "--program", PROGRAM, "--package", "com.example"]
HOST = [sys.executable, "-m", "bgtask_harness.virtual"]
TIMEOUT_S = 20


class Host:
    """One phone process and a watch on its server."""

    def __init__(self, process: subprocess.Popen[bytes], line: bytes) -> None:
        self.process = process
        self.ready = json.loads(line)
        self.watch = socket.create_connection(("127.0.0.1", self.ready["adb_server_port"]), timeout=TIMEOUT_S)
        self.watch.sendall(b"0012host:track-devices")
        assert self.watch.recv(4) == b"OKAY"

    def server_ended(self) -> bool:
        """Wait for the end of a connection that only the server's end can close."""
        try:
            while self.watch.recv(4096):
                pass
        except ConnectionResetError:
            pass
        finally:
            self.watch.close()
        return True

    def ask(self, command: str) -> bytes:
        with socket.create_connection(("127.0.0.1", self.ready["adb_server_port"]), timeout=TIMEOUT_S) as stream:
            for request in (f"host:transport:{self.ready['serial']}", f"exec:{command}"):
                stream.sendall(f"{len(request):04x}{request}".encode())
                assert stream.recv(4) == b"OKAY"
            return b"".join(iter(lambda: stream.recv(4096), b""))

    def home_gone(self, home: Path) -> bool:
        """Wait for what tidies up after somebody who had no chance to."""
        until = time.monotonic() + TIMEOUT_S
        while home.exists() and time.monotonic() < until:
            time.sleep(0.01)
        return not home.exists()

    def server_home(self) -> Path | None:
        for environ in Path("/proc").glob("[0-9]*/environ"):
            try:
                command = environ.with_name("cmdline").read_bytes().split(b"\0")
                pairs = environ.read_bytes().split(b"\0")
            except OSError:
                continue
            if str(self.ready["adb_server_port"]).encode() in command:
                return Path(next(pair[5:].decode() for pair in pairs if pair.startswith(b"HOME=")))
        return None


@pytest.fixture
def host() -> Iterator[Host]:
    process = subprocess.Popen([*HOST, *ARGUMENTS], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    started = Host(process, process.stdout.readline())
    yield started
    process.stdin.close()
    process.stdout.close()
    process.wait(TIMEOUT_S)
    started.watch.close()


def test_it_says_how_to_reach_it_and_its_phone_answers(host: Host) -> None:
    assert host.ready["pid"] == host.process.pid
    assert host.ready["serial"] == f"127.0.0.1:{host.ready['adbd_port']}"
    assert host.ask("getprop ro.build.version.sdk") == b"36\n"


def test_it_ends_with_its_standard_input_and_takes_server_and_home_along(host: Host) -> None:
    home = host.server_home()
    assert host.process.stdin is not None
    host.process.stdin.close()

    assert host.process.wait(TIMEOUT_S) == 0
    assert host.server_ended()
    assert home is None or not home.exists()


def test_it_ends_in_order_on_sigterm(host: Host) -> None:
    host.process.send_signal(signal.SIGTERM)

    assert host.process.wait(TIMEOUT_S) == 0
    assert host.server_ended()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a supervisor does it; see the test below")
def test_its_server_dies_with_it_even_when_it_is_killed(host: Host) -> None:
    home = host.server_home()
    host.process.kill()

    assert host.server_ended()
    assert home is not None
    assert host.home_gone(home)


def test_everything_dies_when_the_parent_is_killed() -> None:
    """A parent in between starts the phone, passes its line on, and is killed without a chance to clean up."""
    code = (
        "import subprocess, sys; "
        "phone = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.PIPE); "
        "print(phone.stdout.readline().decode(), end='', flush=True); "
        "sys.stdin.read()"
    )
    argv = [sys.executable, "-c", code, *HOST, *ARGUMENTS]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        host = Host(parent, parent.stdout.readline())
        phone = os.pidfd_open(host.ready["pid"]) if hasattr(os, "pidfd_open") else None
        home = host.server_home()
        parent.kill()
        parent.wait(TIMEOUT_S)

        assert host.server_ended()
        if phone is not None:
            assert select.select([phone], [], [], TIMEOUT_S)[0], "the phone's process lives on"
            os.close(phone)
        assert home is None or host.home_gone(home)


def test_the_supervisor_ends_its_program_when_its_standard_input_ends() -> None:
    """What stands in for prctl where there is none."""
    program = [sys.executable, "-c", "print('up', flush=True); import signal; signal.pause()"]
    argv = [sys.executable, "-m", "bgtask_harness.virtual.supervise", *program]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdin is not None
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == b"up\n"
        supervisor.stdin.close()

        assert supervisor.stdout.read() == b""  # the program has let go of it
        assert supervisor.wait(TIMEOUT_S) != 0


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        (["--phone", "nokia"], "no virtual phone is called 'nokia'; there is pixel3-api28, pixel5-api30,"),
        (["--program", "nowhere:app"], "program 'nowhere:app': cannot import nowhere: No module named 'nowhere'"),
        (["--virtual-fault", "json:dumps"], None),
        (["--virtual-fault", "json"], "virtual fault 'json': expected an import path like package.module:name"),
        (["--app-args", "[1]"], "--app-args: expected a JSON object, got '[1]'"),
        (["--app-args", '{"x": "y"}'], "app argument 'x' is not known; there are launcher_activity, hook_receiver,"),
    ],
)
def test_what_cannot_be_used_is_one_sentence_and_status_2(changed: list[str], sentence: str | None) -> None:
    ran = subprocess.run([*HOST, *ARGUMENTS, *changed], stdin=subprocess.DEVNULL, capture_output=True, check=False)

    if sentence is None:  # a fault that fails itself is a program's error, with its traceback
        assert ran.returncode != 0
        return
    assert ran.returncode == 2
    assert ran.stderr.decode().startswith(sentence)
    assert ran.stderr.count(b"\n") == 1
    assert ran.stdout == b""
