"""No text makes a parser raise, and no damage makes it say what the whole text does not say."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from bgtask_harness.observe import PARSERS
from bgtask_harness.observe import LogObserver
from bgtask_harness.observe import LogTemplate
from bgtask_harness.observe import observe_text
from bgtask_reference.events import Clock
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Event
from bgtask_reference.events import JobsListed
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Stamp
from bgtask_reference.events import WorkListed

FIXTURES = Path(__file__).parents[2] / "cover/observe/fixtures"
TEXTS = {path.name: path.read_text() for path in sorted(FIXTURES.glob("*.txt"))}
NOW = Stamp(Clock.BOOT, 0)
TAGS = (
    "WM-WorkerWrapper",
    "WM-Processor",
    "WM-DiagnosticsWrkr",
    "WM-SystemJobScheduler",
    "WM-x",
    "bgtask-beacon",
    "bgtask-harness",
    "ActivityManager",
    "chatty",
    "App",
    "Other",
)
ID = "354a48f1-8cc3-4846-998e-976f39a15572"
MESSAGES = (
    f"Worker result SUCCESS for Work [ id={ID}, tags={{ a }} ]",
    f"Work [ id={ID}, tags={{ a }} ] was cancelled",
    f"Processor: processing {ID}",
    "Starting work for a",
    f"Scheduling work ID {ID}Job ID 1",
    "Recently completed work:",
    "Running work:",
    "Enqueued work:",
    " Id \t Class Name\t Job Id\t State\t Unique Name\t Tags\t",
    f"{ID}\t a\t 1\t ENQUEUED\t n\t t\t",
    '{"v":1,"event":"start","task":"a"}',
    "sentinel 0123abcd 1",
    "Start proc 500:com.app/u0a217 for service {com.app/a}",
    "Killing 500:com.app/u0a217 (adj 905): empty",
    "uid=1 expire 1 line",
    "Starting task [x]",
)

damage = st.tuples(st.integers(0, 4000), st.integers(0, 40), st.text(max_size=10))
quick = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def observer() -> LogObserver:
    return LogObserver("com.app", [LogTemplate("App", "Starting task [{task}] {any}", "run.started")])


def damaged(text: str, at: int, gone: int, put: str) -> str:
    at %= len(text) + 1
    return text[:at] + put + text[at + gone :]


def check_whole(events: list[Event], line: str) -> None:
    for event in events:
        assert event.raw
        if isinstance(event, LineUnknown):
            assert event.raw == line.rstrip("\r\n")


@quick
@given(st.lists(st.text(max_size=200), max_size=20))
def test_any_text_is_read_as_a_log(lines: list[str]) -> None:
    reader = observer()
    for line in lines:
        check_whole(reader.feed(line), line)
    reader.flush()

    assert reader.lines == len(lines)


@quick
@given(
    st.lists(
        st.tuples(
            st.sampled_from("VDIWEF"),
            st.sampled_from(TAGS),
            st.one_of(st.sampled_from(MESSAGES), st.text(max_size=80)),
            st.sampled_from((500, 501)),
            damage,
            st.booleans(),
        ),
        max_size=40,
    )
)
def test_lines_of_every_tag_in_any_order_and_damaged(
    entries: list[tuple[str, str, str, int, tuple[int, int, str], bool]],
) -> None:
    reader = observer()
    for priority, tag, message, pid, (at, gone, put), broken in entries:
        line = f"         1000.000001  {pid}  {pid} {priority} {tag}: {message}"
        line = damaged(line, at, gone, put) if broken else line
        for event in reader.feed(line):
            assert event.raw
    reader.flush()


@pytest.mark.parametrize("parser", sorted(PARSERS))
@quick
@given(st.text(max_size=400))
def test_any_text_is_read_by_every_parser(parser: str, text: str) -> None:
    for event in observe_text(parser, text, NOW, "com.app"):
        assert isinstance(event, JobsListed | EnvironmentSampled | LineUnknown)


@pytest.mark.parametrize("parser", sorted(PARSERS))
@quick
@given(st.sampled_from(sorted(TEXTS)), st.lists(damage, max_size=4), st.sampled_from(("", "com.app", "android")))
def test_damaged_recordings_are_read_by_every_parser(
    parser: str, name: str, damages: list[tuple[int, int, str]], package: str
) -> None:
    text = TEXTS[name]
    for at, gone, put in damages:
        text = damaged(text, at, gone, put)
    observe_text(parser, text, NOW, package)


@quick
@given(st.integers(0, len(TEXTS["jobscheduler_api30_urovo.txt"]) - 2))
def test_a_dump_cut_anywhere_says_nothing_that_the_whole_does_not(end: int) -> None:
    text = TEXTS["jobscheduler_api30_urovo.txt"]
    whole, cut = (observe_text("dumpsys-jobscheduler", part, NOW, "")[0] for part in (text, text[:end]))

    assert isinstance(whole, JobsListed)
    assert isinstance(cut, JobsListed)
    assert not cut.complete
    assert set(cut.jobs) <= set(whole.jobs)
    assert cut.history == whole.history[: len(cut.history)]


@quick
@given(st.sampled_from(("battery_api36.txt", "deviceidle_api36_tail.txt")), st.integers(0, 2000))
def test_a_short_answer_cut_anywhere_tells_fewer_facts_and_no_other(name: str, end: int) -> None:
    parser = "dumpsys-battery" if name.startswith("battery") else "dumpsys-deviceidle"
    (whole,) = observe_text(parser, TEXTS[name], NOW, "")
    (cut,) = observe_text(parser, TEXTS[name][:end], NOW, "")

    assert isinstance(whole, EnvironmentSampled)
    assert isinstance(cut, LineUnknown) or cut.facts.items() <= whole.facts.items()  # type: ignore[attr-defined]


ROW = "{id}\t a.Worker\t {job}\t ENQUEUED\t {name}\t a.Worker\t"
rows = st.lists(
    st.tuples(st.uuids(), st.one_of(st.just("null"), st.integers(0, 1 << 30).map(str)), st.text("abc. ", max_size=20)),
    max_size=12,
)


@quick
@given(rows, st.integers(0, 5000))
def test_an_answer_with_lost_lines_never_passes_for_a_whole_one(
    listed: list[tuple[object, str, str]], lost: int
) -> None:
    prefix = "         1000.000001   500   501 I WM-DiagnosticsWrkr: "
    header = " Id \t Class Name\t Job Id\t State\t Unique Name\t Tags\t"
    own = f"{ID}\t androidx.work.impl.workers.DiagnosticsWorker\t null\t RUNNING\t \t x\t"
    texts = ["Running work:", "", header, own, "Enqueued work:", "", header]
    texts += [ROW.format(id=work, job=job, name=name.strip()) for work, job, name in listed]
    result = (
        f"         1000.000001   500   501 I WM-WorkerWrapper: Worker result SUCCESS for "
        f"Work [ id={ID}, tags={{ androidx.work.impl.workers.DiagnosticsWorker }} ]"
    )
    lines = [*(prefix + text for text in texts), result]
    at = lost % len(lines)

    (answer,) = answers(lines)
    assert answer.complete
    assert len(answer.rows) == 1 + len(listed)
    # Loss of rows inside one log entry cannot happen: an entry is lost whole or cut at its end.
    for damaged_answer in answers(lines[:at]):
        assert not damaged_answer.complete
        assert set(damaged_answer.rows) <= set(answer.rows)


def answers(lines: list[str]) -> list[WorkListed]:
    reader = observer()
    events = [event for line in lines for event in reader.feed(line)] + reader.flush()
    return [event for event in events if isinstance(event, WorkListed)]
