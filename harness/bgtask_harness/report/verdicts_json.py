"""`verdicts.json`: what a run comes to, for programs. `docs/verdicts-schema.md` documents every key.

Canonical: keys sorted, order of lists fixed by the journals, nothing of the host that judged. The same journals and the
same rules give the same bytes.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.report.exit_status import exit_status
from bgtask_harness.report.pairs import JudgedPair
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.run import RunVerdicts
from bgtask_reference.events import Judgement
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Verdict
from bgtask_reference.oracle.parity import ParityVerdict

SCHEMA = 1
"""Raised when a key changes its meaning or goes away; a new key does not raise it."""

VERDICTS_NAME = "verdicts.json"


def to_json(run: RunVerdicts) -> str:
    """Give the file's whole text, line feed at its end included."""
    return json.dumps(to_value(run), indent=1, sort_keys=True, ensure_ascii=True) + "\n"


def to_value(run: RunVerdicts) -> dict[str, Any]:
    """Give the file's content as plain dicts and lists."""
    total: Counter[Judgement] = Counter()
    for journal in run.journals:
        total.update(journal.counts)
    status = exit_status(run)
    return {
        "schema": SCHEMA,
        "catalogue": run.catalogue,
        "exit_status": int(status),
        "conclusion": status.name.lower().replace("_", "-"),
        "summary": {
            "journals": _counts(Counter(str(journal.conclusion) for journal in run.journals)),
            "verdicts": _counts(Counter({str(kind): count for kind, count in total.items()})),
            "pairs": _counts(Counter(str(pair.conclusion) for pair in run.pairs)),
            "parity": _counts(Counter(str(verdict.judgement) for pair in run.pairs for verdict in pair.verdicts)),
        },
        "journals": [journal_value(journal) for journal in run.journals],
        "parity": [pair_value(pair) for pair in run.pairs],
    }


def pair_value(pair: JudgedPair) -> dict[str, Any]:
    """Give the part of one scenario that ran on two platforms."""
    return {
        "scenario": pair.scenario,
        "journals": [f"{each.folder}/{JOURNAL_NAME}" for each in (pair.first, pair.second)],
        "devices": [pair.first.device, pair.second.device],
        "conclusion": str(pair.conclusion),
        "reason": pair.reason,
        "differences": list(pair.differences),
        "counts": _counts(Counter({str(kind): count for kind, count in pair.counts.items()})),
        "verdicts": [parity_value(verdict) for verdict in pair.verdicts],
    }


def parity_value(verdict: ParityVerdict) -> dict[str, Any]:
    """Give one verdict over two journals, every field of it."""
    return {
        "rule": verdict.rule,
        "norm": str(verdict.norm),
        "task": verdict.task,
        "judgement": str(verdict.judgement),
        "difference": verdict.difference or None,
        "level": str(verdict.level) if verdict.level else None,
        "exercised": verdict.exercised,
        "reason": verdict.reason,
        "missing": list(verdict.missing),
        "showings": [
            {"device": each.device, "witness": list(each.witness), "story": list(each.story)}
            for each in verdict.showings
        ],
    }


def journal_value(journal: JudgedJournal) -> dict[str, Any]:
    """Give one journal's part."""
    header = journal.header
    return {
        "journal": f"{journal.folder}/{JOURNAL_NAME}",
        "device": journal.device,
        "scenario": journal.scenario,
        "app": header.app.name if header else None,
        "package": header.app.package if header else None,
        "platform": header.device.platform if header else None,
        "api_level": header.device.api_level if header else None,
        "virtual": header.device.virtual if header else None,
        "harness_version": header.harness_version if header else None,
        "catalogue_recorded": header.catalogue if header else None,
        "started": header.started if header else None,
        "seed": header.seed if header else None,
        "conclusion": str(journal.conclusion),
        "reason": journal.reason,
        "ended": _ended(journal),
        "record": {
            "events": len(journal.history.entries),
            "closed": journal.history.closed,
            "holes": [list(hole) for hole in journal.history.holes],
            "damage": list(journal.damage),
            "unknown_lines": sum(isinstance(entry.event, LineUnknown) for entry in journal.history.entries),
        },
        "unexplained": list(journal.unexplained),
        "notes": list(journal.notes),
        "counts": _counts(Counter({str(kind): count for kind, count in journal.counts.items()})),
        "verdicts": [verdict_value(verdict) for verdict in journal.verdicts],
    }


def verdict_value(verdict: Verdict) -> dict[str, Any]:
    """Give one verdict, every field of it."""
    return {
        "rule": verdict.rule,
        "norm": str(verdict.norm),
        "task": verdict.task,
        "judgement": str(verdict.judgement),
        "level": str(verdict.level) if verdict.level else None,
        "exercised": verdict.exercised,
        "reason": verdict.reason,
        "missing": list(verdict.missing),
        "also": list(verdict.also),
        "witness": list(verdict.witness),
        "story": list(verdict.story),
    }


def _ended(journal: JudgedJournal) -> dict[str, str] | None:
    ended = journal.ended
    return {"outcome": ended.outcome, "reason": ended.reason} if ended else None


def _counts(counter: Counter[str]) -> dict[str, int]:
    return {name: count for name, count in sorted(counter.items()) if count}
