"""ActivityManagerService: what starts, shows, tells and kills apps, and what it says of that in the system log."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from bgtask_harness.virtual.android.packages import ExitReason
from bgtask_harness.virtual.android.packages import PackageRecord
from bgtask_harness.virtual.android.packages import PackageTable
from bgtask_harness.virtual.android.processes import CACHED_ADJ
from bgtask_harness.virtual.android.processes import REMOVE_TASK
from bgtask_harness.virtual.android.processes import SERVICE_ADJ
from bgtask_harness.virtual.android.processes import Processes
from bgtask_harness.virtual.android.processes import ProcessRecord
from bgtask_harness.virtual.kernel import Kernel

SystemLog = Callable[[str, str, str], None]
"""Write to the system log as system_server: priority, tag, message."""

_FIRST_TASK = 7
SHELL_PID = 4_977
"""What the log names as the caller of a shell command. A real shell has another pid each time."""


@dataclass(frozen=True, slots=True)
class Broadcast:
    """An intent that is broadcast.

    `package` and `receiver` narrow it; `permissions` are the sender's, None for the system's, which has them all.
    """

    action: str
    package: str | None = None
    receiver: str | None = None
    extras: Mapping[str, str] = field(default_factory=dict)
    include_stopped: bool = False
    permissions: frozenset[str] | None = None


class ActivityManager:
    """Starts and ends processes for what the phone and its user want of them."""

    def __init__(self, kernel: Kernel, packages: PackageTable, processes: Processes, log: SystemLog) -> None:
        self._kernel = kernel
        self._packages = packages
        self._processes = processes
        self._log = log
        self._generation = 0
        self.recent: dict[str, int] = {}
        """The task of each app that is among the recent ones, by package; the newest last."""
        self._next_task = _FIRST_TASK
        self.on_force_stop: list[Callable[[PackageRecord], None]] = []
        self.on_use: list[Callable[[PackageRecord], None]] = []
        self.on_process_state: list[Callable[[], None]] = []

    # --- activities -----------------------------------------------------------------------------------------------

    def start_activity(self, package: PackageRecord, component: str) -> None:
        """Bring an app to the front, starting its process if need be."""
        package.stopped = False
        task = self.recent.pop(package.name, self._next_task)
        self.recent[package.name] = task
        self._next_task = max(self._next_task, task + 1)
        for used in self.on_use:
            used(package)
        self._processes.ensure(package, "next-top-activity", f"{{{component}}}", self._show)

    def home(self) -> None:
        """Send whatever is in front to the background."""
        for record in self._processes.all():
            record.top = False
        self._tell_state()

    def _show(self, record: ProcessRecord | None) -> None:
        if record is None or record.app is None:
            return
        for other in self._processes.all():
            other.top = other is record
        record.had_activity = True
        try:
            record.app.on_activity()
        except Exception as error:  # noqa: BLE001 - what escapes onCreate crashes the app
            self._processes.on_crash(record.pid, error)
        self._tell_state()

    def _tell_state(self) -> None:
        for collector in self.on_process_state:
            collector()

    # --- broadcasts -----------------------------------------------------------------------------------------------

    def broadcast(self, intent: Broadcast, done: Callable[[str | None], None]) -> None:
        """Deliver to every receiver of a manifest that takes it, one after the other; `done` gets the result data."""
        receivers = [(record, found) for record in self._targets(intent) for found in _receivers(record, intent)]
        self._deliver(intent, receivers, None, done)

    def _targets(self, intent: Broadcast) -> list[PackageRecord]:
        named = intent.package
        return [
            record
            for record in self._packages.all()
            if named in {None, record.name} and (intent.include_stopped or not record.stopped)
        ]

    def _deliver(
        self,
        intent: Broadcast,
        receivers: list[tuple[PackageRecord, str]],
        data: str | None,
        done: Callable[[str | None], None],
    ) -> None:
        if not receivers:
            self._kernel.soon(lambda: done(data))
            return
        (package, receiver), rest = receivers[0], receivers[1:]

        generation = self._generation

        def receive(record: ProcessRecord | None) -> None:
            answer = None if record is None else self._receive(record, receiver, intent)
            left = rest if generation == self._generation else []
            self._deliver(intent, left, data if answer is None else answer, done)

        package.stopped = False
        self._processes.ensure(package, "broadcast", f"{{{package.name}/{receiver}}}", receive)

    def _receive(self, record: ProcessRecord, receiver: str, intent: Broadcast) -> str | None:
        if record.app is None:
            return None
        record.receiving += 1
        try:
            return record.app.on_broadcast(receiver, intent.action, intent.extras)
        except Exception as error:  # noqa: BLE001 - what escapes onReceive crashes the app
            self._processes.on_crash(record.pid, error)
            return None
        finally:
            record.receiving -= 1

    def forget_broadcasts(self) -> None:
        """Power off: whoever was still to get a broadcast does not, and no task is left."""
        self._generation += 1
        self.recent.clear()

    # --- ends -----------------------------------------------------------------------------------------------------

    def kill_background(self, package: str) -> None:
        """`am kill`: end the app's process if it is not dear to the system."""
        # y36 ActivityManagerService.killBackgroundProcesses: minOomAdj SERVICE_ADJ, reason "kill background"
        self._kill_all(SERVICE_ADJ, "kill background", package)

    def kill_all_background(self) -> None:
        """`am kill-all`: end every cached process."""
        # y36 killAllBackgroundProcesses: minOomAdj CACHED_APP_MIN_ADJ, reason "kill all background"
        self._kill_all(CACHED_ADJ, "kill all background", None)

    def _kill_all(self, adj: int, reason: str, package: str | None) -> None:
        for record in self._processes.all():
            if record.adj >= adj and package in {None, record.name}:
                self._processes.kill(record, reason)

    def force_stop(self, package: PackageRecord, why: str) -> None:
        """`am force-stop`: end it, remove its jobs, and let no broadcast start it again."""
        package.stopped = package.force_stopped = True
        self.recent.pop(package.name, None)
        self.end(package, why)
        for collector in self.on_force_stop:
            collector(package)

    def end(self, package: PackageRecord, why: str) -> None:
        """`forceStopPackageLocked`: say so and end its process; whether it stays stopped is the caller's business."""
        self._log("I", "ActivityManager", f"Force stopping {package.name} appid={package.uid} user=0: {why}")
        record = self._processes.find(package.name)
        if record is not None:
            self._processes.kill(record, f"stop {package.name} due to {why}")

    def remove_task(self, package: PackageRecord) -> None:
        """Swipe an app away: its task goes, and with it its process; jobs and alarms stay."""
        # y36 killProcessesForRemovedTask: at once, or when OomAdjuster next finds it in the background, which it is
        self.recent.pop(package.name, None)
        record = self._processes.find(package.name)
        if record is not None:
            record.top = record.had_activity = False
            self._tell_state()
            self._processes.kill(record, REMOVE_TASK)

    def stop_app(self, package: PackageRecord) -> None:
        """`am stop-app`: end its process; jobs and alarms stay."""
        record = self._processes.find(package.name)
        if record is not None:
            # y36 stopAppForUser: reason "fully stop P/U by user request", said as a force-stop is
            self._processes.kill(record, f"stop {package.name} due to stop user request")  # UNCONFIRMED text

    def died(self, record: ProcessRecord) -> None:
        """A process ended by itself: say so."""
        # y36 appDiedLocked: "Process NAME (pid N) has died: ADJ STATE"
        text = f"Process {record.name} (pid {record.pid}) has died: {record.state}"
        self._processes.end(record, ExitReason.CRASH, "crash")
        self._log("I", "ActivityManager", text)


def _receivers(record: PackageRecord, intent: Broadcast) -> list[str]:
    declared = record.package.receivers.get(intent.action)
    if intent.receiver is not None:
        known = set(record.package.receivers.values()) | set(record.package.guarded)
        declared = intent.receiver if intent.receiver in known else None
    if declared is None or not record.package.enabled(declared):
        return []
    needed = record.package.guarded.get(declared)
    held = intent.permissions
    return [declared] if needed is None or held is None or needed in held else []
