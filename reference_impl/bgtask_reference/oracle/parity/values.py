"""What parity is judged by, and what is said of it: rules, differences that are written down, verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import NamedTuple

from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Judgement
from bgtask_reference.events import Norm
from bgtask_reference.events import Source
from bgtask_reference.oracle.findings import Facts
from bgtask_reference.oracle.value import value


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between two platforms that an app cannot avoid, written down once and called by its name."""

    name: str
    statement: str
    source: str


@dataclass(frozen=True, slots=True)
class ParityRule:
    """A rule over two histories of one scenario. Its norm is the contract: a task is declared once."""

    id: str
    statement: str
    source: str
    differences: tuple[Difference, ...] = ()
    """Those that suppress it."""


class Both(NamedTuple):
    """Journal indices of the first history and of the second."""

    first: Facts = ()
    second: Facts = ()


@value
class Told:
    """An answer to one question about a task on one phone.

    Attributes:
        answer: None is unknown.
        words: What is so there, to follow "it": `was refused with code 2`.
        facts: Journal indices that it rests on. An absence rests on none: on the whole log.
        missing: Sources whose evidence was wanted and not there.
        moot: Nothing on that platform could show it of this task, so there is nothing to compare.

    """

    answer: bool | None
    words: str
    facts: Facts = ()
    missing: frozenset[Source] = frozenset()
    moot: bool = False


@value
class Said:
    """One rule's word on one task, before anything is known of the two records themselves."""

    judgement: Judgement
    reason: str = ""
    both: Both = field(default=Both())
    difference: Difference | None = None
    level: ForceLevel | None = None
    missing: frozenset[Source] = frozenset()


@dataclass(frozen=True, slots=True)
class Showing:
    """One phone's part of a verdict: the events that it rests on there, and the same in sentences."""

    device: str
    witness: tuple[int, ...] = ()
    story: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ParityVerdict:
    """One rule's word on one task in two histories.

    Attributes:
        rule: Its id, e.g. `R16.same-request`.
        task: The task's id, the same in both app files.
        judgement: What is said. SUPPRESSED names its `difference`.
        reason: One sentence; empty for a plain PASS.
        difference: Name of the documented difference; empty for none.
        level: The strongest force level of the runs that it rests on; None when it rests on none.
        exercised: How often there was something to compare.
        missing: Sources whose evidence was wanted and not there.
        showings: What each phone shows of it, the first one's first.

    """

    rule: str
    task: str
    judgement: Judgement
    reason: str = ""
    difference: str = ""
    level: ForceLevel | None = None
    exercised: int = 0
    missing: tuple[str, ...] = ()
    showings: tuple[Showing, ...] = ()
    norm: Norm = Norm.CONTRACT
