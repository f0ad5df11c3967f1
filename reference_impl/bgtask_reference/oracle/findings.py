"""What a rule may say of one place in a history."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Literal

from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Source
from bgtask_reference.oracle.ordered import InOrder
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.steps import StepKind
from bgtask_reference.oracle.value import value


class Word(StrEnum):
    """What is said."""

    HELD = "held"
    BROKEN = "broken"
    EXCUSED = "excused"
    """Not fulfilled, and a legal reason is known."""
    OPEN = "open"
    """There was something to check and it could not be decided."""


@value
class Unsure:
    """A check's answer when there is something to check and no evidence to do it with."""

    reason: str
    missing: frozenset[Source] = frozenset()


Facts = tuple[int, ...]
"""Journal indices that a breach rests on."""


@value
class Broken:
    """A check's answer when the rule is broken: how, in words. What it rests on is found by the witness."""

    words: str


Said = Broken | Literal[True] | Unsure | None
"""None: nothing to check here. True: it holds."""


class Place:
    """Where a rule looks: a unique name's slice and everything outside of it.

    `requests` are those of this very name. Where one was seen, one that was not seen was not made.
    """

    def __init__(self, slice_: NameSlice, outside: Outside) -> None:
        self.slice, self.outside = slice_, outside
        self.work_manager = outside.app.work_manager_version
        self.requests = InOrder(
            step
            for position, step in enumerate(slice_.steps)
            if step.kind is StepKind.REQUEST and position not in slice_.optional
        )


@value
class Finding:
    """One rule's word on one place.

    Attributes:
        rule: The rule's id.
        word: What is said.
        reason: One sentence; empty for HELD.
        facts: Journal indices of the witness.
        also: Other rules that the same events break in other possible worlds.
        missing: Sources whose evidence was wanted and not there.
        level: Force level of the run that it is about; None when it is about none.

    """

    rule: str
    word: Word
    reason: str = ""
    facts: Facts = ()
    also: tuple[str, ...] = ()
    missing: frozenset[Source] = frozenset()
    level: ForceLevel | None = None


@cache
def held(rule: str, level: ForceLevel | None = None) -> Finding:
    """Say that a rule held at one place; the same value each time, because most of what is found is this."""
    return Finding(rule, Word.HELD, level=level)
