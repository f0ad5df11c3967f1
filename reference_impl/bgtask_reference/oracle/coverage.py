"""Which stretches of the log are proven whole: only there may absence be told.

Whole means: numbered sentinels arrived in order around it, no hole was noticed between them, the phone was not lost and
did not boot. A hole is a range of journal indices; what the log said in it is unknown.
"""

from __future__ import annotations

from bisect import bisect_left
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from bgtask_reference.events import CaptureClosed
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import DeviceLost
from bgtask_reference.events import DeviceRegained
from bgtask_reference.events import Entry
from bgtask_reference.events import LogLost
from bgtask_reference.events import Outcome
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import StimulusSent
from bgtask_reference.oracle.clocks import Sample
from bgtask_reference.oracle.clocks import Timeline
from bgtask_reference.oracle.record import Record
from bgtask_reference.oracle.unanswered import unanswered
from bgtask_reference.oracle.value import value

END = 1 << 62


@value
class Hole:
    """Lines may be missing between two journal indices (both exclusive), and why."""

    after: int
    before: int
    reason: str
    entry: int | None
    expected: bool = False
    """True for what a reboot that was asked for does to a log."""


@value
class Proof:
    """The log is whole from sentinel `first` to sentinel `last`.

    `until_ns` is the boot time up to which nothing is missing, `upto` the journal index at which that was known.
    """

    first: Sample
    last: Sample
    until_ns: int
    upto: int
    ended_by: str


class Coverage:
    """The holes of one journal's log."""

    def __init__(self, record: Record, timeline: Timeline) -> None:
        self._timeline = timeline
        self.holes = tuple(sorted(_holes(record, timeline), key=lambda hole: (hole.after, hole.before, hole.reason)))
        self._hole_at = [hole.after for hole in self.holes]
        self._hole_ends = list(accumulate((hole.before for hole in self.holes), max))
        self._seen = {sample.number: at for at, sample in zip(timeline.seen_at, timeline.seen, strict=True)}
        self._passed = list(accumulate(((each.boot, each.boot_ns - each.error_ns) for each in timeline.samples), max))
        came_back = (at if each.number in self._seen else -1 for at, each in enumerate(timeline.samples))
        self._came_back = list(accumulate(came_back, max))
        self._reach = self._reaches()

    def hole_between(self, first: int, last: int) -> Hole | None:
        """Give a hole that touches what lies between two journal indices; None when there is none."""
        at = bisect_right(self._hole_ends, first)
        return self.holes[at] if at < bisect_left(self._hole_at, last) else None

    def proof_from(self, index: int) -> Proof | None:
        """Show how far the log is whole, beginning with the last sample before a journal index."""
        taken = bisect_right(self._timeline.taken, index) - 1
        start = self._came_back[taken] if taken >= 0 else -1
        if start < 0:
            return None
        end, ended_by = self._reach[start]
        last = self._timeline.samples[end]
        return Proof(
            self._timeline.samples[start], last, last.boot_ns - last.error_ns, self._seen[last.number], ended_by
        )

    def first_after(self, ns: int, proof: Proof) -> Sample:
        """Give the sample that showed that a boot time had passed; the proof's last one when none did."""
        samples = self._timeline.samples
        start = bisect_right(self._timeline.taken, proof.first.index)
        at = max(start, bisect_left(self._passed, (proof.first.boot, ns)))
        return samples[at] if at < len(samples) and samples[at].index < proof.last.index else proof.last

    def _reaches(self) -> list[tuple[int, str]]:
        """For each sample: the last one up to which nothing is missing, and what broke it there."""
        samples = self._timeline.samples
        found = [(len(samples) - 1, "the record ends there")] * len(samples)
        for number in range(len(samples) - 2, -1, -1):
            broken = self._break_between(samples[number], samples[number + 1])
            found[number] = (number, broken) if broken else found[number + 1]
        return found

    def _break_between(self, a: Sample, b: Sample) -> str | None:
        if a.boot != b.boot:
            return "the phone booted"
        if a.number not in self._seen or b.number not in self._seen:
            return f"sentinel {b.number} did not come back in the log"
        if self._seen[b.number] < self._seen[a.number]:
            return f"sentinel {b.number} came back before sentinel {a.number}"
        hole = self.hole_between(self._seen[a.number], self._seen[b.number])
        return hole.reason if hole else None


