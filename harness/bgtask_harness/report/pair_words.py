"""Parity in plain text: what a pair of journals comes to, and the witnesses of a difference."""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_harness.report.judged import Conclusion
from bgtask_harness.report.pairs import JudgedPair
from bgtask_harness.report.proof import Step
from bgtask_harness.report.proof import steps_of
from bgtask_harness.report.words import JUDGEMENTS
from bgtask_harness.report.words import counted
from bgtask_harness.report.words import task_title
from bgtask_reference.events import Judgement
from bgtask_reference.oracle.parity import ParityVerdict

NOTHING_SEEN = "nothing of it in the whole log"
"""What stands for a witness where a phone's answer is an absence."""
NOTHING_DECIDES = "nothing that decides it"


def told(pair: JudgedPair) -> str:
    """Say in one line what a pair comes to."""
    if pair.conclusion is not Conclusion.PASS:
        return f"parity: {pair.reason}"
    same = counted(pair.counts[Judgement.PASS], "answer")
    named = f"; documented differences: {', '.join(pair.differences)}" if pair.differences else ""
    return f"parity: {same} the same{named}"


def title(pair: JudgedPair, verdict: ParityVerdict) -> str:
    """Call the task as its app file does."""
    return task_title(pair.first.header.app if pair.first.header else None, verdict.task)


def witnesses(pair: JudgedPair, verdict: ParityVerdict) -> Iterator[tuple[str, list[Step]]]:
    """Give each phone's name and what its journal shows of it."""
    for journal, showing in zip((pair.first, pair.second), verdict.showings, strict=False):
        absent = NOTHING_SEEN if verdict.judgement is Judgement.FAIL else NOTHING_DECIDES
        yield showing.device, steps_of(journal, showing) or [Step(absent)]


def story(pair: JudgedPair, verdict: ParityVerdict) -> Iterator[str]:
    """Tell a verdict with its witnesses, line by line."""
    level = f", {verdict.level}" if verdict.level else ""
    yield f"{JUDGEMENTS[verdict.judgement]} {verdict.rule} ({verdict.norm}{level}): {title(pair, verdict)}"
    yield f"    {verdict.reason}"
    if verdict.missing:
        yield f"    missing: {', '.join(verdict.missing)}"
    for device, steps in witnesses(pair, verdict):
        yield f"    on {device}:"
        for step in steps:
            yield f"    - {step.sentence}"
            yield from (f"      | {line}" for line in step.raw.splitlines())


def worst(pair: JudgedPair, *kinds: Judgement) -> list[ParityVerdict]:
    """Give the verdicts of some judgements, in the order of these."""
    return [verdict for kind in kinds for verdict in pair.verdicts if verdict.judgement is kind]
