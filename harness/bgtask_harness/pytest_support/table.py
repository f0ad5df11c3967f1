"""The verdicts of a run as a table: a line a scenario, then what was broken, told once however often it showed."""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_harness.report.pair_words import title
from bgtask_harness.report.pair_words import told
from bgtask_harness.report.pair_words import worst
from bgtask_harness.report.run import Conclusion
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.run import RunVerdicts
from bgtask_harness.report.summary import headline
from bgtask_harness.report.summary import visible
from bgtask_harness.report.words import counted
from bgtask_harness.report.words import task_title
from bgtask_reference.events import Judgement
from bgtask_reference.events import Verdict

_WIDTH = max(len(conclusion) for conclusion in Conclusion)


def verdict_table(run: RunVerdicts) -> Iterator[str]:
    """Give its lines. The stories are with the failures themselves, in the page and in `bgtask check`."""
    names = [*(journal.folder for journal in run.journals), *(pair.name for pair in run.pairs)]
    name = max(map(len, names), default=0)
    for journal in run.journals:
        yield f"{journal.conclusion.upper():<{_WIDTH}}  {journal.folder:<{name}}  {_told(journal)}".rstrip()
    for pair in run.pairs:
        yield f"{pair.conclusion.upper():<{_WIDTH}}  {pair.name:<{name}}  {visible(told(pair))}".rstrip()
    yield from _broken(run)
    yield headline(run)


def _told(journal: JudgedJournal) -> str:
    if journal.conclusion is not Conclusion.PASS:
        return visible(journal.reason)
    rules = sorted({verdict.rule for verdict in journal.verdicts if verdict.judgement is Judgement.PASS})
    unseen = sorted({verdict.rule for verdict in journal.unseen})
    left = f"; undecided, because this build does not show it: {', '.join(unseen)}" if unseen else ""
    return f"{counted(len(rules), 'rule')} held: {', '.join(rules)}{left}"


def _broken(run: RunVerdicts) -> Iterator[str]:
    """Group by rule and task: one defect shows in many scenarios."""
    found: dict[tuple[str, str, str], list[tuple[JudgedJournal, Verdict]]] = {}
    for journal in run.journals:
        for verdict in journal.verdicts:
            if verdict.judgement is Judgement.FAIL:
                found.setdefault((journal.device, verdict.rule, verdict.task), []).append((journal, verdict))
    differing = {
        (pair.devices, verdict.rule, verdict.task): (pair, verdict)
        for pair in run.pairs
        for verdict in worst(pair, Judgement.FAIL)
    }
    if found or differing:
        yield "broken:"
    for (device, rule, task), places in found.items():
        journal, verdict = places[0]
        name = task_title(journal.header.app if journal.header else None, task)
        where = counted(len(places), "scenario")
        yield f"  {rule} ({verdict.norm}), {visible(name)} on {device}, in {where}: {visible(verdict.reason)}"
    for pair, differs in differing.values():
        yield f"  {differs.rule} ({differs.norm}), {visible(title(pair, differs))}: {visible(differs.reason)}"
