"""The smallest set of events for which a rule still fails when all others are *unknown*.

Removing an event does not mean that it did not happen: it may or may not have (`worlds | moves(worlds)`), and before
the first kept event anything may have happened. More knowledge only ever shrinks the set of worlds, so the test is
monotone: find the shortest failing end of the slice, then try each of its steps alone.
"""

from __future__ import annotations

from bgtask_reference.oracle.findings import Facts
from bgtask_reference.oracle.fold import Breach
from bgtask_reference.oracle.fold import Fold
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.value import value


@value
class Witness:
    """Positions in the slice, and the journal indices of what happened there."""

    positions: tuple[int, ...]
    facts: Facts


def minimal(fold: Fold, breach: Breach) -> Witness:
    """Find the smallest witness of a breach."""
    last = breach.position
    first = _shortest_failing_end(fold, breach)
    kept = list(range(first, last + 1))
    for position in kept[-2::-1]:
        without = [each for each in kept if each != position]
        if still_fails(fold, breach, without):
            kept = without
    facts = {index for position in kept for index in _telling(fold.steps[position])}
    return Witness(tuple(kept), tuple(sorted(facts)))


def _telling(step: Step) -> tuple[int, ...]:
    """Give the one event of a step that its time was taken from, or all of a step that nobody's log tells."""
    return (step.index,) if step.index in step.entries else step.entries


def still_fails(fold: Fold, breach: Breach, kept: list[int]) -> bool:
    """Say whether the rule still fails at that step when only some positions are known."""
    first, last = min(kept), breach.position
    known = frozenset(kept) - fold.place.slice.optional
    unknown = frozenset(range(first, last + 1)) - known
    trace = fold.run(((position,) for position in range(first, last + 1)), unknown)
    return any(each.rule == breach.rule and each.position == last for each in trace.breaches)


def _shortest_failing_end(fold: Fold, breach: Breach) -> int:
    """Gallop backwards, then bisect: never more than twice the witness is folded."""
    last, width = breach.position, 1
    while last - width > 0 and not still_fails(fold, breach, list(range(last - width, last + 1))):
        width *= 2
    least, most = max(0, last - width), last - width // 2
    while most - least > 1:
        middle = (least + most) // 2
        if still_fails(fold, breach, list(range(middle, last + 1))):
            least = middle
        else:
            most = middle
    return least
