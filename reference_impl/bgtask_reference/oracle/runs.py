"""Merges what several sources say of one run into one run.

What names an attempt comes first (the beacon), then what names a work id (WorkManager's lines); what names only the
task (the app's own log) is attached to those where it lies beside them, and stands for itself where it does not. Where
it could belong to either of two runs it stays apart: its unique name is unknown then, and nothing is guessed.
"""

from __future__ import annotations

from bisect import bisect_left
from bisect import insort
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Sequence
from operator import attrgetter
from typing import TypeVar

from bgtask_reference.events import Source
from bgtask_reference.oracle.sightings import REACH
from bgtask_reference.oracle.sightings import Draft
from bgtask_reference.oracle.sightings import Shelf
from bgtask_reference.oracle.sightings import Sighting
from bgtask_reference.oracle.sightings import apart_ns
from bgtask_reference.oracle.steps import NOT_KNOWN
from bgtask_reference.oracle.steps import Identity
from bgtask_reference.oracle.steps import Run
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.platform import constants

T = TypeVar("T")
_index = attrgetter("index")
_begun = attrgetter("begun")
LOOK_BACK = 64
"""How many runs of a task without an end are remembered."""


def merge(sightings: Sequence[Sighting]) -> tuple[Run, ...]:
    """Make runs of sightings, in the order in which they began."""
    named, anonymous = Shelf(), Anonymous()
    again = _by_attempt(named, [each for each in sightings if each.who.attempt_id])
    rest = again.left_of([each for each in sightings if not each.who.attempt_id])
    begun = Begun(named.all)
    for each in rest:
        if each.who.work_id:
            _add_by_work(named, begun, each)
    for each in rest:
        if not each.who.work_id:
            _add_anonymous(named, anonymous, each)
    return _finished([*named.all, *anonymous.shelf.all])


