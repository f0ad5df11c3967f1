"""R12: after each run of periodic work a next request exists."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from itertools import islice
from itertools import takewhile
from typing import Literal

from bgtask_reference.events import JobRow
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Norm
from bgtask_reference.events import Result
from bgtask_reference.events import WorkState
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.clocks import stepped
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import OTHER_BUILDS
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_ROWS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Rows
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants
from bgtask_reference.platform import workmanager

FINISH, ENQUEUED = StepKind.FINISH, Phase.ENQUEUED
GIVES_UP = frozenset({StepKind.CANCEL, StepKind.CLEARED})
COMES_AGAIN = frozenset({StepKind.ARMED, StepKind.START, StepKind.FINISH, StepKind.STOP})
ANSWERS = frozenset({StepKind.LISTED, StepKind.DUMPED})
WAITING = frozenset({WorkState.ENQUEUED, WorkState.RUNNING})
Before = Sequence[Sequence[State]]
LOSES_JOBS = ("app.force-stop", "app.clear", "app.clear-data", "reboot")


def rearmed(task: TaskSlice, outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """After a run of periodic work its next request exists."""
    levels = {run.number: run.level for run in task.runs}
    for each in task.names:
        if each.periodic:
            for finding, run in _each_finish(each, task, outside, worlds.before[each.name]):
                level = levels.get(run) if run is not None else None
                yield held(finding.rule, level) if finding.word is Word.HELD else replace(finding, level=level)


def _each_finish(
    each: NameSlice, task: TaskSlice, outside: Outside, before: Before
) -> Iterator[tuple[Finding, int | None]]:
    given_up = task.steps.of(GIVES_UP)
    for position, step in enumerate(each.steps):
        if step.kind is not FINISH or position in each.optional or step.in_app:
            continue
        worlds = before[position + 1]
        if worlds[0].phase is ENQUEUED and all(state.phase is ENQUEUED for state in worlds[1:]):
            if position + 1 < len(each.steps) and _comes_again(each.steps[position + 1], step, each):
                yield held("R12.rearmed"), step.run  # as nearly every run shows
                continue
            gone = given_up.first_after(step.index)
            yield _after(step, position, each, outside, gone.index if gone else outside.last_index + 1), step.run


def _after(finish: Step, position: int, each: NameSlice, outside: Outside, until: int) -> Finding:
    doubt, asked = "", False
    for step in takewhile(lambda step: step.index < until, each.after(position)):
        if step.kind is StepKind.HOLE:
            doubt = "the log has a hole after the run, and what happened in it is unknown"
            break
        asked = asked or step.kind in ANSWERS
        said = _speaks(step, finish, each, outside)
        if said is True or (said is not None and _came_before(step, finish, each, position)):
            return held("R12.rearmed")
        if said is not None and (doubt := _not_whole(finish, step, outside)):
            break
        if said is not None:
            return Finding("R12.rearmed", Word.BROKEN, said[0], (*finish.entries[-1:], *said[1]))
    if doubt:
        return Finding("R12.rearmed", Word.OPEN, doubt, finish.entries[-1:])
    if until <= outside.last_index:
        return Finding("R12.rearmed", Word.EXCUSED, "it was cancelled or cleared before anybody looked")
    if asked:
        reason = "nothing that was listed after the run decides it: too soon, cut short, or without a due time"
        return Finding("R12.rearmed", Word.OPEN, reason, finish.entries[-1:])
    reason = "nobody asked what was enqueued after the run"
    return Finding("R12.rearmed", Word.OPEN, reason, finish.entries[-1:], missing=SHOWS_ROWS)


def _came_before(answer: Step, finish: Step, each: NameSlice, position: int) -> bool:
    """Say whether it may have come again before an answer, though its line was read only after it."""
    again = (step for step in each.after(position) if step.index > answer.index and _comes_again(step, finish, each))
    return any(elapsed(answer.when, step.when).lo <= 0 for step in islice(again, 1))


def _comes_again(step: Step, finish: Step, each: NameSlice) -> bool:
    """Say whether a step is of a later run. Where starts are not shown, its end tells of it."""
    return step.kind in COMES_AGAIN and step.who.name == each.name and not step.in_app and step.run != finish.run


def _not_whole(finish: Step, answer: Step, outside: Outside) -> str:
    """Say why something may have happened unseen between a run's end and an answer; empty when nothing may."""
    proof = outside.coverage.proof_from(finish.index)
    if proof and proof.last.index > answer.index:
        return ""
    why = proof.ended_by if proof else "no sentinel came back before it"
    return f"the log is not proven whole between the run and what was listed after it: {why}"


Contrary = tuple[str, tuple[int, ...]]
Told = Contrary | Literal[True] | None
"""True: it is there. Words and facts: it is not. None: this step does not tell."""


def _speaks(step: Step, finish: Step, each: NameSlice, outside: Outside) -> Told:
    """Say what a later step tells about the next request."""
    if _comes_again(step, finish, each):
        return True
    settled = elapsed(finish.when, step.when).lo > constants.allowance_ns("rearm_settles")
    if step.rows is not None:
        return _row_tells(step, step.rows, each, settled=settled)
    if step.jobs is not None:
        return _job_tells(step, step.jobs, finish, each, outside, settled=settled)
    return None


def _row_tells(step: Step, listed: Rows, each: NameSlice, *, settled: bool) -> Told:
    rows = listed.by_name.get(each.name, ())
    if any(row.state in WAITING and (row.job_id is not None or row.state is WorkState.RUNNING) for row in rows):
        return True
    waiting_or_cancelled = WAITING | {WorkState.CANCELLED}
    if not listed.complete or not settled or any(row.state in waiting_or_cancelled for row in rows):
        return None  # a row without a job is only half the proof: the system's own list tells the other half
    state = f"only as {rows[0].state.value}" if rows else "no more"
    return f"WorkManager lists {each.name} {state} after the run", step.entries


def _job_tells(step: Step, jobs: JobsListed, finish: Step, each: NameSlice, outside: Outside, *, settled: bool) -> Told:
    """Look for the job of the next period: WorkManager asks for one that waits until a full interval after the end."""
    if finish.result in {None, Result.RETRY} or stepped(finish.when, step.when) or not step.when.known:
        return None
    if outside.done(OTHER_BUILDS, -1, step.index):
        return None
    mine = [job for job in jobs.jobs if job.source_package in {None, outside.app.package}]
    version = outside.app.work_manager_version
    period = workmanager.period_ns(each.task, version)
    dues = [_waits_for(job, step, finish, period) for job in mine]
    same = [task for task in outside.app.tasks if workmanager.period_ns(task, version) == period]
    if any(due is True for due in dues) and len(same) == 1:
        return True
    lost = outside.done(LOSES_JOBS, finish.index, step.index)
    crowded = len(mine) >= workmanager.scheduler_slots(version)
    told_all = jobs.complete and jobs.package in {None, outside.app.package}
    if not told_all or not settled or lost or crowded or any(due is not False for due in dues):
        return None
    return "the system has no job of the app that waits for its next period", step.entries


def _waits_for(job: JobRow, dump: Step, finish: Step, period: int) -> bool | None:
    """Say whether a job waits until one period after the run's end; None when its due time is not known."""
    if job.earliest_ns is None:
        return None
    late = constants.allowance_ns("registered_due")
    due = finish.when.lo + period - late, finish.when.hi + period + late
    return dump.when.lo + job.earliest_ns <= due[1] and dump.when.hi + job.earliest_ns >= due[0]


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
