"""A judged run in plain text, for a terminal: what failed and why first, then what is open, then what held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import islice

from bgtask_harness.report.exit_status import exit_status
from bgtask_harness.report.grouping import Group
from bgtask_harness.report.grouping import grouped
from bgtask_harness.report.pair_words import story
from bgtask_harness.report.pair_words import told
from bgtask_harness.report.pair_words import worst
from bgtask_harness.report.pairs import JudgedPair
from bgtask_harness.report.proof import steps_of
from bgtask_harness.report.run import Conclusion
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.run import RunVerdicts
from bgtask_harness.report.words import JUDGEMENTS
from bgtask_harness.report.words import counted
from bgtask_harness.report.words import task_title
from bgtask_reference.events import Judgement

_TOLD = frozenset({Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.SUPPRESSED, Judgement.UNSUPPORTED})
_WIDTH = max(len(conclusion) for conclusion in Conclusion)


def summary(run: RunVerdicts) -> str:
    """Tell the whole run, a line for each journal and pair, and the story of each failure. Ends with a line feed."""
    lines = [line for journal in run.journals for line in _journal(journal)]
    lines += [line for pair in run.pairs for line in _pair(pair)]
    return "\n".join(visible(line) for line in [*lines, "", headline(run)]) + "\n"


def headline(run: RunVerdicts) -> str:
    """Tell the run in one line."""
    counts: Counter[Judgement] = Counter()
    for journal in run.journals:
        counts.update(journal.counts)
    parts = ", ".join(f"{counts[kind]} {word.lower()}" for kind, word in JUDGEMENTS.items() if counts[kind])
    status = exit_status(run).name.replace("_", " ")
    return f"{status}: {counted(len(run.journals), 'scenario')}, {parts or 'no verdicts'}{_of_pairs(run)}"


def _of_pairs(run: RunVerdicts) -> str:
    counts = Counter(pair.conclusion for pair in run.pairs)
    parts = ", ".join(f"{counts[kind]} {kind.replace('-', ' ')}" for kind in Conclusion if counts[kind])
    return f"; parity of {counted(len(run.pairs), 'scenario')} on two platforms: {parts}" if run.pairs else ""


def _pair(pair: JudgedPair) -> Iterator[str]:
    yield f"{pair.conclusion.upper():<{_WIDTH}}  {pair.name}  {told(pair)}"
    for verdict in worst(pair, Judgement.FAIL, Judgement.INCONCLUSIVE, Judgement.SUPPRESSED):
        lines = story(pair, verdict)
        yield from (f"    {line}" for line in (lines if verdict.judgement is Judgement.FAIL else islice(lines, 2)))


def _journal(journal: JudgedJournal) -> Iterator[str]:
    held = journal.counts[Judgement.PASS]
    told = journal.reason if journal.conclusion is not Conclusion.PASS else f"{counted(held, 'rule')} held"
    yield f"{journal.conclusion.upper():<{_WIDTH}}  {journal.folder}  {told}".rstrip()
    for group in grouped(journal.verdicts):
        if group.first.judgement in _TOLD:
            yield from _told(journal, group)


def _told(journal: JudgedJournal, group: Group) -> Iterator[str]:
    verdict = group.first
    app = journal.header.app if journal.header else None
    titles = ", ".join(task_title(app, task) for task in group.tasks)
    promised = ", ".join([*group.norms, *([str(verdict.level)] if verdict.level else [])])
    yield f"    {JUDGEMENTS[verdict.judgement]} {', '.join(group.rules)} ({promised}): {titles}"
    yield f"        {verdict.reason}"
    if verdict.missing:
        yield f"        missing: {', '.join(verdict.missing)}"
    for step in steps_of(journal, verdict):
        yield f"        - {step.sentence}"
        yield from (f"          | {line}" for line in step.raw.splitlines())
    if verdict.also:
        yield f"        the same events also break {', '.join(verdict.also)}"


def visible(line: str) -> str:
    """Make a device's text safe for a terminal: no escape sequence of it is obeyed."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in line.replace("\t", "  "))
