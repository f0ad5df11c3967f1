"""Slices: one list of steps for each task, and one for each of its unique names. Everything after works on these."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

from bgtask_reference.events import AppSpec
from bgtask_reference.events import Entry
from bgtask_reference.events import Event
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import History
from bgtask_reference.events import JobScheduled
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Outcome
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import RequestCancelled
from bgtask_reference.events import RequestKind
from bgtask_reference.events import RequestMade
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import RunWanted
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import TaskEvent
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import WorkListed
from bgtask_reference.oracle.clocks import Timeline
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.correlate import Join
from bgtask_reference.oracle.coverage import Coverage
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.outside import read_facts
from bgtask_reference.oracle.outside import read_stimuli
from bgtask_reference.oracle.outside import strongest
from bgtask_reference.oracle.runs import Sighting
from bgtask_reference.oracle.runs import merge
from bgtask_reference.oracle.steps import NOT_KNOWN
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind

CLEARS = frozenset({"app.clear", "app.clear-data"})
TASK_STEPS = {
    RequestMade: StepKind.REQUEST,
    RequestCancelled: StepKind.CANCEL,
    RunRefused: StepKind.REFUSED,
    JobScheduled: StepKind.ARMED,
}
RUN_STEPS = frozenset({StepKind.START, StepKind.FINISH, StepKind.STOP})

MAY_BE_OTHERS = RUN_STEPS | {StepKind.REQUEST, StepKind.REFUSED, StepKind.ARMED}


@dataclass(frozen=True, slots=True)
class Want:
    """A `RunWanted` and where it stands."""

    event: RunWanted
    when: When


@dataclass(frozen=True, slots=True)
class NameSlice:
    """The steps that are or may be about one unique name. `optional` steps may belong elsewhere."""

    task: TaskSpec
    name: str
    periodic: bool
    steps: tuple[Step, ...]
    optional: frozenset[int]
    """Positions in `steps`."""


@dataclass(frozen=True, slots=True)
class TaskSlice:
    """Everything that is about one task."""

    task: TaskSpec
    steps: tuple[Step, ...]
    runs: tuple[Run, ...]
    names: tuple[NameSlice, ...]
    wants: tuple[Want, ...]


@dataclass(frozen=True, slots=True)
class Sliced:
    """A history, cut."""

    outside: Outside
    tasks: tuple[TaskSlice, ...]
    unexplained: tuple[int, ...]


def cut(history: History) -> Sliced:
    """Slice a history. Its header must be there."""
    header = history.header
    assert header is not None
    entries = history.entries
    timeline, join = Timeline(entries), Join(header.app, entries)
    coverage = Coverage(entries, timeline)
    stimuli = read_stimuli(entries, join, timeline)
    jobs = tuple(
        (each.index, timeline.place(each), each.event) for each in entries if isinstance(each.event, JobsListed)
    )
    seen = frozenset(each.event.source for each in entries if not isinstance(each.event, SentinelSeen))
    last = entries[-1].index if entries else -1
    outside = Outside(
        header.app, header.device, timeline, coverage, read_facts(entries, timeline), stimuli, jobs, seen, last
    )
    runs = _runs(entries, join, outside)
    steps = [*_other_steps(entries, join, outside), *_run_steps(runs)]
    wants = [Want(each.event, timeline.place(each)) for each in entries if isinstance(each.event, RunWanted)]
    tasks = tuple(_task_slice(task, steps, runs, wants) for task in header.app.tasks)
    return Sliced(outside, tasks, _unexplained(header.app, steps))


def _runs(entries: Sequence[Entry], join: Join, outside: Outside) -> tuple[Run, ...]:
    sightings = [
        Sighting(outside.timeline.place(each), each.event, join.identify(each.event.subject))
        for each in entries
        if isinstance(each.event, RunStarted | RunFinished | RunStopped)
    ]
    ours = [each for each in sightings if not each.who.foreign]
    last_begun: dict[str | None, int] = {}
    found = []
    for run in merge(ours):
        at = run.begun.index
        forces = outside.forces(run.who, last_begun.get(run.who.task, -1), at)
        last_begun[run.who.task] = at
        levels = [each.sent.level for each in forces if each.sent.level]
        in_app = ForceLevel.IN_APP in levels and run.who.work_id is None
        level = strongest(each for each in levels if in_app or each is not ForceLevel.IN_APP)
        found.append(replace(run, level=level, in_app=in_app))
    return tuple(found)


def _run_steps(runs: Iterable[Run]) -> list[Step]:
    steps = [step for run in runs for step in (run.start, run.end) if step]
    in_app = frozenset(run.number for run in runs if run.in_app)
    return [replace(step, in_app=True) if step.run in in_app else step for step in steps]


def _other_steps(entries: Sequence[Entry], join: Join, outside: Outside) -> list[Step]:
    steps = [step for entry in entries if (step := _step(entry, join, outside))]
    for stimulus in outside.stimuli.values():
        if stimulus.sent.verb in CLEARS and stimulus.outcome is Outcome.ACCEPTED and stimulus.answered is not None:
            entries_of = (stimulus.index, stimulus.answered)
            steps.append(Step(StepKind.CLEARED, replace(stimulus.when, index=stimulus.answered), entries_of))
    for hole in outside.coverage.holes:
        at = Entry(hole.after, 0, RunWanted())
        when = replace(outside.timeline.place(at), index=hole.after)
        steps.append(Step(StepKind.HOLE, when, () if hole.entry is None else (hole.entry,)))
    return steps


def _step(entry: Entry, join: Join, outside: Outside) -> Step | None:
    event, package = entry.event, outside.app.package
    when = outside.timeline.place(entry)
    here, source = (entry.index,), frozenset({event.source})
    if isinstance(event, TaskEvent) and type(event) in TASK_STEPS:
        everything = isinstance(event, RequestCancelled) and event.everything
        who = NOT_KNOWN if everything else join.identify(event.subject)
        request = event.request if isinstance(event, RequestMade) else RequestKind.UNKNOWN
        return Step(TASK_STEPS[type(event)], when, here, who, source, request=request, everything=everything)
    if isinstance(event, WorkListed):
        return Step(StepKind.LISTED, when, here, NOT_KNOWN, source, listed=event)
    if isinstance(event, JobsListed):
        return Step(StepKind.DUMPED, when, here, NOT_KNOWN, source, jobs=event)
    return Step(StepKind.DIED, when, here, NOT_KNOWN, source) if _ends_bodies(event, package) else None


def _ends_bodies(event: Event, package: str) -> bool:
    if isinstance(event, ProcessStarted | ProcessDied):
        return event.package in {"", package}
    return isinstance(event, PhoneBooted)


def _task_slice(task: TaskSpec, steps: Iterable[Step], runs: Iterable[Run], wants: Iterable[Want]) -> TaskSlice:
    mine = sorted((each for each in steps if _may_be_about(task, each)), key=_order)
    names = tuple(_name_slice(task, unique.name, mine, periodic=unique.periodic) for unique in task.unique_names)
    my_runs = tuple(run for run in runs if run.who.task == task.id)
    return TaskSlice(task, tuple(mine), my_runs, names, tuple(want for want in wants if want.event.task == task.id))


def _order(step: Step) -> tuple[int, bool, str]:
    return (step.index, step.kind is not StepKind.HOLE, step.kind.value)


def _may_be_about(task: TaskSpec, step: Step) -> bool:
    return not step.who.foreign and step.who.task in {None, task.id}


def _name_slice(task: TaskSpec, name: str, steps: Iterable[Step], *, periodic: bool) -> NameSlice:
    kept: list[Step] = []
    optional: list[int] = []
    for step in steps:
        said = _concerns(task, name, step, periodic=periodic)
        if said is not False:
            optional += [len(kept)] if said is None else []
            kept.append(step)
    return NameSlice(task, name, periodic, tuple(kept), frozenset(optional))


def _concerns(task: TaskSpec, name: str, step: Step, *, periodic: bool) -> bool | None:
    """Say whether a step is about a unique name; None when it may be."""
    if step.who.name is not None:
        return step.who.name == name
    if step.kind is StepKind.REQUEST and step.who.task == task.id:
        return _requested(task, step.request, periodic=periodic)
    if step.kind is StepKind.CANCEL:
        return True if step.everything or step.who.task == task.id else None
    return None if step.kind in MAY_BE_OTHERS else True


def _requested(task: TaskSpec, kind: RequestKind, *, periodic: bool) -> bool | None:
    if kind is RequestKind.UNKNOWN:
        return None
    if periodic is not (kind is RequestKind.PERIODIC):
        return False
    return True if sum(unique.periodic is periodic for unique in task.unique_names) == 1 else None


def _unexplained(app: AppSpec, steps: Iterable[Step]) -> tuple[int, ...]:
    declared = {task.id for task in app.tasks}
    about_somebody = RUN_STEPS | {StepKind.REQUEST, StepKind.CANCEL}
    return tuple(
        sorted(
            index
            for step in steps
            if step.kind in about_somebody and not step.everything
            if not step.who.foreign and step.who.task not in declared
            for index in step.entries
        ),
    )
