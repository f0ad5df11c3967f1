"""A verdict's story for people: each step a sentence and, apart from it, the raw lines that it rests on."""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_harness.report.run import JudgedJournal
from bgtask_reference import oracle
from bgtask_reference.events import Verdict
from bgtask_reference.oracle.parity import RULES
from bgtask_reference.oracle.parity import Showing

MOST_LINES = 12
"""More raw lines than this of one event (a whole dump) are in the journal."""

_STATEMENTS = {rule.id: rule.statement for rule in oracle.CATALOGUE} | {rule.id: rule.statement for rule in RULES}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a story. `raw` is empty where the harness itself saw it."""

    sentence: str
    raw: str = ""


def statement(rule: str) -> str:
    """Say what a rule demands; empty for a rule that is not in the catalogue any more."""
    return _STATEMENTS.get(rule, "")


def steps_of(journal: JudgedJournal, verdict: Verdict | Showing) -> list[Step]:
    """Give a verdict's story, or one phone's part of it, the raw lines taken out of its sentences."""
    raws = [entry.event.raw.strip() for entry in journal.history.entries if entry.index in verdict.witness]
    return [_step(told, [raw for raw in raws if raw]) for told in verdict.story]


def shortened(raw: str) -> str:
    """Keep the first lines of a long raw text."""
    lines = raw.splitlines()
    more = len(lines) - MOST_LINES
    return "\n".join(lines[:MOST_LINES]) + (f"\n({more} more lines, in the journal)" if more > 0 else "")


def _step(told: str, raws: list[str]) -> Step:
    for raw in raws:
        end = f": {raw})"
        if told.endswith(end):
            return Step(told.removesuffix(end) + ")", shortened(raw))
    sentence, _, raw = told.partition("\n")
    return Step(sentence, shortened(raw.strip()))
