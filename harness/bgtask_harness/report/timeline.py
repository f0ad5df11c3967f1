"""The timeline of one journal as an SVG that stands alone: no script, no outside address, a tooltip on everything."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import resources

from bgtask_harness.report.environment import facts_of
from bgtask_harness.report.lanes import Picture
from bgtask_harness.report.lanes import Span
from bgtask_harness.report.lanes import picture
from bgtask_harness.report.markup import Markup
from bgtask_harness.report.markup import el
from bgtask_harness.report.markup import join
from bgtask_harness.report.scale import Break
from bgtask_harness.report.scale import Scale
from bgtask_harness.report.scale import make_scale
from bgtask_harness.report.timeline_rows import LEFT
from bgtask_harness.report.timeline_rows import Row
from bgtask_harness.report.timeline_rows import bar
from bgtask_harness.report.timeline_rows import clock
from bgtask_harness.report.timeline_rows import fact_row
from bgtask_harness.report.timeline_rows import lane_row
from bgtask_harness.report.timeline_rows import rule_row
from bgtask_harness.report.timeline_rows import stimulus_row
from bgtask_harness.report.words import duration
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import Verdict

WIDTH, RIGHT = 1200, 1160.0
_HEAD, _AXIS, _LEGEND = 34.0, 24.0, 30.0
_MOST_WITNESS_LINES = 12
_LEGEND_ENTRIES = (
    ("success", "run: success"),
    ("retry", "retry"),
    ("failure", "failure"),
    ("stopped", "stopped"),
    ("open", "end or result not seen"),
    ("asked", "asked for"),
    ("cancelled", "cancelled"),
    ("refused", "run turned away"),
    ("wanted", "a run is due"),
    ("gap", "not known"),
    ("witness", "part of a failure's proof"),
)


def timeline(history: History, verdicts: Iterable[Verdict] = (), name: str = "timeline") -> str:
    """Draw a history.

    Args:
        history: What to draw; it may be empty or damaged.
        verdicts: Events of a failure's witness among these are pointed out.
        name: Unique among the pictures of one page.

    Returns:
        The text of an `<svg>` element.

    """
    seen = picture(history)
    scale = make_scale(seen.moments, LEFT, RIGHT)
    rows = _rows(history, seen, scale)
    bottom = _HEAD + sum(row.height for row in rows)
    own = "tl-" + re.sub(r"[^a-z0-9]+", "-", name.lower())
    witness = _witness(seen, verdicts)
    return el(
        "svg",
        el("title", f"timeline of {name}"),
        _definitions(own),
        el("rect", class_="paper", width=WIDTH, height=bottom + _AXIS + _LEGEND),
        _behind(seen, scale, bottom),
        _stacked(rows),
        _folds(scale, bottom),
        _in_front(seen, scale, bottom, witness),
        _legend(bottom + _AXIS + 14),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {WIDTH} {bottom + _AXIS + _LEGEND:.0f}",
        width="100%",
        role="img",
        class_="tl",
        id=own,
    )


def _rows(history: History, seen: Picture, scale: Scale) -> list[Row]:
    rows = [stimulus_row(scale, seen.stimuli)] if seen.stimuli else []
    rows += [lane_row(scale, lane) for lane in seen.lanes]
    facts = facts_of(history, seen.places)
    return [*rows, rule_row(scale), *(fact_row(scale, fact) for fact in facts)]


def _stacked(rows: list[Row]) -> Markup:
    drawn, y = [], _HEAD
    for row in rows:
        drawn.append(row.draw(y))
        y += row.height
    return join(drawn)


def _definitions(own: str) -> Markup:
    lines = el("path", d="M-1 5l6 -6M2 8l6 -6", stroke="#cf222e", stroke_width=1, stroke_opacity="0.55")
    pattern = el("pattern", lines, id=f"{own}-hatch", width=6, height=6, patternUnits="userSpaceOnUse")
    style = resources.files(__package__).joinpath("timeline.css").read_text(encoding="utf-8")
    unsure = f"#{own} .gap, #{own} .unsure {{ fill: url(#{own}-hatch); }}"
    return join(el("defs", pattern), el("style", Markup(style + unsure)))


def _behind(seen: Picture, scale: Scale, bottom: float) -> Markup:
    height = bottom - _HEAD
    return join(
        [_area(scale, span, height) for span in seen.measured],
        _ticks(scale, bottom),
        [_area(scale, span, height, wider=2.0) for span in seen.gaps],
    )


def _area(scale: Scale, span: Span, height: float, wider: float = 0.0) -> Markup:
    shape = bar(scale, span.start, span.stop, _HEAD, height)
    shape |= {"x": float(shape["x"]) - wider, "width": float(shape["width"]) + 2 * wider}
    title = el("title", f"{span.title}\n{clock(span.start)} to {clock(span.stop)}")
    return el("rect", title, class_=span.kind, **shape)


def _ticks(scale: Scale, bottom: float) -> Markup:
    drawn, last = [], ""
    for tick in scale.ticks():
        x, words = scale.x(tick), clock(tick) if tick else "0"
        drawn.append(el("line", class_="grid", x1=x, x2=x, y1=_HEAD, y2=bottom + 3))
        if words != last:
            drawn.append(el("text", words, x=x, y=bottom + 15, text_anchor="middle", class_="dim"))
        last = words
    return join(drawn)


def _folds(scale: Scale, bottom: float) -> Markup:
    return join(_fold(fold, bottom) for fold in scale.breaks)


def _fold(fold: Break, bottom: float) -> Markup:
    middle = fold.x + fold.width / 2
    edges = "".join(_zigzag(x, bottom) for x in (middle - 4, middle + 4))
    length = duration(fold.stop_ns - fold.start_ns)
    return el(
        "g",
        el("title", f"nothing was recorded for {length}; this span is drawn short"),
        el("rect", class_="fold", x=middle - 4, y=_HEAD - 6, width=8, height=bottom - _HEAD + 9),
        el("path", class_="fold-edge", d=edges),
        el("text", length, x=middle, y=_HEAD - 11, text_anchor="middle", class_="dim"),
    )


def _zigzag(x: float, bottom: float) -> str:
    steps = int((bottom - _HEAD + 9) / 12)
    return f"M{x:.1f} {_HEAD - 6:.1f}" + "l3 3l-6 6l3 3" * steps


def _witness(seen: Picture, verdicts: Iterable[Verdict]) -> list[tuple[int, str]]:
    """Give the places of the witnesses' events, and which rules they prove broken."""
    rules: dict[int, list[str]] = {}
    for verdict in verdicts:
        if verdict.judgement is Judgement.FAIL:
            for index in verdict.witness:
                rules.setdefault(index, []).append(verdict.rule)
    found = [(index, rule) for index, rule in sorted(rules.items()) if index in seen.places]
    return [
        (seen.places[index], f"event {index}: {', '.join(dict.fromkeys(said))}")
        for index, said in found[:_MOST_WITNESS_LINES]
    ]


