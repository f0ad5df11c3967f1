"""Every order that the clocks permit: events of different clocks whose intervals overlap may have come either way.

The recorded order is one of them, so an acquittal in it is final; only a slice that fails is folded in all of them.
Dynamic programming over how many steps of each clock are done: (k+1)^s cells, not k! permutations.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from itertools import accumulate
from itertools import product
from math import prod

from bgtask_reference.oracle.clocks import FOREVER
from bgtask_reference.oracle.clocks import LOG_SOURCES
from bgtask_reference.oracle.state import State
from bgtask_reference.oracle.state import distinct
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.oracle.value import value

Group = tuple[int, ...]
"""Positions in a slice."""
Moment = tuple[int, int]
"""Which boot, and the boot clock in nanoseconds."""
MOST_CELLS = 4096


def one_by_one(steps: Sequence[Step]) -> Iterator[Group]:
    """Give the recorded order."""
    return ((position,) for position in range(len(steps)))


def clock_of(step: Step) -> str:
    """Name the clock whose own order is kept: the log's, or the harness's."""
    return "log" if step.sources and step.sources <= LOG_SOURCES else "harness"


def surely_before(a: Step, b: Step) -> bool:
    """True when no clock error can turn the two round."""
    if clock_of(a) == clock_of(b):
        return a.index < b.index
    return _latest(a) < _earliest(b)


def _earliest(step: Step) -> Moment:
    when = step.when
    return (-1, -FOREVER) if when.boot is None else (when.boot, when.lo)


def _latest(step: Step) -> Moment:
    when = step.when
    return (FOREVER, FOREVER) if when.boot is None or when.hi >= FOREVER else (when.boot, when.hi)


def groups(steps: Sequence[Step]) -> Iterator[Group]:
    """Give the shortest stretches of steps that no step of another clock can have left. Holes part them for good."""
    soonest = _soonest_after(steps)
    reached: dict[str, Moment] = {}
    start = 0
    for position, step in enumerate(steps):
        clock = clock_of(step)
        reached[clock] = max(reached.get(clock, _latest(step)), _latest(step))
        after = soonest[position + 1]
        apart = all(latest < first for own, latest in reached.items() for other, first in after.items() if own != other)
        hole = StepKind.HOLE in {step.kind, steps[position + 1].kind if position + 1 < len(steps) else step.kind}
        if apart or hole:
            yield from _split(steps, range(start, position + 1))
            start, reached = position + 1, {}


def _soonest_after(steps: Sequence[Step]) -> list[dict[str, Moment]]:
    """For each position, how early a step of each clock may be that was recorded there or later, before a hole."""
    soonest: list[dict[str, Moment]] = [{} for _ in range(len(steps) + 1)]
    for position in range(len(steps) - 1, -1, -1):
        step = steps[position]
        if step.kind is StepKind.HOLE:
            continue
        clock, later = clock_of(step), soonest[position + 1]
        soonest[position] = {**later, clock: min(later.get(clock, _earliest(step)), _earliest(step))}
    return soonest


def _split(steps: Sequence[Step], positions: range) -> list[Group]:
    if len({clock_of(steps[position]) for position in positions}) > 1:
        return [tuple(positions)]
    return [(position,) for position in positions]


Advance = Callable[[list[State], int], list[State]]


def any_order(worlds: list[State], group: Group, steps: Sequence[Step], advance: Advance) -> list[State] | None:
    """Give every state that some legal order leads to; None when there are too many orders to look at."""
    rows: dict[str, list[int]] = {}
    for position in group:
        rows.setdefault(clock_of(steps[position]), []).append(position)
    clocks = list(rows.values())
    if prod(len(row) + 1 for row in clocks) > MOST_CELLS:
        return None
    bounds = [_bounds([steps[position] for position in row]) for row in clocks]
    table: dict[tuple[int, ...], list[State]] = {(0,) * len(clocks): worlds}
    for done in product(*(range(len(row) + 1) for row in clocks)):
        here = distinct(table.get(done, []))
        for which, row in enumerate(clocks):
            if here and done[which] < len(row) and not _must_wait(bounds, done, which):
                after = (*done[:which], done[which] + 1, *done[which + 1 :])
                table[after] = [*table.get(after, []), *advance(here, row[done[which]])]
    return distinct(table.get(tuple(len(row) for row in clocks), []))


@value
class Bounds:
    """For each step of one clock: how early it may have been, and how late, by itself and by its neighbours' times."""

    earliest: list[Moment]
    latest: list[Moment]


def _bounds(row: Sequence[Step]) -> Bounds:
    earliest = accumulate((_earliest(step) for step in row), max)
    latest = accumulate((_latest(step) for step in reversed(row)), min)
    return Bounds(list(earliest), list(latest)[::-1])


def _must_wait(bounds: Sequence[Bounds], done: tuple[int, ...], which: int) -> bool:
    mine = bounds[which].earliest[done[which]]
    return any(
        other != which and at < len(bounds[other].latest) and bounds[other].latest[at] < mine
        for other, at in enumerate(done)
    )
