"""R11, R19: what is told to stop halts, and is told to stop for the reason that it is given."""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import NS_PER_MS
from bgtask_reference.events import Norm
from bgtask_reference.events import RunFinished
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import SHOWS_STOPS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.rules.timing import seconds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants

TIMED_OUT = frozenset({"STOP_REASON_TIMEOUT", "timeout"})
TIMES_OUT = ("job.timeout", "job.stop")


def halts(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A run that was stopped works on no longer than the grace that it has."""
    stop = constants.row("jobscheduler", "stop", outside.device.api_level)
    grace = stop["operation_ms"] * NS_PER_MS
    for run in task.runs:
        if run.end and run.end.kind is StepKind.STOP and not run.in_app:
            yield from _halts(run, run.end, grace, outside)


def _halts(run: Run, stop: Step, grace: int, outside: Outside) -> Iterator[Finding]:
    """Where the record ends, or has a hole, before the grace is over, there is nothing to say."""
    rule = "R11.halts"
    for entry in outside.record.at(stop.entries):
        if isinstance(entry.event, RunFinished):
            late = elapsed(stop.when, outside.timeline.place(entry)).lo
            if late > grace:
                reason = f"a run went on for {seconds(late)} after it was stopped"
                facts = tuple(sorted({min(stop.entries), entry.index}))
                yield Finding(rule, Word.BROKEN, reason, facts, level=run.level)
            else:
                yield held(rule, run.level)
            return
    proof = outside.coverage.proof_from(stop.index)
    if proof and stop.when.known and proof.first.boot == stop.when.boot and proof.until_ns > stop.when.hi + grace:
        yield held(rule, run.level)


def stop_reason(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A run is stopped for having taken too long only after the time that every run has."""
    guaranteed = constants.row("jobscheduler", "run", outside.device.api_level)["guaranteed_ms"] * NS_PER_MS
    for run in task.begun:
        if run.start and run.end and run.end.reason in TIMED_OUT and not run.in_app:
            lasted = elapsed(run.start.when, run.end.when)
            if outside.done(TIMES_OUT, run.start.index, run.end.index):
                yield Finding("R19.stop-reason", Word.EXCUSED, "the harness itself timed it out", run.end.entries)
            elif lasted.hi < guaranteed:
                reason = f"a run was said to have timed out after {seconds(lasted.hi)}; it has {seconds(guaranteed)}"
                facts = (*run.start.entries[:1], *run.end.entries[-1:])
                yield Finding("R19.stop-reason", Word.BROKEN, reason, facts, level=run.level)
            else:
                yield held("R19.stop-reason", run.level)


RULES = (
    Rule(
        "R11.halts",
        "A run that was stopped works on no longer than the 8 s that JobScheduler gives it.",
        Norm.CONTRACT,
        "bgtask_reference.contract BackgroundWorker: cancelled co-operatively; AOSP JobServiceContext.java "
        "OP_TIMEOUT_MILLIS; androidx.work ListenableWorker.onStopped",
        (SHOWS_STOPS, SHOWS_ENDS),
        survey=halts,
    ),
    Rule(
        "R19.stop-reason",
        "A run that is told that it timed out had the time that every run has.",
        Norm.PLATFORM,
        "AOSP JobServiceContext.java handleOpTimeoutLocked, JobSchedulerService.java RUNTIME_MIN_GUARANTEE_MS",
        (SHOWS_STARTS, SHOWS_STOPS),
        versions="sources that tell a stop's reason: API 31 and later, WorkManager 2.9 and later",
        survey=stop_reason,
    ),
)
