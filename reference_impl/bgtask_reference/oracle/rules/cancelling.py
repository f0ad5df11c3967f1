"""R9: nothing starts after it was cancelled, and a run that was under way soon stops or finishes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import takewhile

from bgtask_reference.events import NS_PER_MS
from bgtask_reference.events import Norm
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.known import is_logged_later
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_REQUESTS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.rules.timing import seconds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants

MATTERS = frozenset({StepKind.CANCEL, StepKind.REQUEST, StepKind.START})
CANCELS = frozenset({StepKind.CANCEL})
INTERRUPTIONS = frozenset({StepKind.DIED, StepKind.CLEARED, StepKind.HOLE})
ENDS_IT = frozenset({StepKind.REQUEST, StepKind.CLEARED, StepKind.HOLE, StepKind.CANCEL})


def cancel(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """No run starts after a cancellation took effect and before the task is asked for again."""
    asked = False
    for step in task.steps.of(MATTERS):
        if step.kind is StepKind.CANCEL and (step.everything or step.who.task == task.task.id):
            yield from _after(step, task, outside, trivial=not asked)
            asked = False
        asked = asked or step.kind in {StepKind.REQUEST, StepKind.START}


def _after(step: Step, task: TaskSlice, outside: Outside, *, trivial: bool) -> Iterator[Finding]:
    settles = constants.allowance_ns("cancel_settles")
    again = task.steps.of(ENDS_IT).first_after(step.index)
    until = again.index if again else outside.last_index + 1
    begun = task.begun.between(step.index, until)
    late = next((run for run in begun if _starts_late(run, step, again, settles)), None)
    if late and late.start:
        facts = (*step.entries, *late.start.entries[:1])
        yield Finding("R9.cancel", Word.BROKEN, "a run began after the task was cancelled", facts, level=late.level)
        return
    if trivial:
        return
    if not outside.saw(SHOWS_STARTS):
        yield Finding("R9.cancel", Word.OPEN, "nobody would have seen a run begin", missing=SHOWS_STARTS)
        return
    proof = outside.coverage.proof_from(step.index)
    if proof and proof.until_ns > step.when.hi + settles and proof.first.boot == step.when.boot:
        yield held("R9.cancel")
    else:
        reason = "the log is not proven whole for long enough after the cancellation"
        yield Finding("R9.cancel", Word.OPEN, reason, facts=step.entries)


def _starts_late(run: Run, cancelled: Step, again: Step | None, settles: int) -> bool:
    assert run.start is not None  # of `begun`
    if run.in_app:
        return False
    if again and again.kind is StepKind.REQUEST and is_logged_later(run.start, again):
        return False
    return elapsed(cancelled.when, run.start.when).lo > settles


def under_way(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """What is under way when its task is cancelled ends soon."""
    stop = constants.row("jobscheduler", "stop", outside.device.api_level)
    bound = constants.allowance_ns("cancel_settles") + stop["operation_ms"] * NS_PER_MS
    for step in task.steps.of(CANCELS):
        if step.everything or step.who.task == task.task.id:
            for run in takewhile(lambda run: run.index < step.index, task.runs_since(step.index)):  # noqa: B023 - used up at once
                if run.start and run.end and not run.in_app and _is_one(run.start, run.end, task):
                    yield _ends_soon(run, run.end, step, bound)


def _is_one(start: Step, end: Step, task: TaskSlice) -> bool:
    """Say whether a start and an end are surely of one run: no other body can have begun unseen between them."""
    return not task.steps.of(INTERRUPTIONS).between(start.index, end.index)


def _ends_soon(run: Run, end: Step, cancelled: Step, bound: int) -> Finding:
    late = elapsed(cancelled.when, end.when).lo
    if late <= bound:
        return held("R9.under-way", run.level)
    reason = f"a run was still under way {seconds(late)} after its task was cancelled"
    return Finding("R9.under-way", Word.BROKEN, reason, (*cancelled.entries, *end.entries[-1:]), level=run.level)


RULES = (
    Rule(
        "R9.cancel",
        "After a task was cancelled no run of it begins before it is asked for again; one that is under way may stop "
        "or finish.",
        Norm.CONTRACT,
        "bgtask_reference.contract BackgroundTaskScheduler.cancel; androidx.work CancelWorkRunnable.kt",
        (SHOWS_REQUESTS, SHOWS_STARTS),
        survey=cancel,
    ),
    Rule(
        "R9.under-way",
        "A run that is under way when its task is cancelled ends within the time that a stop has.",
        Norm.CONTRACT,
        "bgtask_reference.contract BackgroundWorker: cancelled co-operatively; androidx.work CancelWorkRunnable.kt, "
        "Processor.kt stopAndCancelWork; AOSP JobServiceContext.java OP_TIMEOUT_MILLIS",
        (SHOWS_REQUESTS, SHOWS_ENDS),
        survey=under_way,
    ),
)
