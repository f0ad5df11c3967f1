"""A virtual phone behind a wire that can be cut, behind a real adb server of each version that this machine has."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import re
import select
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import adbutils
import pytest

from bgtask_harness.broker import Lease
from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.broker.virtual import phone_arguments
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.connect import open_device
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.devices.port import Capability
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile
from bgtask_harness.session import Session
from bgtask_harness.session import Settings
from bgtask_harness.transport.adb import AdbTransport
from bgtask_harness.transport.server import AdbServer
from bgtask_harness.virtual.server import PrivateServer
from bgtask_harness.virtual.server import ask
from bgtask_harness.virtual.server import attach

LOOPBACK = "127.0.0.1"
OUTSIDE = Path(__file__).parents[2] / "outside"
PATIENCE_S = 900.0
AWAY_S = 6
"""`boots_within` of the phones here: how long a session waits for one that went away."""


# --- the adbs of this machine -----------------------------------------------------------------------------------------


def version_of(adb: str) -> str:
    printed = subprocess.run([adb, "version"], capture_output=True, text=True, check=True, timeout=20).stdout
    found = re.search(r"Version (\d+)", printed)
    return found[1] if found else "unknown"


def adbs() -> list[object]:
    """The one that is installed and the one of adbutils' wheel; one that is not here is a skip that says so."""
    bundled = Path(adbutils.__file__).parent / "binaries" / "adb"
    installed = shutil.which("adb")
    there = {"installed": installed, "bundled": str(bundled) if bundled.is_file() else None}
    why = {
        "installed": "no adb on PATH; Debian's package `adb` is 29.0.6",
        "bundled": "adbutils has no adb for this machine; its wheel for Linux on x86-64 brings 36",
    }
    return [
        pytest.param(path, id=f"adb-{version_of(path)}")
        if path
        else pytest.param(None, id=name, marks=pytest.mark.skip(reason=why[name]))
        for name, path in there.items()
    ]


@pytest.fixture(scope="session", params=adbs())
def adb(request: pytest.FixtureRequest) -> str:
    path: str = request.param
    return path


# --- what lies between a phone and its host ---------------------------------------------------------------------------


class Wire:
    """A loopback port in front of a phone's: what passes through it can be cut, held, or never let in."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._ended = False
        self._lines: list[Line] = []
        self._lock = threading.Lock()
        self._listener: socket.socket | None = None
        self.port = 0
        self.plug()

    @property
    def serial(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def lines(self) -> list[Line]:
        """The connections that there are."""
        with self._lock:
            return [line for line in self._lines if line.alive]

    def plug(self) -> None:
        """Let hosts connect, at the same port as before."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, self.port))
        listener.listen()
        self._listener, self.port = listener, listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def unplug(self) -> None:
        """Break every connection and refuse new ones."""
        listener, self._listener = self._listener, None
        if listener is not None:
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def cut(self) -> None:
        """Break every connection; hosts may come back at once."""
        with self._lock:
            lines, self._lines = self._lines, []
        for line in lines:
            line.cut()

    def hold(self) -> None:
        """Pass nothing on any more on what is connected now, and tell nobody: half open."""
        with self._lock:
            for line in self._lines:
                line.held = True

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                host = listener.accept()[0]
            except OSError:
                return
            try:
                phone = socket.create_connection((LOOPBACK, self._target), timeout=5)
            except OSError:
                host.close()
                continue
            line = Line(host, phone)
            with self._lock:
                self._lines.append(line)
            line.start()


class Line:
    """One connection through the wire."""

    def __init__(self, host: socket.socket, phone: socket.socket) -> None:
        self._other = {host: phone, phone: host}
        self.held = False
        self._cut = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def cut(self) -> None:
        self._cut.set()
        self._thread.join(5)

    def _carry(self) -> None:
        try:
            while not self._cut.is_set():
                ready = select.select([] if self.held else list(self._other), [], [], 0.02)[0]
                for one in ready:
                    data = one.recv(1 << 18)
                    if not data:
                        return
                    self._other[one].sendall(data)
        except OSError:
            return
        finally:
            for one in self._other:
                one.close()


# --- the lab ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def profile() -> Profile:
    return dataclasses.replace(
        load_profile("virtual-pixel7", SearchPath.standard()), boots_within_ns=AWAY_S * 1_000_000_000
    )


@pytest.fixture(scope="session")
def app_file(profile: Profile) -> AppFile:
    return load_app(profile.default_app, SearchPath.standard())


@pytest.fixture(scope="session")
def phone(profile: Profile, app_file: AppFile) -> Iterator[PhoneProcess]:
    """One phone for all tests that leave it alive. It is also behind a private server of its own, which nobody uses."""
    started = PhoneProcess(phone_arguments(profile, app_file, LeaseOptions()), Deadline.after(60))
    yield started
    started.end()


