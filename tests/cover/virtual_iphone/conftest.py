"""A scripted phone behind the real daemons: what a model does, told by hand, so that the protocols stand alone."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import os
from collections.abc import Callable
from collections.abc import Coroutine
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.virtual.ios.port import Exit
from bgtask_harness.virtual.ios.port import InstalledApp
from bgtask_harness.virtual.ios.port import Launch
from bgtask_harness.virtual.ios.port import LogRecord
from bgtask_harness.virtual.ios.port import ObjcObject
from bgtask_harness.virtual.ios.port import ProcessState
from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.ios.port import RunningProcess
from bgtask_harness.virtual.ios.port import TrustAnswer
from bgtask_harness.virtual.iphone.daemons import Daemons
from bgtask_harness.virtual.iphone.listener import Listener
from bgtask_harness.virtual.iphone.lockdown.identity import Identity
from bgtask_harness.virtual.iphone.usbmux.daemon import Daemon
from bgtask_harness.virtual.kernel import Kernel
from bgtask_reference.ports.background_tasks import OSLogType

APP = "com.example.demo"
TASK = "com.example.demo.refresh"
WALL_NS = 1_795_000_000_000_000_000
SECOND = 1_000_000_000


class Observers:
    """Collectors, and the end of each."""

    def __init__(self) -> None:
        self._all: dict[int, Callable[..., None]] = {}
        self._numbers = itertools.count()

    def add(self, collector: Callable[..., None]) -> Callable[[], None]:
        number = next(self._numbers)
        self._all[number] = collector
        return lambda: self._all.pop(number, None) and None

    def tell(self, *news: Any) -> None:
        for collector in tuple(self._all.values()):
            collector(*news)

    def __len__(self) -> int:
        return len(self._all)


class Clocks:
    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def boot_ns(self) -> int:
        return self._kernel.now

    def wall_ns(self) -> int:
        return WALL_NS + self._kernel.now


class Held:
    """A process in a debugger's hands."""

    def __init__(self, phone: ScriptedPhone, pid: int) -> None:
        self.phone, self.pid = phone, pid
        self.running = False
        self.calls: list[tuple[ObjcObject, str, tuple[Any, ...]]] = []

    def images(self) -> Sequence[str]:
        return (
            self.phone.app.path + "/Demo",
            "/System/Library/Frameworks/BackgroundTasks.framework/BackgroundTasks",
        )

    def objc_class(self, name: str) -> ObjcObject | None:
        return ObjcObject(name, is_class=True) if name == "BGTaskScheduler" else None

    def send(self, receiver: ObjcObject, selector: str, arguments: Sequence[Any]) -> Any:
        self.calls.append((receiver, selector, tuple(arguments)))
        if selector == "sharedScheduler" and receiver.is_class:
            return ObjcObject(receiver.class_name)
        if selector.startswith("_simulate"):
            self.phone.say(self.pid, f"{selector} {arguments[0].text}")
            return None
        raise Refused(f"-[{receiver.class_name} {selector}]: unrecognized selector sent to instance")

    def resume(self) -> None:
        self.running = True

    def halt(self) -> None:
        self.running = False

    def detach(self) -> None:
        self.running = True
        self.phone.held.pop(self.pid, None)


