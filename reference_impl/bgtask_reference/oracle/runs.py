"""Merges what several sources say of one run into one run.

What names an attempt comes first (the beacon), then what names a work id (WorkManager's lines); what names only the
task (the app's own log) is attached to those where it lies beside them, and stands for itself where it does not. Where
it could belong to either of two runs it stays apart: its unique name is unknown then, and nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable
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


@dataclass(slots=True)
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


def merge(sightings: Sequence[Sighting]) -> tuple[Run, ...]:
    """Make runs of sightings, in the order in which they began."""
    drafts = _by_attempt([each for each in sightings if each.who.attempt_id])
    for each in sightings:
        if each.who.work_id and not each.who.attempt_id:
            _add_by_work(drafts, each)
    anonymous: list[Draft] = []
    for each in sightings:
        if not each.who.work_id and not each.who.attempt_id:
            _add_anonymous(drafts, anonymous, each)
    return _finished([*drafts, *anonymous])


def _by_attempt(sightings: Iterable[Sighting]) -> list[Draft]:
    drafts: dict[str, Draft] = {}
    for each in sightings:
        draft = drafts.setdefault(each.who.attempt_id or "", Draft())
        told_twice = isinstance(each.event, RunFinished) and any(
            isinstance(end.event, RunFinished) and end.source is each.source for end in draft.ends
        )
        (draft.again if told_twice else draft.sightings(each)).append(each)
    return list(drafts.values())


def _add_by_work(drafts: list[Draft], each: Sighting) -> None:
    same = [draft for draft in drafts if draft.who.work_id == each.who.work_id and draft.lacks(each)]
    found = _beside(same, each) or (_latest(same, lambda draft: _open_before(draft, each)) if not each.starts else None)
    if found is None:
        found = Draft()
        drafts.append(found)
    found.sightings(each).append(each)


def _add_anonymous(drafts: list[Draft], anonymous: list[Draft], each: Sighting) -> None:
    near = _beside([draft for draft in drafts if _fits(draft, each) and draft.lacks(each)], each)
    still_open = [draft for draft in anonymous if _fits(draft, each) and draft.lacks(each) and not draft.ends]
    if each.starts:
        corroborated = near or _beside(still_open, each)
        if corroborated is None:
            corroborated = Draft()
            anonymous.append(corroborated)
        corroborated.starts.append(each)
    elif near is not None and (near.starts or not still_open):
        near.ends.append(each)
    elif near is not None and len(still_open) == 1 and _only_one(drafts, each):
        near.starts += still_open[0].starts
        near.ends.append(each)
        anonymous.remove(still_open[0])
    else:
        _end_anonymous(anonymous, still_open, each)


def _end_anonymous(anonymous: list[Draft], still_open: list[Draft], each: Sighting) -> None:
    ended = _beside([draft for draft in anonymous if draft.ends and _fits(draft, each) and draft.lacks(each)], each)
    # The latest start first: it accuses nobody of an overlap that need not have been.
    found = ended or (still_open[-1] if still_open else None)
    if found is None:
        found = Draft()
        anonymous.append(found)
    found.ends.append(each)


def _only_one(drafts: Iterable[Draft], each: Sighting) -> bool:
    return sum(_is_beside(draft, each) and _fits(draft, each) for draft in drafts) == 1


def _fits(draft: Draft, each: Sighting) -> bool:
    who = draft.who
    if NOT_KNOWN in (each.who, who):
        return True
    return who.task == each.who.task is not None and (each.who.name is None or who.name in {None, each.who.name})


def _beside(drafts: Iterable[Draft], each: Sighting) -> Draft | None:
    near = [draft for draft in drafts if _is_beside(draft, each)]
    return min(near, key=lambda draft: _distance(draft.sightings(each)[0], each), default=None)


def _is_beside(draft: Draft, each: Sighting) -> bool:
    told = draft.sightings(each)
    if not told or (told[0].starts is each.starts and not _same_result(told[0], each)):
        return False
    return _distance(told[0], each) <= constants.allowance_ns("sightings_spread")


def _same_result(a: Sighting, b: Sighting) -> bool:
    if isinstance(a.event, RunFinished) and isinstance(b.event, RunFinished):
        return a.event.result == b.event.result or a.event.result is None or b.event.result is None
    return isinstance(a.event, RunStarted) or type(a.event) is type(b.event)


def _distance(a: Sighting, b: Sighting) -> int:
    span = wall_elapsed(a.when, b.when)
    return max(abs(span.lo), abs(span.hi))


def _open_before(draft: Draft, each: Sighting) -> bool:
    return bool(draft.starts) and not draft.ends and draft.starts[0].when.index < each.when.index


def _latest(drafts: Sequence[Draft], fits: Callable[[Draft], bool]) -> Draft | None:
    return next((draft for draft in reversed(drafts) if fits(draft)), None)


def _finished(drafts: Sequence[Draft]) -> tuple[Run, ...]:
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