def _in_front(seen: Picture, scale: Scale, bottom: float, witness: list[tuple[int, str]]) -> Markup:
    boots = [
        el("line", el("title", f"the phone booted\n{clock(m.at)}"), class_="boot", x1=x, x2=x, y1=_HEAD, y2=bottom)
        for m in seen.boots
        for x in (scale.x(m.at),)
    ]
    return join(boots, [_flag(scale.x(at), clock(at), said, bottom) for at, said in witness])


def _flag(x: float, when: str, said: str, bottom: float) -> Markup:
    return el(
        "g",
        el("title", f"{said}\n{when}"),
        el("line", class_="witness", x1=x, x2=x, y1=_HEAD - 2, y2=bottom),
        el("path", class_="witness-flag", d=f"M{x - 4:.1f} {_HEAD - 8:.1f}h8l-4 6z"),
    )


def _legend(y: float) -> Markup:
    drawn, x = [], 12.0
    for kind, words in _LEGEND_ENTRIES:
        drawn.append(_legend_symbol(kind, x, y))
        drawn.append(el("text", words, x=x + 16, y=y + 4, class_="dim"))
        x += 28 + 5.6 * len(words)
    return join(drawn)


def _legend_symbol(kind: str, x: float, y: float) -> Markup:
    match kind:
        case "asked":
            return el("path", class_=kind, d=f"M{x + 1:.1f} {y - 4:.1f}h10l-5 9z")
        case "cancelled":
            return el("path", class_=kind, d=f"M{x + 2:.1f} {y - 4:.1f}l8 8m0 -8l-8 8")
        case "refused":
            return el("circle", class_=kind, cx=x + 6, cy=y, r=4)
        case "witness":
            return el("path", class_="witness-flag", d=f"M{x + 2:.1f} {y - 3:.1f}h8l-4 6z")
    return el("rect", class_=kind, x=x, y=y - 5, width=12, height=10, rx=1)
