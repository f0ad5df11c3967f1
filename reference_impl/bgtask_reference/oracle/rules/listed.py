"""R7, R8, R11, R19: what WorkManager lists, against what was seen. Absence counts only in a whole answer."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence

from bgtask_reference.events import ExistingWork
from bgtask_reference.events import Norm
from bgtask_reference.events import Result
from bgtask_reference.events import Source
from bgtask_reference.events import WorkRow
from bgtask_reference.events import WorkState
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.state import Phase
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants

DIAGNOSTICS = frozenset({Source.DIAGNOSTICS})
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


def result(task: TaskSlice, _outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """After a run the row is in the state that its result leads to."""
    for each in task.names:
        for position, step in enumerate(each.steps):
            if step.kind is StepKind.FINISH and step.result and position not in each.optional and not step.in_app:
                yield from _row_after(each, position, step, step.result)


def _row_after(each: NameSlice, position: int, finish: Step, result_: Result) -> Iterator[Finding]:
    for step in each.after(position):
        if step.kind not in TELLS_NOTHING:
            return
        row = _row_of(step, each.name, finish.who.work_id)
        if row and elapsed(finish.when, step.when).lo > constants.allowance_ns("rearm_settles"):
            yield _agrees(row, each, result_, finish, step)
            return


def _row_of(step: Step, name: str, work_id: str | None) -> WorkRow | None:
    rows = step.rows.by_name.get(name, ()) if step.rows else ()
    return next((row for row in rows if row.work_id == work_id), None)


def _agrees(row: WorkRow, each: NameSlice, result_: Result, finish: Step, step: Step) -> Finding:
    ends = None if each.periodic else ENDS_AS.get(result_)
    if row.state is WorkState.CANCELLED or row.state is ends or (ends is None and row.state in WAITING):
        return held("R19.result")
    reason = f"a run of {each.name} ended with {result_.value}, and WorkManager lists it as {row.state.value}"
    return Finding("R19.result", Word.BROKEN, reason, (*finish.entries[-1:], *step.entries))


def running(task: TaskSlice, outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """What WorkManager lists as running is under way."""
    settles = constants.allowance_ns("rearm_settles")
    for each in task.names:
        before = worlds.before[each.name]
        for position, step in enumerate(each.steps):
            rows = step.rows.by_name.get(each.name, ()) if step.rows else ()
            states = before[position]
            if not any(row.state is WorkState.RUNNING for row in rows):
                continue
            if any(state.phase is Phase.RUNNING for state in states):
                yield held("R19.running")
            elif all(state.phase in NOT_RUNNING for state in states) and _is_quiet(each, position, settles, outside):
                yield _orphan(each, step, shown=bool(task.begun.all) or outside.saw(TELLS_STARTS))


def _is_quiet(each: NameSlice, position: int, settles: int, outside: Outside) -> bool:
    """Say whether nothing happened to a name for a while before and after a listing, and nothing can be missing."""
    step = each.steps[position]
    proof = outside.coverage.proof_from(step.index)
    if proof is None or not step.when.known or proof.until_ns <= step.when.hi + settles:
        return False
    before = next((other for other in reversed(each.steps[:position]) if other.kind not in TELLS_NOTHING), None)
    after = next((other for other in each.after(position) if other.kind not in TELLS_NOTHING), None)
    return all(_apart(other, step) > settles for other in (before, after) if other)


def _orphan(each: NameSlice, step: Step, *, shown: bool) -> Finding:
    if not shown:
        reason = f"WorkManager lists {each.name} as running, and nobody would have seen it begin"
        return Finding("R19.running", Word.OPEN, reason, step.entries, missing=SHOWS_STARTS)
    reason = f"WorkManager lists {each.name} as running, and no run of it is under way"
    return Finding("R19.running", Word.BROKEN, reason, step.entries)


def kept(task: TaskSlice, _outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """Periodic work that waited when a process died or the phone booted is still there."""
    return _survives("R7.kept", StepKind.DIED, task, worlds)


def after_stop(task: TaskSlice, _outside: Outside, worlds: Worlds) -> Iterator[Finding]:
    """Periodic work whose run was stopped is still there."""
    return _survives("R11.rearmed", StepKind.STOP, task, worlds)


def _survives(rule: str, kind: StepKind, task: TaskSlice, worlds: Worlds) -> Iterator[Finding]:
    for each in task.names:
        if each.periodic:
            for position, step in enumerate(each.steps):
                after = worlds.before[each.name][position + 1]
                if step.kind is kind and position not in each.optional and _waits(after):
                    yield from _still_there(rule, each, position, step)


def _waits(states: Sequence[State]) -> bool:
    return all(state.phase in ALIVE for state in states)


def _still_there(rule: str, each: NameSlice, position: int, step: Step) -> Iterator[Finding]:
    """Look for the first later step that tells: it runs, it is listed, or a whole list lacks it."""
    for later in each.after(position):
        if later.kind is step.kind or later.kind in CHANGES or later.kind is StepKind.HOLE:
            return  # somebody else answers for it from there on
        if later.kind is StepKind.START and not later.in_app:
            yield held(rule)
            return
        if later.rows is not None:
            if finding := _listed_after(rule, each.name, step, later):
                yield finding
            return


def _listed_after(rule: str, name: str, step: Step, later: Step) -> Finding | None:
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
    return Finding(rule, Word.BROKEN, f"WorkManager lists {name} no more, and nobody cancelled it", facts)


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
        "What WorkManager lists as running is under way.",
        Norm.PLATFORM,
        "androidx.work WorkerWrapper.kt trySetRunning; ForceStopRunnable.java cleanUp sets RUNNING rows of a dead "
        "process back to ENQUEUED",
        (SHOWS_STARTS, SHOWS_ENDS, DIAGNOSTICS),
        survey=running,
    ),
)