class Lab:
    """A phone, a wire to it, and an adb server that knows it by that wire."""

    def __init__(self, adb: str, phone: PhoneProcess, profile: Profile, app: AppFile, folder: Path) -> None:
        self.adb, self.phone, self.profile, self.app, self.folder = adb, phone, profile, app, folder
        self._devices: list[AndroidDevice] = []
        self.server = PrivateServer(adb)
        self.server.start()
        self.wire = Wire(phone.ready.adbd_port)
        self.serial = self.wire.serial

    def attach(self) -> None:
        """Have the server know the phone."""
        asyncio.run(attach(self.server.port, self.serial))

    @property
    def address(self) -> AdbServer:
        return AdbServer(LOOPBACK, self.server.port)

    @property
    def transport(self) -> AdbTransport:
        return AdbTransport(LOOPBACK, self.server.port, self.serial)

    def state(self) -> str:
        """What the server calls the phone; `gone` when it knows it no more."""
        seen = {one.serial: one.state for one in self.address.devices(Deadline.after(5))}
        return seen.get(self.serial, "gone")

    def until(self, *states: str, within: float = 15) -> str:
        deadline = Deadline.after(within)
        while (state := self.state()) not in states:
            deadline.check(f"{self.serial} is {state} and not {' or '.join(states)}")
            time.sleep(0.02)
        return state

    def connect(self) -> str:
        return asyncio.run(ask(self.server.port, f"host:connect:{self.serial}"))[4:]

    def device(self) -> AndroidDevice:
        address = (LOOPBACK, self.server.port)
        return open_device({"serial": self.serial}, "virtual-pixel7", server=address, deadline=Deadline.after(20))

    def kill_server(self) -> None:
        process = self.server._process
        assert process is not None
        process.kill()
        process.wait()

    def start_server_again(self) -> None:
        """At the same port, as any `adb` command of anybody would: devices on TCP are forgotten."""
        self.server._process = self.server._spawn()
        assert self.server._answers(time.monotonic() + 10)

    def session(self, *, advances: bool = False, **settings: Any) -> Session:
        """A session that waits as with a physical phone, unless its clock may be moved on."""
        device = self.device()
        self._devices.append(device)
        lease = Lease(device, self.profile, self.app, self.serial, (device.close,))
        deadline = Deadline.after(30)
        device.launch(self.app.spec, deadline)
        able = device.capabilities(self.app.spec, deadline)
        if not advances:
            able -= {Capability.ADVANCE_TIME}
        name = f"scenario{len(self._devices)}"
        folder = self.folder / "virtual-pixel7" / name
        return Session(lease, able, Settings(name, folder, patience_s=PATIENCE_S, **settings))

    def close(self) -> None:
        for device in self._devices:
            device.close()
        self.wire.unplug()
        self.server.close()


@pytest.fixture
def make_lab(adb: str, profile: Profile, app_file: AppFile, tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """A lab around any phone."""
    made: list[Lab] = []

    def make(phone: PhoneProcess) -> Lab:
        made.append(Lab(adb, phone, profile, app_file, tmp_path))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def lab(make_lab: Callable[..., Lab], phone: PhoneProcess) -> Lab:
    made = make_lab(phone)
    made.attach()
    return made


@pytest.fixture
def lazy_lab(make_lab: Callable[..., Lab], lazy: PhoneProcess) -> Lab:
    made = make_lab(lazy)
    made.attach()
    return made


@pytest.fixture(params=["lazy", pytest.param("healthy", marks=pytest.mark.slow)])
def either_lab(
    request: pytest.FixtureRequest, make_lab: Callable[..., Lab], lazy: PhoneProcess, phone: PhoneProcess
) -> Lab:
    made = make_lab(lazy if request.param == "lazy" else phone)
    made.attach()
    return made


@pytest.fixture
def doomed(profile: Profile, app_file: AppFile) -> Iterator[PhoneProcess]:
    """A phone that a test may end."""
    started = PhoneProcess(phone_arguments(profile, app_file, LeaseOptions()), Deadline.after(60))
    yield started
    started.end()


@pytest.fixture(scope="session")
def start_with(profile: Profile, app_file: AppFile) -> Callable[..., PhoneProcess]:
    """Start a phone with faults of `tests/outside`."""

    def start(*faults: str) -> PhoneProcess:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("PYTHONPATH", os.pathsep.join([str(OUTSIDE), os.environ.get("PYTHONPATH", "")]))
            return PhoneProcess(phone_arguments(profile, app_file, LeaseOptions(faults=faults)), Deadline.after(60))

    return start


@pytest.fixture(scope="session")
def lazy(start_with: Callable[..., PhoneProcess]) -> Iterator[PhoneProcess]:
    """A phone that never starts the app's work."""
    started = start_with("adbd_faults:never_starts")
    yield started
    started.end()


@pytest.fixture
def shy(
    start_with: Callable[..., PhoneProcess], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[PhoneProcess, Path]]:
    """A lazy phone that asks for the host's key while a file is there, and accepts it when the file has gone."""
    file = tmp_path / "asks"
    monkeypatch.setenv("BGTASK_TEST_ASKS_FOR_KEY", str(file))
    started = start_with("adbd_faults:never_starts", "adbd_faults:asks_for_a_key")
    yield started, file
    started.end()
