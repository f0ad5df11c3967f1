"""Where on one axis the events of a journal lie, for a picture.

The axis is time since the first clock sample, on the phone's boot clock and on across reboots. This is good enough to
look at and is no input of any rule: the oracle has a mapping of its own, with error bounds.
"""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_reference.events import Clock
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import Entry
from bgtask_reference.events import History
from bgtask_reference.events import PhoneBooted


@dataclass(frozen=True, slots=True)
class _Anchor:
    """One moment on every clock. `axis_ns` is where it lies in the picture."""

    position: int
    axis_ns: int
    boot_id: str
    boot_ns: int
    wall_ns: int
    host_ns: int

    def place(self, entry: Entry) -> int:
        stamp = entry.event.stamp
        if stamp.clock in {Clock.LOG, Clock.WALL}:
            return self.axis_ns + stamp.ns - self.wall_ns
        if stamp.clock is Clock.BOOT:
            return self.axis_ns + stamp.ns - self.boot_ns
        return self.axis_ns + entry.host_ns - self.host_ns


def place(history: History) -> dict[int, int]:
    """Give each event's place by its index: nanoseconds since the first clock sample, negative before it.

    An event of the harness is never put before a phone's event that was recorded earlier: on a virtual phone hours pass
    in an instant of the host.
    """
    anchors = _anchors(history.entries)
    places: dict[int, int] = {}
    before: _Anchor | None = None
    latest = 0
    remaining = list(anchors)
    for position, entry in enumerate(history.entries):
        while remaining and remaining[0].position <= position:
            before = remaining.pop(0)
            latest = max(latest, before.axis_ns)
        at = _between(entry, before, remaining[0] if remaining else None)
        if before and before.position == position:
            at = before.axis_ns
        elif _is_the_harness_s(entry):
            at = max(at, latest)
        else:
            latest = max(latest, at)
        places[entry.index] = at
    return places


def _is_the_harness_s(entry: Entry) -> bool:
    return entry.event.stamp.clock is Clock.HOST


def _anchors(entries: tuple[Entry, ...]) -> list[_Anchor]:
    """Make an anchor of each clock sample; of the first stamped line where there is no sample."""
    anchors: list[_Anchor] = []
    for position, entry in enumerate(entries):
        if isinstance(entry.event, ClockSampled):
            anchors.append(_next_anchor(anchors[-1] if anchors else None, position, entry.event))
    return anchors or _makeshift(entries)


def _next_anchor(last: _Anchor | None, position: int, sample: ClockSampled) -> _Anchor:
    axis_ns = 0
    if last and last.boot_id == sample.boot_id:
        axis_ns = last.axis_ns + max(0, sample.boot_ns - last.boot_ns)
    elif last:
        wall_step, host_step = sample.wall_ns - last.wall_ns, sample.host_ns - last.host_ns
        axis_ns = last.axis_ns + max(0, wall_step if wall_step >= 0 else host_step)
    return _Anchor(position, axis_ns, sample.boot_id, sample.boot_ns, sample.wall_ns, sample.host_ns)


def _makeshift(entries: tuple[Entry, ...]) -> list[_Anchor]:
    stamped = next((entry for entry in entries if not _is_the_harness_s(entry)), None)
    if stamped is None:
        return [_Anchor(0, 0, "", 0, 0, entries[0].host_ns)] if entries else []
    ns = stamped.event.stamp.ns
    return [_Anchor(0, 0, "", ns, ns, stamped.host_ns)]


def _between(entry: Entry, before: _Anchor | None, after: _Anchor | None) -> int:
    """Place by the sample before; by the one after where that lands outside, as across a wall step or a boot."""
    if before is None:
        return min(after.place(entry), after.axis_ns) if after else 0
    at = before.place(entry)
    if isinstance(entry.event, PhoneBooted) and at < before.axis_ns:
        return max(after.place(entry), before.axis_ns) if after else before.axis_ns
    if after is None or at <= after.axis_ns:
        return at
    other = after.place(entry)
    return other if before.axis_ns <= other <= after.axis_ns else after.axis_ns
