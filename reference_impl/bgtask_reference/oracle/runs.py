"""Merges what several sources say of one run into one run.

What names an attempt comes first (the beacon), then what names a work id (WorkManager's lines); what names only the
task (the app's own log) is attached to those where it lies beside them, and stands for itself where it does not. Where
it could belong to either of two runs it stays apart: its unique name is unknown then, and nothing is guessed.
"""

from __future__ import annotations

from bisect import bisect_left
from bisect import bisect_right
from collections.abc import Iterable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import TypeVar

from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import Source
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.clocks import wall_elapsed
from bgtask_reference.oracle.steps import NOT_KNOWN
from bgtask_reference.oracle.steps import Identity
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants

RunEvent = RunStarted | RunFinished | RunStopped
T = TypeVar("T")
REACH = 64  # journal entries: what lies further apart does not lie side by side in the log
LOOK_BACK = 64


@dataclass(frozen=True, slots=True)
class Sighting:
    """One source's word on a start or an end."""

    when: When
    event: RunEvent
    who: Identity

    @property
    def source(self) -> Source:
        """Who saw it."""
        return self.event.source

    @property
    def starts(self) -> bool:
        """True for a start."""
        return isinstance(self.event, RunStarted)


@dataclass(slots=True, eq=False)
class Draft:
    """A run while it is being put together."""

    starts: list[Sighting] = field(default_factory=list)
    ends: list[Sighting] = field(default_factory=list)
    again: list[Sighting] = field(default_factory=list)

    @property
    def who(self) -> Identity:
        """Everything that its sightings know together."""
        seen = [each.who for each in (*self.starts, *self.ends)]
        return Identity(
            _first(who.task for who in seen),
            _first(who.name for who in seen),
            _first(who.work_id for who in seen),
            _first(who.attempt_id for who in seen),
            foreign=any(who.foreign for who in seen),
        )

    def sightings(self, like: Sighting) -> list[Sighting]:
        """Its starts or its ends, whichever the other sighting is."""
        return self.starts if like.starts else self.ends

    def lacks(self, sighting: Sighting) -> bool:
        """True when that source has not told of this start or end yet."""
        return all(each.source is not sighting.source for each in self.sightings(sighting))


class Shelf:
    """Drafts by the journal index of what was sighted, so that one need not look through all of them."""

    def __init__(self) -> None:
        self._at: list[int] = []
        self._drafts: list[Draft] = []
        self.all: list[Draft] = []

    def new(self) -> Draft:
        """Begin a draft."""
        draft = Draft()
        self.all.append(draft)
        return draft

    def put(self, draft: Draft, each: Sighting) -> None:
        """Add a sighting to a draft, and remember where it was."""
        draft.sightings(each).append(each)
        place = bisect_right(self._at, each.when.index)
        self._at.insert(place, each.when.index)
        self._drafts.insert(place, draft)

    def beside(self, each: Sighting) -> list[Draft]:
        """Give the drafts whose start or end was sighted beside this one and not yet by its source, nearest first."""
        near = [draft for draft in self._near(each) if _is_beside(draft, each) and draft.lacks(each)]
        return sorted(near, key=lambda draft: _distance(draft.sightings(each)[0], each))

    def _near(self, each: Sighting) -> list[Draft]:
        index = each.when.index
        first, last = bisect_left(self._at, index - REACH), bisect_right(self._at, index + REACH)
        return list({id(draft): draft for draft in self._drafts[first:last]}.values())


def merge(sightings: Sequence[Sighting]) -> tuple[Run, ...]:
    """Make runs of sightings, in the order in which they began."""
    named, under_way, anonymous = Shelf(), dict[str | None, list[Draft]](), Shelf()
    again = _by_attempt(named, [each for each in sightings if each.who.attempt_id])
    rest = [each for each in sightings if not each.who.attempt_id and not _tells_again(again, each)]
    for draft in named.all:
        under_way.setdefault(draft.who.work_id, []).append(draft)
    for each in rest:
        if each.who.work_id:
            _add_by_work(named, under_way.setdefault(each.who.work_id, []), each)
    for each in rest:
        if not each.who.work_id:
            _add_anonymous(named, anonymous, each)
    return _finished([*named.all, *anonymous.all])


def _by_attempt(shelf: Shelf, sightings: Iterable[Sighting]) -> list[Sighting]:
    """Put sightings that name their attempt on the shelf, and give the ends that were told a second time."""
    drafts: dict[str | None, Draft] = {}
    again: list[Sighting] = []
    for each in sightings:
        draft = drafts.get(each.who.attempt_id) or shelf.new()
        drafts[each.who.attempt_id] = draft
        if isinstance(each.event, RunFinished) and any(
            isinstance(end.event, RunFinished) and end.source is each.source for end in draft.ends
        ):
            draft.again.append(each)
            again.append(each)
        else:
            shelf.put(draft, each)
    return again


def _tells_again(again: Sequence[Sighting], each: Sighting) -> bool:
    """Say whether another source tells of an end that is known to have been told a second time."""
    same_work = {None, each.who.work_id}
    return any(
        not each.starts
        and _distance(told, each) <= constants.allowance_ns("sightings_spread")
        and (told.who.work_id in same_work or each.who.work_id is None)
        and each.who.task in {None, told.who.task}
        for told in again
    )


def _add_by_work(shelf: Shelf, of_this_work: list[Draft], each: Sighting) -> None:
    same = (draft for draft in shelf.beside(each) if draft.who.work_id == each.who.work_id)
    found = next(same, None) or (None if each.starts else _last_begun(of_this_work, each))
    if found is None:
        found = shelf.new()
        of_this_work.append(found)
    shelf.put(found, each)


