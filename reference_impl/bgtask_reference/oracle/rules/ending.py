"""R10: every attempt that began ends exactly once, in time."""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import Norm
from bgtask_reference.events import Source
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.coverage import Proof
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import SHOWS_STOPS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import jobscheduler

SPEAKS_AT_BOTH = frozenset({Source.BEACON, Source.APP_LOG})
"""Sources that tell an end only of what they told a start of: the same code prints both."""
INTERRUPTIONS = frozenset({StepKind.DIED, StepKind.CLEARED, StepKind.HOLE, StepKind.CANCEL})


def once(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """An attempt ends exactly once."""
    if any(run.end for run in task.runs) and not outside.saw(SHOWS_STARTS):
        yield Finding("R10.once", Word.OPEN, "nobody saw when runs began", missing=SHOWS_STARTS)
    for number, run in enumerate(task.runs):
        if run.start and run.extra_ends and run.end:
            facts = (*run.start.entries[:1], *run.end.entries[:1], *run.extra_ends[0].entries)
            yield Finding("R10.once", Word.BROKEN, "one attempt ended twice", facts, level=run.level)
        elif run.start is None and run.end:
            before = _ended_before(run.end, task.runs[:number], task)
            if before:
                yield Finding("R10.once", Word.BROKEN, "an attempt that had ended ended again", before, level=run.level)
        elif run.start and run.end:
            yield Finding("R10.once", Word.HELD, level=run.level)


def _ended_before(end: Step, runs: tuple[Run, ...], task: TaskSlice) -> tuple[int, ...] | None:
    """Find the run that an end without a start is the second end of: the last one, if no other can be open."""
    telling = end.sources & SPEAKS_AT_BOTH
    last = next((run for run in reversed(runs) if run.start and run.start.sources & telling), None)
    if not telling or last is None or last.start is None or last.end is None or not last.end.sources & telling:
        return None
    if not _nothing_from_before(last.start, task) or any(run.end is None for run in runs):
        return None
    if any(step.kind is StepKind.HOLE and last.start.index < step.index < end.index for step in task.steps):
        return None
    return (*last.start.entries[:1], *last.end.entries[:1], *end.entries)


def _nothing_from_before(start: Step, task: TaskSlice) -> bool:
    """Say whether every body that may be running began within the record: a process began, or the data was cleared."""
    steps = [step for step in task.steps if step.index < start.index]
    fresh = {StepKind.DIED, StepKind.CLEARED}
    last_hole = max((step.index for step in steps if step.kind is StepKind.HOLE), default=-1)
    return any(step.kind in fresh and step.index >= last_hole for step in steps)


def in_time(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """An attempt ends within its limit."""
    limit = task.task.ends_within_ns or jobscheduler.longest_run_ns(outside.device.api_level)
    for run in task.runs:
        if run.start and not run.in_app:
            yield from _ends_in_time(run.start, run, limit, task, outside)


def _ends_in_time(start: Step, run: Run, limit: int, task: TaskSlice, outside: Outside) -> Iterator[Finding]:
    if run.end and elapsed(start.when, run.end.when).lo <= limit:
        yield Finding("R10.in-time", Word.HELD, level=run.level)
        return
    if run.end:
        facts = (*start.entries[:1], *run.end.entries[-1:])
        yield Finding("R10.in-time", Word.BROKEN, "an attempt ended after its limit", facts, level=run.level)
        return
    proof = outside.coverage.proof_from(start.index)
    over = start.when.known and proof and proof.first.boot == start.when.boot and proof.until_ns > start.when.hi + limit
    if not proof or not over or _interrupted(start, _upto(start.when.hi + limit, proof, outside), task):
        return  # the record ends before the limit, or something legal ended the run without a word
    if not outside.saw(SHOWS_STOPS):
        reason = "the attempt's end was not seen, and nobody would have told of a stop"
        yield Finding("R10.in-time", Word.OPEN, reason, start.entries, missing=SHOWS_STOPS)
        return
    reason = "an attempt did not end within its limit"
    yield Finding("R10.in-time", Word.BROKEN, reason, start.entries[:1], level=run.level)


def _upto(ns: int, proof: Proof, outside: Outside) -> int:
    return outside.coverage.seen_at(outside.coverage.first_after(ns, proof))


def _interrupted(start: Step, upto: int, task: TaskSlice) -> bool:
    return any(step.kind in INTERRUPTIONS and start.index < step.index <= upto for step in task.steps)


RULES = (
    Rule(
        "R10.once",
        "An attempt that began ends exactly once.",
        Norm.PLATFORM,
        "androidx.work WorkerWrapper.kt; docs/app-contract.md",
        (SHOWS_STARTS, SHOWS_ENDS),
        survey=once,
    ),
    Rule(
        "R10.in-time",
        "An attempt ends, or is stopped, within the app file's limit, or else within the longest time that "
        "JobScheduler lets a job run.",
        Norm.PLATFORM,
        "AOSP JobServiceContext.java, JobSchedulerService.java (constants.toml); work that WorkManager runs without a "
        "job is not limited: UNCONFIRMED whether a job always joins it",
        (SHOWS_STARTS, SHOWS_STOPS),
        survey=in_time,
    ),
)
