"""R5: a run begins only while what its task declares holds, and is stopped when that is lost.

A fact of the environment is known only between two readings that agree. That two readings both say that there is no
network convicts nobody: it may have been back for a moment in between. Only where the harness itself held the
condition down (a lever, a frozen battery) and touched nothing since does an absence hold from reading to reading.
"""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Norm
from bgtask_reference.events import Source
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.ordered import InOrder
from bgtask_reference.oracle.outside import Fact
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.conditions import ALL
from bgtask_reference.oracle.rules.conditions import Condition
from bgtask_reference.oracle.rules.conditions import conditions
from bgtask_reference.oracle.rules.conditions import is_held_down
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import SHOWS_STOPS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants

SHOWS_ENVIRONMENT = frozenset({Source.SYSTEM_DUMP})
PAST_CONSTRAINTS = frozenset({ForceLevel.FORCED, ForceLevel.IN_APP})
LIBRARY_ENDS = frozenset({Source.BEACON, Source.WORK_MANAGER_INFO, Source.WORK_MANAGER_DEBUG})
NEVER_READ: InOrder[Fact] = InOrder(())


def start(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A run begins only while each declared condition holds."""
    wanted = conditions(task.task)
    runs = [run for run in task.begun if not run.in_app]
    if not wanted or not runs:
        return
    findings = [
        finding
        for before, run in zip((None, *runs), runs, strict=False)
        for condition in wanted
        if not _is_forced(run, before, condition, outside) and (finding := _starts(run, condition, outside))
    ]
    yield from _what_counts(findings)


def _what_counts(findings: list[Finding]) -> list[Finding]:
    """Leave out what nobody knows where something is known: `exercised` says of how many runs."""
    decided = [finding for finding in findings if finding.word is not Word.OPEN]
    return decided or findings[:1]


def _is_forced(run: Run, before: Run | None, condition: Condition, outside: Outside) -> bool:
    """Say whether a force since the run before may have overridden a condition."""
    assert run.start is not None
    since = before.index if before else -1
    forces = outside.forces(run.who, since, run.start.index)
    return run.level in PAST_CONSTRAINTS or any(condition.mask in each.sent.mask for each in forces)


def _starts(run: Run, condition: Condition, outside: Outside) -> Finding | None:
    assert run.start is not None
    rule, begun = "R5.start", run.start.when
    readings = outside.facts.get(condition.fact, NEVER_READ)
    if not begun.known:
        return None
    near, far = (_around(readings, begun, lead) for lead in (0, constants.allowance_ns("constraint_settles")))
    if near and all(condition.is_met(each.value) for each in near):
        return held(rule, run.level)
    if far and not any(condition.is_met(each.value) for each in far):
        facts = tuple(sorted({far[0].index, *run.start.entries[:1], far[-1].index}))
        if is_held_down(condition, far, outside):
            return Finding(rule, Word.BROKEN, f"a run began without {condition.words}", facts, level=run.level)
        reason = f"both before and after a run began there was no {condition.words}, and nobody watched in between"
        return Finding(rule, Word.OPEN, reason, facts, missing=SHOWS_ENVIRONMENT)
    if readings.all:
        return None  # it changed just then, or was not asked for around this run: nothing is known, and nothing is said
    reason = f"nobody ever asked for {condition.words}"
    return Finding(rule, Word.OPEN, reason, run.start.entries[:1], missing=SHOWS_ENVIRONMENT)


def _around(readings: InOrder[Fact], when: When, lead_ns: int) -> list[Fact] | None:
    """Give the readings from the last that surely lies a while before a moment to the first surely after it."""
    first = readings.last_before(when.index)
    while first and first.when.boot == when.boot and first.when.hi + lead_ns > when.lo:
        first = readings.last_before(first.index)
    if first is None or first.when.boot != when.boot or not first.when.known:
        return None
    found = [first]
    for each in readings.since(first.index + 1):
        found.append(each)
        if each.when.boot == when.boot and each.when.lo >= when.hi:
            return found
    return None


def stop(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A run that loses what it needs is stopped."""
    wanted = conditions(task.task)
    runs = [run for run in task.begun if not run.in_app and run.level not in PAST_CONSTRAINTS]
    if not wanted or not runs:
        return
    before: Run | None = None
    for run in runs:
        for condition in wanted:
            if not _is_forced(run, before, condition, outside) and (finding := _stops(run, condition, outside)):
                yield finding
        before = run


def _stops(run: Run, condition: Condition, outside: Outside) -> Finding | None:
    """Look at the first reading after the start that says that the condition is gone, and at what ended the run."""
    assert run.start is not None
    readings = outside.facts.get(condition.fact, NEVER_READ)
    lost = next((each for each in readings.since(run.start.index) if each.when.lo >= run.start.when.hi), None)
    while lost and condition.is_met(lost.value):
        lost = readings.first_after(lost.index)
    if lost is None or not lost.when.known or lost.when.boot != run.start.when.boot:
        return None
    return _ends_after(run, lost, condition, outside)


def _ends_after(run: Run, lost: Fact, condition: Condition, outside: Outside) -> Finding | None:
    """Judge how a run ended that was under way when the reading was taken: stopped, or by itself before it had to."""
    rule, end = "R5.stop", run.end
    settles = constants.allowance_ns("constraint_settles")
    limit = lost.when.hi + settles
    if end is None or not end.when.known or end.when.boot != lost.when.boot or end.when.hi + settles < lost.when.lo:
        return None
    if end.when.lo <= limit:
        return held(rule, run.level) if end.kind is StepKind.STOP else None
    if not _stays_lost(lost, limit, condition, outside):
        return None
    facts = tuple(sorted({*run.entries[:1], lost.index, *end.entries[-1:]}))
    if not outside.saw(SHOWS_STOPS):
        reason = f"a run went on without {condition.words}, and nobody would have told of a stop"
        return Finding(rule, Word.OPEN, reason, facts, missing=SHOWS_STOPS)
    if end.kind is StepKind.FINISH and not end.sources & LIBRARY_ENDS:
        return None  # the body of a run that was stopped may still speak
    return Finding(rule, Word.BROKEN, f"a run went on without {condition.words}", facts, level=run.level)


def _stays_lost(lost: Fact, until_ns: int, condition: Condition, outside: Outside) -> bool:
    """Say whether the harness kept a condition down from a reading until a boot time had passed."""
    if not is_held_down(condition, [lost], outside):
        return False
    lever = next(iter(outside.done(condition.levers, lost.index, outside.last_index + 1)), None)
    untouched = lever is None or (lever.when.boot == lost.when.boot and lever.when.lo >= until_ns)
    upto = lever.index if lever else outside.last_index + 1
    return untouched and not any(
        condition.is_met(each.value) for each in outside.facts[condition.fact].between(lost.index, upto)
    )


MASK = tuple(dict.fromkeys(condition.mask for condition in ALL))

RULES = (
    Rule(
        "R5.start",
        "A run begins only while the network, the charge, the battery and the storage that its task declares are "
        "there; a force that overrides a condition excuses that one, for that run.",
        Norm.PLATFORM,
        "AOSP JobStatus.java isConstraintsSatisfied, JobSchedulerService.java isReadyToBeExecutedLocked; androidx.work "
        "GreedyScheduler.kt schedule, WorkConstraintsTracker.kt",
        (SHOWS_STARTS, SHOWS_ENVIRONMENT),
        mask=MASK,
        survey=start,
    ),
    Rule(
        "R5.stop",
        "A run that is under way is stopped when what its task declares is lost.",
        Norm.PLATFORM,
        "AOSP JobSchedulerService.java onControllerStateChanged, JobServiceContext.java (STOP_REASON_CONSTRAINT_*); "
        "androidx.work GreedyScheduler.kt onConstraintsStateChanged",
        (SHOWS_STARTS, SHOWS_ENDS, SHOWS_STOPS, SHOWS_ENVIRONMENT),
        mask=MASK,
        survey=stop,
    ),
)
