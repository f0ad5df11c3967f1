"""The tables of a page: scenarios against rules, one journal's verdicts, its environment, its events."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import fields
from dataclasses import is_dataclass

from bgtask_harness.report.grouping import grouped
from bgtask_harness.report.markup import Child
from bgtask_harness.report.markup import Markup
from bgtask_harness.report.markup import el
from bgtask_harness.report.markup import join
from bgtask_harness.report.proof import shortened
from bgtask_harness.report.proof import statement
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.run import RunVerdicts
from bgtask_harness.report.timeline_rows import clock
from bgtask_harness.report.words import JUDGEMENTS
from bgtask_harness.report.words import task_title
from bgtask_reference.events import Entry
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Event
from bgtask_reference.events import Judgement
from bgtask_reference.events import Verdict
from bgtask_reference.oracle.parity import ParityVerdict

MOST_EVENTS = 400
_LONGEST_FIELD = 160
_SYMBOLS = {
    Judgement.FAIL: "✕",
    Judgement.INCONCLUSIVE: "?",
    Judgement.SUPPRESSED: "-",
    Judgement.UNSUPPORTED: "-",
    Judgement.PASS: "✓",
}
_ORDER = list(JUDGEMENTS)
_PLAIN = frozenset({"stamp", "source", "raw"})


def chip(word: str) -> Markup:
    """Make a coloured word of a conclusion or judgement."""
    return el("span", word.upper().replace("-", " "), class_=f"chip {word}")


def anchor(journal: JudgedJournal) -> str:
    """Give the id of a journal's section."""
    return "s-" + "".join(letter if letter.isalnum() else "-" for letter in journal.folder)


def matrix(run: RunVerdicts) -> Markup:
    """Scenarios down, rules across. A cell shows the worst judgement of any task."""
    rules = sorted({v.rule for j in run.journals for v in j.verdicts if v.judgement in _SYMBOLS}, key=_rule_order)
    head = [el("th", "Scenario"), el("th", "Device"), el("th", "Result")]
    head += [el("th", el("span", rule), class_="cell", title=statement(rule) or None) for rule in rules]
    rows = [_matrix_row(journal, rules) for journal in run.journals]
    return el("div", el("table", _head(head), el("tbody", rows), class_="matrix"), class_="wide")


def verdict_table(journal: JudgedJournal) -> Markup | None:
    """Every verdict but those of rules that had nothing to check, worst first."""
    shown = [verdict for verdict in journal.verdicts if verdict.judgement is not Judgement.NOT_EXERCISED]
    if not shown:
        return None
    app = journal.header.app if journal.header else None
    rows = [
        el(
            "tr",
            el("td", chip(str(group.first.judgement))),
            el("td", _listed(el("span", rule, title=statement(rule) or None) for rule in group.rules)),
            el("td", _listed(task_title(app, task) for task in group.tasks)),
            el("td", _listed(group.norms)),
            el("td", str(group.first.level) if group.first.level else "", class_="whole"),
            el("td", sum(verdict.exercised for verdict in group.verdicts)),
            el("td", _why(group.first)),
        )
        for group in grouped(shown)
    ]
    head = _head(el("th", word) for word in ("Verdict", "Rule", "Task", "Promised by", "Force", "Checked", "Why"))
    return el("div", el("table", head, el("tbody", rows), class_="verdicts"), class_="wide")


def environment_table(journal: JudgedJournal) -> Markup | None:
    """The facts of the first and of the last sample."""
    samples = [e.event.facts for e in journal.history.entries if isinstance(e.event, EnvironmentSampled)]
    if not samples:
        return None
    names = sorted({name for sample in samples for name in sample})
    rows = [
        el("tr", el("td", name), el("td", _fact(samples[0], name)), el("td", _fact(samples[-1], name)))
        for name in names
    ]
    head = _head(el("th", word) for word in ("Fact", "First sample", "Last sample"))
    return el("div", el("table", head, el("tbody", rows)), class_="wide")


