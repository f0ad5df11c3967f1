"""Runs for a picture: starts and ends paired within one source, then what several sources saw of one run put together.

The oracle does not look at this: it folds the events themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_harness.report.naming import Names
from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Entry
from bgtask_reference.events import History
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import TaskEvent

_CLOSE_NS = NS_PER_S // 2
"""Two sources tell the same moment within this."""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution as far as it was seen.

    Attributes:
        start: When it began; None if no source saw that.
        stop: When it ended; None if no source saw that.
        outcome: `success`, `retry`, `failure`, `stopped`, `ended` (no word how) or `open`.
        attempt: Its number, from 1; None if nobody said.
        sources: Who saw it.
        indices: Its events.

    """

    start: int | None
    stop: int | None
    outcome: str
    attempt: int | None
    sources: tuple[str, ...]
    indices: tuple[int, ...]

    @property
    def first(self) -> int:
        """The first moment known of it."""
        return self.start if self.start is not None else self.stop or 0

    @property
    def last(self) -> int:
        """The last moment known of it."""
        return self.stop if self.stop is not None else self.start or 0


def runs_of(history: History, names: Names, places: dict[int, int]) -> dict[str, list[Run]]:
    """Give the runs of each task in the order in which they began."""
    seen: dict[tuple[str, str], list[Entry]] = {}
    for entry in history.entries:
        event = entry.event
        if isinstance(event, RunStarted | RunFinished | RunStopped):
            task = names.task(event.subject) or "not known which"
            seen.setdefault((task, _family(event)), []).append(entry)
    runs: dict[str, list[Run]] = {}
    for (task, _), entries in seen.items():
        runs[task] = _put_together(runs.get(task, []), _paired(entries, places))
    return runs


def _family(event: TaskEvent) -> str:
    """WorkManager's two levels are one source: the start is DEBUG, the result INFO."""
    return "wm" if event.source.startswith("wm-") else str(event.source)


def _paired(entries: list[Entry], places: dict[int, int]) -> list[Run]:
    runs: list[Run] = []
    open_runs: list[Entry] = []
    for entry in entries:
        event = entry.event
        if isinstance(event, RunStarted):
            open_runs.append(entry)
            continue
        begun = _begun(open_runs, entry)
        if begun:
            open_runs.remove(begun)
        runs.append(_run(begun, entry, places))
    runs += [_run(begun, None, places) for begun in open_runs]
    return sorted(runs, key=lambda run: (run.first, run.last))


def _begun(open_runs: list[Entry], end: Entry) -> Entry | None:
    """Find the start that an end belongs to: the same attempt or work, else the oldest that names neither."""
    for start in open_runs:
        if _same_work(start.event, end.event):
            return start
    return None


def _same_work(start: object, end: object) -> bool:
    assert isinstance(start, TaskEvent)
    assert isinstance(end, TaskEvent)
    for mine, theirs in (
        (start.subject.attempt_id, end.subject.attempt_id),
        (start.subject.work_id, end.subject.work_id),
    ):
        if mine and theirs:
            return mine == theirs
    return True


def _run(begun: Entry | None, end: Entry | None, places: dict[int, int]) -> Run:
    known = [entry for entry in (begun, end) if entry]
    attempts = [getattr(entry.event, "run_attempt", None) for entry in known]
    return Run(
        start=places[begun.index] if begun else None,
        stop=places[end.index] if end else None,
        outcome=_outcome(end),
        attempt=next((attempt for attempt in attempts if attempt is not None), None),
        sources=tuple(dict.fromkeys(str(entry.event.source) for entry in known)),
        indices=tuple(entry.index for entry in known),
    )


def _outcome(end: Entry | None) -> str:
    if end is None:
        return "open"
    if isinstance(end.event, RunFinished):
        return str(end.event.result) if end.event.result else "ended"
    return "stopped"


def _put_together(known: list[Run], others: list[Run]) -> list[Run]:
    """Join what another source saw. Runs of one source stay apart, so a doubled run stays visible."""
    result = list(known)
    free = list(range(len(known)))
    for other in others:
        same = next((index for index in free if _may_be_same(result[index], other)), None)
        if same is None:
            result.append(other)
        else:
            free.remove(same)
            result[same] = _joined(result[same], other)
    return sorted(result, key=lambda run: (run.first, run.last))


def _may_be_same(one: Run, other: Run) -> bool:
    if one.start is not None and other.start is not None:
        return abs(one.start - other.start) <= _CLOSE_NS
    if one.stop is not None and other.stop is not None:
        return abs(one.stop - other.stop) <= _CLOSE_NS
    return one.first - _CLOSE_NS <= other.first and other.last <= one.last + _CLOSE_NS


def _joined(one: Run, other: Run) -> Run:
    starts = [run.start for run in (one, other) if run.start is not None]
    stops = [run.stop for run in (one, other) if run.stop is not None]
    vague = {"open", "ended"}
    return Run(
        start=min(starts, default=None),
        stop=max(stops, default=None),
        outcome=other.outcome if one.outcome in vague and other.outcome != "open" else one.outcome,
        attempt=one.attempt if one.attempt is not None else other.attempt,
        sources=tuple(dict.fromkeys(one.sources + other.sources)),
        indices=one.indices + other.indices,
    )
