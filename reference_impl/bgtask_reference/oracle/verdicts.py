"""Makes one verdict of everything that one rule said of one task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bgtask_reference.events import Judgement
from bgtask_reference.events import Verdict
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.outside import strongest
from bgtask_reference.oracle.rules.rule import Rule


@dataclass(frozen=True, slots=True)
class Doubts:
    """What keeps a whole report from being sure. Empty strings and zeroes are no doubt.

    Attributes:
        record: Why the record itself is not whole.
        gap: Why the log of the measured window is not whole.
        unexplained: How many events belong to no task that is known.
        unsupported: Why the scenario could not be carried out on this device.

    """

    record: str = ""
    gap: str = ""
    unexplained: int = 0
    unsupported: str = ""


def combine(rule: Rule, task: str, findings: Sequence[Finding], doubts: Doubts) -> Verdict:
    """Weigh the findings: a breach first, then doubt, then excuses, then what held."""
    others = [each for each in findings if each.word is not Word.HELD]
    held = len(findings) - len(others)
    judgement, told = _weigh(others, held)
    reason = "" if told is None else told.reason
    if judgement is Judgement.NOT_EXERCISED:
        reason = "nothing in the record gave the rule something to check"
    judgement, reason = _doubt(judgement, reason, doubts)
    levels = {each.level for each in findings if each.level and each.word in {Word.HELD, Word.BROKEN}}
    broken = told if told and told.word is Word.BROKEN else None
    return Verdict(
        rule=rule.id,
        norm=rule.norm,
        task=task,
        judgement=judgement,
        level=strongest(levels) if levels else None,
        exercised=held + sum(each.word is Word.BROKEN for each in others),
        reason=reason,
        missing=_missing(others) if judgement is Judgement.INCONCLUSIVE else (),
        also=broken.also if broken else (),
        witness=told.facts if told else (),
    )


def _weigh(findings: Sequence[Finding], held: int) -> tuple[Judgement, Finding | None]:
    for word, judgement in (
        (Word.BROKEN, Judgement.FAIL),
        (Word.OPEN, Judgement.INCONCLUSIVE),
        (Word.EXCUSED, Judgement.SUPPRESSED),
    ):
        told = next((each for each in findings if each.word is word), None)
        if told and not (word is Word.EXCUSED and held):
            return judgement, told
    return (Judgement.PASS if held else Judgement.NOT_EXERCISED), None


def _doubt(judgement: Judgement, reason: str, doubts: Doubts) -> tuple[Judgement, str]:
    """Take back what the record cannot carry."""
    if doubts.record:
        seen = f"; what is left of it says {judgement.value}: {reason}" if judgement is Judgement.FAIL else ""
        return Judgement.INCONCLUSIVE, f"{doubts.record}{seen}"
    if judgement is Judgement.NOT_EXERCISED and doubts.unsupported:
        return Judgement.UNSUPPORTED, doubts.unsupported
    if judgement is not Judgement.PASS:
        return judgement, reason
    if doubts.gap:
        return Judgement.INCONCLUSIVE, doubts.gap
    if doubts.unexplained:
        return Judgement.INCONCLUSIVE, f"{doubts.unexplained} events belong to no task that is known"
    return judgement, reason


def _missing(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(sorted({source.value for each in findings if each.word is Word.OPEN for source in each.missing}))
