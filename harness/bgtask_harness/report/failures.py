"""A failure told on a page: what was broken, by what, and the lines that prove it."""

from __future__ import annotations

from bgtask_harness.report.markup import Markup
from bgtask_harness.report.markup import el
from bgtask_harness.report.markup import join
from bgtask_harness.report.proof import Step
from bgtask_harness.report.proof import statement
from bgtask_harness.report.proof import steps_of
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
        el("p", f"The rule: {said}") if (said := statement(verdict.rule)) else None,
        el("p", verdict.reason),
        el("ol", [el("li", _step(step)) for step in steps_of(journal, verdict)]) if verdict.story else None,
        el("p", f"The same events also break {', '.join(verdict.also)}.", class_="dim") if verdict.also else None,
        el("p", f"Promised by: {verdict.norm}. Task {verdict.task}{level}.", class_="dim"),
        class_="failure",
    )


def _step(step: Step) -> Markup:
    return join(step.sentence, el("pre", step.raw) if step.raw else None)
