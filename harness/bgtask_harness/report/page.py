"""One page for a whole run: a single file that needs no server, no script and no outside address."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from urllib.parse import quote

from bgtask_harness.report.exit_status import ExitStatus
from bgtask_harness.report.exit_status import exit_status
from bgtask_harness.report.failures import failures
from bgtask_harness.report.markup import Markup
from bgtask_harness.report.markup import el
from bgtask_harness.report.markup import join
from bgtask_harness.report.parity_section import parity_section
from bgtask_harness.report.placing import place
from bgtask_harness.report.run import Conclusion
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.run import RunVerdicts
from bgtask_harness.report.tables import anchor
from bgtask_harness.report.tables import chip
from bgtask_harness.report.tables import environment_table
from bgtask_harness.report.tables import event_table
from bgtask_harness.report.tables import matrix
from bgtask_harness.report.tables import verdict_table
from bgtask_harness.report.timeline import timeline
from bgtask_harness.report.words import counted
from bgtask_reference.events import Judgement
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import TaskEvent

PAGE_NAME = "index.html"
_MOST_LINES = 25
_BESIDE = (("journal.jsonl", "journal"), ("logcat.txt", "raw log"))


def page(run: RunVerdicts) -> str:
    """Render a judged run as HTML."""
    status = exit_status(run)
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    head = el(
        "head",
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width, initial-scale=1"),
        el("meta", http_equiv="Content-Security-Policy", content="default-src 'none'; style-src 'unsafe-inline'"),
        el("title", f"{status.name.replace('_', ' ')}: background task conformance"),
        el("style", Markup(style)),
    )
    body = el(
        "body",
        el("div", class_=f"bar {status.name.lower().replace('_', '-')}"),
        _top(run, status),
        el(
            "main",
            matrix(run),
            parity_section(run.pairs),
            [_section(run, one) for one in _worst_first(run)],
            _foot(run),
        ),
    )
    return "<!doctype html>\n" + el("html", head, body, lang="en") + "\n"


def _top(run: RunVerdicts, status: ExitStatus) -> Markup:
    headers = [journal.header for journal in run.journals if journal.header]
    facts = [
        ("device", _each(header.device.name for header in headers)),
        ("API level", _each(str(header.device.api_level) for header in headers if header.device.api_level)),
        ("hardware", "none, a virtual phone" if any(header.device.virtual for header in headers) else ""),
        ("app", _each(header.app.name for header in headers)),
        ("WorkManager", _each(header.app.work_manager_version or "" for header in headers)),
        ("started", min((header.started for header in headers), default="")),
        ("rules", run.catalogue),
        ("harness", _each(header.harness_version for header in headers)),
    ]
    return el(
        "header",
        el("p", "Background task conformance", class_="eyebrow"),
        el("h1", _verdict_in_words(run, status)),
        el("ul", [el("li", f"{name} ", el("b", value)) for name, value in facts if value], class_="facts"),
        class_="top",
    )


def _verdict_in_words(run: RunVerdicts, status: ExitStatus) -> str:
    found = [journal.conclusion for journal in run.journals]
    total = counted(len(found), "scenario")
    if said := _parity_in_words(run, status, found):
        return said
    match status:
        case ExitStatus.FAIL:
            return f"{found.count(Conclusion.FAIL)} of {total} broke a rule"
        case ExitStatus.BROKEN_INPUT:
            return f"{found.count(Conclusion.BROKEN)} of {total} could not be judged"
        case ExitStatus.INCONCLUSIVE if Conclusion.INCONCLUSIVE in found:
            return f"{found.count(Conclusion.INCONCLUSIVE)} of {total} did not come to a conclusion"
        case ExitStatus.INCONCLUSIVE:
            return "No rule had anything to check"
    skipped = len(found) - found.count(Conclusion.PASS)
    held = sum(journal.counts[Judgement.PASS] for journal in run.journals)
    rest = f"; {skipped} of {total} checked nothing" if skipped else ""
    both = [pair.conclusion for pair in run.pairs].count(Conclusion.PASS)
    same = f"; parity of {counted(both, 'scenario')} on two platforms" if both else ""
    return f"Nothing broke a rule: {counted(held, 'check')} held in {total}{rest}{same}"


def _parity_in_words(run: RunVerdicts, status: ExitStatus, found: list[Conclusion]) -> str:
    """Say it where parity alone decided; empty where a journal did."""
    worst = {ExitStatus.FAIL: Conclusion.FAIL, ExitStatus.INCONCLUSIVE: Conclusion.INCONCLUSIVE}.get(status)
    pairs = [pair for pair in run.pairs if pair.conclusion is worst]
    if not pairs or worst in found:
        return ""
    words = (
        "differ between two platforms" if worst is Conclusion.FAIL else "could not be compared between two platforms"
    )
    return f"{len(pairs)} of {counted(len(run.pairs), 'scenario')} {words}"


def _each(values: Iterator[str] | list[str]) -> str:
    return ", ".join(dict.fromkeys(value for value in values if value))


def _worst_first(run: RunVerdicts) -> list[JudgedJournal]:
    order = list(Conclusion)
    return sorted(run.journals, key=lambda journal: order.index(journal.conclusion))


def _section(run: RunVerdicts, journal: JudgedJournal) -> Markup:
    title = el(
        "div",
        el("h2", journal.scenario),
        chip(str(journal.conclusion)),
        el("span", f"on {journal.device}", class_="dim"),
        el("span", [_link(run, journal, name, words) for name, words in _BESIDE], class_="dim"),
        class_="title",
    )
    return el("section", title, el("div", _body(journal), class_="body"), class_="journal", id=anchor(journal))


def _link(run: RunVerdicts, journal: JudgedJournal, name: str, words: str) -> Markup | None:
    if not (run.folder / journal.folder / name).is_file():
        return None
    return join(el("a", words, href=quote(f"{journal.folder}/{name}")), " ")


def _body(journal: JudgedJournal) -> Markup:
    places = place(journal.history)
    drawn = None
    if any(isinstance(entry.event, TaskEvent) for entry in journal.history.entries):
        drawn = Markup(timeline(journal.history, journal.verdicts, journal.folder))
    return join(
        el("p", journal.reason) if journal.reason and journal.conclusion is not Conclusion.FAIL else None,
        failures(journal),
        el("div", drawn, class_="picture") if drawn else None,
        verdict_table(journal),
        _record(journal),
        _not_exercised(journal),
        _unknown_lines(journal),
        _folded("Environment", environment_table(journal)),
        _folded(f"Events ({len(places)})", event_table(journal, places)) if places else None,
    )


def _folded(words: str, content: Markup | None) -> Markup | None:
    return el("details", el("summary", words), content) if content else None


def _record(journal: JudgedJournal) -> Markup | None:
    """Say what is missing from the record itself, and what the oracle remarked."""
    said = [*journal.damage, *journal.notes]
    if not journal.history.closed and not journal.error:
        said.append("the journal has no closing record: what happened after its last event is not known")
    if journal.unexplained:
        listed = ", ".join(str(index) for index in journal.unexplained[:_MOST_LINES])
        said.append(f"{counted(len(journal.unexplained), 'event')} that no rule can account for: {listed}")
    return join(el("h3", "About the record"), el("ul", [el("li", line) for line in said])) if said else None


def _not_exercised(journal: JudgedJournal) -> Markup | None:
    idle = [verdict for verdict in journal.verdicts if verdict.judgement is Judgement.NOT_EXERCISED]
    listed = el("ul", [el("li", f"{v.rule} ", el("span", f"({v.norm}) {v.task}", class_="dim")) for v in idle])
    return _folded(f"Not exercised ({len(idle)})", listed) if idle else None


def _unknown_lines(journal: JudgedJournal) -> Markup | None:
    lines = [entry.event.raw for entry in journal.history.entries if isinstance(entry.event, LineUnknown)]
    more = len(lines) - _MOST_LINES
    note = el("p", f"{more} more are in the journal.", class_="dim") if more > 0 else None
    listed = join(el("pre", "\n".join(lines[:_MOST_LINES])), note)
    return _folded(f"Lines that no parser knows ({len(lines)})", listed) if lines else None


def _foot(run: RunVerdicts) -> Markup:
    again = "Judge it again, on any machine and without a device: "
    recorded = {journal.header.catalogue for journal in run.journals if journal.header} - {run.catalogue}
    other = f" Recorded under other rules ({', '.join(sorted(recorded))})." if recorded else ""
    return el("footer", again, el("code", "bgtask check RUN_DIR"), ". Made from the journals alone.", other)
