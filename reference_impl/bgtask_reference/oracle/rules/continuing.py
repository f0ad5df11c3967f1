"""R12: after each run of periodic work a next request exists."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Literal

from bgtask_reference.events import Norm
from bgtask_reference.events import WorkRow
from bgtask_reference.events import WorkState
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_ROWS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants
from bgtask_reference.platform import workmanager

GIVES_UP = frozenset({StepKind.CANCEL, StepKind.CLEARED})
WAITING = frozenset({WorkState.ENQUEUED, WorkState.RUNNING})
LOSES_JOBS = ("app.force-stop", "app.clear", "reboot")


def rearmed(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """After a run of periodic work its next request exists."""
    levels = {run.number: run.level for run in task.runs}
    for each in task.names:
        if each.periodic:
            for finding, run in _each_finish(each, outside):
                yield replace(finding, level=levels.get(run) if run is not None else None)


def _each_finish(each: NameSlice, outside: Outside) -> Iterator[tuple[Finding, int | None]]:
    given_up = [step.index for step in each.steps if step.kind in GIVES_UP]
    for position, step in enumerate(each.steps):
        if step.kind is StepKind.FINISH and position not in each.optional and not step.in_app:
            after = bisect_right(given_up, step.index)
            until = given_up[after] if after < len(given_up) else outside.last_index + 1
            yield _after(step, position, each, outside, until), step.run


def _after(finish: Step, position: int, each: NameSlice, outside: Outside, until: int) -> Finding:
    for step in islice(each.steps, position + 1, None):
        said = None if step.index >= until else _speaks(step, finish, each, outside, until)
        if said is True:
            return Finding("R12.rearmed", Word.HELD)
        if said is not None:
            return Finding("R12.rearmed", Word.BROKEN, said[0], (*finish.entries[-1:], *said[1]))
        if step.index >= until:
            break
    if until <= outside.last_index:
        return Finding("R12.rearmed", Word.EXCUSED, "it was cancelled or cleared before anybody looked")
    reason = "nobody asked what was enqueued after the run"
    return Finding("R12.rearmed", Word.OPEN, reason, finish.entries[-1:], missing=SHOWS_ROWS)


Contrary = tuple[str, tuple[int, ...]]


def _speaks(step: Step, finish: Step, each: NameSlice, outside: Outside, until: int) -> Contrary | Literal[True] | None:
    """Say what a later step tells about the next request: True for there, words and facts for not there."""
    if step.kind in {StepKind.START, StepKind.ARMED} and step.who.name == each.name and not step.in_app:
        return True
    if step.kind is not StepKind.LISTED or step.listed is None:
        return None
    settled = elapsed(finish.when, step.when).lo > constants.allowance_ns("rearm_settles")
    rows = [row for row in step.listed.rows if each.name in row.unique_names]
    waiting = [row for row in rows if row.state in WAITING]
    if waiting:
        return _registered(waiting[0], step, finish, outside, until) if settled else True
    if not step.listed.complete or not settled or any(row.state is WorkState.CANCELLED for row in rows):
        return None
    state = f"only as {rows[0].state.value}" if rows else "no more"
    return f"WorkManager lists {each.name} {state} after the run", step.entries


def _registered(row: WorkRow, step: Step, finish: Step, outside: Outside, until: int) -> Contrary | Literal[True]:
    """Say whether the system has a job for a waiting row, as far as somebody looked at both."""
    rows = step.listed.rows if step.listed else ()
    crowded = len(rows) >= workmanager.scheduler_slots(outside.app.work_manager_version)
    if (
        row.job_id is not None
        or row.state is WorkState.RUNNING
        or crowded
        or not (step.listed and step.listed.complete)
    ):
        return True
    claimed = {other.job_id for other in rows}
    for index, _, jobs in outside.jobs:
        lost = outside.done(LOSES_JOBS, finish.index, index) or not step.index < index < until
        if lost or not jobs.complete or jobs.package not in {None, outside.app.package}:
            continue
        if all(job.job_id in claimed for job in jobs.jobs if job.source_package in {None, outside.app.package}):
            return "WorkManager lists it, but the system has no job for it", (*step.entries, index)
    return True


RULES = (
    Rule(
        "R12.rearmed",
        "After a run of periodic work ended, its next request exists until it is cancelled.",
        Norm.CONTRACT,
        "bgtask_reference.contract BackgroundTaskScheduler.schedule_periodic; androidx.work WorkerWrapper.kt "
        "resetPeriodic",
        (SHOWS_ENDS, SHOWS_ROWS),
        survey=rearmed,
    ),
)