def event_table(journal: JudgedJournal, places: Mapping[int, int]) -> Markup:
    """The journal's events as they were recorded, four hundred at most."""
    proof = {index for v in journal.verdicts if v.judgement is Judgement.FAIL for index in v.witness}
    entries = journal.history.entries
    rows = [_event_row(entry, places, entry.index in proof) for entry in entries[:MOST_EVENTS]]
    head = _head(el("th", word) for word in ("Event", "When", "Seen by", "What", "Raw"))
    more = len(entries) - MOST_EVENTS
    note = f"{more} more events are not shown here; all of them are in {journal.folder}/journal.jsonl."
    return join(
        el("div", el("table", head, el("tbody", rows), class_="events"), class_="wide"),
        el("p", note, class_="dim") if more > 0 else None,
    )


def _head(cells: Iterable[Child]) -> Markup:
    return el("thead", el("tr", cells))


def _rule_order(rule: str) -> tuple[str, int, str]:
    """Order R2 before R10."""
    family = rule.split(".", maxsplit=1)[0]
    digits = "".join(letter for letter in family if letter.isdecimal() and letter.isascii())
    return family.rstrip("0123456789"), int(digits or 0), rule


def _matrix_row(journal: JudgedJournal, rules: list[str]) -> Markup:
    return el(
        "tr",
        el("td", el("a", journal.scenario, href=f"#{anchor(journal)}")),
        el("td", journal.device),
        el("td", chip(str(journal.conclusion)), title=journal.reason or None),
        [cell([v for v in journal.verdicts if v.rule == rule]) for rule in rules],
    )


def cell(verdicts: Sequence[Verdict | ParityVerdict]) -> Markup:
    """Show the worst judgement that one rule gave."""
    worst = min((v.judgement for v in verdicts), key=_ORDER.index, default=Judgement.NOT_EXERCISED)
    symbol = _SYMBOLS.get(worst)
    if symbol is None:
        return el("td", el("span", "·", class_="mark none"), class_="cell", title="not exercised")
    said = "; ".join(f"{JUDGEMENTS[v.judgement]} {v.task}" for v in verdicts)
    return el("td", el("span", symbol, class_=f"mark {worst}"), class_="cell", title=said)


def _listed(words: Iterable[str]) -> Markup:
    """Each on a line of its own."""
    return join(el("div", word) for word in words)


def _why(verdict: Verdict) -> str:
    missing = f" Missing: {', '.join(verdict.missing)}." if verdict.missing else ""
    return verdict.reason + missing


def _fact(sample: Mapping[str, object], name: str) -> str:
    return _plain(sample[name]) if name in sample else "not told"


def _event_row(entry: Entry, places: Mapping[int, int], proof: bool) -> Markup:
    return el(
        "tr",
        el("td", entry.index),
        el("td", clock(places[entry.index]), class_="when"),
        el("td", str(entry.event.source)),
        el("td", el("b", type(entry.event).KIND), " ", _fields(entry.event)),
        el("td", el("code", shortened(entry.event.raw))),
        class_="proof" if proof else None,
    )


def _fields(event: Event) -> str:
    told = [(field.name, getattr(event, field.name)) for field in fields(event) if field.name not in _PLAIN]
    return ", ".join(f"{name} {said}" for name, value in told if (said := _cut(_plain(value))))


def _cut(said: str) -> str:
    return said if len(said) <= _LONGEST_FIELD else f"{said[: _LONGEST_FIELD - 1]}…"


def _plain(value: object) -> str:
    """Say a value without Python's own punctuation; nothing for what is not known or empty."""
    if value is None or value in ("", (), {}):
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_plain(item)}" for key, item in value.items())
    if isinstance(value, tuple):
        return "; ".join(said for item in value if (said := _plain(item)))
    if is_dataclass(value):
        known = ((field.name, _plain(getattr(value, field.name))) for field in fields(value))
        return " ".join(f"{name}={said}" for name, said in known if said)
    return str(value)
