"""R13, R18: what is due can be made, and becomes a run of its own task."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from bgtask_reference.events import Norm
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import Source
from bgtask_reference.events import WorkListed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.record import Record
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import SHOWS_STARTS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind

REFUSED = frozenset({StepKind.REFUSED})
HOLES = frozenset({StepKind.HOLE})
FRESH = frozenset({StepKind.DIED, StepKind.CLEARED})
LIBRARY = frozenset({Source.WORK_MANAGER_INFO, Source.WORK_MANAGER_DEBUG})
BEACON = frozenset({Source.BEACON})
NOT_CREATED = "not-created"


def created(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """The worker of every run that is due can be made."""
    for step in task.steps.of(REFUSED):
        refusals = [entry.event for entry in outside.record.at(step.entries)]
        if any(isinstance(event, RunRefused) and event.reason == NOT_CREATED for event in refusals):
            yield _not_created(step, task)
    for run in task.begun:
        if not run.in_app:
            yield held("R13.created", run.level)


def _not_created(step: Step, task: TaskSlice) -> Finding:
    if step.who.task == task.task.id:
        return Finding("R13.created", Word.BROKEN, "WorkManager could not create the worker of a run", step.entries)
    reason = "WorkManager could not create a worker, and nobody knows of which task"
    return Finding("R13.created", Word.OPEN, reason, step.entries, missing=frozenset({Source.WORK_MANAGER_DEBUG}))


def named(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """The work that a run belongs to was enqueued under one of its own task's unique names."""
    owner = outside.join.task_of_name
    listed = _listed(outside.record)
    for index, work in _told(outside.record).get(task.task.id, ()):
        where, names = listed.get(work, (index, ()))
        owners = {owner[name] for name in names if name in owner}
        if task.task.id in owners:
            yield held("R18.name")
        elif owners:
            reason = f"a run of it began for work that was enqueued as {', '.join(names)}"
            yield Finding("R18.name", Word.BROKEN, reason, tuple(sorted({where, index})))


@lru_cache(maxsize=1)
def _listed(record: Record) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Give, for each work id that was listed, where first and under which unique names."""
    found: dict[str, tuple[int, tuple[str, ...]]] = {}
    for entry, listed in record.told(WorkListed):
        for row in listed.rows:
            found.setdefault(row.work_id, (entry.index, row.unique_names))
    return found


@lru_cache(maxsize=1)
def _told(record: Record) -> dict[str, list[tuple[int, str]]]:
    """Give, for each task, the starts that told both the task and the work id."""
    found: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for entry, started in record.told(RunStarted):
        task, work = started.subject.task, started.subject.work_id
        if task and work:
            found[task].append((entry.index, work))
    return found


def begun(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A run that the library ended was begun by the task's own worker, which speaks by the beacon."""
    if not outside.saw(BEACON):
        return
    unclaimed: set[str | None] = set()
    for run in task.runs:
        ended_by_library = run.end is not None and bool(run.end.sources & LIBRARY)
        if run.start:
            if ended_by_library:
                yield held("R18.begun", run.level)
            else:
                unclaimed.add(run.who.work_id)
        elif run.end and _is_libraries_alone(run, run.end):
            if run.who.work_id not in unclaimed and _whole_since_fresh(run.end, task):
                reason = "WorkManager ended a run that the task's worker never began: its input did not arrive"
                yield Finding("R18.begun", Word.BROKEN, reason, run.end.entries[:1], level=run.level)
            unclaimed.discard(run.who.work_id)


def _is_libraries_alone(run: Run, end: Step) -> bool:
    return end.kind is StepKind.FINISH and end.sources <= LIBRARY and run.who.work_id is not None


def _whole_since_fresh(end: Step, task: TaskSlice) -> bool:
    """Say whether every start since a process began, which is the earliest for this run, would have been seen."""
    fresh = task.steps.of(FRESH).last_before(end.index)
    hole = task.steps.of(HOLES).last_before(end.index + 1)
    return fresh is not None and (hole is None or fresh.index > hole.index)


RULES = (
    Rule(
        "R13.created",
        "The worker of a run that is due can be created.",
        Norm.PLATFORM,
        "androidx.work WorkerWrapper.kt runWorker (`Could not create Worker`), WorkerFactory.kt",
        (SHOWS_STARTS, LIBRARY),
        survey=created,
    ),
    Rule(
        "R18.name",
        "The work that a run belongs to was enqueued under one of its own task's unique names.",
        Norm.CONTRACT,
        "bgtask_reference.contract WorkerFactory; androidx.work Data reaches the worker as it was enqueued",
        (BEACON, frozenset({Source.DIAGNOSTICS})),
        survey=named,
    ),
    Rule(
        "R18.begun",
        "A run that WorkManager ended was begun by the task's own worker: its input reached it.",
        Norm.CONTRACT,
        "bgtask_reference.contract BackgroundWorker; androidx.work WorkSpec.input is stored with the row",
        (BEACON, SHOWS_ENDS),
        survey=begun,
    ),
)
