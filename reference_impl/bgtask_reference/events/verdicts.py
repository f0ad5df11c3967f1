"""What the oracle says."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bgtask_reference.events.stimuli import ForceLevel
from bgtask_reference.events.tasks import Norm


class Judgement(StrEnum):
    """The five things that may be said of one rule and one task, and the one that is none of them."""

    PASS = "pass"  # noqa: S105 - not a password
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    SUPPRESSED = "suppressed"
    UNSUPPORTED = "unsupported"
    NOT_EXERCISED = "not-exercised"
    """Nothing in the history gave the rule something to check. Not a pass."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's word on one task.

    Attributes:
        rule: The rule's id, e.g. `R2.period`.
        norm: Who promised it.
        task: The task id, or a unique name for rules of the platform that the app file does not name.
        judgement: What is said.
        level: The strongest force level of the runs that it rests on; None when it rests on none.
        exercised: How often the rule had something to check.
        reason: One sentence. For anything but PASS it says why.
        missing: Sources whose evidence was wanted and not there.
        also: Other rules that the same events break in other possible worlds. Listed, because honesty is.
        witness: Journal indices of the smallest set of events for which the rule still fails.
        story: The witness told in sentences, each with the raw line where there is one.

    """

    rule: str
    norm: Norm
    task: str
    judgement: Judgement
    level: ForceLevel | None = None
    exercised: int = 0
    reason: str = ""
    missing: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    witness: tuple[int, ...] = ()
    story: tuple[str, ...] = ()
