"""R7, R8, R11, R19: what WorkManager lists, against what was seen. Absence counts only in a whole answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from bgtask_reference.events import ExistingWork
from bgtask_reference.events import Norm
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import Source
from bgtask_reference.events import WorkRow
from bgtask_reference.events import WorkState
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import SENTINELS
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_REQUESTS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.rules.timing import seconds
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants
from bgtask_reference.platform import jobscheduler

DIAGNOSTICS = frozenset({Source.DIAGNOSTICS})
LIBRARY = frozenset({Source.WORK_MANAGER_INFO, Source.WORK_MANAGER_DEBUG})
TAKES_AWAY = re.compile("clear|uninstall|remove package|replace", re.IGNORECASE)
TELLS_STARTS = SHOWS_STARTS - {Source.APP_LOG}
"""Sources that tell of every start; an app's log tells of those of which its templates do."""
UNFINISHED = frozenset({WorkState.ENQUEUED, WorkState.RUNNING, WorkState.BLOCKED})
WAITING = frozenset({WorkState.ENQUEUED, WorkState.RUNNING})
ALIVE = frozenset({Phase.ENQUEUED, Phase.RUNNING})
NOT_RUNNING = frozenset({Phase.ENQUEUED, Phase.ENDED})
TELLS_NOTHING = frozenset({StepKind.LISTED, StepKind.DUMPED, StepKind.ARMED, StepKind.REFUSED})
CHANGES = frozenset({StepKind.REQUEST, StepKind.CANCEL, StepKind.CLEARED})
SEVERAL = frozenset({ExistingWork.APPEND, ExistingWork.APPEND_OR_REPLACE})
ENDS_AS: Mapping[Result, WorkState] = {Result.SUCCESS: WorkState.SUCCEEDED, Result.FAILURE: WorkState.FAILED}


