"""Writes histories by hand: a phone that is told second by second what to print, and prints it as a session records it.

Knows the vocabulary of events and nothing of rules, folds or windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import AppEvidence
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Backoff
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import Clock
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Entry
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Event
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import Network
from bgtask_reference.events import Outcome
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import Refusal
from bgtask_reference.events import RequestCancelled
from bgtask_reference.events import RequestKind
from bgtask_reference.events import RequestMade
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import RunWanted
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import StimulusSent
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import UniqueName
from bgtask_reference.events import WorkListed
from bgtask_reference.events import WorkRow
from bgtask_reference.events import WorkState

PACKAGE = "org.example.app"
WALL_AT_BOOT = 1_790_000_000 * NS_PER_S
MS = 1_000_000
ERROR_NS = 5 * MS
FRIENDLY: dict[str, bool | int | str] = {
    "network": "wifi",
    "metered": False,
    "doze-deep": "ACTIVE",
    "doze-light": "ACTIVE",
    "bucket": 10,
    "background-restricted": False,
    "battery-saver": False,
    "stopped": False,
}
ALL_SOURCES = ("app-log", "beacon", "info")

SYNC = TaskSpec(
    id="org.example.sync",
    title="sync",
    interval_ns=3600 * NS_PER_S,
    unique_names=(
        UniqueName("org.example.sync", periodic=True),
        UniqueName("org.example.sync_immediate", periodic=False),
    ),
    network=Network.CONNECTED,
    backoff=Backoff(30 * NS_PER_S, exponential=True),
    executes_at_once=True,
    starts_within_ns=60 * NS_PER_S,
)
PING = TaskSpec(
    id="org.example.ping",
    title="ping",
    interval_ns=900 * NS_PER_S,
    unique_names=(UniqueName("org.example.ping", periodic=True),),
    starts_within_ns=60 * NS_PER_S,
)
PERIODIC, IMMEDIATE = SYNC.unique_names[0].name, SYNC.unique_names[1].name


def app(*tasks: TaskSpec, **fields: object) -> AppSpec:
    given: dict[str, object] = {
        "name": "example",
        "package": PACKAGE,
        "tasks": tasks or (SYNC,),
        "evidence": AppEvidence(app_log=True, beacon=True),
        "work_manager_version": "2.11.2",
    }
    return AppSpec(**{**given, **fields})  # type: ignore[arg-type]


@dataclass
class Writer:
    """A phone, its log and the journal of both. Times are seconds since boot."""

    spec: AppSpec = field(default_factory=app)
    device: DeviceSpec = field(default_factory=lambda: DeviceSpec("phone", api_level=36))
    sources: tuple[str, ...] = ALL_SOURCES
    now: int = 100 * NS_PER_S
    wall_offset: int = WALL_AT_BOOT
    boot_id: str = "boot-1"
    entries: list[Entry] = field(default_factory=list)
    numbers: int = 0
    sent: int = 0
    attempts: int = 0

    def add(self, event: Event) -> int:
        self.entries.append(Entry(len(self.entries), self.now, event))
        return len(self.entries) - 1

    def wait(self, seconds: float) -> Writer:
        self.now += round(seconds * NS_PER_S)
        return self

    # --- the record -----------------------------------------------------------------------------------------------

    def begin(self, *, clear: bool = True, environment: bool = True) -> Writer:
        """Open the log, clear the app's data, look at everything once."""
        self.add(CaptureOpened(stamp=self.host(), stream="logcat"))
        self.sample()
        if clear:
            self.stimulus("app.clear-data")
            self.process()
        return self.look() if environment else self.sample()

    def sample(self, *, seen: bool = True) -> Writer:
        """Read the clocks; the sentinel comes back unless it is lost."""
        self.numbers += 1
        self.add(
            ClockSampled(
                stamp=Stamp(Clock.BOOT, self.now, ERROR_NS),
                number=self.numbers,
                boot_id=self.boot_id,
                boot_ns=self.now,
                wall_ns=self.now + self.wall_offset,
                error_ns=ERROR_NS,
                host_ns=self.now,
            ),
        )
        self.now += MS
        if seen:
            self.add(SentinelSeen(stamp=self.log(), source=Source.SYSTEM_LOG, number=self.numbers))
        return self

    def look(self, **facts: bool | int | str) -> Writer:
        """Sample the environment between two readings of the clocks."""
        self.sample()
        told = {**FRIENDLY, **{name.replace("_", "-"): value for name, value in facts.items()}}
        self.add(EnvironmentSampled(stamp=Stamp(Clock.BOOT, self.now, MS), source=Source.SYSTEM_DUMP, facts=told))
        return self.wait(0.01).sample()

    def history(self, *, closed: bool = True) -> History:
        header = Header(1, "0", "", "by-hand", self.spec, self.device)
        return History(header, tuple(self.entries), closed=closed)

    def host(self) -> Stamp:
        return Stamp(Clock.HOST, self.now)

    def log(self) -> Stamp:
        return Stamp(Clock.LOG, self.now + self.wall_offset, 500)

    # --- what is done to it ---------------------------------------------------------------------------------------

    def stimulus(
        self,
        verb: str,
        subject: Subject | None = None,
        level: ForceLevel | None = None,
        mask: tuple[str, ...] = (),
        outcome: Outcome | None = Outcome.ACCEPTED,
        refusal: Refusal | None = None,
    ) -> int:
        self.sent += 1
        who = subject or Subject()
        self.add(
            StimulusSent(
                stamp=self.host(), number=self.sent, verb=verb, arguments={}, subject=who, level=level, mask=mask
            ),
        )
        self.wait(0.01)
        if outcome is not None:
            self.add(
                StimulusAnswered(stamp=self.host(), number=self.sent, subject=who, outcome=outcome, refusal=refusal)
            )
        return self.sent

    def force(self, name: str = PERIODIC, outcome: Outcome | None = Outcome.ACCEPTED) -> int:
        return self.stimulus("job.run", Subject(unique_name=name), ForceLevel.FORCED, ("delay", "charging"), outcome)

    def want(
        self, task: TaskSpec = SYNC, within: float = 0, stimulus: int | None = None, name: str | None = None
    ) -> Writer:
        self.sample()
        self.add(
            RunWanted(
                stamp=self.host(),
                task=task.id,
                unique_name=name,
                within_ns=round(within * NS_PER_S),
                stimulus=stimulus,
            ),
        )
        return self.sample()

    # --- what it prints -------------------------------------------------------------------------------------------

    def process(self) -> Writer:
        self.add(ProcessStarted(stamp=self.log(), source=Source.SYSTEM_LOG, package=PACKAGE, pid=1, why="top-activity"))
        return self.wait(0.001)

    def boot(self) -> Writer:
        """Boot again: the boot clock starts anew, the wall clock goes on."""
        wall = self.now + self.wall_offset
        self.now, self.boot_id = 20 * NS_PER_S, self.boot_id + "x"
        self.wall_offset = wall + 30 * NS_PER_S - self.now
        self.add(PhoneBooted(stamp=Stamp(Clock.BOOT, self.now), boot_id=self.boot_id))
        return self.sample()

    def step_wall(self, seconds: float) -> Writer:
        self.wall_offset += round(seconds * NS_PER_S)
        return self

    def request(self, task: TaskSpec = SYNC, kind: RequestKind = RequestKind.PERIODIC) -> Writer:
        raw = f"D AndroidTaskScheduler: {kind.value} [{task.id}]"
        who = Subject(task=task.id)
        self.add(RequestMade(stamp=self.log(), source=Source.APP_LOG, raw=raw, subject=who, request=kind))
        return self.wait(0.002)

    def cancel(self, task: TaskSpec | None = SYNC) -> Writer:
        who = Subject(task=task.id) if task else Subject()
        self.add(RequestCancelled(stamp=self.log(), source=Source.APP_LOG, subject=who, everything=task is None))
        return self.wait(0.002)

    def start(self, name: str = PERIODIC, attempt: int | None = 1, task: TaskSpec = SYNC) -> Subject:
        """Begin a run; gives the subject with which to end it."""
        self.attempts += 1
        who = Subject(task=task.id, work_id=work_of(name), attempt_id=f"a{self.attempts}")
        if "app-log" in self.sources:
            raw = f"D SchedulerDispatchWorker: Starting task [{task.id}]"
            self.add(RunStarted(stamp=self.log(), source=Source.APP_LOG, raw=raw, subject=Subject(task=task.id)))
            self.wait(0.001)
        if "beacon" in self.sources:
            self.add(RunStarted(stamp=self.log(), source=Source.BEACON, subject=who, run_attempt=attempt))
            self.wait(0.001)
        return who

    def finish(self, who: Subject, result: Result = Result.SUCCESS) -> Writer:
        task, work = Subject(task=who.task), Subject(work_id=who.work_id)
        if "app-log" in self.sources:
            raw = f"D SchedulerDispatchWorker: Task [{who.task}] {result.value}"
            self.add(RunFinished(stamp=self.log(), source=Source.APP_LOG, raw=raw, subject=task, result=result))
        if "beacon" in self.sources:
            self.add(RunFinished(stamp=self.log(), source=Source.BEACON, subject=who, result=result))
        if "info" in self.sources:
            raw = f"I WM-WorkerWrapper: Worker result {result.name} for Work [ id={who.work_id}, tags={{ X }} ]"
            source = Source.WORK_MANAGER_INFO
            self.add(RunFinished(stamp=self.log(), source=source, raw=raw, subject=work, result=result))
        return self.wait(0.002)

    def stop(self, who: Subject, reason: str | None = "timeout") -> Writer:
        if "beacon" in self.sources:
            self.add(RunStopped(stamp=self.log(), source=Source.BEACON, subject=who, reason=reason))
        return self.wait(0.002)

    def run(
        self,
        name: str = PERIODIC,
        attempt: int | None = 1,
        result: Result = Result.SUCCESS,
        lasts: float = 2,
        task: TaskSpec = SYNC,
    ) -> Writer:
        who = self.start(name, attempt, task)
        return self.wait(lasts).finish(who, result)

    def refused(self, name: str = PERIODIC) -> Writer:
        who = Subject(work_id=work_of(name))
        self.add(RunRefused(stamp=self.log(), source=Source.WORK_MANAGER_DEBUG, subject=who))
        return self.wait(0.001)

    def listed(self, *states: tuple[str, WorkState], complete: bool = True, job_id: int | None = 7) -> Writer:
        rows = tuple(
            WorkRow(work_of(name), "Worker", job_id if state is WorkState.ENQUEUED else None, state, (name,), ())
            for name, state in states
        )
        self.add(WorkListed(stamp=self.log(), source=Source.DIAGNOSTICS, rows=rows, complete=complete))
        return self.wait(0.002)

    def names(self) -> Writer:
        """Have every unique name listed once, so that work ids are known."""
        names = [unique.name for task in self.spec.tasks for unique in task.unique_names]
        return self.listed(*((name, WorkState.ENQUEUED) for name in names))


def work_of(name: str) -> str:
    """The one work id that a unique name has in these histories."""
    return f"00000000-0000-4000-8000-{sum(map(ord, name)):012d}"


def quiet(task: TaskSpec, **fields: object) -> TaskSpec:
    return replace(task, **fields)  # type: ignore[arg-type]
