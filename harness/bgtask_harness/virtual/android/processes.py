"""The processes of apps: started on demand, one for each app, gone when killed. `ProcessList` and `ProcessRecord`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field

from bgtask_harness.virtual.android.clocks import Clocks
from bgtask_harness.virtual.android.jobs import AppProcess
from bgtask_harness.virtual.android.level import Level
from bgtask_harness.virtual.android.packages import Exit
from bgtask_harness.virtual.android.packages import ExitReason
from bgtask_harness.virtual.android.packages import PackageRecord
from bgtask_harness.virtual.android.packages import format_uid
from bgtask_harness.virtual.kernel import Kernel

START_DELAY_NS = 180_000_000
"""From fork to the end of `Application.onCreate`. Chosen: a small app on a Pixel 7; nothing is judged by it."""

CALL_DELAY_NS = 5_000_000
"""From the system's wish to the app's main thread when the process is up. Chosen; time passes with every call."""

FOREGROUND_ADJ, PERCEPTIBLE_LOW_ADJ, SERVICE_ADJ, PREVIOUS_ADJ, CACHED_ADJ = 0, 250, 500, 700, 900
"""`ProcessList.FOREGROUND_APP_ADJ`, `PERCEPTIBLE_LOW_APP_ADJ` (what runs a job), `SERVICE_ADJ`, `PREVIOUS_APP_ADJ`,
`CACHED_APP_MIN_ADJ`."""

_STATES = {  # makeOomAdjString(compact) and makeProcStateString of ProcessList.java
    FOREGROUND_ADJ: "fg  TOP ",
    PERCEPTIBLE_LOW_ADJ: "prcl TRNB",
    PREVIOUS_ADJ: "prev LAST",
    CACHED_ADJ: "cch  CEM ",
}

REMOVE_TASK = "remove task"
"""Why the process of a task ends that was swiped away: REASON_USER_REQUESTED, SUBREASON_REMOVE_TASK."""
_FIRST_PID = 5_211
_PID_STEP = 41  # room for the threads of a process, which take their ids from the same range
_LAST_PID = 32_767
_EXITS = 16  # APP_EXIT_INFO_HISTORY_LIST_SIZE

Then = Callable[["ProcessRecord | None"], None]
"""Called with the process when it is up, with None when it died before that."""


@dataclass(slots=True, eq=False)
class ProcessRecord:
    """One process. `app` is None until it is up; `jobs` counts the JobServices that are bound.

    `frozen` while the kernel holds it; `sticky` when the system does not let it go because it needs it.
    """

    pid: int
    package: PackageRecord
    why: str
    started_boot_ns: int
    app: AppProcess | None = None
    alive: bool = True
    top: bool = False
    had_activity: bool = False
    jobs: int = 0
    receiving: int = 0
    frozen: bool = False
    sticky: bool = False
    waiting: list[Then] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Process name: the package's."""
        return self.package.name

    @property
    def adj(self) -> int:
        """`oom_adj`: how dear it is to the system, the lower the dearer."""
        if self.top or self.receiving:
            return FOREGROUND_ADJ
        if self.jobs:
            return PERCEPTIBLE_LOW_ADJ
        return PREVIOUS_ADJ if self.had_activity else CACHED_ADJ

    @property
    def state(self) -> str:
        """Adj and process state as ActivityManager prints them."""
        return _STATES[self.adj]

    def __str__(self) -> str:
        """`ProcessRecord.toShortString`: `6037:com.app/u0a234`."""
        return f"{self.pid}:{self.name}/{format_uid(self.package.uid)}"


