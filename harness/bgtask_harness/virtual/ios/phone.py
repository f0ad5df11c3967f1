"""A virtual iPhone: its parts put together, and the doors that its daemons use (`port.IPhonePort`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

from bgtask_harness.virtual.android.clocks import Clocks
from bgtask_harness.virtual.ios.dasd import Dasd
from bgtask_harness.virtual.ios.debuggee import HeldProcess
from bgtask_harness.virtual.ios.environment import Conditions
from bgtask_harness.virtual.ios.environment import Environment
from bgtask_harness.virtual.ios.hands import Hands
from bgtask_harness.virtual.ios.installation import Installation
from bgtask_harness.virtual.ios.layers import IosLayers
from bgtask_harness.virtual.ios.notifications import NotificationCenter
from bgtask_harness.virtual.ios.port import Exit
from bgtask_harness.virtual.ios.port import InstalledApp
from bgtask_harness.virtual.ios.port import Launch
from bgtask_harness.virtual.ios.port import LogRecord
from bgtask_harness.virtual.ios.port import ProcessState
from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.ios.port import RunningProcess
from bgtask_harness.virtual.ios.port import Stop
from bgtask_harness.virtual.ios.port import TrustAnswer
from bgtask_harness.virtual.ios.profile import IPhoneProfile
from bgtask_harness.virtual.ios.springboard import SpringBoard
from bgtask_harness.virtual.ios.system import SystemState
from bgtask_harness.virtual.ios.unified_log import UnifiedLog
from bgtask_harness.virtual.kernel import Kernel

_NS_PER_S = 1_000_000_000
_DAEMONS = {
    1: "/sbin/launchd",
    35: "/usr/libexec/runningboardd",
    60: "/System/Library/CoreServices/SpringBoard.app/SpringBoard",
    90: "/usr/libexec/dasd",
}


class IPhone:
    """Implements `IPhonePort`."""

    def __init__(self, profile: IPhoneProfile, layers: IosLayers) -> None:
        self.profile = profile
        self.layers = layers
        self.kernel = Kernel()
        wall_ns = int(dt.datetime.fromisoformat(profile.wall_clock).timestamp()) * _NS_PER_S
        uptime_ns = profile.uptime_s * _NS_PER_S
        self.clocks = Clocks(
            self.kernel, uptime_ns=uptime_ns, wall_ns=wall_ns, timezone=profile.timezone, seed=profile.udid
        )
        self.log = UnifiedLog(self.clocks)
        self.environment = Environment(Conditions())
        self.notifications = NotificationCenter()
        self.installations: dict[str, Installation] = {}
        self.springboard = SpringBoard(self)
        self.dasd: Dasd = layers.dasd(self)
        self.system = SystemState(self)
        self._hands = Hands(self)
        self._exit_collectors = self.springboard.exit_collectors

    @property
    def udid(self) -> str:
        return self.profile.udid

    @property
    def version(self) -> tuple[int, ...]:
        return self.profile.version_numbers

    def install(self, installation: Installation) -> None:
        """Put an app on it; one of the same bundle identifier is replaced and keeps its data."""
        bundle_id = installation.app.bundle_id
        self.springboard.kill(bundle_id, "the app is being updated")
        self.installations[bundle_id] = installation

    # Apps.

    def apps(self) -> Sequence[InstalledApp]:
        return tuple(installation.app for installation in self.installations.values())

    def uninstall(self, bundle_id: str) -> bool:
        if bundle_id not in self.installations:
            return False
        self.springboard.kill(bundle_id, "the app is being removed")
        self.dasd.forget_app(bundle_id)
        del self.installations[bundle_id]
        return True

    def processes(self) -> Sequence[RunningProcess]:
        booted = self.clocks.wall_ns() - self.clocks.boot_ns()
        daemons = [RunningProcess(pid, path, ProcessState.DAEMON, booted) for pid, path in _DAEMONS.items()]
        return daemons + [
            RunningProcess(
                process.pid,
                process.app.executable,
                ProcessState.HALTED if process.holds else process.state,
                process.started_wall_ns,
                process.package,
            )
            for process in self.springboard.processes()
        ]

    def launch(self, launch: Launch) -> int:
        return self.springboard.launch(launch).pid

    def signal(self, pid: int, number: int) -> bool:
        return self.springboard.signal(pid, number)

    def on_exit(self, collector: Callable[[Exit], None]) -> Stop:
        self._exit_collectors.append(collector)

        def stop() -> None:
            if collector in self._exit_collectors:
                self._exit_collectors.remove(collector)

        return stop

    def on_output(self, collector: Callable[[int, str], None]) -> Stop:
        """No app here writes to standard output: its lines go to the unified log."""
        del collector
        return lambda: None

    def attach(self, pid: int) -> HeldProcess:
        process = self.springboard.by_pid(pid)
        if process is None:
            raise Refused(f"no process with pid {pid}")
        if not process.app.get_task_allow:
            raise Refused(f"{process.package} has no get-task-allow: it was not built for development")
        if process.debugged:
            raise Refused(f"pid {pid} is being debugged")
        process.debugged = True
        return HeldProcess(process)

    def crash_reports(self) -> Mapping[str, bytes]:
        return dict(self.springboard.crash_reports)

    def remove_crash_report(self, name: str) -> bool:
        return self.springboard.crash_reports.pop(name, None) is not None

    # The phone as a whole.

    def value(self, domain: str, key: str) -> Any:
        return self.system.value(domain, key)

    def set_value(self, domain: str, key: str, value: Any) -> bool:
        return self.system.set_value(domain, key, value)

    def battery(self) -> Mapping[str, Any]:
        return self.system.battery()

    @property
    def passcode_locked(self) -> bool:
        return self.environment.now.locked

    @property
    def unlocked_since_boot(self) -> bool:
        return self.environment.now.unlocked_since_boot

    @property
    def developer_mode(self) -> bool:
        return self.system.developer_mode

    def enable_developer_mode(self) -> None:
        self.system.enable_developer_mode()

    @property
    def image_mounted(self) -> bool:
        return self.system.image_mounted

    def mount_image(self, kind: str) -> None:
        self.system.mount_image(kind)

    def unmount_image(self) -> bool:
        return self.system.unmount_image()

    def trust(self, host_id: str) -> TrustAnswer:
        return self.system.trust(host_id)

    def restart(self) -> None:
        self.system.restart()

    def shutdown(self) -> None:
        self.system.shutdown()

    @property
    def online(self) -> bool:
        return self.system.online

    def on_online(self, collector: Callable[[bool], None]) -> Stop:
        return self.system.on_online(collector)

    # Logs, notifications, hands.

    def on_log(self, collector: Callable[[LogRecord], None]) -> Stop:
        return self.log.follow(collector)

    def post(self, name: str) -> None:
        self.notifications.post(name)

    def on_notification(self, name: str, collector: Callable[[], None]) -> Stop:
        return self.notifications.observe(name, lambda _name: collector())

    def hand(self, act: str, argument: str) -> None:
        self._hands.do(act, argument)
