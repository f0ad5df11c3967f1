"""The door: a history in, a report out. Pure: the same history and the same catalogue give the same bytes."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace

from bgtask_reference.events import Entry
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
    sliced = cut(history)
    gap, lacks = _gap_doubt(history, sliced.outside), _unsupported(history)
    doubts = Doubts(_record_doubt(history), gap, len(sliced.unexplained), lacks)
    entries = {entry.index: entry for entry in history.entries}
    verdicts: list[Verdict] = []
    given_up = 0
    for task in sliced.tasks:
        findings, lost = _findings(task, sliced.outside, rules)
        given_up += lost
        verdicts += [
            combine(rule, task.task.id, [each for each in findings if each.rule == rule.id], doubts) for rule in rules
        ]
    told = [replace(each, story=tell(each.witness, entries, sliced.outside.timeline.place)) for each in verdicts]
    return Report(_sorted(told, rules), sliced.unexplained, tuple(_notes(header, history.entries, sliced, given_up)))


def _sorted(verdicts: Sequence[Verdict], rules: Sequence[Rule]) -> tuple[Verdict, ...]:
    order = {rule.id: number for number, rule in enumerate(rules)}
    return tuple(sorted(verdicts, key=lambda verdict: order[verdict.rule]))


def _findings(task: TaskSlice, outside: Outside, rules: Sequence[Rule]) -> tuple[list[Finding], int]:
    found: list[Finding] = []
    worlds = Worlds({})
    given_up = 0
    for each in task.names:
        fold = Fold(Place(each, outside), rules)
        trace = fold.judge()
        worlds.before[each.name] = tuple(trace.before)
        given_up += trace.given_up
        found += _of_trace(trace, fold, each, task)
    for rule in rules:
        if rule.survey:
            found += rule.survey(task, outside, worlds)
    return found, given_up


def _of_trace(trace: Trace, fold: Fold, each: NameSlice, task: TaskSlice) -> Iterator[Finding]:
    levels = {run.number: run.level for run in task.runs}

    def level_at(position: int) -> Finding:
        run = each.steps[position].run
        return Finding("", Word.HELD, level=None if run is None else levels.get(run))

    for breach in trace.breaches:
        reason = f"{each.name}: {breach.words}"
        facts = minimal(fold, breach).facts
        yield replace(
            level_at(breach.position), rule=breach.rule, word=Word.BROKEN, reason=reason, facts=facts, also=breach.also
        )
    for rule, position in trace.held:
        yield replace(level_at(position), rule=rule)
    for rule, position, doubt in trace.unsure:
        facts = each.steps[position].entries
        yield Finding(rule, Word.OPEN, doubt.reason, facts, missing=doubt.missing)


def _record_doubt(history: History) -> str:
    if history.whole:
        return ""
    if history.holes:
        return f"the record has {len(history.holes)} holes"
    return "the record was never closed, so its end is unknown"


def _gap_doubt(history: History, outside: Outside) -> str:
    opened = [each.index for each in history.entries if isinstance(each.event, WindowOpened)]
    closed = [each.index for each in history.entries if isinstance(each.event, WindowClosed)]
    first, last = (opened or [-1])[0], (closed or [outside.last_index + 1])[-1]
    holes = [hole for hole in outside.coverage.holes if not hole.expected and hole.after < last and hole.before > first]
    return f"{holes[0].reason}: what happened there is unknown" if holes else ""


def _unsupported(history: History) -> str:
    ends = (entry.event for entry in history.entries if isinstance(entry.event, ScenarioEnded))
    return next((end.reason or "the scenario was not supported" for end in ends if end.outcome == "unsupported"), "")


def _notes(header: Header, entries: Sequence[Entry], sliced: Sliced, given_up: int) -> Iterator[str]:
    for hole in sliced.outside.coverage.holes:
        if hole.after >= 0:
            yield f"Hole in the log after entry {hole.after}: {hole.reason}."
    unknown = sum(isinstance(entry.event, LineUnknown) for entry in entries)
    if unknown:
        yield f"{unknown} lines of the app or its scheduler were not understood; they were kept and not guessed."
    if constants.is_newer_than_known("jobscheduler", header.device.api_level):
        yield f"API level {header.device.api_level} is newer than the newest known table: its bounds may not hold."
    version = header.app.work_manager_version
    if constants.is_newer_than_known("workmanager", version):
        yield f"WorkManager {version} is newer than the newest known table: its bounds may not hold."
    if given_up:
        yield f"At {given_up} places there were too many possible states to follow; knowledge was given up there."
