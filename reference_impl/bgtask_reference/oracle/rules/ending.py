"""R10: every attempt that began ends exactly once, in time."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping

from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Norm
from bgtask_reference.events import Source
from bgtask_reference.oracle.duty import Duty
from bgtask_reference.oracle.duty import Kept
from bgtask_reference.oracle.duty import Owed
from bgtask_reference.oracle.duty import kept
from bgtask_reference.oracle.duty import owed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
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
HOLES = frozenset({StepKind.HOLE})
FRESH = frozenset({StepKind.DIED, StepKind.CLEARED})
ENDS = Duty(
    opens=frozenset({StepKind.START}),
    met_by=frozenset({StepKind.FINISH, StepKind.STOP}),
    lifted_by=frozenset({StepKind.DIED, StepKind.CLEARED, StepKind.HOLE, StepKind.CANCEL}),
)
"""What began ends, unless something legal ended it without a word."""
ABOUT_ENDING = ENDS.opens | ENDS.met_by | ENDS.lifted_by


def once(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """An attempt ends exactly once."""
    if not outside.saw(SHOWS_STARTS) and any(run.end for run in task.runs):
        yield Finding("R10.once", Word.OPEN, "nobody saw when runs began", missing=SHOWS_STARTS)
    silent = False
    last: dict[Source, Run] = {}
    for run in task.runs:
        if run.start and run.extra_ends and run.end:
            facts = (*run.start.entries[:1], *run.end.entries[:1], *run.extra_ends[0].entries)
            yield Finding("R10.once", Word.BROKEN, "one attempt ended twice", facts, level=run.level)
        elif run.start is None and run.end:
            before = None if silent else _ended_before(run.end, last, task)
            if before:
                yield Finding("R10.once", Word.BROKEN, "an attempt that had ended ended again", before, level=run.level)
        elif run.start and run.end:
            yield held("R10.once", run.level)
        silent = silent or run.end is None
        last |= dict.fromkeys(run.start.sources if run.start else (), run)


def _ended_before(end: Step, last: Mapping[Source, Run], task: TaskSlice) -> tuple[int, ...] | None:
    """Find the run that an end without a start is the second end of: the last one, when no other can be open."""
    telling = end.sources & SPEAKS_AT_BOTH
    begun = [last[source] for source in telling if source in last]
    before = max(begun, key=lambda run: run.number, default=None)
    if before is None or before.start is None or before.end is None or not before.end.sources & telling:
        return None
    if not _nothing_from_before(before.start, task):
        return None
    if task.steps.of(HOLES).between(before.start.index, end.index):
        return None
    return (*before.start.entries[:1], *before.end.entries[:1], *end.entries)


def _nothing_from_before(start: Step, task: TaskSlice) -> bool:
    """Say whether every body that may be running began within the record: a process began, or the data was cleared."""
    hole = task.steps.of(HOLES).last_before(start.index)
    fresh = task.steps.of(FRESH).last_before(start.index)
    return fresh is not None and (hole is None or fresh.index >= hole.index)


def in_time(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """An attempt ends within its limit."""
    limit = task.task.ends_within_ns or jobscheduler.longest_run_ns(outside.device.api_level)
    levels = {run.number: run.level for run in task.begun if not run.in_app and run.last.index >= run.index}
    for each in owed(ENDS, task.steps.of(ABOUT_ENDING)):
        level = levels.get(each.opened.run) if each.opened.run is not None else None
        if level is not None:
            yield from _ends_in_time(each, level, limit, outside)


def _ends_in_time(each: Owed, level: ForceLevel, limit: int, outside: Outside) -> Iterator[Finding]:
    start, said = each.opened, kept(each, limit, outside.coverage)
    if said is Kept.YES:
        yield held("R10.in-time", level)
    elif said is Kept.NO and each.is_met and each.closed:
        facts = (*start.entries[:1], *each.closed.entries[-1:])
        yield Finding("R10.in-time", Word.BROKEN, "an attempt ended after its limit", facts, level=level)
    elif said is Kept.NO and not outside.saw(SHOWS_STOPS):
        reason = "the attempt's end was not seen, and nobody would have told of a stop"
        yield Finding("R10.in-time", Word.OPEN, reason, start.entries, missing=SHOWS_STOPS)
    elif said is Kept.NO:
        reason = "an attempt did not end within its limit"
        yield Finding("R10.in-time", Word.BROKEN, reason, start.entries[:1], level=level)


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
