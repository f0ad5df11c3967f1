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

from bgtask_reference.events import Clock
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import Entry
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.oracle.record import Record
from bgtask_reference.oracle.value import value
from bgtask_reference.platform import constants

FOREVER = 1 << 62
RING = 10
"""Names of sentinels that an app on an iPhone knows: it hears only what it has registered."""
BOOT, LOG, HOST = Clock.BOOT, Clock.LOG, Clock.HOST
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


@value
class Sample:
    """A `ClockSampled`, where it stands, and which boot and which stretch it belongs to."""

    index: int
    number: int
    boot: int
    stretch: int
    boot_ns: int
    offset_ns: int
    error_ns: int


@value
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


@value
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

    def __init__(self, record: Record) -> None:
        self.samples = tuple(_samples(record))
        self.taken = [each.index for each in self.samples]
        find = _Numbered(self.samples).find
        seen = [(entry.index, found) for entry, event in record.told(SentinelSeen) if (found := find(event))]
        self.seen_at = [index for index, _ in seen]
        self.seen = [sample for _, sample in seen]
        self._between_samples = NOWHERE
        self._between_sentinels = NOWHERE

    def place(self, entry: Entry) -> When:
        """Say when an event happened."""
        return self.around(entry).place(entry.index, entry.event.stamp)

    def around(self, entry: Entry) -> Between:
        """Give the two readings of the clocks that an event lies between."""
        event, index = entry.event, entry.index
        if event.stamp.clock is LOG or event.source in LOG_SOURCES or isinstance(event, SentinelSeen):
            around = self._between_sentinels
            if not around.after < index < around.before:
                # A sentinel is written up to a command's length after its sample's middle.
                around = self._between_sentinels = _between(index, self.seen_at, self.seen, slack=2)
        else:
            around = self._between_samples
            if not around.after < index < around.before:
                around = self._between_samples = _between(index, self.taken, self.samples, slack=1)
        return around

    def well_before(self, index: int) -> int:
        """Give a journal index so early that what was recorded before it surely happened before what lies here."""
        at = bisect_left(self.taken, index) - 2
        return self.taken[at] if at >= 0 else -1


@value
class Between:
    """A stretch of the journal between two readings of the clocks, and what they tell of everything in it.

    Attributes:
        after: Journal index of the reading before it; -1 for none. Everything in the stretch comes later.
        before: Journal index of the reading after it.
        lo: Not before this, on the boot axis of `boot`.
        hi: Not after this.
        boot: Which boot; None when the two readings disagree or the first is missing.
        stretch: Where the clocks kept step from one reading to the other; None where not.
        ahead: Least and most that the boot clock was ahead of the wall clock, errors included; None where unknown.

    """

    after: int
    before: int
    lo: int
    hi: int
    boot: int | None
    stretch: int | None
    ahead: tuple[int, int] | None

    def place(self, index: int, stamp: Stamp) -> When:
        """Place one stamp."""
        clock = stamp.clock
        if self.ahead is None or clock is HOST:
            return When(index, self.lo, self.hi, self.boot, self.stretch, stamp)
        ns, error = stamp.ns, stamp.error_ns
        if clock is BOOT:
            return When(index, ns - error, ns + error, self.boot, self.stretch, stamp)
        if self.stretch is None:
            return When(index, self.lo, self.hi, self.boot, None, stamp)
        least, most = self.ahead
        return When(index, ns + least - error, ns + most + error, self.boot, self.stretch, stamp)


NOWHERE = Between(-2, -2, -FOREVER, FOREVER, None, None, None)


def _between(index: int, at: Sequence[int], samples: Sequence[Sample], slack: int) -> Between:
    first, last = bisect_right(at, index) - 1, bisect_left(at, index)
    a, b = samples[first] if first >= 0 else None, samples[last] if last < len(at) else None
    after, before = at[first] if a else -1, at[last] if b else FOREVER
    if a is None or b is None or a.boot != b.boot:
        boot, lo = (a.boot, a.boot_ns - a.error_ns) if a and b is None else (None, -FOREVER)
        return Between(after, before, lo, FOREVER, boot, None, None)
    least, most = sorted((a.offset_ns, b.offset_ns))
    error = max(a.error_ns, b.error_ns)
    stretch = a.stretch if a.stretch == b.stretch else None
    return Between(
        after,
        before,
        a.boot_ns - a.error_ns,
        b.boot_ns + slack * b.error_ns,
        a.boot,
        stretch,
        (least - error, most + error),
    )


def _is_of(seen: SentinelSeen, sample: Sample | None) -> bool:
    """Tell a sentinel from one of an earlier journal with the same number: it was written when its sample was taken."""
    if sample is None:
        return False
    apart = seen.stamp.ns - (sample.boot_ns - sample.offset_ns)
    return abs(apart) <= 2 * sample.error_ns + seen.stamp.error_ns + constants.allowance_ns("sentinel_logged")


class _Numbered:
    """The samples by their numbers."""

    def __init__(self, samples: Sequence[Sample]) -> None:
        self._by_number = {each.number: each for each in samples}
        self._last = max(self._by_number, default=0)

    def find(self, seen: SentinelSeen) -> Sample | None:
        """Give the sample that a sentinel was left by.

        An app on an iPhone tells the last digit alone. What reads its log counts on from the sentinel before, and falls
        behind by ten where as many were never answered: it is the sample of that digit that was taken then.
        """
        told = self._by_number.get(seen.number)
        if _is_of(seen, told):
            return told
        if seen.source is not Source.APP_LOG:
            return None
        later = (self._by_number.get(number) for number in range(seen.number + RING, self._last + 1, RING))
        return next((each for each in later if _is_of(seen, each)), None)


def _samples(record: Record) -> list[Sample]:
    found: list[Sample] = []
    last: ClockSampled | None = None
    boot = stretch = 0
    for entry, event in record.told(ClockSampled):
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
