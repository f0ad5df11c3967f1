"""Places raw stamps on the phone's boot axis, and says how far apart two of them may lie.

A phone is sampled now and then (`ClockSampled`), and each sample leaves a numbered sentinel in the log. So a line lies
between the sentinels around it, and an event of the harness between the samples around it. Where the clocks kept step
between two samples (a *stretch*), a wall reading becomes a boot reading with a known error; where they did not, only
the order remains. Nothing is placed by the host's clock.
"""

from __future__ import annotations

from bisect import bisect_left
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bgtask_reference.events import Clock
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import Entry
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.platform import constants

FOREVER = 1 << 62
WALL_FAMILY = frozenset({Clock.WALL, Clock.LOG})  # one clock, read by two processes
LOG_SOURCES = frozenset(
    {
        Source.WORK_MANAGER_INFO,
        Source.WORK_MANAGER_DEBUG,
        Source.DIAGNOSTICS,
        Source.SYSTEM_LOG,
        Source.APP_LOG,
        Source.BEACON,
    },
)


@dataclass(frozen=True, slots=True)
class Sample:
    """A `ClockSampled`, where it stands, and which boot and which stretch it belongs to."""

    index: int
    number: int
    boot: int
    stretch: int
    boot_ns: int
    offset_ns: int
    error_ns: int


@dataclass(frozen=True, slots=True)
class When:
    """When something happened.

    Attributes:
        index: Its place in the journal.
        lo: Not before this, on the boot axis of `boot`, in nanoseconds.
        hi: Not after this.
        boot: Which boot of the record, counting from 0; None when unknown.
        stretch: Stamps of one clock within one stretch are compared by their own errors; None when unknown.
        stamp: As it was read.

    """

    index: int
    lo: int
    hi: int
    boot: int | None
    stretch: int | None
    stamp: Stamp

    @property
    def known(self) -> bool:
        """True when both ends of the interval are known."""
        return self.boot is not None and self.lo > -FOREVER and self.hi < FOREVER


@dataclass(frozen=True, slots=True)
class Span:
    """How long it was from one moment to another: at least `lo`, at most `hi` nanoseconds."""

    lo: int
    hi: int


ANY_SPAN = Span(-FOREVER, FOREVER)


def elapsed(a: When, b: When) -> Span:
    """How long it was from `a` to `b`, by the phone's time. Unknown is `ANY_SPAN`."""
    if a.stretch is not None and a.stretch == b.stretch and same_clock(a.stamp, b.stamp):
        return raw_difference(a.stamp, b.stamp)
    if a.boot is None or a.boot != b.boot:
        return ANY_SPAN
    return Span(max(b.lo - a.hi, -FOREVER), min(b.hi - a.lo, FOREVER))


def wall_elapsed(a: When, b: When) -> Span:
    """How far the wall clock moved from `a` to `b`, steps included: what WorkManager itself compares."""
    if a.stamp.clock in WALL_FAMILY and b.stamp.clock in WALL_FAMILY:
        return raw_difference(a.stamp, b.stamp)
    return elapsed(a, b)


def stepped(a: When, b: When) -> bool:
    """Say whether the wall clock may have been stepped between the two."""
    return a.stretch is None or a.stretch != b.stretch


def raw_difference(a: Stamp, b: Stamp) -> Span:
    """Compare two readings of one clock: their own errors are all there is."""
    error = a.error_ns + b.error_ns
    return Span(b.ns - a.ns - error, b.ns - a.ns + error)


def same_clock(a: Stamp, b: Stamp) -> bool:
    """True for two readings of one physical clock; never for the host's, which no rule compares."""
    return a.clock is not Clock.HOST and (a.clock == b.clock or {a.clock, b.clock} <= WALL_FAMILY)


class Timeline:
    """The samples of one journal, and how its stamps are placed by them."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.samples = tuple(_samples(entries))
        self.taken = [each.index for each in self.samples]
        by_number = {each.number: each for each in self.samples}
        seen = [
            (each.index, by_number[each.event.number])
            for each in entries
            if isinstance(each.event, SentinelSeen) and _is_of(each.event, by_number.get(each.event.number))
        ]
        self.seen_at = [index for index, _ in seen]
        self.seen = [sample for _, sample in seen]

    def place(self, entry: Entry) -> When:
        """Say when an event happened."""
        event = entry.event
        if event.source in LOG_SOURCES or event.stamp.clock is Clock.LOG or isinstance(event, SentinelSeen):
            before, after = self._around(entry.index, self.seen_at, self.seen)
            slack = 2  # the sentinel is written up to a command's length after its sample's middle
        else:
            before, after = self._around(entry.index, self.taken, self.samples)
            slack = 1
        return _placed(entry, before, after, slack)

    @staticmethod
    def _around(index: int, at: Sequence[int], samples: Sequence[Sample]) -> tuple[Sample | None, Sample | None]:
        before, after = bisect_right(at, index) - 1, bisect_left(at, index)
        return (samples[before] if before >= 0 else None, samples[after] if after < len(at) else None)


def _is_of(seen: SentinelSeen, sample: Sample | None) -> bool:
    """Tell a sentinel from one of an earlier journal with the same number: it was written when its sample was taken."""
    if sample is None:
        return False
    apart = seen.stamp.ns - (sample.boot_ns - sample.offset_ns)
    return abs(apart) <= 2 * sample.error_ns + seen.stamp.error_ns + constants.allowance_ns("sentinel_logged")


def _samples(entries: Sequence[Entry]) -> list[Sample]:
    found: list[Sample] = []
    last: ClockSampled | None = None
    boot = stretch = 0
    for entry in entries:
        event = entry.event
        if not isinstance(event, ClockSampled):
            continue
        if last is not None:
            boot += event.boot_id != last.boot_id
            stretch += not _in_step(last, event)
        found.append(
            Sample(
                entry.index, event.number, boot, stretch, event.boot_ns, event.boot_ns - event.wall_ns, event.error_ns
            ),
        )
        last = event
    return found


def _in_step(a: ClockSampled, b: ClockSampled) -> bool:
    passed = b.boot_ns - a.boot_ns
    allowed = a.error_ns + b.error_ns + passed * constants.slew_ppm() // 1_000_000
    return a.boot_id == b.boot_id and passed >= 0 and abs(passed - (b.wall_ns - a.wall_ns)) <= allowed


def _placed(entry: Entry, before: Sample | None, after: Sample | None, slack: int) -> When:
    stamp = entry.event.stamp
    boot = before.boot if before and after and before.boot == after.boot else None
    lo = before.boot_ns - before.error_ns if before else -FOREVER
    hi = after.boot_ns + slack * after.error_ns if after else FOREVER
    stretch = before.stretch if before and after and before.stretch == after.stretch else None
    if boot is None or before is None or after is None:
        one_sided = before.boot if before and after is None else None
        return When(entry.index, lo if one_sided is not None else -FOREVER, FOREVER, one_sided, None, stamp)
    if stamp.clock is Clock.BOOT:
        return When(entry.index, stamp.ns - stamp.error_ns, stamp.ns + stamp.error_ns, boot, stretch, stamp)
    if stamp.clock is Clock.HOST or stretch is None:
        return When(entry.index, lo, hi, boot, stretch, stamp)
    error = stamp.error_ns + max(before.error_ns, after.error_ns)
    least, most = sorted((before.offset_ns, after.offset_ns))
    return When(entry.index, stamp.ns + least - error, stamp.ns + most + error, boot, stretch, stamp)
