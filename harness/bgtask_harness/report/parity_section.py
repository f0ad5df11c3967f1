"""The page's section on parity: scenarios that ran on two platforms against the rules over both, and what differs."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Sequence

from bgtask_harness.report.judged import Conclusion
from bgtask_harness.report.markup import Markup
from bgtask_harness.report.markup import el
from bgtask_harness.report.markup import join
from bgtask_harness.report.pair_words import title
from bgtask_harness.report.pair_words import witnesses
from bgtask_harness.report.pair_words import worst
from bgtask_harness.report.pairs import JudgedPair
from bgtask_harness.report.proof import statement
from bgtask_harness.report.tables import anchor
from bgtask_harness.report.tables import cell
from bgtask_harness.report.tables import chip
from bgtask_harness.report.words import counted
from bgtask_reference.events import Judgement
from bgtask_reference.oracle.parity import RULES
from bgtask_reference.oracle.parity import ParityVerdict

ANCHOR = "parity"
Found = tuple[JudgedPair, ParityVerdict]


def parity_section(pairs: Sequence[JudgedPair]) -> Markup | None:
    """Tell what became of the same scenarios on two platforms; nothing where no scenario ran on both."""
    if not pairs:
        return None
    order = list(Conclusion)
    overall = min((pair.conclusion for pair in pairs), key=order.index)
    devices = ", ".join(dict.fromkeys(pair.devices for pair in pairs))
    heading = el(
        "div",
        el("h2", "Parity"),
        chip(str(overall)),
        el("span", f"{devices}: the same task, the same stimuli, and the same to be seen of it", class_="dim"),
        class_="title",
    )
    failed = _grouped((pair, verdict) for pair in pairs for verdict in worst(pair, Judgement.FAIL))
    body = el("div", _matrix(pairs), [_failure(group) for group in failed], _other(pairs), class_="body")
    return el("section", heading, body, class_="journal", id=ANCHOR)


def _matrix(pairs: Sequence[JudgedPair]) -> Markup:
    rules = [rule.id for rule in RULES]
    head = [el("th", "Scenario"), el("th", "On both"), el("th", "Result")]
    head += [el("th", el("span", rule), class_="cell", title=statement(rule)) for rule in rules]
    rows = [_row(pair, rules) for pair in pairs]
    table = el("table", el("thead", el("tr", head)), el("tbody", rows), class_="matrix")
    return el("div", table, class_="wide parity")


def _row(pair: JudgedPair, rules: Sequence[str]) -> Markup:
    links = [el("a", journal.device, href=f"#{anchor(journal)}") for journal in (pair.first, pair.second)]
    return el(
        "tr",
        el("td", pair.scenario),
        el("td", links[0], ", ", links[1]),
        el("td", chip(str(pair.conclusion)), title=pair.reason or None),
        [cell([verdict for verdict in pair.verdicts if verdict.rule == rule]) for rule in rules],
    )


def _grouped(found: Iterable[Found]) -> list[list[Found]]:
    """One defect shows in many scenarios: told once."""
    groups: dict[tuple[object, ...], list[Found]] = {}
    for pair, verdict in found:
        key = (pair.devices, verdict.rule, verdict.task, verdict.judgement, verdict.reason)
        groups.setdefault(key, []).append((pair, verdict))
    return list(groups.values())


def _failure(group: Sequence[Found]) -> Markup:
    pair, verdict = group[0]
    parts = [_part(device, steps) for device, steps in _steps(pair, verdict)]
    level = f", {verdict.level}" if verdict.level else ""
    return el(
        "div",
        el("p", f"{verdict.rule} broken: {title(pair, verdict)}", class_="what"),
        el("p", f"The rule: {statement(verdict.rule)}"),
        el("p", verdict.reason),
        el("div", parts, class_="two"),
        el("p", f"{_where(group)}. Promised by: {verdict.norm}. Task {verdict.task}{level}.", class_="dim"),
        class_="failure",
    )


def _steps(pair: JudgedPair, verdict: ParityVerdict) -> list[tuple[str, list[Markup]]]:
    return [
        (device, [el("li", step.sentence, el("pre", step.raw) if step.raw else None) for step in steps])
        for device, steps in witnesses(pair, verdict)
    ]


def _part(device: str, steps: list[Markup]) -> Markup:
    return el("div", el("h3", f"On {device}"), el("ol", steps))


def _where(group: Sequence[Found]) -> str:
    names = list(dict.fromkeys(pair.scenario for pair, _ in group))
    return f"In {counted(len(names), 'scenario')}: {', '.join(names)}"


def _other(pairs: Sequence[JudgedPair]) -> Markup | None:
    """What is open, and what differs by a name, each told once; and scenarios in which nothing could be compared."""
    kinds = (Judgement.INCONCLUSIVE, Judgement.UNSUPPORTED, Judgement.SUPPRESSED)
    groups = _grouped((pair, verdict) for kind in kinds for pair in pairs for verdict in worst(pair, kind))
    rows = [_line(group) for group in groups]
    head = el("thead", el("tr", [el("th", word) for word in ("Verdict", "Rule", "Task", "Why", "Where")]))
    table = el("div", el("table", head, el("tbody", rows)), class_="wide verdicts") if rows else None
    idle = [pair for pair in pairs if pair.conclusion is Conclusion.NOT_EXERCISED]
    listed = el("ul", [el("li", f"{pair.scenario}: {pair.reason}") for pair in idle])
    return join(
        el("h3", "Open, or different by a documented name") if rows else None,
        table,
        join(el("h3", "Not compared"), listed) if idle else None,
    )


def _line(group: Sequence[Found]) -> Markup:
    pair, verdict = group[0]
    return el(
        "tr",
        el("td", chip(str(verdict.judgement))),
        el("td", el("span", verdict.rule, title=statement(verdict.rule)), class_="whole"),
        el("td", title(pair, verdict)),
        el("td", verdict.reason),
        el("td", _where(group), class_="dim"),
    )