class ScriptedPhone:
    """Implements `IPhonePort` with plain attributes that a test sets and reads."""

    def __init__(self, version: tuple[int, ...] = (16, 5)) -> None:
        self.kernel = Kernel()
        self.clocks = Clocks(self.kernel)
        self.udid = "00008110-000A1D0C3A28001E"
        self.version = version
        self.app = InstalledApp(
            APP,
            "Demo",
            "/private/var/containers/Bundle/Application/0A1B/Demo.app",
            "/private/var/mobile/Containers/Data/Application/9F2D",
            info={
                "BGTaskSchedulerPermittedIdentifiers": [TASK],
                "UIBackgroundModes": ["fetch"],
            },
        )
        self.running: dict[int, RunningProcess] = {
            90: RunningProcess(90, "/usr/libexec/dasd", ProcessState.DAEMON, WALL_NS)
        }
        self.values: dict[str, Any] = {
            "DeviceName": "Demo iPhone",
            "DeviceClass": "iPhone",
            "ProductType": "iPhone14,5",
            "BuildVersion": "20F66",
            "HardwareModel": "D17AP",
            "CPUArchitecture": "arm64e",
            "UniqueChipID": 0x000A1D0C3A28001E,
            "ChipID": 0x8110,
            "BoardId": 0x0E,
            "WiFiAddress": "f0:9f:c2:00:00:01",
            "TimeZoneOffsetFromUTC": 0.0,
            "SerialNumber": "VIRTUAL0001",
        }
        self.passcode_locked = False
        self.unlocked_since_boot = True
        self.developer_mode = True
        self.image_mounted = True
        self.online = True
        self.answer = TrustAnswer.TRUSTED
        self.launches: list[Launch] = []
        self.posted: list[str] = []
        self.hands: list[tuple[str, str]] = []
        self.reports: dict[str, bytes] = {"Demo-2026-11-23-010203.ips": b'{"app_name":"Demo"}\n{}'}
        self.held: dict[int, Held] = {}
        self.refuse_launch: Refused | None = None
        self.installed = True
        self.restarts = 0
        self._pids = itertools.count(401)
        self.log_readers, self._online, self._exits, self._output = Observers(), Observers(), Observers(), Observers()
        self._notified: dict[str, Observers] = {}

    # what tests do with it

    def say(self, pid: int, message: str, kind: OSLogType = OSLogType.DEFAULT) -> None:
        self.record(LogRecord(
            self.clocks.wall_ns(), self.clocks.boot_ns(), pid, 0x1A2B, self.app.path + "/Demo",
            "/System/Library/Frameworks/BackgroundTasks.framework/BackgroundTasks",
            "com.apple.BackgroundTasks", "Framework", kind, message,
        ))  # fmt: skip

    def record(self, record: LogRecord) -> None:
        self.log_readers.tell(record)

    def go(self, online: bool) -> None:
        self.online = online
        self._online.tell(online)

    # Apps

    def apps(self) -> Sequence[InstalledApp]:
        settings = InstalledApp("com.apple.Preferences", "Preferences", "/Applications/Preferences.app", system=True)
        return (self.app, settings) if self.installed else (settings,)

    def uninstall(self, bundle_id: str) -> bool:
        had, self.installed = self.installed and bundle_id == APP, self.installed and bundle_id != APP
        return had

    def processes(self) -> Sequence[RunningProcess]:
        return tuple(self.running.values())

    def launch(self, launch: Launch) -> int:
        if self.refuse_launch is not None:
            raise self.refuse_launch
        self.launches.append(launch)
        pid = next(self._pids)
        state = ProcessState.HALTED if launch.halted else ProcessState.FOREGROUND
        self.running[pid] = RunningProcess(pid, self.app.path + "/Demo", state, self.clocks.wall_ns(), APP)
        self.say(pid, "Handling app launch")
        self.kernel.after(SECOND // 100, lambda: self._output.tell(pid, "hello\n"))
        return pid

    def signal(self, pid: int, number: int) -> bool:
        process = self.running.get(pid)
        if process is None:
            return False
        states = {17: ProcessState.HALTED, 19: ProcessState.FOREGROUND}
        if number in states:
            self.running[pid] = dataclasses.replace(process, state=states[number])
        else:
            del self.running[pid]
            self._exits.tell(Exit(pid, process.bundle_id, signal=number))
        return True

    def on_exit(self, collector: Callable[[Exit], None]) -> Callable[[], None]:
        return self._exits.add(collector)

    def on_output(self, collector: Callable[[int, str], None]) -> Callable[[], None]:
        return self._output.add(collector)

    def attach(self, pid: int) -> Held:
        if pid not in self.running or pid in self.held:
            raise Refused("no such process")
        self.held[pid] = Held(self, pid)
        return self.held[pid]

    def crash_reports(self) -> dict[str, bytes]:
        return self.reports

    def remove_crash_report(self, name: str) -> bool:
        return self.reports.pop(name, None) is not None

    # System

    def value(self, domain: str, key: str) -> Any:
        known = {"": self.values, "com.apple.international": {"Language": "en"}}.get(domain)
        return known if not key or known is None else known.get(key)

    def set_value(self, domain: str, key: str, value: Any) -> bool:
        self.values[key] = value
        return not domain

    def battery(self) -> dict[str, Any]:
        return {"CurrentCapacity": 87, "IsCharging": True, "ExternalConnected": True}

    def enable_developer_mode(self) -> None:
        if self.passcode_locked:
            raise Refused("Device has a passcode set")
        self.developer_mode = True

    def mount_image(self, kind: str) -> None:
        self.image_mounted = True

    def unmount_image(self) -> bool:
        had, self.image_mounted = self.image_mounted, False
        return had

    def trust(self, host_id: str) -> TrustAnswer:
        return self.answer

    def restart(self) -> None:
        self.restarts += 1
        self.image_mounted = False
        self.go(False)
        self.kernel.after(SECOND // 20, lambda: self.go(True))

    def shutdown(self) -> None:
        self.go(False)

    def on_online(self, collector: Callable[[bool], None]) -> Callable[[], None]:
        return self._online.add(collector)

    # the whole phone

    def on_log(self, collector: Callable[[LogRecord], None]) -> Callable[[], None]:
        return self.log_readers.add(collector)

    def post(self, name: str) -> None:
        self.posted.append(name)
        if name in self._notified:
            self._notified[name].tell()
        if name.startswith(APP):
            self.say(401, f"hook {name}")

    def on_notification(self, name: str, collector: Callable[[], None]) -> Callable[[], None]:
        return self._notified.setdefault(name, Observers()).add(collector)

    def hand(self, act: str, argument: str) -> None:
        if act == "fly":
            raise Refused("there is no act 'fly'")
        self.hands.append((act, argument))


Script = Callable[[str, Daemons], Coroutine[Any, Any, None]]


async def serving(
    phone: ScriptedPhone, folder: Path | None, script: Script, identity: Identity, made_of: type[Daemons] = Daemons
) -> None:
    """Run a script while the phone is served: on a unix socket in `folder`, on a port without one."""
    daemons = made_of(phone, identity)
    usbmuxd = Daemon()
    usbmuxd.attach(daemons)
    listener = Listener(usbmuxd)
    await (listener.on_socket(folder) if folder is not None else listener.on_port())
    # pymobiledevice3 saves a new pair record through the default address, whatever address it was given
    os.environ["USBMUXD_SOCKET_ADDRESS"] = listener.address
    try:
        async with asyncio.timeout(30):
            await script(listener.address, daemons)
    finally:
        listener.close()
        daemons.close()


@pytest.fixture
def phone() -> ScriptedPhone:
    return ScriptedPhone()


@pytest.fixture
def iphone15() -> ScriptedPhone:
    return ScriptedPhone((26, 1))


@pytest.fixture(scope="session")
def paired_before() -> Identity:
    """Give one identity to all: keys take their time to make."""
    return Identity()


@pytest.fixture
def serve(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paired_before: Identity) -> Callable[..., None]:
    """Give what runs a script against a served phone: `serve(phone, script, paired=, socket=, made_of=)`."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USBMUXD_SOCKET_ADDRESS", str(tmp_path / "nobody"))
    monkeypatch.delenv("PYMOBILEDEVICE3_USBMUX", raising=False)

    def run(
        phone: ScriptedPhone,
        script: Script,
        *,
        paired: bool = True,
        socket: bool = True,
        made_of: type[Daemons] = Daemons,
    ) -> None:
        identity = paired_before if paired else Identity(paired=False)
        asyncio.run(serving(phone, tmp_path if socket else None, script, identity, made_of))

    return run
