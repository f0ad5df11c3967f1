"""A forward generator of legal behaviours: a small WorkManager that is run, and printed through the histories' writer.

Written from android.md D.1 to D.6 alone. Calls no rule, no fold and no window function of the oracle, and takes the
freedom that the platform has: any lateness, system stops, process deaths, cancellations, hidden results, gaps.
Faults are planted by name; each is one lie of the library or the app.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from bgtask_tests_histories import NS_PER_S
from bgtask_tests_histories import PING
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app

from bgtask_reference.events import History
from bgtask_reference.events import LogLost
from bgtask_reference.events import RequestKind
from bgtask_reference.events import Result
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import WorkState

FAULTS = {
    "early": "R2.period",
    "backoff": "R6.backoff",
    "attempts": "R6.attempts",
    "overlap": "R4.overlap",
    "task-overlap": "R4.task-overlap",
    "cancel": "R9.cancel",
    "twice": "R10.once",
    "endless": "R10.in-time",
    "rearm": "R12.rearmed",
    "silent": "R1.nudged",
    "deaf": "F1.responds",
}
"""Each fault and the rule that it breaks."""
HOUR = 3600.0


@dataclass
class Row:
    """One row of WorkManager's table. Times in seconds since boot."""

    task: TaskSpec
    name: str
    periodic: bool
    enqueued: float
    attempts: int = 0
    periods: int = 0
    alive: bool = True

    def due(self) -> float:
        if self.attempts:
            first = self.task.backoff.initial_ns / NS_PER_S
            return self.enqueued + min(5 * HOUR, first * 2 ** (self.attempts - 1))
        if self.periodic and self.periods:
            assert self.task.interval_ns is not None
            return self.enqueued + self.task.interval_ns / NS_PER_S
        return self.enqueued


