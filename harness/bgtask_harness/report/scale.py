"""From time to picture: linear while something happens, long idle spans folded into marked breaks of one width."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

BREAK_WIDTH = 30.0
_MUCH_LONGER = 12
"""A span is folded when it is longer than so many times all shorter spans together: then those would be invisible."""
_SHORTEST_BREAK_NS = 2_000_000_000
_NICE_NS = tuple(
    round(step * 1e9)
    for step in (0.001, 0.01, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200, 21600, 86400, 604800)
)


@dataclass(frozen=True, slots=True)
class Break:
    """An idle span that was folded: its ends in nanoseconds and in the picture."""

    start_ns: int
    stop_ns: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Scale:
    """A piecewise linear map. `times` and `xs` are its corners."""

    times: tuple[int, ...]
    xs: tuple[float, ...]
    breaks: tuple[Break, ...]

    def x(self, ns: int) -> float:
        """Give the place of a time; times outside are put on the nearer end."""
        if ns <= self.times[0]:
            return self.xs[0]
        if ns >= self.times[-1]:
            return self.xs[-1]
        right = bisect.bisect_right(self.times, ns)
        start, stop = self.times[right - 1], self.times[right]
        share = (ns - start) / (stop - start)
        return self.xs[right - 1] + share * (self.xs[right] - self.xs[right - 1])

    def ticks(self, apart: float = 74.0) -> list[int]:
        """Choose round times to label, at least so far apart in the picture and none inside a break."""
        chosen: list[int] = []
        last_x = -apart
        folded = {(fold.start_ns, fold.stop_ns) for fold in self.breaks}
        for index, (start, stop) in enumerate(pairwise(self.times)):
            width = self.xs[index + 1] - self.xs[index]
            if (start, stop) in folded or width <= 0:
                continue
            step = _step((stop - start) * apart / width)
            for tick in range(-(-start // step) * step, stop + 1, step):
                if self.x(tick) >= last_x + apart:
                    chosen.append(tick)
                    last_x = self.x(tick)
        return chosen


def make_scale(moments: Iterable[int], left: float, right: float) -> Scale:
    """Make the scale that shows all these moments between two edges."""
    times = sorted(set(moments))
    if len(times) < 2:  # noqa: PLR2004 - a line has two ends
        only = times[0] if times else 0
        times = [only, only + 1_000_000_000]
    gaps = [(stop - start, start, stop) for start, stop in pairwise(times)]
    folded = _folded(gaps)
    linear = sum(length for length, start, _ in gaps if start not in folded)
    room = (right - left) - BREAK_WIDTH * len(folded)
    width = BREAK_WIDTH if room > 0 else (right - left) / len(folded) / 2
    room = room if room > 0 else (right - left) / 2
    xs = [left]
    for length, start, _ in gaps:
        xs.append(xs[-1] + (width if start in folded else room * length / linear))
    return _merged(times, xs, folded, width)


def _folded(gaps: list[tuple[int, int, int]]) -> set[int]:
    """Choose the gaps to fold, by their start: each is much longer than all shorter unfolded ones together."""
    folded: set[int] = set()
    shorter = 0
    for length, start, _ in sorted(gaps):
        if shorter and length > max(_MUCH_LONGER * shorter, _SHORTEST_BREAK_NS):
            folded.add(start)
        else:
            shorter += length
    return folded


def _merged(times: list[int], xs: list[float], folded: set[int], width: float) -> Scale:
    """Keep only the corners: the ends, and both sides of each break."""
    corners = {times[0], times[-1]}
    breaks = []
    for start, stop, x in zip(times, times[1:], xs, strict=False):
        if start in folded:
            corners |= {start, stop}
            breaks.append(Break(start, stop, x, width))
    kept = [(time, x) for time, x in zip(times, xs, strict=True) if time in corners]
    return Scale(tuple(time for time, _ in kept), tuple(x for _, x in kept), tuple(breaks))


def _step(at_least_ns: float) -> int:
    return next((step for step in _NICE_NS if step >= at_least_ns), _NICE_NS[-1])
