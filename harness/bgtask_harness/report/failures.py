"""A failure told on a page: what was broken, by what, and the lines that prove it."""

from __future__ import annotations

from bgtask_harness.report.markup import Markup
from bgtask_harness.report.markup import el
from bgtask_harness.report.markup import join
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.words import task_title
from bgtask_reference.events import Judgement
from bgtask_reference.events import Verdict


def failures(journal: JudgedJournal) -> Markup:
    """Tell every failure of a journal, in the order of the verdicts."""
    return join(_failure(journal, v) for v in journal.verdicts if v.judgement is Judgement.FAIL)


def _failure(journal: JudgedJournal, verdict: Verdict) -> Markup:
    title = task_title(journal.header.app if journal.header else None, verdict.task)
    level = f", {verdict.level}" if verdict.level else ""
    return el(
        "div",
        el("p", f"{verdict.rule} broken: {title}", class_="what"),
        el("p", verdict.reason),
        el("ol", [el("li", _step(step)) for step in verdict.story]) if verdict.story else None,
        _witness(journal, verdict),
        el("p", f"The same events also break {', '.join(verdict.also)}.", class_="dim") if verdict.also else None,
        el("p", f"Promised by: {verdict.norm}. Task {verdict.task}{level}.", class_="dim"),
        class_="failure",
    )


def _step(step: str) -> Markup:
    """A step is a sentence, and below it the raw lines if there are any."""
    sentence, _, raw = step.partition("\n")
    return join(sentence, el("pre", raw) if raw.strip() else None)


def _witness(journal: JudgedJournal, verdict: Verdict) -> Markup | None:
    """Show the witness's raw lines that its story does not show already."""
    story = "\n".join(verdict.story)
    lines = [
        f"[{entry.index}] {entry.event.raw}"
        for entry in journal.history.entries
        if entry.index in verdict.witness and entry.event.raw and entry.event.raw not in story
    ]
    if not lines:
        return None
    return join(el("p", "Lines of the proof, by event:", class_="dim"), el("pre", "\n".join(lines)))
