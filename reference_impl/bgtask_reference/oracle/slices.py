"""Slices: one list of steps for each task, and one for each of its unique names. Everything after works on these."""

from __future__ import annotations

from bisect import bisect_left
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate
from operator import attrgetter
from typing import cast

from bgtask_reference.events import AppSpec
from bgtask_reference.events import Entry
from bgtask_reference.events import Event
from bgtask_reference.events import ExistingWork
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
from bgtask_reference.events import TaskEvent
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import WorkListed
from bgtask_reference.events import WorkRow
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.coverage import Hole
from bgtask_reference.oracle.ordered import InOrder
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.outside import strongest
from bgtask_reference.oracle.record import Record
from bgtask_reference.oracle.runs import merge
from bgtask_reference.oracle.sightings import RunEvent
from bgtask_reference.oracle.sightings import Sighting
from bgtask_reference.oracle.steps import NOT_KNOWN
from bgtask_reference.oracle.steps import Rows
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.oracle.steps import Track
from bgtask_reference.oracle.value import value

CLEARS = frozenset({"app.clear", "app.clear-data"})
TASK_STEPS = {
    RequestMade: StepKind.REQUEST,
    RequestCancelled: StepKind.CANCEL,
    RunRefused: StepKind.REFUSED,
    JobScheduled: StepKind.ARMED,
}
RUN_EVENTS = (RunStarted, RunFinished, RunStopped)
ENDS_BODIES = (ProcessStarted, ProcessDied, PhoneBooted)
RUN_STEPS = frozenset({StepKind.START, StepKind.FINISH, StepKind.STOP})
MAY_BE_OTHERS = RUN_STEPS | {StepKind.REQUEST, StepKind.REFUSED, StepKind.ARMED}
_index = attrgetter("index")
_place = attrgetter("when.index")


@value
class Want:
    """A `RunWanted` and where it stands."""

    event: RunWanted
    when: When


@value
class NameSlice:
    """The steps that are or may be about one unique name. `optional` steps may belong elsewhere."""

    task: TaskSpec
    name: str
    periodic: bool
    steps: tuple[Step, ...]
    optional: frozenset[int]
    """Positions in `steps`."""

    def before(self, position: int) -> Iterator[Step]:
        """Go back through the steps before a position."""
        return map(self.steps.__getitem__, range(position - 1, -1, -1))

    def after(self, position: int) -> Iterator[Step]:
        """Go through the steps after a position."""
        return map(self.steps.__getitem__, range(position + 1, len(self.steps)))

    @property
    def begins_anew(self) -> bool:
        """Asking for it again puts new work in the place of what is there (`replace`)."""
        return any(each.name == self.name and each.existing is ExistingWork.REPLACE for each in self.task.unique_names)


class TaskSlice:
    """Everything that is about one task.

    Attributes:
        task: What the app file declares.
        steps: Its steps in recorded order.
        runs: Its runs in the order in which they began.
        names: The steps of each of its unique names.
        wants: The runs of it that were wanted.
        begun: The runs of which somebody saw the start, in the order of those.

    """

    def __init__(self, task: TaskSpec, steps: Track, runs: tuple[Run, ...], wants: tuple[Want, ...]) -> None:
        self.task, self.steps, self.runs, self.wants = task, steps, runs, wants
        names = task.unique_names
        self.names = tuple(_name_slice(task, each.name, steps, periodic=each.periodic) for each in names)
        self.begun = InOrder(sorted((run for run in runs if run.start), key=_index))
        self._reach = list(accumulate((run.last.index for run in runs), max))

    def runs_since(self, index: int) -> Iterator[Run]:
        """Go through the runs, leaving out those at the front that were over before a journal index."""
        return (self.runs[at] for at in range(bisect_left(self._reach, index), len(self.runs)))


@value
class Sliced:
    """A history, cut."""

    outside: Outside
    tasks: tuple[TaskSlice, ...]
    unexplained: tuple[int, ...]


def cut(history: History) -> Sliced:
    """Slice a history. Its header must be there."""
    header = history.header
    assert header is not None
    record = Record(history.entries)
    outside = Outside(header, record)
    runs = _runs(record, outside)
    steps: dict[str | None, list[Step]] = defaultdict(list)
    for step in (*_other_steps(record, outside), *_run_steps(runs)):
        if not step.who.foreign:
            steps[step.who.task].append(step)
    return Sliced(outside, tuple(_tasks(outside, steps, runs)), _unexplained(header.app, steps))


def _runs(record: Record, outside: Outside) -> tuple[Run, ...]:
    last_begun: dict[str | None, int] = {}
    found = []
    for run in merge(_sightings(record, outside)):
        at = run.index
        forces = outside.forces(run.who, last_begun.get(run.who.task, -1), at)
        last_begun[run.who.task] = at
        found.append(_forced(run, [each.sent.level for each in forces if each.sent.level]) if forces else run)
    return tuple(found)


def _sightings(record: Record, outside: Outside) -> list[Sighting]:
    around, identify = outside.timeline.around, outside.join.identify
    found = []
    for entry in record.of(*RUN_EVENTS):
        event = cast("RunEvent", entry.event)
        who = identify(event.subject)
        if not who.foreign:
            found.append(Sighting(entry.index, event, who, around(entry)))
    return found


