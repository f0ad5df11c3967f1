"""The rows of a timeline: each knows its height and draws itself at a given one. Labels stand left of `LEFT`."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass

from bgtask_harness.report.environment import Band
from bgtask_harness.report.environment import Fact
from bgtask_harness.report.lanes import Lane
from bgtask_harness.report.lanes import Mark
from bgtask_harness.report.lanes import Span
from bgtask_harness.report.markup import Markup
from bgtask_harness.report.markup import el
from bgtask_harness.report.markup import join
from bgtask_harness.report.runs import Run
from bgtask_harness.report.scale import Scale
from bgtask_harness.report.words import duration

LEFT = 190.0
_EDGE = 12.0
_NARROWEST = 2.0
_STIMULUS, _RUN, _FACT, _SPACE = 16.0, 22.0, 16.0, 10.0
_BAR = 12.0
_LABEL_LETTERS = 27
_MOST_LEVELS = 4
_ON = frozenset({"true", "wifi", "yes", "active"})
_OFF = frozenset({"false", "none", "no", "inactive"})


@dataclass(frozen=True, slots=True)
class Row:
    """A horizontal part of the picture."""

    height: float
    draw: Callable[[float], Markup]


def stimulus_row(scale: Scale, stimuli: tuple[Mark, ...]) -> Row:
    """Draw what was done to the phone: numbered discs, moved down where they would cover each other."""
    levels = _levels([(scale.x(mark.at) - 8, scale.x(mark.at) + 8) for mark in stimuli])

    def draw(y: float) -> Markup:
        discs = [_disc(scale.x(m.at), y + 9 + _STIMULUS * level, m) for m, level in zip(stimuli, levels, strict=True)]
        return join(_label("done to the phone", y + 13), discs)

    return Row(_STIMULUS * (max(levels, default=0) + 1) + _SPACE, draw)


def lane_row(scale: Scale, lane: Lane) -> Row:
    """Draw one task: windows behind, what the app asked above, runs below; overlapping runs under each other."""
    levels = _levels([_reach(scale, run) for run in lane.runs])
    depth = max(levels, default=0) + 1

    def draw(y: float) -> Markup:
        bottom = y + 20 + _RUN * depth
        return join(
            _label(lane.title, y + 14, lane.task, class_="name"),
            _label(_shortened(lane.task), y + 27, lane.task, class_="dim") if lane.task != lane.title else None,
            [_window(scale, span, y, bottom - y) for span in lane.windows],
            [_mark(scale.x(mark.at), y + 9, mark) for mark in lane.marks],
            [_run(scale, run, y + 19 + _RUN * level) for run, level in zip(lane.runs, levels, strict=True)],
        )

    return Row(max(20 + _RUN * depth, 34) + _SPACE, draw)


def fact_row(scale: Scale, fact: Fact) -> Row:
    """Draw one fact of the environment."""

    def draw(y: float) -> Markup:
        return join(_label(fact.name, y + 11.5, class_="dim"), [_band(scale, fact, band, y) for band in fact.bands])

    return Row(_FACT, draw)


def rule_row(scale: Scale) -> Row:
    """Draw a thin line between two groups of rows."""
    right = scale.xs[-1]
    return Row(
        _SPACE, lambda y: el("line", class_="rule", x1=_EDGE, x2=right, y1=y + _SPACE / 2 - 3, y2=y + _SPACE / 2 - 3)
    )


def bar(scale: Scale, start: int, stop: int, y: float, height: float, **more: str) -> dict[str, str | float]:
    """Give the attributes of a rectangle from one time to another, never too thin to be seen."""
    x = scale.x(start)
    return {"x": x, "y": y, "width": max(scale.x(stop) - x, _NARROWEST), "height": height, **more}


def clock(ns: int) -> str:
    """Say a place on the axis."""
    return ("+" if ns >= 0 else "") + duration(ns)


def _label(words: str, y: float, whole: str | None = None, class_: str | None = None) -> Markup:
    return el("text", _shortened(words), el("title", whole) if whole else None, x=_EDGE, y=y, class_=class_)


def _shortened(words: str) -> str:
    if len(words) <= _LABEL_LETTERS:
        return words
    return "…" + words[1 - _LABEL_LETTERS :] if "." in words else words[: _LABEL_LETTERS - 1] + "…"


def _levels(spans: Iterable[tuple[float, float]]) -> list[int]:
    """Give each span the first level on which it covers none before it; the last level takes what is left over."""
    ends = [float("-inf")] * _MOST_LEVELS
    levels = []
    for left, right in spans:
        level = next((index for index, end in enumerate(ends) if end <= left), _MOST_LEVELS - 1)
        ends[level] = max(ends[level], right)
        levels.append(level)
    return levels


def _reach(scale: Scale, run: Run) -> tuple[float, float]:
    x = scale.x(run.first)
    return x, x + max(scale.x(run.last) - x, _NARROWEST)


def _disc(x: float, y: float, mark: Mark) -> Markup:
    return el(
        "g",
        el("title", f"{mark.title}\n{clock(mark.at)}, event {mark.index}"),
        el("circle", cx=x, cy=y, r=7.5, class_=f"{mark.kind}-stimulus"),
        el("text", mark.label, x=x, y=y + 3.2, text_anchor="middle", class_="number"),
    )


def _window(scale: Scale, span: Span, y: float, height: float) -> Markup:
    said = f"{span.title}: {clock(span.start)} to {clock(span.stop)}"
    return el("rect", el("title", said), rx=2, class_="wanted", **bar(scale, span.start, span.stop, y + 1, height))


def _mark(x: float, y: float, mark: Mark) -> Markup:
    title = el("title", f"{mark.title}\n{clock(mark.at)}, event {mark.index}")
    if mark.kind == "asked":
        return el("path", title, class_="asked", d=f"M{x - 5:.1f} {y - 5:.1f}h10l-5 9z")
    if mark.kind == "cancelled":
        return el("path", title, class_="cancelled", d=f"M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8")
    return el("circle", title, class_="refused", cx=x, cy=y, r=4)


def _run(scale: Scale, run: Run, y: float) -> Markup:
    shape = bar(scale, run.first, run.last, y, _BAR)
    whole = run.start is not None and run.stop is not None
    kind = f"run {run.outcome}" if whole else f"run unseen {run.outcome}"
    label = (
        el("text", f"#{run.attempt}", x=float(shape["x"]), y=y + _BAR + 8, class_="dim tiny") if run.attempt else None
    )
    return el("g", el("title", _about(run)), el("rect", rx=1, class_=kind, **shape), label)


def _about(run: Run) -> str:
    start = clock(run.start) if run.start is not None else "start not seen"
    stop = clock(run.stop) if run.stop is not None else "end not seen"
    lasted = f" ({duration(run.stop - run.start)})" if run.start is not None and run.stop is not None else ""
    attempt = f", attempt {run.attempt}" if run.attempt else ""
    events = ", ".join(str(index) for index in run.indices)
    return f"run: {run.outcome}{attempt}\n{start} to {stop}{lasted}\nseen by {', '.join(run.sources)}; events {events}"


def _band(scale: Scale, fact: Fact, band: Band, y: float) -> Markup:
    shape = bar(scale, band.start, band.stop, y + 1.5, _FACT - 3)
    value = "unknown" if band.value is None else _said(band.value)
    title = el("title", f"{fact.name}: {value}\n{clock(band.start)} to {clock(band.stop)}")
    style = "tiny haloed" if band.value is None else "tiny"
    fits = float(shape["width"]) > 6.2 * len(value) + 8
    words = el("text", value, x=float(shape["x"]) + 4, y=y + 11, class_=style) if fits else None
    return el("g", title, el("rect", class_=f"fact {_shade(band)}", **shape), words)


def _said(value: bool | int | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _shade(band: Band) -> str:
    if band.value is None:
        return "unsure"
    said = _said(band.value).lower()
    return "on" if said in _ON else "off" if said in _OFF else "other"