def _holes(record: Record, timeline: Timeline) -> list[Hole]:
    reboots = _reboots(record)
    found: list[Hole] = []
    closed: int | None = -1
    lost_at: Entry | None = None
    for entry in record.of(CaptureOpened, CaptureClosed, LogLost, DeviceLost, DeviceRegained):
        event = entry.event
        if isinstance(event, CaptureOpened) and closed is not None:
            found.append(Hole(closed, entry.index, "the log was not being read", None, expected=closed < 0))
            closed = None
        elif isinstance(event, CaptureClosed):
            closed = entry.index
        elif isinstance(event, LogLost):
            after = _sentinel_before(timeline, entry.index, event.after_sentinel)
            after_eof = entry.index if event.reason != "eof" else _next(timeline.seen_at, entry.index)
            found.append(Hole(after, max(entry.index, after_eof), f"the log has a hole ({event.reason})", entry.index))
        elif isinstance(event, DeviceLost):
            lost_at = lost_at or entry
        elif isinstance(event, DeviceRegained) and lost_at:
            found.append(_lost(timeline, lost_at, _next(timeline.seen_at, entry.index)))
            lost_at = None
    if lost_at:
        found.append(_lost(timeline, lost_at, END))
    found += _boots(timeline)
    found += _unanswered(record, timeline)
    return [_expect(hole, reboots) for hole in found]


def _lost(timeline: Timeline, entry: Entry, before: int) -> Hole:
    return Hole(_sentinel_before(timeline, entry.index, None), before, "the device was lost", entry.index)


def _boots(timeline: Timeline) -> list[Hole]:
    pairs = zip(timeline.seen, timeline.seen[1:], timeline.seen_at, timeline.seen_at[1:], strict=False)
    return [Hole(i, j, "the phone booted", None) for a, b, i, j in pairs if a.boot != b.boot]


def _unanswered(record: Record, timeline: Timeline) -> list[Hole]:
    return [
        Hole(
            _sentinel_before(timeline, sample.index, None),
            _next(timeline.seen_at, sample.index),
            f"sentinel {sample.number} did not come back although the app ran",
            None,
        )
        for sample in unanswered(record, timeline)
    ]


def _sentinel_before(timeline: Timeline, index: int, number: int | None) -> int:
    """Give the journal index of the last sentinel that surely came before a hole; -1 when there is none."""
    last = bisect_left(timeline.seen_at, index) - 1
    while last >= 0 and number is not None and timeline.seen[last].number > number:
        last -= 1
    return timeline.seen_at[last] if last >= 0 else -1


def _next(places: Sequence[int], index: int) -> int:
    at = bisect_right(places, index)
    return places[at] if at < len(places) else END


def _reboots(record: Record) -> list[tuple[int, int]]:
    """Give the journal ranges from a reboot that was asked for to the first reading of the clocks after its answer."""
    asked: dict[int, int] = {}
    found: list[tuple[int, int]] = []
    answered: int | None = None
    for entry in record.of(StimulusSent, StimulusAnswered, ClockSampled):
        event = entry.event
        if isinstance(event, StimulusSent) and event.verb == "reboot":
            asked[event.number] = entry.index
        elif isinstance(event, StimulusAnswered) and event.number in asked and event.outcome is Outcome.ACCEPTED:
            answered = asked[event.number]
        elif isinstance(event, ClockSampled) and answered is not None:
            found.append((answered, entry.index))
            answered = None
    return found


def _expect(hole: Hole, reboots: Sequence[tuple[int, int]]) -> Hole:
    if hole.expected or not any(first < hole.before and last > hole.after for first, last in reboots):
        return hole
    return Hole(hole.after, hole.before, hole.reason, hole.entry, expected=True)
