"""SpringBoard and RunningBoard: which app is in front, which process runs, which is suspended, which is gone.

Their log lines are few here: what runningboardd prints on a real phone is longer, and its wording is UNCONFIRMED.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING

from bgtask_harness.virtual.ios.activity import Activity
from bgtask_harness.virtual.ios.behaviour import behaviour
from bgtask_harness.virtual.ios.crash import report
from bgtask_harness.virtual.ios.port import Exit
from bgtask_harness.virtual.ios.port import Launch
from bgtask_harness.virtual.ios.port import ProcessState
from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.ios.process import AppProcess
from bgtask_harness.virtual.ios.unified_log import Source

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.phone import IPhone

RUNNINGBOARD = Source(
    35,
    "/usr/libexec/runningboardd",
    "/System/Library/PrivateFrameworks/RunningBoard.framework/RunningBoard",
)
_SIGKILL, _SIGABRT, _SIGSTOP, _SIGCONT = 9, 6, 17, 19
_OPEN_DOMAIN = "FBSOpenApplicationErrorDomain"
_LOCKED_CODE = 7
_NOT_FOUND_CODE = 4
_ROLES = {
    ProcessState.FOREGROUND: "running-active (role: UserInteractiveFocal)",
    ProcessState.BACKGROUND: "running-active (role: NonUserInteractive)",
    ProcessState.SUSPENDED: "running-suspended (role: None)",
}


class SpringBoard:
    """The processes of apps and what becomes of them."""

    def __init__(self, phone: IPhone) -> None:
        self._phone = phone
        self._pids = itertools.count(412)
        self._processes: dict[str, AppProcess] = {}
        self.exit_collectors: list[Callable[[Exit], None]] = []
        self.crash_reports: dict[str, bytes] = {}

    def processes(self) -> tuple[AppProcess, ...]:
        """Those of apps, by pid."""
        return tuple(sorted(self._processes.values(), key=lambda process: process.pid))

    def find(self, bundle_id: str) -> AppProcess | None:
        """An app's process, None when it has none."""
        return self._processes.get(bundle_id)

    def by_pid(self, pid: int) -> AppProcess | None:
        """A process of an app by its pid."""
        return next((process for process in self._processes.values() if process.pid == pid), None)

    def launch(self, launch: Launch) -> AppProcess:
        """A launch from outside."""
        if launch.bundle_id not in self._phone.installations:
            raise Refused(f"Unable to launch {launch.bundle_id}: it is not installed", _OPEN_DOMAIN, _NOT_FOUND_CODE)
        if self._phone.environment.now.locked:
            sentence = f"Unable to launch {launch.bundle_id} because the device was not, or could not be, unlocked."
            raise Refused(sentence, _OPEN_DOMAIN, _LOCKED_CODE)
        running = self.find(launch.bundle_id)
        if running is not None and launch.kill_existing:
            self.end(running, signal=_SIGKILL)
            running = None
        if running is None:
            running = self._fork(launch.bundle_id, foreground=not launch.in_background)
            running.arguments, running.environment = launch.arguments, launch.environment
            if launch.halted:
                running.holds.add("launch")
        if not launch.in_background:
            self._bring_to_front(running)
        return running

    def home(self) -> None:
        """Leave the app that is in front."""
        for process in self.processes():
            if process.state is ProcessState.FOREGROUND:
                self._to_background(process)

    def run_activity(self, activity: Activity, begun: Callable[[], None]) -> None:
        """Hand an activity to its app: launched in the background when it does not run, resumed when suspended.

        It is kept running from here on: what was decided before is not undone by a suspension that was due.
        """
        process = self.find(activity.bundle_id) or self._fork(activity.bundle_id, foreground=False)
        if process.state is ProcessState.SUSPENDED:
            self._set(process, ProcessState.BACKGROUND)

        process.awaited += 1

        def hand() -> None:
            process.awaited -= 1
            begun()
            process.background_tasks.handle_launch(activity)

        def hand_later() -> None:
            process.post(hand, behaviour().delivery_ns)

        process.when_launched(hand_later)

    def expire_activity(self, activity: Activity) -> None:
        """Tell the app that an activity's time is up."""
        process = self.find(activity.bundle_id)
        if process is not None:
            process.enter(lambda: process.background_tasks.expire(activity))

    def suspend_later(self, process: AppProcess, delay_ns: int) -> None:
        """Suspend it after that, unless it has a reason to run by then."""
        self._phone.kernel.after(delay_ns, lambda: self._suspend(process))

    def kill(self, bundle_id: str, reason: str) -> None:
        """End an app's process, if it has one; `reason` is for the log."""
        process = self.find(bundle_id)
        if process is not None:
            self._say(f"[app<{bundle_id}>:{process.pid}] terminating: {reason}")
            self.end(process, signal=_SIGKILL)

    def signal(self, pid: int, number: int) -> bool:
        """Send a signal."""
        process = self.by_pid(pid)
        if process is None:
            return False
        if number == _SIGSTOP:
            process.holds.add("signal")
        elif number == _SIGCONT:
            process.holds.discard("signal")
            process.thaw()
        else:
            self.end(process, signal=number)
        return True

    def crashed(self, process: AppProcess, why: str) -> None:
        """It aborted."""
        if process.alive:
            name, content = report(process, why)
            self.crash_reports[name] = content
            self.end(process, signal=_SIGABRT)

    def end(self, process: AppProcess, *, signal: int) -> None:
        """It is gone."""
        if not process.alive:
            return
        del self._processes[process.package]
        process.died()
        self._phone.dasd.process_died(process.package)
        self._say(f"[app<{process.package}>:{process.pid}] termination reported by launchd (2, {signal}, {signal})")
        for collector in tuple(self.exit_collectors):
            collector(Exit(process.pid, process.package, signal=signal))

    def power_off(self) -> None:
        """Everything is gone at once."""
        for process in self.processes():
            self.end(process, signal=_SIGKILL)

    def _fork(self, bundle_id: str, *, foreground: bool) -> AppProcess:
        installation = self._phone.installations[bundle_id]
        process = AppProcess(self._phone, installation, next(self._pids), foreground=foreground)
        self._processes[bundle_id] = process
        self._say(f"Now tracking process: [app<{bundle_id}>:{process.pid}]")
        self._told(process)
        process.begin()
        if not foreground:
            process.when_launched(process.idle_soon)
        return process

    def _bring_to_front(self, process: AppProcess) -> None:
        for other in self.processes():
            if other is not process and other.state is ProcessState.FOREGROUND:
                self._to_background(other)
        if process.state is not ProcessState.FOREGROUND:
            self._set(process, ProcessState.FOREGROUND)

    def _to_background(self, process: AppProcess) -> None:
        self._set(process, ProcessState.BACKGROUND)
        process.when_launched(lambda: self._entered_background(process))
        self.suspend_later(process, behaviour().suspend_ns)

    def _entered_background(self, process: AppProcess) -> None:
        if process.application is not None and process.state is ProcessState.BACKGROUND:
            process.application.did_enter_background()

    def _suspend(self, process: AppProcess) -> None:
        busy = process.background_tasks.busy or process.awaited
        idle = process.state is ProcessState.BACKGROUND and not busy
        if process.alive and idle and process.background_tasks.launched:
            self._set(process, ProcessState.SUSPENDED)

    def _set(self, process: AppProcess, state: ProcessState) -> None:
        process.state = state
        self._told(process)
        process.thaw()

    def _told(self, process: AppProcess) -> None:
        self._say(f"Calculated state for app<{process.package}>: {_ROLES[process.state]}")

    def _say(self, message: str) -> None:
        self._phone.log.write(RUNNINGBOARD, message, subsystem="com.apple.runningboard", category="process")
