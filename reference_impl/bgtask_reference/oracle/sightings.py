"""Sightings of starts and ends of runs, and drafts: runs while they are being put together from them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import Source
from bgtask_reference.oracle.clocks import FOREVER
from bgtask_reference.oracle.clocks import WALL_FAMILY
from bgtask_reference.oracle.clocks import Between
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.steps import NOT_KNOWN
from bgtask_reference.oracle.steps import Identity
from bgtask_reference.platform import constants

RunEvent = RunStarted | RunFinished | RunStopped
SPREAD_NS = constants.allowance_ns("sightings_spread")
REACH = 32
"""Journal entries: what lies further apart does not lie side by side in the log."""


class Sighting:
    """One source's word on a start or an end."""

    __slots__ = (
        "around", "error_ns", "index", "reason", "result", "run_attempt", "source", "stamp", "starts", "stops",
        "wall_ns", "who",
    )  # fmt: skip

    def __init__(self, index: int, event: RunEvent, who: Identity, around: Between) -> None:
        stamp = event.stamp
        self.around, self.stamp = around, stamp
        self.who = who
        self.index = index
        self.wall_ns = stamp.ns if stamp.clock in WALL_FAMILY else None
        self.error_ns = stamp.error_ns
        self.source: Source = event.source
        self.run_attempt = event.run_attempt
        self.starts = isinstance(event, RunStarted)
        self.stops = isinstance(event, RunStopped)
        self.result: Result | None = event.result if isinstance(event, RunFinished) else None
        self.reason: str | None = event.reason if isinstance(event, RunStopped) else None

    @property
    def when(self) -> When:
        """When it was; most sightings are never asked."""
        return self.around.place(self.index, self.stamp)


class Draft:
    """A run while it is being put together: its sightings, and everything that they know of it together.

    `begun` is the journal index of the first of them.
    """

    __slots__ = ("again", "attempt_id", "begun", "ends", "name", "starts", "task", "work_id")

    def __init__(self) -> None:
        self.begun = FOREVER
        self.starts: list[Sighting] = []
        self.ends: list[Sighting] = []
        self.again: list[Sighting] = []
        self.task: str | None = None
        self.name: str | None = None
        self.work_id: str | None = None
        self.attempt_id: str | None = None

    def add(self, each: Sighting) -> None:
        """Take one more sighting."""
        (self.starts if each.starts else self.ends).append(each)
        self.begun = min(self.begun, each.index)
        who = each.who
        self.task = self.task or who.task
        self.name = self.name or who.name
        self.work_id = self.work_id or who.work_id
        self.attempt_id = self.attempt_id or who.attempt_id

    @property
    def who(self) -> Identity:
        """Which piece of work, as far as all of its sightings tell."""
        return Identity(self.task, self.name, self.work_id, self.attempt_id)

    @property
    def is_open(self) -> bool:
        """True while its end is unknown."""
        return bool(self.starts) and not self.ends

    def fits(self, who: Identity) -> bool:
        """Say whether a sighting that names no work may be about this run."""
        if self.task is not None and self.task == who.task:
            return who.name is None or self.name is None or self.name == who.name
        return NOT_KNOWN in (who, self.who)

    def beside(self, each: Sighting) -> int | None:
        """Say how far, in nanoseconds, another source told of the same start or end; None when none did."""
        told = self.starts if each.starts else self.ends
        if not told or not (each.starts or _same_result(told[0], each)):
            return None
        first, source = told[0], each.source
        if first.wall_ns is not None and each.wall_ns is not None:
            far = abs(first.wall_ns - each.wall_ns) + first.error_ns + each.error_ns
        else:
            far = apart_ns(first.when, each.when)
        if far > SPREAD_NS:
            return None
        for other in told:
            if other.source is source:
                return None
        return far


def _same_result(a: Sighting, b: Sighting) -> bool:
    if a.result and b.result:
        return a.result is b.result
    return a.stops is b.stops


def apart_ns(a: When, b: When) -> int:
    """Say how far two moments may at most lie apart, by the wall clock where both were read from it."""
    x, y = a.stamp, b.stamp
    if x.clock in WALL_FAMILY and y.clock in WALL_FAMILY:
        return abs(x.ns - y.ns) + x.error_ns + y.error_ns
    span = elapsed(a, b)
    return max(abs(span.lo), abs(span.hi))


Nearby = dict[str | None, list[tuple[int | None, Draft]]]
"""By task or work id: wall time and draft."""
NOTHING: Nearby = {}


class Shelf:
    """Drafts by where they were sighted and whose they are, so that one need not look through all of them."""

    def __init__(self) -> None:
        self.all: list[Draft] = []
        self._places: dict[int, Nearby] = {}

    def new(self) -> Draft:
        """Begin a draft."""
        draft = Draft()
        self.all.append(draft)
        return draft

    def put(self, draft: Draft, each: Sighting) -> None:
        """Add a sighting to a draft, and remember where it was."""
        draft.add(each)
        place = each.index // REACH * 2 + each.starts
        here = self._places.get(place)
        if here is None:
            here = self._places[place] = defaultdict(list)
        what = (each.wall_ns, draft)
        here[draft.task].append(what)
        if draft.work_id:
            here[draft.work_id].append(what)

    def of_work(self, each: Sighting) -> list[Draft]:
        """Give the drafts of one work that another source saw start or end beside this sighting, nearest first."""
        work = each.who.work_id
        return self._beside(each, (work,), lambda draft: draft.work_id == work)

    def fitting(self, each: Sighting) -> list[Draft]:
        """Give the drafts that a sighting without a work may be about, where it lies beside them, nearest first."""
        who = each.who
        keys = None if who.task is None and who == NOT_KNOWN else (who.task, None)
        return self._beside(each, keys, lambda draft: draft.fits(who))

    def _beside(
        self, each: Sighting, keys: tuple[str | None, ...] | None, is_wanted: Callable[[Draft], bool]
    ) -> list[Draft]:
        place, now, found = each.index // REACH * 2 + each.starts, each.wall_ns, list[tuple[int, Draft]]()
        for at in (place - 2, place, place + 2):
            here = self._places.get(at, NOTHING)
            for key in here if keys is None else keys:
                if key in here:
                    for ns, draft in here[key]:
                        if (ns is None or now is None or -SPREAD_NS <= ns - now <= SPREAD_NS) and is_wanted(draft):
                            far = draft.beside(each)
                            if far is not None:
                                found.append((far, draft))
        return _nearest(found) if found else NOBODY


NOBODY: list[Draft] = []


def _nearest(found: list[tuple[int, Draft]]) -> list[Draft]:
    if len(found) > 1:
        found.sort(key=_how_far)
    return list(dict.fromkeys([draft for _, draft in found]))


def _how_far(told: tuple[int, Draft]) -> tuple[int, int]:
    return told[0], told[1].begun
