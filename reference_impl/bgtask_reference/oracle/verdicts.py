"""Makes one verdict of everything that one rule said of one task."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass

from bgtask_reference.events import Judgement
from bgtask_reference.events import Verdict
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.outside import strongest
from bgtask_reference.oracle.rules.rule import Rule

NOTHING_TO_CHECK = "nothing in the record gave the rule something to check"
MOST_REASONS = 3


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
    if not findings:
        judgement, reason = _doubt(Judgement.NOT_EXERCISED, NOTHING_TO_CHECK, doubts)
        return Verdict(rule.id, rule.norm, task, judgement, reason=reason)
    # What rests on something in the record is more specific than what rests on its absence.
    told_once = tuple(dict(zip(map(id, findings), findings, strict=True)).values())  # what held is the same value often
    others = sorted((each for each in told_once if each.word is not Word.HELD), key=lambda each: not each.facts)
    held = len(findings) - len(others)
    judgement, told = _weigh(others, held)
    judgement, reason = _doubt(judgement, _reason(judgement, told, others), doubts)
    levels = {each.level for each in told_once if each.level and each.word in {Word.HELD, Word.BROKEN}}
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
    return Judgement.PASS, None


def _reason(judgement: Judgement, told: Finding | None, others: Sequence[Finding]) -> str:
    if judgement is Judgement.INCONCLUSIVE:
        return _all_reasons([each for each in others if each.word is Word.OPEN])
    return "" if told is None else told.reason


def _all_reasons(doubtful: Sequence[Finding]) -> str:
    """Name every doubt once."""
    reasons = list(dict.fromkeys(each.reason for each in doubtful))
    more = f"; and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
    return "; ".join(reasons[:MOST_REASONS]) + more


def _doubt(judgement: Judgement, reason: str, doubts: Doubts) -> tuple[Judgement, str]:
    """Take back what the record cannot carry. The most specific reason comes first."""
    if doubts.record:
        return Judgement.INCONCLUSIVE, "; ".join([*_of_what_is_left(judgement, reason), doubts.record])
    if judgement is Judgement.NOT_EXERCISED and doubts.unsupported:
        return Judgement.UNSUPPORTED, doubts.unsupported
    if judgement is Judgement.PASS and (doubts.gap or doubts.unexplained):
        stray = f"{doubts.unexplained} events belong to no task that is known" if doubts.unexplained else ""
        return Judgement.INCONCLUSIVE, "; ".join(each for each in (doubts.gap, stray) if each)
    return judgement, reason


def _of_what_is_left(judgement: Judgement, reason: str) -> Iterator[str]:
    if judgement is Judgement.FAIL:
        yield f"what is left of it says {judgement.value}: {reason}"
    elif judgement in {Judgement.INCONCLUSIVE, Judgement.SUPPRESSED}:
        yield reason


def _missing(findings: Sequence[Finding]) -> tuple[str, ...]:
    return tuple(sorted({source.value for each in findings if each.word is Word.OPEN for source in each.missing}))
