"""R4: never two attempts of one piece of work at a time, by unique name (platform) and by task (contract).

A run is under way from its start until it ends or is told to stop. An overlap is told only when the earlier run's end
was seen after the later run's start: a run that merely fell silent may have been stopped or killed.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator

from bgtask_reference.events import Norm
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.outside import strongest
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind

ENDED = frozenset({StepKind.DIED, StepKind.CLEARED, StepKind.HOLE})
SameWork = Callable[[Run, Run], bool]


def by_name(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """Never two attempts of one unique name at a time."""
    return _survey("R4.overlap", task, outside, lambda a, b: a.who.name is not None and a.who.name == b.who.name)


def by_task(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """Never two attempts of one task at a time, under whatever unique name."""
    return _survey("R4.task-overlap", task, outside, lambda _a, _b: True)


def _survey(rule: str, task: TaskSlice, outside: Outside, same: SameWork) -> Iterator[Finding]:
    if task.runs and not outside.saw(SHOWS_STARTS):
        yield Finding(rule, Word.OPEN, "nobody saw when runs began", missing=SHOWS_STARTS)
    ended = task.steps.of(ENDED)
    open_runs: list[Run] = []
    for run in task.begun:
        interruption = ended.last_before(run.index)
        open_runs = [other for other in open_runs if _may_last_until(other, run, interruption)]
        together = [other for other in open_runs if same(other, run)]
        overlapped = next((other for other in together if other.end), None)
        if run.end or not any(other.end is None and other.who.name == run.who.name for other in open_runs):
            open_runs.append(run)  # of runs that fell silent one a name is enough
        if overlapped:
            yield _overlap(rule, overlapped, run)
        elif not together:
            yield held(rule, run.level)


def _may_last_until(run: Run, later: Run, interruption: Step | None) -> bool:
    if run.end and run.end.index < later.index:
        return False
    return interruption is None or interruption.index <= run.index


def _overlap(rule: str, earlier: Run, later: Run) -> Finding:
    assert earlier.start is not None
    assert earlier.end is not None
    assert later.start is not None
    facts = sorted({*earlier.start.entries[:1], *later.start.entries[:1], *earlier.end.entries[-1:]})
    level = strongest((earlier.level, later.level))
    reason = "an attempt began while another one was still under way"
    return Finding(rule, Word.BROKEN, reason, tuple(facts), level=level)


RULES = (
    Rule(
        "R4.overlap",
        "Two attempts of one unique name are never under way at a time.",
        Norm.PLATFORM,
        "androidx.work Processor.kt startWork (isEnqueued), WorkerWrapper.kt trySetRunning",
        (SHOWS_STARTS, SHOWS_ENDS),
        survey=by_name,
    ),
    Rule(
        "R4.task-overlap",
        "Two attempts of one task are never under way at a time, under whatever unique names.",
        Norm.CONTRACT,
        "bgtask_reference.contract BackgroundWorker: one instance serves every run, so it keeps nothing between them",
        (SHOWS_STARTS, SHOWS_ENDS),
        survey=by_task,
    ),
)
