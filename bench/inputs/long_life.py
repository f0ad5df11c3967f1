"""Long legal histories of many tasks, for measuring: a small WorkManager on virtual time that obeys every rule.

Written from WorkManager's published behaviour (next run, backoff, unique work, process death). Calls no rule, no fold
and no window function of the oracle.
"""

from __future__ import annotations

import heapq
import random
from dataclasses import dataclass
from dataclasses import field

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
from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import Outcome
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import RequestCancelled
from bgtask_reference.events import RequestKind
from bgtask_reference.events import RequestMade
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
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
ENQUEUED, RUNNING = WorkState.ENQUEUED, WorkState.RUNNING
MS, MINUTE = 1_000_000, 60 * NS_PER_S
WALL_AT_BOOT = 1_790_000_000 * NS_PER_S
ERROR_NS = 5 * MS
LOOK_EVERY, LIST_EVERY, PROCESS_EVERY = 200, 5_000, 2_000
FRIENDLY: dict[str, bool | int | str] = {
    "network": "wifi",
    "metered": False,
    "charging": True,
    "doze-deep": "ACTIVE",
    "doze-light": "ACTIVE",
    "bucket": 10,
    "background-restricted": False,
    "battery-saver": False,
    "stopped": False,
}


@dataclass(slots=True)
class Row:
    """One row of WorkManager's table. `due` in nanoseconds since boot, `attempt` of the run under way."""

    task: TaskSpec
    name: str
    work_id: str
    due: int = 0
    tries: int = 0
    again: bool = False
    attempt: str | None = None
    wanted: int = 0


def tasks(count: int) -> tuple[TaskSpec, ...]:
    """Give periodic tasks of 15 to 60 minutes."""
    return tuple(
        TaskSpec(
            id=f"org.example.task{number:04d}",
            interval_ns=(1, 2, 4)[number % 3] * 15 * MINUTE,
            unique_names=(UniqueName(f"org.example.task{number:04d}", periodic=True),),
            backoff=Backoff((10, 30)[number % 2] * NS_PER_S, exponential=number % 3 > 0),
            starts_within_ns=10 * MINUTE,
        )
        for number in range(count)
    )


