"""Ways to make a worker run, gentlest first. The rung that was used is what a verdict's force level rests on."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.devices.port import Rung
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import Clock
from bgtask_reference.events import ExistingWork
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Outcome
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import RequestKind
from bgtask_reference.events import RequestMade
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import TaskSpec

if TYPE_CHECKING:
    from bgtask_harness.session.session import Session

LONGEST_BACKOFF_NS = 5 * 3_600_000_000_000
"""`WorkRequest.MAX_BACKOFF_MILLIS`."""
_LEAD_NS = 2_000_000_000
_STARTS_UP_S = 1
"""So that what the app does by itself when it starts is over: what is asked for then is asked for by us."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rung did: why it was refused, if it was; since which mark a run of it counts, if not since now."""

    refused: str = ""
    since: int | None = None


class Ladder:
    """Climbs until a rung bears: one that cannot be used here or is refused gives way to the next."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._wanted = True
        self._rungs: dict[Rung, Callable[[TaskSpec], Asked]] = {
            Rung.NATURAL_FIRST_RUN: self._natural,
            Rung.IMMEDIATE: self._immediate,
            Rung.WAIT_UNTIL_DUE: self._due,
            Rung.MOVE_WALL_CLOCK: self._clock,
            Rung.HOOK: self._hook,
            Rung.JOB_RUN: self._job,
        }

    def climb(self, task: TaskSpec, rungs: Sequence[Rung], *, want: bool = True) -> Rung:
        """Make a task run and give the rung that did it. `want` says that the run is expected: opens R1 or F1.

        Raises:
            Unsupported: No rung bears; the reason of each.
            NothingSeen: A rung bore and no run of the task ended in its time.

        """
        self._wanted = want
        reasons: dict[str, list[Rung]] = {}
        for rung in rungs:
            mark = self._session.mark
            try:
                asked = self._rungs[rung](task)
            except Unsupported as error:
                reasons.setdefault(str(error), []).append(rung)
                continue
            if asked.refused:
                reasons.setdefault(f"refused, {asked.refused}", []).append(rung)
                continue
            self._session.wait_for_run(task, mark=mark if asked.since is None else asked.since)
            return rung
        told = "; ".join(f"{', '.join(rungs)}: {reason}" for reason, rungs in reasons.items())
        raise Unsupported(f"there is no way to make {task.title} run here: {told}")

    def leave_alone(self, task: TaskSpec) -> None:
        """Do what it takes for a task that was asked for to be due: nothing."""

    def due_in(self, task: TaskSpec, now: ClockReading) -> int | None:
        """Give how long it is until a task's next run is due; None when nothing says.

        Counted from the earliest of the last ends of its requests, so that nobody comes too late for the next run;
        else from when it was asked for; else as the system's own list of jobs has it.
        """
        if task.interval_ns is None:
            return None
        dues = [last + self._pause(task, retries) for last, retries in self._last_ends(task).values()]
        dues = dues or [asked + task.interval_ns for asked in self._asked(task)]
        if dues:
            return max(0, min(dues) - now.wall_ns)
        registered = self._registered(task)
        return None if registered is None else max(0, registered - now.boot_ns)

    def _registered(self, task: TaskSpec) -> int | None:
        """When the job of its periodic work is due (boot clock), by the newest list of jobs since the phone booted."""
        job = self._session.correlation.job_of(self._session.periodic_name(task) or "")
        due = None
        for event in self._session.events:
            if isinstance(event, PhoneBooted):
                due = None
            elif isinstance(event, JobsListed):
                rows = [row.earliest_ns for row in event.jobs if (row.job_id, row.namespace) == job]
                due = event.stamp.ns + rows[0] if rows and rows[0] is not None else None
        return due

    def _asked(self, task: TaskSpec) -> list[int]:
        """When its periodic work was asked for last (wall clock), as far as anything told."""
        events = [one for one in self._session.events if isinstance(one, RequestMade)]
        made = [one for one in events if one.request is RequestKind.PERIODIC and self._session.is_of(task, one)]
        return [one.stamp.ns for one in made if one.stamp.clock in {Clock.LOG, Clock.WALL}][-1:]

    def _pause(self, task: TaskSpec, retries: int) -> int:
        assert task.interval_ns is not None
        if retries == 0:
            return task.interval_ns
        initial = task.backoff.initial_ns
        grown = initial * 2 ** (retries - 1) if task.backoff.exponential else initial * retries
        return min(grown, LONGEST_BACKOFF_NS)

    def _last_ends(self, task: TaskSpec) -> dict[str | None, tuple[int, int]]:
        """For each repeating request of a task: when it last ended (wall clock), and how many retries it had."""
        session = self._session
        ends: dict[str | None, tuple[int, int]] = {}
        once = {name.name for name in task.unique_names if not name.periodic}
        retries: dict[str | None, int] = {}
        for event in session.events:
            if not isinstance(event, RunFinished) or not session.is_of(task, event):
                continue
            work = event.subject.work_id
            if event.stamp.clock not in {Clock.LOG, Clock.WALL} or event.result is None:
                continue
            if session.correlation.unique_name_of(event.subject) in once:
                continue
            attempt = event.run_attempt or retries.get(work, 0) + 1
            retries[work] = attempt if event.result is Result.RETRY else 0
            if _begins_anew(task):
                ends.clear()
            ends[work] = (event.stamp.ns, retries[work])
        return {work: end for work, end in ends.items() if work is not None} or ends

    # --- the rungs ------------------------------------------------------------------------------------------------

    def _natural(self, task: TaskSpec) -> Asked:
        """Have the app ask for it, on its own accord if nobody can tell it to: its first run is due at once."""
        session = self._session
        if any(isinstance(event, RunFinished) and session.is_of(task, event) for event in session.events):
            raise Unsupported("it has run before in this scenario, so the next run is no first one")
        if Capability.APP_HOOK not in session.capabilities:
            return self._natural_at_launch(task)
        if session.launched is None:
            session.launch()
            session.advance(_STARTS_UP_S)
        self._want(task)
        session.schedule(task)
        return Asked()

    def _natural_at_launch(self, task: TaskSpec) -> Asked:
        session = self._session
        if not session.asks_when_launched(task):
            raise Unsupported(
                "the app has no hook, and nothing tells that it first asks for the task when it is launched"
            )
        if session.launched is None:
            self._want(task)
            session.launch()
        return Asked(since=session.launched)

    def _immediate(self, task: TaskSpec) -> Asked:
        return answered(self._session.hook("execute", {"task": task.id}, task))

    def _due(self, task: TaskSpec) -> Asked:
        self._session.wait_until_due(task, _LEAD_NS / 1e9)
        if task.starts_within_ns is not None:
            self._want(task, (task.starts_within_ns + _LEAD_NS) / 1e9)
        return Asked()

    def _clock(self, task: TaskSpec) -> Asked:
        session = self._session
        if not session.may_move_wall_clock:
            raise Unsupported("the profile does not allow it (`allow.move_wall_clock`)")
        if task.interval_ns is None:
            raise Unsupported("it has no interval, so it never comes due")
        session.move_wall_clock(task.interval_ns)
        return answered(session.force(task, session.periodic_name(task), want=self._wanted))

    def _hook(self, task: TaskSpec) -> Asked:
        return answered(self._session.hook("run", {"task": task.id}, task))

    def _job(self, task: TaskSpec) -> Asked:
        session = self._session
        known = any(session.correlation.job_of(name.name) for name in task.unique_names)
        if not known and Capability.DIAGNOSTICS in session.capabilities:
            session.diagnose()
            session.look()
        return answered(session.force(task, want=self._wanted))

    def _want(self, task: TaskSpec, within_s: float | None = None) -> None:
        if self._wanted:
            self._session.want_run(task, within=within_s)


def answered(answer: Answer, since: int | None = None) -> Asked:
    """Give what the phone's answer makes of a rung."""
    refused = answer.outcome is Outcome.REFUSED
    return Asked((answer.refusal or answer.output or "no reason given") if refused else "", since)


def _begins_anew(task: TaskSpec) -> bool:
    """Asking for it again puts new work in the place of what is there: only the newest has a next run."""
    return any(name.periodic and name.existing is ExistingWork.REPLACE for name in task.unique_names)
