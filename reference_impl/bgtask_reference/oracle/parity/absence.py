"""What did not happen can be told only of a log that is proven whole, by a source that speaks of such things."""

from __future__ import annotations

from bgtask_reference.events import Source
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.parity.values import Told


def first_hole(outside: Outside) -> str:
    """Give why the log is not whole from its first line to its end; empty when it is."""
    holes = (hole for hole in outside.coverage.holes if not hole.expected and hole.before > 0)
    return next((hole.reason for hole in holes), "")


def never(words: str, outside: Outside, sources: frozenset[Source]) -> Told:
    """Say that something never happened, or that nobody knows."""
    if not outside.saw(sources):
        return Told(None, "is not shown by this build", missing=sources)
    hole = first_hole(outside)
    return Told(None, f"is not known: {hole}") if hole else Told(False, words)