@dataclass
class LongLife:
    """A phone that lives until enough was recorded."""

    events: int
    specs: tuple[TaskSpec, ...]
    seed: int = 1
    sources: tuple[str, ...] = ("app-log", "beacon", "wm-info")
    entries: list[Entry] = field(default_factory=list)
    now: int = 100 * NS_PER_S
    samples: int = 0
    attempts: int = 0

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.rows = [
            Row(task, task.unique_names[0].name, f"00000000-0000-4000-8000-{number:012d}")
            for number, task in enumerate(self.specs)
        ]
        self.queue: list[tuple[int, int, str]] = []

    def live(self) -> History:
        self.begin()
        looked, listed, restarted = 0, len(self.entries), len(self.entries)
        while len(self.entries) < self.events:
            self.now, number, what = heapq.heappop(self.queue)
            getattr(self, what)(number)
            count = len(self.entries)
            if count - looked >= LOOK_EVERY:
                looked = count
                self.look()
            if count - listed >= LIST_EVERY:
                listed = count
                self.list_rows()
            if count - restarted >= PROCESS_EVERY:
                restarted = count
                self.restart()
        self.look()
        app = AppSpec("long", PACKAGE, self.specs, evidence=AppEvidence(app_log=True, beacon=True))
        header = Header(1, "0", "", "long", app, DeviceSpec("phone", api_level=36))
        return History(header, tuple(self.entries), closed=True)

    # --- the record -----------------------------------------------------------------------------------------------

    def add(self, event: Event) -> None:
        self.entries.append(Entry(len(self.entries), self.now, event))

    def log(self) -> Stamp:
        self.now += 1000
        return Stamp(Clock.LOG, self.now + WALL_AT_BOOT, 500)

    def begin(self) -> None:
        self.add(CaptureOpened(stamp=Stamp(Clock.HOST, self.now), stream="logcat"))
        self.sample()
        host = Stamp(Clock.HOST, self.now)
        self.add(StimulusSent(stamp=host, number=1, verb="app.clear-data", arguments={}))
        self.add(StimulusAnswered(stamp=host, number=1, outcome=Outcome.ACCEPTED))
        self.restart()
        self.look()
        self.list_rows()
        for number in range(len(self.rows)):
            self.now += 50 * MS
            self.ask(number)

    def sample(self) -> None:
        self.samples += 1
        self.add(
            ClockSampled(
                stamp=Stamp(Clock.BOOT, self.now, ERROR_NS),
                number=self.samples,
                boot_id="boot-1",
                boot_ns=self.now,
                wall_ns=self.now + WALL_AT_BOOT,
                error_ns=ERROR_NS,
                host_ns=self.now,
            )
        )
        self.add(SentinelSeen(stamp=self.log(), source=Source.SYSTEM_LOG, number=self.samples))

    def look(self) -> None:
        self.sample()
        stamp = Stamp(Clock.BOOT, self.now, MS)
        self.add(EnvironmentSampled(stamp=stamp, source=Source.SYSTEM_DUMP, facts=FRIENDLY))
        self.now += 10 * MS
        self.sample()

    def list_rows(self) -> None:
        rows = tuple(
            WorkRow(row.work_id, "Worker", job, RUNNING if row.attempt else ENQUEUED, (row.name,), ())
            for job, row in enumerate(self.rows[:200])
        )
        self.add(WorkListed(stamp=self.log(), source=Source.DIAGNOSTICS, rows=rows, complete=len(self.rows) < 200))

    def restart(self) -> None:
        """End the process: whatever was running waits as it was, its attempts counted."""
        for number, row in enumerate(self.rows):
            if row.attempt:
                row.attempt = None
                self.park(number, row.due - self.wait(row, row.tries - 1) if row.tries > 1 else self.now)
        self.add(ProcessStarted(stamp=self.log(), source=Source.SYSTEM_LOG, package=PACKAGE, pid=1, why="service"))

    # --- what happens ---------------------------------------------------------------------------------------------

    def ask(self, number: int) -> None:
        row = self.rows[number]
        who = Subject(task=row.task.id)
        self.add(RequestMade(stamp=self.log(), source=Source.APP_LOG, subject=who, request=RequestKind.PERIODIC))
        row.tries, row.again = 0, False
        self.park(number, self.now)

    def wait(self, row: Row, tries: int) -> int:
        if tries > 0:
            first, policy = row.task.backoff.initial_ns, row.task.backoff
            return min(5 * 60 * MINUTE, first << min(tries - 1, 30) if policy.exponential else first * tries)
        return (row.task.interval_ns or 0) if row.again else 0

    def park(self, number: int, enqueued: int) -> None:
        row = self.rows[number]
        row.due = enqueued + self.wait(row, row.tries)
        late = self.dice.randrange(1, 120_000) * MS
        heapq.heappush(self.queue, (max(row.due, self.now) + late, number, "start"))

    def start(self, number: int) -> None:
        row = self.rows[number]
        if row.attempt or self.now < row.due:
            return
        if row.wanted and self.dice.random() < 0.01:
            self.add(RunWanted(stamp=Stamp(Clock.HOST, self.now), task=row.task.id))
        row.tries += 1
        row.wanted += 1
        self.attempts += 1
        row.attempt = f"attempt-{self.attempts}"
        self.say(row, RunStarted, run_attempt=row.tries)
        heapq.heappush(self.queue, (self.now + self.dice.randrange(200, 60_000) * MS, number, "end"))

    def end(self, number: int) -> None:
        row = self.rows[number]
        if not row.attempt:
            return
        luck = self.dice.random()
        if luck < 0.05:
            self.stop(number)
            return
        result = Result.RETRY if luck < 0.2 and row.tries < 6 else Result.FAILURE if luck < 0.24 else Result.SUCCESS
        self.say(row, RunFinished, result=result)
        row.attempt = None
        if result is not Result.RETRY:
            row.tries, row.again = 0, True
        if luck > 0.995:
            who = Subject(task=row.task.id)
            self.add(RequestCancelled(stamp=self.log(), source=Source.APP_LOG, subject=who))
            heapq.heappush(self.queue, (self.now + MINUTE, number, "ask"))
            row.due = 1 << 62
        else:
            self.park(number, self.now)

    def stop(self, number: int) -> None:
        row = self.rows[number]
        if "beacon" in self.sources:
            who = Subject(task=row.task.id, work_id=row.work_id, attempt_id=row.attempt)
            self.add(RunStopped(stamp=self.log(), source=Source.BEACON, subject=who, reason="timeout"))
        row.attempt = None
        self.park(number, self.now)

    def say(self, row: Row, kind: type[RunStarted | RunFinished], **told: object) -> None:
        result = {key: value for key, value in told.items() if key == "result"}
        if "app-log" in self.sources:
            self.add(kind(stamp=self.log(), source=Source.APP_LOG, subject=Subject(task=row.task.id), **result))  # type: ignore[arg-type]
        if "beacon" in self.sources:
            who = Subject(task=row.task.id, work_id=row.work_id, attempt_id=row.attempt)
            self.add(kind(stamp=self.log(), source=Source.BEACON, subject=who, **told))  # type: ignore[arg-type]
        if "wm-info" in self.sources and kind is RunFinished:
            who = Subject(work_id=row.work_id)
            self.add(kind(stamp=self.log(), source=Source.WORK_MANAGER_INFO, subject=who, **result))  # type: ignore[arg-type]


def history(events: int, tasks_: int, seed: int = 1) -> History:
    """Give a legal history of at least so many events."""
    return LongLife(events, tasks(tasks_), seed).live()
