"""Reports of any history at all: whatever a device said, in whatever order, the page and the picture stand."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from bgtask_harness.report import JudgedJournal
from bgtask_harness.report import RunVerdicts
from bgtask_harness.report import page
from bgtask_harness.report import summary
from bgtask_harness.report import timeline
from bgtask_harness.report import to_json
from bgtask_harness.report.placing import place
from bgtask_harness.report.scale import make_scale
from bgtask_reference.events import KINDS
from bgtask_reference.events import Clock
from bgtask_reference.events import Entry
from bgtask_reference.events import Event
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import Norm
from bgtask_reference.events import Stamp
from bgtask_reference.events import Verdict

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=12) | st.sampled_from(
    ["</svg>", "]]>", "<!--", "&", "\x00"]
)
STAMPS = st.builds(Stamp, st.sampled_from(Clock), st.integers(0, 2**60))


def built(kind: type[Event]) -> st.SearchStrategy[Event]:
    """Every field of an event as its type allows, its raw text as nasty as can be."""
    inferred = {field.name: ... for field in fields(kind) if field.name not in {"stamp", "raw"}}
    return st.builds(kind, stamp=STAMPS, raw=ANY_TEXT, **inferred)


EVENTS = st.one_of([built(kind) for kind in KINDS.values()])
SETTINGS = settings(max_examples=60, deadline=None)


def any_history(events: list[Event], steps: list[int]) -> History:
    total, entries = 0, []
    for index, (event, step) in enumerate(zip(events, steps, strict=False), start=1):
        total += step
        entries.append(Entry(index, total, event))
    return History(None, tuple(entries), holes=((1, 2),))


HISTORIES = st.builds(
    any_history, st.lists(EVENTS, max_size=25), st.lists(st.integers(0, 10**12), min_size=25, max_size=25)
)
VERDICTS = st.lists(
    st.builds(
        Verdict,
        rule=ANY_TEXT,
        norm=st.sampled_from(Norm),
        task=ANY_TEXT,
        judgement=st.sampled_from(Judgement),
        level=st.none(),
        reason=ANY_TEXT,
        witness=st.lists(st.integers(0, 30), max_size=4).map(tuple),
        story=st.lists(ANY_TEXT, max_size=3).map(tuple),
    ),
    max_size=5,
).map(tuple)


@SETTINGS
@given(HISTORIES, VERDICTS)
def test_the_picture_of_any_history_is_well_formed(history: History, verdicts: tuple[Verdict, ...]) -> None:
    root = ET.fromstring(timeline(history, verdicts))

    assert root.find("{http://www.w3.org/2000/svg}rect") is not None
    for element in root.iter():
        assert float(element.get("width", "1").rstrip("%")) > 0


@SETTINGS
@given(HISTORIES, VERDICTS, ANY_TEXT)
def test_any_history_has_a_page_a_summary_and_json(history: History, verdicts: tuple[Verdict, ...], name: str) -> None:
    run = RunVerdicts(Path("run"), name, (JudgedJournal(f"{name}/s", history, verdicts, notes=(name,)),))

    assert "<script" not in page(run)
    assert "\x1b" not in summary(run)
    assert to_json(run) == to_json(run)


@SETTINGS
@given(HISTORIES)
def test_every_event_has_a_place(history: History) -> None:
    assert list(place(history)) == [entry.index for entry in history.entries]


@SETTINGS
@given(st.lists(st.integers(-(10**18), 10**18), max_size=40))
def test_any_scale_keeps_the_order_of_time_and_stays_on_the_paper(moments: list[int]) -> None:
    scale = make_scale(moments, 190, 1160)
    xs = [scale.x(moment) for moment in sorted(moments)]

    assert xs == sorted(xs)
    assert all(189.9 <= x <= 1160.1 for x in xs)
    assert all(190 <= scale.x(tick) <= 1160.1 for tick in scale.ticks())
