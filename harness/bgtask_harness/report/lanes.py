"""What a timeline shows, as values: runs, requests and windows in the lane of their task, stimuli, boots, gaps.

Everything has its place in nanoseconds on the axis of `placing`. Nothing here knows of pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

from bgtask_harness.report.naming import Names
from bgtask_harness.report.naming import names_of
from bgtask_harness.report.placing import place
from bgtask_harness.report.runs import Run
from bgtask_harness.report.runs import runs_of
from bgtask_harness.report.words import task_title
from bgtask_reference.events import DeviceLost
from bgtask_reference.events import DeviceRegained
from bgtask_reference.events import Entry
from bgtask_reference.events import Event
from bgtask_reference.events import History
from bgtask_reference.events import LogLost
from bgtask_reference.events import Outcome
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import RequestCancelled
from bgtask_reference.events import RequestMade
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunWanted
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import StimulusSent
from bgtask_reference.events import WindowClosed
from bgtask_reference.events import WindowOpened


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment. `kind`: `asked`, `cancelled`, `refused`, `stimulus`, `boot`. `index` is the event's."""

    at: int
    kind: str
    title: str
    index: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """A time from `start` to `stop`. `kind`: `wanted`, `gap`, `measured`."""

    start: int
    stop: int
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One task."""

    task: str
    title: str
    marks: tuple[Mark, ...]
    windows: tuple[Span, ...]
    runs: tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """All of one journal that a timeline shows. `moments` are the times at which something happened."""

    lanes: tuple[Lane, ...]
    stimuli: tuple[Mark, ...]
    boots: tuple[Mark, ...]
    gaps: tuple[Span, ...]
    measured: tuple[Span, ...]
    moments: tuple[int, ...]
    places: dict[int, int] = field(default_factory=dict)


def picture(history: History) -> Picture:
    """Arrange a history. Tasks of the app file come first, in its order, then whatever else was seen."""
    places = place(history)
    names = names_of(history)
    end = max(places.values(), default=0)
    windows = _windows(history, names, places, end)
    moments = {*places.values(), *(span.stop for spans in windows.values() for span in spans)}
    return Picture(
        lanes=_lanes(history, names, places, windows),
        stimuli=_stimuli(history, places),
        boots=tuple(
            Mark(places[entry.index], "boot", "the phone booted", entry.index)
            for entry in history.entries
            if isinstance(entry.event, PhoneBooted)
        ),
        gaps=_gaps(history, places, end),
        measured=_between(history, places, end),
        moments=tuple(sorted(moments)),
        places=places,
    )


def _lanes(history: History, names: Names, places: dict[int, int], windows: dict[str, list[Span]]) -> tuple[Lane, ...]:
    app = history.header.app if history.header else None
    marks: dict[str, list[Mark]] = {}
    for entry in history.entries:
        for task, mark in _task_marks(entry, names, places, [spec.id for spec in app.tasks] if app else []):
            marks.setdefault(task, []).append(mark)
    runs = runs_of(history, names, places)
    seen = {**marks, **windows, **runs}
    order = [spec.id for spec in app.tasks if spec.id in seen] if app else []
    order += sorted(task for task in seen if task not in order)
    return tuple(
        Lane(
            task,
            task_title(app, task),
            tuple(marks.get(task, ())),
            tuple(windows.get(task, ())),
            tuple(runs.get(task, ())),
        )
        for task in order
    )


def _task_marks(entry: Entry, names: Names, places: dict[int, int], tasks: list[str]) -> list[tuple[str, Mark]]:
    event, at = entry.event, places[entry.index]
    if isinstance(event, RequestCancelled) and event.everything:
        return [(task, Mark(at, "cancelled", "the app cancelled everything", entry.index)) for task in tasks]
    said = _said(event)
    if said is None:
        return []
    task = names.task(getattr(event, "subject")) or "not known which"  # noqa: B009 - each of the three is a TaskEvent
    return [(task, Mark(at, said[0], said[1], entry.index))]


def _said(event: Event) -> tuple[str, str] | None:
    match event:
        case RequestMade():
            return "asked", f"the app asked for {event.request} work"
        case RequestCancelled():
            return "cancelled", "the app cancelled it"
        case RunRefused():
            return "refused", f"a run was turned away: {event.reason}"
    return None


def _windows(history: History, names: Names, places: dict[int, int], end: int) -> dict[str, list[Span]]:
    windows: dict[str, list[Span]] = {}
    for entry in history.entries:
        event = entry.event
        if isinstance(event, RunWanted):
            task = names.by_name.get(event.task, event.task)
            start = places[entry.index]
            span = Span(start, min(start + event.within_ns, max(end, start)), "wanted", "a run is due in here")
            windows.setdefault(task, []).append(span)
    return windows


def _stimuli(history: History, places: dict[int, int]) -> tuple[Mark, ...]:
    answers = {e.event.number: e.event for e in history.entries if isinstance(e.event, StimulusAnswered)}
    marks = []
    for entry in history.entries:
        event = entry.event
        if isinstance(event, StimulusSent):
            answer = answers.get(event.number)
            kind = answer.outcome if answer else Outcome.UNKNOWN
            said = f"{event.number}: {event.verb} ({event.level})" if event.level else f"{event.number}: {event.verb}"
            refusal = f", {answer.refusal}" if answer and answer.refusal else ""
            title = f"{said}\n{event.command}\n{kind}{refusal}".replace("\n\n", "\n")
            marks.append(Mark(places[entry.index], str(kind), title, entry.index, str(event.number)))
    return tuple(marks)


def _gaps(history: History, places: dict[int, int], end: int) -> tuple[Span, ...]:
    gaps = []
    lost: int | None = None
    for entry in history.entries:
        at = places[entry.index]
        if isinstance(entry.event, LogLost):
            gaps.append(Span(at, at, "gap", f"log lines are missing here: {entry.event.reason}"))
        elif isinstance(entry.event, DeviceLost):
            lost = at if lost is None else lost
        elif isinstance(entry.event, DeviceRegained) and lost is not None:
            gaps.append(Span(lost, at, "gap", "the phone was away"))
            lost = None
    if lost is not None:
        gaps.append(Span(lost, end, "gap", "the phone was away"))
    return tuple(gaps + _holes(history, places, end))


def _holes(history: History, places: dict[int, int], end: int) -> list[Span]:
    spans = []
    for first, last in history.holes:
        start = max((at for index, at in places.items() if index < first), default=0)
        stop = min((at for index, at in places.items() if index > last), default=end)
        spans.append(Span(min(start, stop), max(start, stop), "gap", f"records {first} to {last} are missing"))
    return spans


def _between(history: History, places: dict[int, int], end: int) -> tuple[Span, ...]:
    spans = []
    opened: int | None = None
    for entry in history.entries:
        if isinstance(entry.event, WindowOpened):
            opened = places[entry.index]
        elif isinstance(entry.event, WindowClosed) and opened is not None:
            spans.append(Span(opened, places[entry.index], "measured", "measured"))
            opened = None
    if opened is not None:
        spans.append(Span(opened, end, "measured", "measured"))
    return tuple(spans)