@dataclass
class Life:
    """One phone's legal life."""

    seed: int
    fault: str | None = None
    steps: int = 14
    sources: tuple[str, ...] = ("app-log", "beacon", "info")
    dice: random.Random = field(init=False)
    out: Any = field(init=False)
    rows: dict[str, Row] = field(default_factory=dict)
    planted: bool = False

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.out = Writer(app(SYNC, PING), sources=self.sources)

    @property
    def now(self) -> float:
        return float(self.out.now) / NS_PER_S

    def live(self) -> History:
        self.out.begin().names()
        self.ask(SYNC)
        self.ask(PING)
        for step in range(self.steps):
            self.one_thing(may_lie=step > self.steps // 3)
        self.settle()
        history: History = self.out.history()
        return history

    def one_thing(self, *, may_lie: bool) -> None:
        if may_lie and self.fault and not self.planted:
            getattr(self, "lie_" + self.fault.replace("-", "_"))()
        thing = self.dice.choices(("run", "stop", "die", "cancel", "ask", "look", "gap"), (12, 2, 2, 1, 2, 3, 1))[0]
        getattr(self, thing)()

    def settle(self) -> None:
        self.out.wait(60)
        self.list_rows()
        self.out.look()

    def list_rows(self) -> None:
        self.out.listed(*((row.name, WorkState.ENQUEUED) for row in self.rows.values() if row.alive))

    # --- legal things ---------------------------------------------------------------------------------------------

    def ask(self, task: TaskSpec | None = None) -> None:
        task = task or self.dice.choice((SYNC, PING))
        self.out.request(task)
        name = task.unique_names[0].name
        if name not in self.rows or not self.rows[name].alive:
            self.rows[name] = Row(task, name, periodic=True, enqueued=self.now)
        if len(task.unique_names) > 1 and self.dice.random() < 0.5:
            self.out.request(task, RequestKind.ONE_TIME)
            other = task.unique_names[1].name
            self.rows[other] = Row(task, other, periodic=False, enqueued=self.now)

    def next_row(self) -> Row | None:
        waiting = sorted((row for row in self.rows.values() if row.alive), key=lambda row: (row.due(), row.name))
        return waiting[0] if waiting else None

    def begin_run(self, row: Row) -> Any:
        late = self.dice.choice((0.001, 0.5, 20.0, 400.0))
        self.out.wait(max(0.0, row.due() - self.now) + late)
        row.attempts += 1
        return self.out.start(row.name, row.attempts, row.task)

    def end_run(self, row: Row, who: Any, result: Result) -> None:
        self.out.finish(who, result)
        row.enqueued = self.now
        if result is not Result.RETRY:
            row.attempts, row.periods, row.alive = 0, row.periods + 1, row.periodic

    def run(self) -> None:
        row = self.next_row()
        if row:
            who = self.begin_run(row)
            self.out.wait(self.dice.choice((0.05, 3.0, 200.0)))
            self.end_run(row, who, self.dice.choice((Result.SUCCESS, Result.SUCCESS, Result.RETRY, Result.FAILURE)))

    def stop(self) -> None:
        row = self.next_row()
        if row:
            who = self.begin_run(row)
            self.out.wait(5).stop(who, "constraints").wait(2)

    def die(self) -> None:
        row = self.next_row()
        if row and self.dice.random() < 0.5:
            self.begin_run(row)
        self.out.wait(5).process()

    def cancel(self) -> None:
        self.forget(self.dice.choice((SYNC, PING)))

    def look(self) -> None:
        self.out.wait(45)
        self.list_rows()
        self.out.look()

    def gap(self) -> None:
        self.out.sample().add(LogLost(stamp=self.out.host(), stream="logcat", reason="dropped"))
        self.out.wait(1).sample()

    # --- lies -----------------------------------------------------------------------------------------------------

    def _completed(self) -> Row:
        """Give a periodic row that has just completed a period."""
        self.ask(PING)
        row = self.rows[PING.unique_names[0].name]
        who = self.begin_run(row)
        self.out.wait(2)
        self.end_run(row, who, Result.SUCCESS)
        return row

    def forget(self, task: TaskSpec) -> None:
        """Cancel a task, so that what is asked for next is new."""
        self.out.cancel(task).wait(20)
        for unique in task.unique_names:
            self.rows.pop(unique.name, None)

    def lie_early(self) -> None:
        row = self._completed()
        self.planted = True
        self.out.wait(300).run(row.name, 1, Result.SUCCESS, 2, row.task)
        row.enqueued = self.now

    def lie_backoff(self) -> None:
        row = self._completed()
        who = self.begin_run(row)
        self.out.wait(2)
        self.end_run(row, who, Result.RETRY)
        self.planted = True
        row.attempts += 1
        who = self.out.wait(3).start(row.name, row.attempts, row.task)
        self.out.wait(1)
        self.end_run(row, who, Result.SUCCESS)

    def lie_attempts(self) -> None:
        row = self._completed()
        who = self.begin_run(row)
        self.out.wait(2)
        self.end_run(row, who, Result.RETRY)
        self.planted = True
        self.out.wait(40)
        who = self.out.start(row.name, 1, row.task)
        self.out.wait(1)
        self.end_run(row, who, Result.SUCCESS)

    def lie_overlap(self) -> None:
        row = self._completed()
        who = self.begin_run(row)
        self.planted = True
        other = self.out.wait(2).start(row.name, 2, row.task)
        self.out.wait(1).finish(other, Result.SUCCESS).wait(1)
        self.end_run(row, who, Result.SUCCESS)

    def lie_task_overlap(self) -> None:
        self.rows.pop(SYNC.unique_names[0].name, None)
        self.out.cancel(SYNC).wait(20).request(SYNC).request(SYNC, RequestKind.ONE_TIME)
        self.planted = True
        rows = [Row(SYNC, unique.name, unique.periodic, self.now) for unique in SYNC.unique_names]
        self.rows |= {row.name: row for row in rows}
        first, second = self.begin_run(rows[0]), self.out.start(rows[1].name, 1, SYNC)
        rows[1].attempts = 1
        self.out.wait(3)
        self.end_run(rows[0], first, Result.SUCCESS)
        self.end_run(rows[1], second, Result.SUCCESS)

    def lie_cancel(self) -> None:
        row = self._completed()
        self.out.cancel(PING).wait(1000)
        self.planted = True
        self.out.run(row.name, 1, Result.SUCCESS, 2, PING)
        self.rows.pop(row.name)

    def lie_twice(self) -> None:
        row = self._completed()
        who = self.begin_run(row)
        self.end_run(row, who, Result.SUCCESS)
        self.planted = True
        self.out.wait(7).finish(who, Result.SUCCESS)

    def lie_endless(self) -> None:
        row = self._completed()
        self.begin_run(row)
        self.planted = True
        self.out.wait(2 * HOUR).sample()
        self.out.process()

    def lie_rearm(self) -> None:
        row = self._completed()
        self.rows.pop(row.name)
        self.planted = True
        self.out.wait(60)
        self.list_rows()

    def lie_silent(self) -> None:
        self.planted = True
        self.forget(SYNC)
        self.out.look().want(SYNC).request(SYNC, RequestKind.ONE_TIME).wait(90).look()
        name = SYNC.unique_names[1].name
        self.rows[name] = Row(SYNC, name, periodic=False, enqueued=self.now)

    def lie_deaf(self) -> None:
        self.planted = True
        name = SYNC.unique_names[1].name
        self.forget(SYNC)
        self.out.look().request(SYNC, RequestKind.ONE_TIME).sample()
        self.out.want(SYNC, stimulus=self.out.force(name), name=name).wait(60).look()
        self.rows[name] = Row(SYNC, name, periodic=False, enqueued=self.now)