def _last_begun(drafts: Sequence[Draft], each: Sighting) -> Draft | None:
    """Give the run of one work that was under way when it ended: one work never has two, so it is the last to begin."""
    before = (draft for draft in reversed(drafts) if draft.starts and draft.starts[0].when.index < each.when.index)
    last = next(before, None)
    return last if last and not last.ends else None


def _add_anonymous(named: Shelf, anonymous: Shelf, each: Sighting) -> None:
    beside = [draft for draft in named.beside(each) if _fits(draft, each)]
    near = beside[0] if beside else None
    still_open = [draft for draft in anonymous.all[-LOOK_BACK:] if _is_open(draft) and _fits(draft, each)]
    if each.starts:
        other = (draft for draft in anonymous.beside(each) if draft in still_open)
        anonymous.put(near or next(other, None) or anonymous.new(), each)
    elif near is not None:
        near.ends.append(each)
        if not near.starts and len(beside) == 1:
            _adopt_start(near, anonymous, still_open)
    else:
        _end_anonymous(anonymous, still_open, each)


def _adopt_start(named: Draft, anonymous: Shelf, still_open: Sequence[Draft]) -> None:
    """Give an end that names its work the start that only named its task, where that can be but one.

    Of one unique name at most one run is under way, so of several starts of it the earlier ones fell silent.
    """
    name = named.who.name
    if still_open and (len(still_open) == 1 or all(draft.who.name == name is not None for draft in still_open)):
        named.starts += still_open[-1].starts
        anonymous.all.remove(still_open[-1])
        still_open[-1].starts.clear()


def _is_open(draft: Draft) -> bool:
    return bool(draft.starts) and not draft.ends


def _end_anonymous(anonymous: Shelf, still_open: list[Draft], each: Sighting) -> None:
    ended = (draft for draft in anonymous.beside(each) if _fits(draft, each))
    # The latest start first: it accuses nobody of an overlap that need not have been.
    found = next(ended, None) or (still_open[-1] if still_open else anonymous.new())
    anonymous.put(found, each)


def _fits(draft: Draft, each: Sighting) -> bool:
    who = draft.who
    if NOT_KNOWN in (each.who, who):
        return True
    return who.task == each.who.task is not None and (each.who.name is None or who.name in {None, each.who.name})


def _is_beside(draft: Draft, each: Sighting) -> bool:
    told = draft.sightings(each)
    if not told or not _same_result(told[0], each):
        return False
    return _distance(told[0], each) <= constants.allowance_ns("sightings_spread")


def _same_result(a: Sighting, b: Sighting) -> bool:
    if isinstance(a.event, RunFinished) and isinstance(b.event, RunFinished):
        return a.event.result == b.event.result or a.event.result is None or b.event.result is None
    return isinstance(a.event, RunStarted) or type(a.event) is type(b.event)


def _distance(a: Sighting, b: Sighting) -> int:
    span = wall_elapsed(a.when, b.when)
    return max(abs(span.lo), abs(span.hi))


def _finished(drafts: Sequence[Draft]) -> tuple[Run, ...]:
    drafts = [draft for draft in drafts if draft.starts or draft.ends]
    ordered = sorted(drafts, key=lambda draft: min(each.when.index for each in (*draft.starts, *draft.ends)))
    return tuple(_run(number, draft) for number, draft in enumerate(ordered))


def _run(number: int, draft: Draft) -> Run:
    who = draft.who
    start = _start(number, draft, who) if draft.starts else None
    end = _end(number, draft.ends, who, start_seen=start is not None) if draft.ends else None
    again = tuple(_end(number, [each], who, start_seen=True) for each in draft.again)
    return Run(number, who, start, end, again)


def _start(number: int, draft: Draft, who: Identity) -> Step:
    telling = next((each for each in draft.starts if each.who.attempt_id or each.who.work_id), draft.starts[0])
    attempt = _first(each.event.run_attempt for each in (*draft.starts, *draft.ends))
    return Step(
        StepKind.START,
        telling.when,
        _entries(draft.starts),
        who,
        _sources(draft.starts),
        run_attempt=attempt,
        run=number,
    )


def _end(number: int, ends: Sequence[Sighting], who: Identity, *, start_seen: bool) -> Step:
    kind = StepKind.STOP if isinstance(ends[0].event, RunStopped) else StepKind.FINISH
    told = [each for each in ends if isinstance(each.event, RunStopped) is (kind is StepKind.STOP)]
    last = max(told, key=lambda each: each.when.index)  # WorkManager notes the time after every line about the end
    result = _first(each.event.result for each in told if isinstance(each.event, RunFinished))
    attempt = _first(each.event.run_attempt for each in told)
    return Step(
        kind,
        last.when,
        _entries(ends),
        who,
        _sources(told),
        result=result,
        run_attempt=attempt,
        run=number,
        start_seen=start_seen,
        reason=_first(each.event.reason for each in told if isinstance(each.event, RunStopped)),
    )


def _entries(sightings: Iterable[Sighting]) -> tuple[int, ...]:
    return tuple(sorted(each.when.index for each in sightings))


def _sources(sightings: Iterable[Sighting]) -> frozenset[Source]:
    return frozenset(each.source for each in sightings)


def _first(values: Iterable[T | None]) -> T | None:
    return next((value for value in values if value is not None), None)