class Again:
    """Ends that one source told a second time."""

    def __init__(self) -> None:
        self._at: dict[int, list[Sighting]] = defaultdict(list)

    def add(self, each: Sighting) -> None:
        """Remember one."""
        self._at[each.index // REACH].append(each)

    def left_of(self, sightings: Sequence[Sighting]) -> Sequence[Sighting]:
        """Leave out what tells of such a second end too."""
        return [each for each in sightings if each.starts or not self._tells(each)] if self._at else sightings

    def _tells(self, each: Sighting) -> bool:
        place = each.index // REACH
        near = (told for at in (place - 1, place, place + 1) for told in self._at.get(at, ()))
        return any(_is_same_end(told, each) for told in near)


def _is_same_end(told: Sighting, each: Sighting) -> bool:
    return (
        apart_ns(told.when, each.when) <= constants.allowance_ns("sightings_spread")
        and (each.who.work_id is None or told.who.work_id in {None, each.who.work_id})
        and each.who.task in {None, told.who.task}
    )


def _by_attempt(shelf: Shelf, sightings: Iterable[Sighting]) -> Again:
    """Put sightings that name their attempt on the shelf, and give the ends that were told a second time."""
    drafts: dict[str | None, Draft] = {}
    again = Again()
    for each in sightings:
        draft = drafts.get(each.who.attempt_id)
        if draft is None:
            draft = drafts[each.who.attempt_id] = shelf.new()
        if _ended(draft, each):
            draft.again.append(each)
            again.add(each)
        else:
            shelf.put(draft, each)
    return again


def _ended(draft: Draft, each: Sighting) -> bool:
    """Say whether this source has told of this run's return before."""
    if each.starts or each.stops:
        return False
    return any(end.source is each.source and not end.stops for end in draft.ends)


class Begun:
    """The runs of each work in the order in which they began."""

    def __init__(self, drafts: Iterable[Draft]) -> None:
        self._of: dict[str | None, list[Draft]] = defaultdict(list)
        for draft in sorted((draft for draft in drafts if draft.starts), key=_first_start):
            self._of[draft.work_id].append(draft)

    def add(self, draft: Draft) -> None:
        """Remember one whose start is known."""
        insort(self._of[draft.work_id], draft, key=_first_start)

    def last(self, each: Sighting) -> Draft | None:
        """Give the run that was under way when its work ended: one work never has two, so it is the last to begin."""
        mine = self._of[each.who.work_id]
        before = bisect_left(mine, each.index, key=_first_start)
        return mine[before - 1] if before and mine[before - 1].is_open else None


def _first_start(draft: Draft) -> int:
    return draft.starts[0].index


def _add_by_work(shelf: Shelf, begun: Begun, each: Sighting) -> None:
    found = next(iter(shelf.of_work(each)), None) or (None if each.starts else begun.last(each)) or shelf.new()
    is_first_start = each.starts and not found.starts
    shelf.put(found, each)
    if is_first_start:
        begun.add(found)


class Anonymous:
    """Runs of which no source told the work."""

    def __init__(self) -> None:
        self.shelf = Shelf()
        self._open: dict[str | None, list[Draft]] = defaultdict(list)

    def begin(self, each: Sighting) -> None:
        """Add a start: of a run that another source saw begin beside it, or of a new one."""
        other = next((draft for draft in self.shelf.fitting(each) if draft.is_open), None)
        draft = other or self.shelf.new()
        self.shelf.put(draft, each)
        if other is None:
            self._open[draft.task].append(draft)

    def end(self, each: Sighting) -> None:
        """Add an end: of a run that another source saw end beside it, of the last to begin, or of an unseen one.

        The last to begin, because that accuses nobody of an overlap that need not have been.
        """
        ended = next(iter(self.shelf.fitting(each)), None)
        still_open = [] if ended else self.still_open(each.who)
        self.shelf.put(ended or (still_open[-1] if still_open else self.shelf.new()), each)

    def still_open(self, who: Identity) -> list[Draft]:
        """Give the runs that an end may be of, in the order in which they began."""
        keys = list(self._open) if who == NOT_KNOWN else list({who.task: None, None: None})
        for key in keys:
            self._open[key] = [draft for draft in self._open[key][-LOOK_BACK:] if draft.is_open]
        found = [draft for key in keys for draft in self._open[key] if draft.fits(who)]
        return sorted(found, key=_first_start)


def _add_anonymous(named: Shelf, anonymous: Anonymous, each: Sighting) -> None:
    beside = named.fitting(each)
    if not beside:
        anonymous.begin(each) if each.starts else anonymous.end(each)
        return
    near = beside[0]
    near.add(each)
    if not each.starts and not near.starts and len(beside) == 1:
        _adopt_start(near, anonymous.still_open(each.who))


def _adopt_start(named: Draft, still_open: Sequence[Draft]) -> None:
    """Give an end that names its work the start that only named its task, where that can be but one.

    Of one unique name at most one run is under way, so of several starts of it the earlier ones fell silent.
    """
    name = named.name
    if still_open and (len(still_open) == 1 or all(draft.name == name is not None for draft in still_open)):
        named.starts += still_open[-1].starts
        named.begun = min(named.begun, still_open[-1].begun)
        still_open[-1].starts.clear()


def _finished(drafts: Sequence[Draft]) -> tuple[Run, ...]:
    drafts = [draft for draft in drafts if draft.starts or draft.ends]
    ordered = sorted(drafts, key=_begun)
    return tuple(_run(number, draft) for number, draft in enumerate(ordered))


def _run(number: int, draft: Draft) -> Run:
    who = draft.who
    start = _start(number, draft, who) if draft.starts else None
    end = _end(number, draft.ends, who, start_seen=start is not None) if draft.ends else None
    again = tuple([_end(number, [each], who, start_seen=True) for each in draft.again]) if draft.again else ()
    first = start or end
    assert first is not None
    return Run(first.index, number, who, start, end, again)


def _start(number: int, draft: Draft, who: Identity) -> Step:
    told = draft.starts
    telling = told[0]
    for each in told:
        if each.who.attempt_id or each.who.work_id:
            telling = each
            break
    attempt = _attempt(told) or _attempt(draft.ends)
    return Step(StepKind.START, telling.when, _entries(told), who, _sources(told), run_attempt=attempt, run=number)


def _end(number: int, ends: Sequence[Sighting], who: Identity, *, start_seen: bool) -> Step:
    stops = ends[0].stops
    told = [each for each in ends if each.stops is stops]
    last = told[0]
    for each in told:
        if each.index > last.index:
            last = each  # WorkManager notes the time after every line about the end
    return Step(
        StepKind.STOP if stops else StepKind.FINISH,
        last.when,
        _entries(ends),
        who,
        _sources(told),
        result=None if stops else _first([each.result for each in told]),
        run_attempt=_attempt(told),
        run=number,
        start_seen=start_seen,
        reason=_first([each.reason for each in told]) if stops else None,
    )


def _attempt(told: Iterable[Sighting]) -> int | None:
    for each in told:
        if each.run_attempt is not None:
            return each.run_attempt
    return None


def _entries(sightings: Iterable[Sighting]) -> tuple[int, ...]:
    found = [each.index for each in sightings]
    found.sort()
    return tuple(found)


def _sources(sightings: Iterable[Sighting]) -> frozenset[Source]:
    return frozenset([each.source for each in sightings])


def _first(told: Iterable[T | None]) -> T | None:
    for each in told:
        if each is not None:
            return each
    return None