def one_row(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A unique name has at most one row that is not finished."""
    policies = {unique.name: unique.existing for unique in task.task.unique_names}
    for each in task.names:
        if policies[each.name] in SEVERAL:
            continue
        for position, step in enumerate(each.steps):
            if step.rows is not None and not _was_just_changed(each.steps, position, outside):
                rows = [row for row in step.rows.by_name.get(each.name, ()) if row.state in UNFINISHED]
                if len({row.work_id for row in rows}) > 1:
                    reason = f"{each.name} has {len(rows)} rows that are not finished"
                    yield Finding("R8.one-row", Word.BROKEN, reason, step.entries)
                elif rows:
                    yield held("R8.one-row")


def _was_just_changed(steps: Sequence[Step], position: int, outside: Outside) -> bool:
    """Say whether the three questions of one answer may have been asked around a change."""
    step, within = steps[position], constants.allowance_ns("cancel_settles")
    around = [other for other in steps[max(0, position - 4) : position + 5] if other.kind in CHANGES]
    return any(_apart(other, step) <= within for other in around) or bool(
        outside.coverage.hole_between(step.index - 1, step.index + 1)
    )


def _apart(a: Step, b: Step) -> int:
    span = elapsed(a.when, b.when)
    return 0 if span.lo <= 0 <= span.hi else min(abs(span.lo), abs(span.hi))


def own_names(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """Every unfinished row of the task's worker carries one of the unique names that the app file declares."""
    mine = task.task.worker_class
    shared = [each for each in outside.app.tasks if each.worker_class == mine]
    if mine is None or len(shared) != 1:
        return  # whose row it is cannot be told by its class
    declared = {unique.name for unique in task.task.unique_names}
    for step in task.steps:
        if step.rows is None:
            continue
        for name, rows in step.rows.by_name.items():
            if any(row.worker_class == mine and row.state in UNFINISHED for row in rows):
                if name in declared:
                    yield held("R8.own-names")
                else:
                    reason = f"its worker is enqueued as {name}, which is none of its unique names"
                    yield Finding("R8.own-names", Word.BROKEN, reason, step.entries)


def result(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """After a run the row is in the state that its result leads to."""
    for each in task.names:
        for position, step in enumerate(each.steps):
            if step.kind is StepKind.FINISH and step.result and position not in each.optional and not step.in_app:
                yield from _row_after(each, position, step, step.result, outside)


def _row_after(each: NameSlice, position: int, finish: Step, result_: Result, outside: Outside) -> Iterator[Finding]:
    for step in each.after(position):
        if step.kind not in TELLS_NOTHING:
            return
        row = _row_of(step, each.name, finish.who.work_id)
        if row and elapsed(finish.when, step.when).lo > constants.allowance_ns("rearm_settles"):
            yield _agrees(row, each, result_, finish, step, outside)
            return


def _row_of(step: Step, name: str, work_id: str | None) -> WorkRow | None:
    rows = step.rows.by_name.get(name, ()) if step.rows else ()
    return next((row for row in rows if row.work_id == work_id), None)


def _library_says(result_: Result, finish: Step, outside: Outside) -> bool:
    """Say whether WorkManager itself told this result, not only that the run ended."""
    told = [entry.event for entry in outside.record.at(finish.entries) if entry.event.source in LIBRARY]
    return any(isinstance(event, RunFinished) and event.result is result_ for event in told)


def _agrees(row: WorkRow, each: NameSlice, result_: Result, finish: Step, step: Step, outside: Outside) -> Finding:
    if each.periodic and row.state is WorkState.FAILED and not _library_says(result_, finish, outside):
        return held("R19.result")  # an exception that escaped: the worker calls it a failure, the library ends the row
    ends = None if each.periodic else ENDS_AS.get(result_)
    if row.state is WorkState.CANCELLED or row.state is ends or (ends is None and row.state in WAITING):
        return held("R19.result")
    reason = f"a run of {each.name} ended with {result_.value}, and WorkManager lists it as {row.state.value}"
    return Finding("R19.result", Word.BROKEN, reason, (*finish.entries[-1:], *step.entries))


def running(task: TaskSlice, outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """What WorkManager lists as running is under way, or has been waiting for a thread for no longer than a run may."""
    shown = bool(task.begun.all) or outside.saw(TELLS_STARTS)
    for each in task.names:
        first: Step | None = None
        for position, step in enumerate(each.steps):
            if step.kind not in TELLS_NOTHING:
                first = None
            elif _lists_running(step, each.name):
                states = worlds.before[each.name][position]
                if any(state.phase is Phase.RUNNING for state in states):
                    yield held("R19.running")
                elif all(state.phase in NOT_RUNNING for state in states):
                    first = first or step
                    yield from _orphan(each, first, step, outside, shown=shown)


def _lists_running(step: Step, name: str) -> bool:
    rows = step.rows.by_name.get(name, ()) if step.rows else ()
    return any(row.state is WorkState.RUNNING for row in rows)


def _orphan(each: NameSlice, first: Step, step: Step, outside: Outside, *, shown: bool) -> Iterator[Finding]:
    """WorkManager says so before the worker's body gets a thread, so only a row that stays so for too long convicts."""
    lasts = elapsed(first.when, step.when).lo
    if lasts <= jobscheduler.longest_run_ns(outside.device.api_level):
        return
    facts = (*first.entries, *step.entries)
    words = f"WorkManager has listed {each.name} as running for {seconds(lasts)}"
    if not shown:
        reason = f"{words}, and nobody would have seen it begin"
        yield Finding("R19.running", Word.OPEN, reason, facts, missing=SHOWS_STARTS)
    elif outside.coverage.hole_between(first.index, step.index):
        reason = f"{words}, and the log has a hole in which it may have begun"
        yield Finding("R19.running", Word.OPEN, reason, facts, missing=SENTINELS)
    else:
        yield Finding("R19.running", Word.BROKEN, f"{words}, and no run of it is under way", facts)


def kept(task: TaskSlice, outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """Periodic work that waited when a process died or the phone booted is still there."""
    return _survives("R7.kept", StepKind.DIED, task, outside, worlds)


def after_stop(task: TaskSlice, outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """Periodic work whose run was stopped is still there."""
    return _survives("R11.rearmed", StepKind.STOP, task, outside, worlds)


def _survives(rule: str, kind: StepKind, task: TaskSlice, outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    for each in task.names:
        if each.periodic:
            for position, step in enumerate(each.steps):
                after = worlds.before[each.name][position + 1]
                if step.kind is kind and position not in each.optional and _waits(after):
                    yield from _still_there(rule, each, position, step, outside)


def _waits(states: Sequence[State]) -> bool:
    return all(state.phase in ALIVE for state in states)


def _still_there(rule: str, each: NameSlice, position: int, step: Step, outside: Outside) -> Iterator[Finding]:
    """Look for the first later step that tells: it runs, it is listed, or a whole list lacks it."""
    for later in each.after(position):
        if later.kind is step.kind or later.kind in CHANGES or later.kind is StepKind.HOLE:
            return  # somebody else answers for it from there on
        if later.kind is StepKind.START and not later.in_app:
            yield held(rule)
            return
        if later.rows is not None:
            if finding := _listed_after(rule, each.name, step, later, outside):
                yield finding
            return


def _listed_after(rule: str, name: str, step: Step, later: Step, outside: Outside) -> Finding | None:
    assert later.rows is not None
    rows = later.rows.by_name.get(name, ())
    facts = (*step.entries[-1:], *later.entries)
    if any(row.state in WAITING for row in rows):
        return held(rule)
    if rows:
        return None  # it has come to an end that another rule judges
    if not later.rows.complete:
        return Finding(rule, Word.OPEN, f"the list that should show {name} was cut", facts, missing=DIAGNOSTICS)
    if elapsed(step.when, later.when).lo <= constants.allowance_ns("rearm_settles"):
        return None
    if not outside.saw(SHOWS_REQUESTS) or _was_cleared(step, outside):
        reason = f"WorkManager lists {name} no more, and nobody would have told of a cancellation"
        return Finding(rule, Word.OPEN, reason, facts, missing=SHOWS_REQUESTS)
    return Finding(rule, Word.BROKEN, f"WorkManager lists {name} no more, and nobody cancelled it", facts)


def _was_cleared(step: Step, outside: Outside) -> bool:
    """Say whether the process died because somebody cleared the app's data or removed it."""
    deaths = [entry.event for entry in outside.record.at(step.entries)]
    return any(isinstance(event, ProcessDied) and TAKES_AWAY.search(event.why or "") for event in deaths)


RULES = (
    Rule(
        "R7.kept",
        "Periodic work that waits when the app's process dies is still there afterwards.",
        Norm.PLATFORM,
        "androidx.work WorkDatabase (rows are on disk), ForceStopRunnable.java cleanUp",
        (SHOWS_ENDS, DIAGNOSTICS),
        survey=kept,
    ),
    Rule(
        "R8.one-row",
        "A unique name has at most one row that is not finished, unless it is asked for with APPEND.",
        Norm.PLATFORM,
        "androidx.work EnqueueRunnable.java enqueueWorkWithPrerequisites, WorkerUpdater.kt",
        (DIAGNOSTICS,),
        survey=one_row,
    ),
    Rule(
        "R8.own-names",
        "A worker class of one task alone is enqueued under the unique names that the app file declares for it.",
        Norm.EXPECTATION,
        "the app file's unique_names and worker_class",
        (DIAGNOSTICS,),
        survey=own_names,
    ),
    Rule(
        "R11.rearmed",
        "Periodic work whose run was stopped is still there afterwards.",
        Norm.PLATFORM,
        "androidx.work WorkerWrapper.kt resetWorkerStatus",
        (frozenset({Source.BEACON, Source.WORK_MANAGER_DEBUG}), DIAGNOSTICS),
        survey=after_stop,
    ),
    Rule(
        "R19.result",
        "After a run WorkManager lists its work in the state that the result leads to.",
        Norm.PLATFORM,
        "androidx.work WorkerWrapper.kt handleResult: setSucceeded, setFailed, reschedule, resetPeriodic",
        (SHOWS_ENDS, DIAGNOSTICS),
        survey=result,
    ),
    Rule(
        "R19.running",
        "What WorkManager lists as running is under way; for no longer than a run may last it may wait for a thread.",
        Norm.PLATFORM,
        "androidx.work WorkerWrapper.kt trySetRunning, which precedes the worker's thread; ForceStopRunnable.java "
        "cleanUp sets RUNNING rows of a dead process back to ENQUEUED",
        (SHOWS_STARTS, SHOWS_ENDS, DIAGNOSTICS),
        survey=running,
    ),
)
