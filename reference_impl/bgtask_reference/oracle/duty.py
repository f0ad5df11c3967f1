"""Duties: what must follow a step, and by when.

"It did not follow" is said only where the log is proven whole for the whole while and nothing lifted the duty.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from enum import Enum

from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.coverage import Coverage
from bgtask_reference.oracle.steps import Step
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.oracle.value import value


@value
class Duty:
    """Which steps open a duty, which ones meet it, and after which ones nobody owes it any more."""

    opens: frozenset[StepKind]
    met_by: frozenset[StepKind]
    lifted_by: frozenset[StepKind] = frozenset()


@value
class Owed:
    """A duty that was opened, and the step that met or lifted it; None when the record holds none."""

    opened: Step
    closed: Step | None
    is_met: bool


class Kept(Enum):
    """Whether a duty was kept."""

    YES = "yes"
    NO = "no"
    LIFTED = "lifted"
    UNKNOWN = "unknown"
    """The log is not proven whole for long enough."""


def owed(duty: Duty, steps: Iterable[Step]) -> Iterator[Owed]:
    """Go through the duties that a task's steps open, in the order in which they close.

    A step that names no run meets or opens the duty of no run; a duty that is opened again stays open since the first.
    """
    opens, met_by, lifted_by = duty.opens, duty.met_by, duty.lifted_by
    open_now: dict[int | None, Step] = {}
    for step in steps:
        kind = step.kind
        if kind in met_by:
            opened = open_now.pop(step.run, None)
            if opened is not None:
                yield Owed(opened, step, is_met=True)
        elif kind in lifted_by:
            for opened in open_now.values():
                yield Owed(opened, step, is_met=False)
            open_now.clear()
        if kind in opens:
            open_now.setdefault(step.run, step)
    for opened in open_now.values():
        yield Owed(opened, None, is_met=False)


def kept(each: Owed, within_ns: int, coverage: Coverage) -> Kept:
    """Say whether a duty was kept within a while: surely, surely not, lifted in time, or nobody knows."""
    if each.closed is not None and elapsed(each.opened.when, each.closed.when).lo <= within_ns:
        return Kept.YES if each.is_met else Kept.LIFTED
    if each.is_met:
        return Kept.NO
    when = each.opened.when
    proof = coverage.proof_from(each.opened.index)
    whole = when.known and proof and proof.first.boot == when.boot and proof.until_ns > when.hi + within_ns
    return Kept.NO if whole else Kept.UNKNOWN
