"""R21: no storms. A unique name does not begin again and again for no reason that anybody gave."""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import Norm
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants

REASONS = frozenset({StepKind.REQUEST, StepKind.CANCEL, StepKind.DIED, StepKind.CLEARED, StepKind.HOLE})


def storm(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """Of one unique name no more than so many runs begin within a minute, unless somebody asks for them."""
    most = constants.allowance("storm_starts")
    for each in task.names:
        runs = [run for run in task.begun if run.who.name == each.name and not run.in_app]
        if runs:
            yield from _among(runs, most, task, outside)


def _among(runs: list[Run], most: int, task: TaskSlice, outside: Outside) -> Iterator[Finding]:
    for first, last in zip(runs, runs[most:], strict=False):
        if _is_storm(first, last, task, outside):
            together = runs[runs.index(first) : runs.index(last) + 1]
            facts = tuple(sorted({run.start.entries[0] for run in together if run.start}))
            reason = f"{len(together)} runs began within a minute, and nobody asked for them"
            yield Finding("R21.storm", Word.BROKEN, reason, facts, level=last.level)
            return
    yield held("R21.storm", runs[-1].level)


def _is_storm(first: Run, last: Run, task: TaskSlice, outside: Outside) -> bool:
    assert first.start is not None
    assert last.start is not None
    if elapsed(first.start.when, last.start.when).hi > constants.allowance_ns("storm_window"):
        return False
    asked = task.steps.of(REASONS).between(first.index, last.index)
    return not asked and not outside.forces(last.who, first.index, last.index)


RULES = (
    Rule(
        "R21.storm",
        "Of one unique name no more than six runs begin within a minute that nobody asked for: the shortest backoff is "
        "10 s, the shortest period 15 minutes.",
        Norm.PLATFORM,
        "androidx.work WorkRequest.kt MIN_BACKOFF_MILLIS, PeriodicWorkRequest.kt MIN_PERIODIC_INTERVAL_MILLIS; the "
        "number is the oracle's own allowance",
        (SHOWS_STARTS,),
        survey=storm,
    ),
)