class Processes:
    """All processes of apps.

    `log` writes to the system log as ActivityManager does: priority, tag, message. `on_death` is called after a process
    has gone, `on_crash` with what escaped its start.
    """

    def __init__(self, kernel: Kernel, clocks: Clocks, log: Callable[[str, str, str], None], level: Level) -> None:
        self._level = level
        self._kernel = kernel
        self._boot_ns, self._wall_ns = clocks.boot_ns, clocks.wall_ns
        self._log = log
        self._next_pid = _FIRST_PID
        self._records: dict[int, ProcessRecord] = {}
        self.on_death: list[Callable[[ProcessRecord], None]] = []
        self.on_crash: Callable[[int, Exception], None] = lambda _pid, _error: None

    def all(self) -> tuple[ProcessRecord, ...]:
        """All that live, by pid."""
        return tuple(self._records[pid] for pid in sorted(self._records))

    def find(self, package: str) -> ProcessRecord | None:
        """Give an app's process, None when it has none."""
        return next((record for record in self._records.values() if record.name == package), None)

    def by_pid(self, pid: int) -> ProcessRecord | None:
        """Give a process by its id."""
        return self._records.get(pid)

    def ensure(self, package: PackageRecord, hosting: str, component: str, then: Then) -> None:
        """Have the app's process and call `then`, starting it if need be.

        `hosting` is the `HostingRecord` type, `service`, `broadcast` or `top-activity`; `component` its name.
        """
        record = self.find(package.name)
        if record is None:
            record = self._fork(package, hosting, component)
        if not self.needed(record):
            record.waiting.append(then)
        elif record.app is not None:
            running = record
            self._kernel.after(CALL_DELAY_NS, lambda: then(running if running.alive else None))
        else:
            record.waiting.append(then)

    def freeze(self, record: ProcessRecord, *, sticky: bool) -> None:
        """Hold it as the cached apps freezer does; it is let go when the system needs it, unless `sticky`."""
        record.sticky = sticky
        if record.app is not None and not record.frozen:
            record.frozen = True
            record.app.on_frozen(frozen=True)

    def thaw(self, record: ProcessRecord) -> None:
        """Let it go on, with what came for it meanwhile."""
        record.sticky = False
        if record.frozen and record.app is not None:
            record.frozen = False
            record.app.on_frozen(frozen=False)
            self._answer(record, record)

    def needed(self, record: ProcessRecord) -> bool:
        """Say whether a call of the system reaches it: what is frozen is let go for that, unless it is sticky."""
        if record.frozen and not record.sticky:
            self.thaw(record)
        return not record.frozen

    def end(self, record: ProcessRecord, reason: ExitReason = ExitReason.OTHER, description: str = "") -> None:
        """Have it gone, without a word in the log."""
        if not record.alive:
            return
        record.alive = False
        record.package.exits = [*record.package.exits, Exit(self._wall_ns(), record.pid, reason, description)][-_EXITS:]
        del self._records[record.pid]
        if record.app is not None:
            record.app.on_killed()
        for collector in tuple(self.on_death):
            collector(record)
        self._answer(record, None)

    def kill(self, record: ProcessRecord, reason: str) -> None:
        """`ProcessRecord.killLocked`: say so and end it."""
        # y36 ProcessRecord.killLocked: "Killing " + toShortString() + " (adj " + setAdj + "): " + reason
        self._log("I", "ActivityManager", f"Killing {record} (adj {record.adj}): {reason}")
        by_user = reason.startswith("stop ") or reason == REMOVE_TASK
        wanted = ExitReason.USER_REQUESTED if by_user else ExitReason.OTHER
        self.end(record, wanted, reason)

    def forget_all(self) -> None:
        """Power off: everything is gone at once."""
        for record in self.all():
            self.end(record)

    def _fork(self, package: PackageRecord, hosting: str, component: str) -> ProcessRecord:
        record = ProcessRecord(self._pid(), package, WHY[hosting], self._boot_ns())
        self._records[record.pid] = record
        self._log("I", "ActivityManager", f"Start proc {record} for {self._host(hosting, component)}")
        self._kernel.after(START_DELAY_NS, lambda: self._create(record))
        return record

    def _host(self, hosting: str, component: str) -> str:
        """y36 ProcessList.handleProcessStartedLocked: `type {component}`; a28 prints a plain component."""
        if self._level.has("start_component_braced"):
            return f"{hosting} {component}"
        return f"{hosting.removeprefix('top-')} {component.strip('{}')}"

    def _create(self, record: ProcessRecord) -> None:
        if record.pid not in self._records:
            return
        try:
            app = record.package.package.start_process(record.pid, record.why)
        except Exception as error:  # noqa: BLE001 - what escapes onCreate crashes the app, not the phone
            self.on_crash(record.pid, error)
            return
        if record.pid not in self._records:
            app.on_killed()
            return
        record.app = app
        self._answer(record, record)

    def _answer(self, record: ProcessRecord, result: ProcessRecord | None) -> None:
        waiting, record.waiting = record.waiting, []
        for then in waiting:
            then(result if result is not None and result.alive else None)

    def _pid(self) -> int:
        pid = self._next_pid
        self._next_pid = _FIRST_PID if pid + _PID_STEP > _LAST_PID else pid + _PID_STEP
        return pid if pid not in self._records else self._pid()


WHY = {"service": "job", "broadcast": "broadcast", "top-activity": "activity", "next-top-activity": "activity"}
"""What `InstalledPackage.start_process` is told for each hosting type."""