def _forced(run: Run, levels: Sequence[ForceLevel]) -> Run:
    in_app = ForceLevel.IN_APP in levels and run.who.work_id is None
    level = strongest(each for each in levels if in_app or each is not ForceLevel.IN_APP)
    return replace(run, level=level, in_app=in_app)


def _run_steps(runs: Iterable[Run]) -> Iterator[Step]:
    for run in runs:
        for step in (run.start, run.end):
            if step:
                yield replace(step, in_app=True) if run.in_app else step


def _other_steps(record: Record, outside: Outside) -> Iterator[Step]:
    for entry in record.of(*TASK_STEPS):
        yield _task_step(entry, outside)
    for entry in record.of(WorkListed, JobsListed, *ENDS_BODIES):
        if step := _step(entry, outside):
            yield step
    for stimulus in outside.stimuli.values():
        if stimulus.sent.verb in CLEARS and stimulus.outcome is Outcome.ACCEPTED and stimulus.answered is not None:
            entries_of = (stimulus.index, stimulus.answered)
            yield Step(StepKind.CLEARED, replace(stimulus.when, index=stimulus.answered), entries_of)
    steps_at = [entry.index for entry in record.of(*TASK_STEPS, *RUN_EVENTS)]
    for hole in outside.coverage.holes:
        for index in _within(hole, steps_at):
            when = outside.timeline.place(Entry(index, 0, RunWanted()))
            told = () if hole.entry is None else (hole.entry,)
            yield Step(StepKind.HOLE, when, told, rebooting=hole.expected and hole.after >= 0)


def _within(hole: Hole, steps_at: Sequence[int]) -> Sequence[int]:
    """Give where a hole may have swallowed a step: at both its ends, and before each step that is left in it."""
    if hole.expected:
        return (hole.after,)
    inside = steps_at[bisect_right(steps_at, hole.after) : bisect_left(steps_at, hole.before)]
    return (hole.after, *inside, hole.before)


def _task_step(entry: Entry, outside: Outside) -> Step:
    event = entry.event
    assert isinstance(event, TaskEvent)
    everything = isinstance(event, RequestCancelled) and event.everything
    return Step(
        TASK_STEPS[type(event)],
        outside.timeline.place(entry),
        (entry.index,),
        NOT_KNOWN if everything else outside.join.identify(event.subject),
        frozenset({event.source}),
        request=event.request if isinstance(event, RequestMade) else RequestKind.UNKNOWN,
        everything=everything,
    )


def _step(entry: Entry, outside: Outside) -> Step | None:
    event, when = entry.event, outside.timeline.place(entry)
    here, source = (entry.index,), frozenset({event.source})
    if isinstance(event, WorkListed):
        return Step(StepKind.LISTED, when, here, NOT_KNOWN, source, rows=_rows(event))
    if isinstance(event, JobsListed):
        return Step(StepKind.DUMPED, when, here, NOT_KNOWN, source, jobs=event)
    return Step(StepKind.DIED, when, here, NOT_KNOWN, source) if _ends_bodies(event, outside.app.package) else None


def _rows(listed: WorkListed) -> Rows:
    by_name: dict[str, tuple[WorkRow, ...]] = {}
    for row in listed.rows:
        for name in row.unique_names:
            by_name[name] = (*by_name.get(name, ()), row)
    return Rows(by_name, listed.complete)


def _ends_bodies(event: Event, package: str) -> bool:
    return isinstance(event, PhoneBooted) or getattr(event, "package", None) in {"", package}


def _tasks(outside: Outside, steps: dict[str | None, list[Step]], runs: Iterable[Run]) -> Iterator[TaskSlice]:
    my_runs: dict[str | None, list[Run]] = defaultdict(list)
    for run in runs:
        my_runs[run.who.task].append(run)
    wants: dict[str, list[Want]] = defaultdict(list)
    for entry, event in outside.record.told(RunWanted):
        wants[event.task].append(Want(event, outside.timeline.place(entry)))
    shared = sorted(steps[None], key=_order)
    for task in outside.app.tasks:
        mine = sorted([*shared, *steps[task.id]], key=_place)
        yield TaskSlice(task, Track(mine), tuple(my_runs[task.id]), tuple(wants[task.id]))


def _order(step: Step) -> tuple[int, bool, str]:
    return (step.index, step.kind is not StepKind.HOLE, step.kind.value)


def _name_slice(task: TaskSpec, name: str, steps: Iterable[Step], *, periodic: bool) -> NameSlice:
    kept: list[Step] = []
    optional: list[int] = []
    for step in steps:
        known = step.who.name
        if known is not None:
            if known == name:
                kept.append(step)
            continue
        said = _concerns(task, step, periodic=periodic)
        if said is not False:
            optional += [len(kept)] if said is None else []
            kept.append(step)
    return NameSlice(task, name, periodic, tuple(kept), frozenset(optional))


def _concerns(task: TaskSpec, step: Step, *, periodic: bool) -> bool | None:
    """Say whether a step that names no unique name is about one; None when it may be."""
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


def _unexplained(app: AppSpec, steps: dict[str | None, list[Step]]) -> tuple[int, ...]:
    declared = {task.id for task in app.tasks}
    about_somebody = RUN_STEPS | {StepKind.REQUEST, StepKind.CANCEL}
    return tuple(
        sorted(
            index
            for task, told in steps.items()
            if task not in declared
            for step in told
            if step.kind in about_somebody and not step.everything
            for index in step.entries
        ),
    )
