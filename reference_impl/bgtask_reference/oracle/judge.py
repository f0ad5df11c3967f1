"""The door: a history in, a report out. Pure: the same history and the same catalogue give the same bytes."""

from __future__ import annotations

import gc
from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace

from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import Verdict
from bgtask_reference.events import WindowClosed
from bgtask_reference.events import WindowOpened
from bgtask_reference.oracle.catalogue import CATALOGUE
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Place
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.fold import Fold
from bgtask_reference.oracle.fold import Trace
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import NameSlice
from bgtask_reference.oracle.slices import Sliced
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.slices import cut
from bgtask_reference.oracle.story import tell
from bgtask_reference.oracle.verdicts import Doubts
from bgtask_reference.oracle.verdicts import combine
from bgtask_reference.oracle.witness import minimal
from bgtask_reference.platform import constants


@dataclass(frozen=True, slots=True)
class Report:
    """What the oracle says of a history.

    Attributes:
        verdicts: One for each rule that applies and each task of the app file, in their order.
        unexplained: Journal indices of events that belong to no task that is known.
        notes: Sentences that concern the whole: holes, unknown lines, versions above the newest known one.

    """

    verdicts: tuple[Verdict, ...]
    unexplained: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()


def judge(history: History) -> Report:
    """Judge a history by every rule of the catalogue that applies to its device and that its app file chose."""
    header = history.header
    if header is None:
        return Report((), notes=("The header is missing: nothing can be judged.",))
    rules = [rule for rule in CATALOGUE if rule.norm in header.app.norms and header.device.platform in rule.platforms]
    with _not_collecting():
        return _judge(history, header, rules)


@contextmanager
def _not_collecting() -> Iterator[None]:
    """Look for no cycles meanwhile: a judgement makes none, and looking takes a third of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _judge(history: History, header: Header, rules: Sequence[Rule]) -> Report:
    sliced = cut(history)
    outside = sliced.outside
    doubts = Doubts(record_doubt(history), gap_doubt(outside), len(sliced.unexplained), unsupported_because(outside))
    verdicts: dict[str, list[Verdict]] = {rule.id: [] for rule in rules}
    given_up = 0
    for task in sliced.tasks:
        findings, lost = _findings(task, outside, rules)
        given_up += lost
        for rule in rules:
            verdict = combine(rule, task.task.id, findings[rule.id], doubts)
            verdicts[rule.id].append(_told(verdict, outside))
    in_order = tuple(verdict for rule in rules for verdict in verdicts[rule.id])
    return Report(in_order, sliced.unexplained, tuple(_notes(header, sliced, given_up)))


def _told(verdict: Verdict, outside: Outside) -> Verdict:
    if not verdict.witness:
        return verdict
    return replace(verdict, story=tell(outside.record.at(verdict.witness), outside.timeline.place))


Findings = dict[str, list[Finding]]
"""By the rule's id."""


def _findings(task: TaskSlice, outside: Outside, rules: Sequence[Rule]) -> tuple[Findings, int]:
    found: Findings = defaultdict(list)
    worlds = Worlds({})
    given_up = 0
    levels = {run.number: run.level for run in task.runs}
    for each in task.names:
        fold = Fold(Place(each, outside), rules)
        trace = fold.judge()
        worlds.before[each.name] = trace.before
        given_up += trace.given_up
        _add_trace(found, trace, fold, each, levels)
    for rule in rules:
        if rule.survey:
            found[rule.id] += rule.survey(task, outside, worlds)
    return found, given_up


def _add_trace(found: Findings, trace: Trace, fold: Fold, each: NameSlice, levels: dict[int, ForceLevel]) -> None:
    def level_at(position: int) -> ForceLevel | None:
        run = each.steps[position].run
        return None if run is None else levels.get(run)

    for breach in trace.breaches:
        is_first = not any(finding.word is Word.BROKEN for finding in found[breach.rule])
        facts = minimal(fold, breach).facts if is_first else ()
        finding = Finding(breach.rule, Word.BROKEN, f"{each.name}: {breach.words}", facts, breach.also)
        found[breach.rule].append(replace(finding, level=level_at(breach.position)))
    for rule, position in trace.held:
        found[rule].append(held(rule, level_at(position)))
    for rule, position, doubt in trace.unsure:
        facts = each.steps[position].entries
        found[rule].append(Finding(rule, Word.OPEN, doubt.reason, facts, missing=doubt.missing))


def record_doubt(history: History) -> str:
    """Say why a record is not whole; empty when it is."""
    if history.whole:
        return ""
    if history.holes:
        return f"the record has {len(history.holes)} holes"
    return "the record was never closed, so its end is unknown"


def gap_doubt(outside: Outside) -> str:
    """Say why the log of the measured window is not whole; empty when it is."""
    opened, closed = outside.record.of(WindowOpened), outside.record.of(WindowClosed)
    first = opened[0].index if opened else -1
    last = closed[-1].index if closed else outside.last_index + 1
    holes = [hole for hole in outside.coverage.holes if not hole.expected and hole.after < last and hole.before > first]
    return f"{holes[0].reason}: what happened there is unknown" if holes else ""


def unsupported_because(outside: Outside) -> str:
    """Say why the scenario could not be carried out on its device; empty when it was."""
    ends = (event for _, event in outside.record.told(ScenarioEnded))
    return next((end.reason or "the scenario was not supported" for end in ends if end.outcome == "unsupported"), "")


def broken_because(outside: Outside) -> str:
    """Say why the scenario broke off; empty when it did not."""
    ends = (event for _, event in outside.record.told(ScenarioEnded))
    return next((f"the scenario broke off: {end.reason}" for end in ends if end.outcome == "broken"), "")


def _notes(header: Header, sliced: Sliced, given_up: int) -> Iterator[str]:
    for hole in sliced.outside.coverage.holes:
        if hole.after >= 0:
            yield f"Hole in the log after entry {hole.after}: {hole.reason}."
    if unknown := len(sliced.outside.record.of(LineUnknown)):
        yield f"{unknown} lines of the app or its scheduler were not understood; they were kept and not guessed."
    if constants.is_newer_than_known("jobscheduler", header.device.api_level):
        yield f"API level {header.device.api_level} is newer than the newest known table: its bounds may not hold."
    version = header.app.work_manager_version
    if constants.is_newer_than_known("workmanager", version):
        yield f"WorkManager {version} is newer than the newest known table: its bounds may not hold."
    if given_up:
        yield f"At {given_up} places there were too many possible states to follow; knowledge was given up there."
