from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from bgtask_harness.report import RunVerdicts
from bgtask_harness.report import timeline
from bgtask_harness.report.environment import Band
from bgtask_harness.report.environment import facts_of
from bgtask_harness.report.lanes import picture
from bgtask_harness.report.placing import place
from bgtask_harness.report.runs import Run
from bgtask_harness.report.scale import make_scale
from bgtask_harness.report.words import duration
from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Clock
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import DeviceLost
from bgtask_reference.events import Entry
from bgtask_reference.events import EnvironmentChanged
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Event
from bgtask_reference.events import History
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import Subject

SVG = "{http://www.w3.org/2000/svg}"


def history(*events: Event, host_step: int = NS_PER_S) -> History:
    entries = tuple(Entry(n, n * host_step, event) for n, event in enumerate(events, start=1))
    return History(None, entries, closed=True)


def sampled(boot_s: float, wall_s: float, boot_id: str = "a", host_s: float = 0) -> ClockSampled:
    ns = [round(value * NS_PER_S) for value in (boot_s, wall_s, host_s)]
    return ClockSampled(boot_id=boot_id, boot_ns=ns[0], wall_ns=ns[1], host_ns=ns[2])


def line(wall_s: float) -> LineUnknown:
    return LineUnknown(stamp=Stamp(Clock.LOG, round(wall_s * NS_PER_S)))


def started(at_s: float, source: Source = Source.APP_LOG, **more: str) -> RunStarted:
    subject = Subject(task="t", attempt_id=more.get("attempt_id"))
    return RunStarted(stamp=Stamp(Clock.LOG, round(at_s * NS_PER_S)), source=source, subject=subject)


def finished(at_s: float, source: Source = Source.APP_LOG, **more: str) -> RunFinished:
    subject = Subject(task="t", attempt_id=more.get("attempt_id"))
    stamp = Stamp(Clock.LOG, round(at_s * NS_PER_S))
    return RunFinished(stamp=stamp, source=source, subject=subject, result=Result.SUCCESS)


def seconds(found: History) -> list[float]:
    return [at / NS_PER_S for at in place(found).values()]


def test_log_lines_are_placed_by_the_clock_sample_before_them() -> None:
    assert seconds(history(sampled(100, 5000), line(5003), line(5010.5))) == [0, 3, 10.5]


def test_a_wall_step_does_not_move_what_happened_after_it() -> None:
    found = seconds(history(sampled(100, 5000), line(5003), line(95_004), sampled(105, 95_005), line(95_006)))

    assert found == [0, 3, 4, 5, 6]


def test_a_reboot_does_not_turn_time_back() -> None:
    found = seconds(history(sampled(100, 5000), line(5001), sampled(9, 5030, "b"), line(5031)))

    assert found == [0, 1, 30, 31]


def test_a_boot_is_put_where_the_new_boot_clock_began() -> None:
    booted = PhoneBooted(stamp=Stamp(Clock.BOOT, 0))

    assert seconds(history(sampled(30_000, 5000), line(5001), booted, sampled(9, 5030, "b"), line(5031))) == [
        0, 1, 21, 30, 31
    ]  # fmt: skip


def test_what_the_harness_did_after_a_jump_of_the_phone_s_clock_is_not_put_before_it() -> None:
    found = seconds(history(sampled(100, 5000), line(9000), DeviceLost(), host_step=1))

    assert found == [0, 4000, 4000]


def test_without_a_clock_sample_the_first_line_is_the_start() -> None:
    assert seconds(history(line(70), line(72))) == [0, 2]
    assert seconds(history(PhoneBooted(), PhoneBooted())) == [0, 1]
    assert seconds(history()) == []


def test_a_long_idle_span_is_folded_and_the_rest_stays_linear() -> None:
    minute, hours = 60 * NS_PER_S, 18_000 * NS_PER_S
    scale = make_scale([0, minute, 2 * minute, hours, hours + minute], 0, 1030)

    assert [(fold.start_ns, fold.stop_ns) for fold in scale.breaks] == [(2 * minute, hours)]
    assert [round(scale.x(at)) for at in (0, minute, 2 * minute, hours, hours + minute)] == [0, 333, 667, 697, 1030]


def test_growing_backoff_is_not_folded() -> None:
    assert make_scale([n * NS_PER_S for n in (0, 1, 31, 32, 92, 93, 213)], 0, 1000).breaks == ()


def test_labels_of_the_axis_keep_their_distance() -> None:
    hour = 3600 * NS_PER_S
    scale = make_scale([0, NS_PER_S, 40 * NS_PER_S, 12 * hour, 12 * hour + NS_PER_S], 100, 1100)
    xs = [scale.x(tick) for tick in scale.ticks()]

    assert len(xs) > 3
    assert all(right - left >= 74 for left, right in pairwise(xs))


@pytest.mark.parametrize(
    ("ns", "said"),
    [
        (0, "0 ms"),
        (340_000_000, "340 ms"),
        (12_500_000_000, "12.5 s"),
        (30 * NS_PER_S, "30 s"),
        (61 * NS_PER_S, "1 min 1 s"),
        (70_540_000_000, "1 min 10.5 s"),
        (120 * NS_PER_S, "2 min"),
        (3_599_960_000_000, "1 h"),
        (18_000 * NS_PER_S, "5 h"),
        (18_030 * NS_PER_S, "5 h 30 s"),
        (-2 * NS_PER_S, "-2 s"),
    ],
)
def test_lengths_of_time_are_said_shortly(ns: int, said: str) -> None:
    assert duration(ns) == said


def runs(*events: Event) -> list[Run]:
    return list(picture(history(sampled(0, 0), *events)).lanes[0].runs)


def test_what_two_sources_saw_of_one_run_is_one_run() -> None:
    beacon = Source.BEACON
    (run,) = runs(started(1), started(1.01, beacon), finished(3), finished(3.01, beacon))

    assert (run.start, run.stop) == (NS_PER_S, 3_010_000_000)
    assert run.sources == ("app-log", "beacon")
    assert run.outcome == "success"


def test_two_runs_at_once_of_one_source_stay_two() -> None:
    found = runs(started(1), started(2), finished(3), finished(4))

    assert [(run.first // NS_PER_S, run.last // NS_PER_S) for run in found] == [(1, 3), (2, 4)]


def test_a_start_without_an_end_and_an_end_without_a_start_are_told_as_such() -> None:
    late, early = runs(finished(1, attempt_id="x"), started(5, attempt_id="y"))

    assert (late.start, late.stop) == (None, NS_PER_S)
    assert (early.outcome, early.stop) == ("open", None)


def test_an_end_belongs_to_the_start_of_its_own_attempt() -> None:
    first, second = runs(
        started(1, attempt_id="a"), started(2, attempt_id="b"), finished(3, attempt_id="b"), finished(9, attempt_id="a")
    )

    assert (first.last // NS_PER_S, second.last // NS_PER_S) == (9, 3)


def facts(value: str) -> EnvironmentSampled:
    return EnvironmentSampled(facts={"network": value})


def test_between_two_samples_that_differ_a_fact_is_unknown() -> None:
    found = history(facts("wifi"), facts("wifi"), facts("none"))
    (network,) = facts_of(found, {1: 0, 2: 10, 3: 20})

    assert network.bands == (Band(0, 10, "wifi"), Band(10, 10, "wifi"), Band(10, 20, None), Band(20, 20, "none")) or (
        network.bands == (Band(0, 10, "wifi"), Band(10, 20, None), Band(20, 20, "none"))
    )


def test_a_change_that_the_phone_announced_leaves_nothing_open() -> None:
    found = history(facts("wifi"), EnvironmentChanged(fact="network", value="none"), facts("none"))
    (network,) = facts_of(found, {1: 0, 2: 10, 3: 20})

    assert network.bands == (Band(0, 10, "wifi"), Band(10, 20, "none"))


def test_the_picture_is_well_formed_white_and_scales(judged: RunVerdicts) -> None:
    for journal in judged.journals:
        root = ET.fromstring(timeline(journal.history, journal.verdicts, journal.folder))
        paper = root.find(f"{SVG}rect")
        assert paper is not None
        assert paper.get("class") == "paper"
        assert root.get("viewBox") == f"0 0 {paper.get('width')} {paper.get('height')}"


def test_every_run_has_at_least_two_pixels_and_a_tooltip(judged: RunVerdicts) -> None:
    failed = judged.journals[3]
    root = ET.fromstring(timeline(failed.history, failed.verdicts))
    drawn = [
        (group.find(f"{SVG}title"), group.find(f"{SVG}rect"))
        for group in root.iter(f"{SVG}g")
        if (rect := group.find(f"{SVG}rect")) is not None and (rect.get("class") or "").startswith("run")
    ]

    assert len(drawn) == 4
    for title, rect in drawn:
        assert title is not None
        assert rect is not None
        assert float(rect.get("width") or 0) >= 2
    titles = [title.text or "" for title, _ in drawn if title is not None]
    assert titles[0].startswith("run: retry, attempt 1\n+6.3 s to +7.2 s (901 ms)\nseen by app-log, beacon; events")


def test_the_witness_of_a_failure_is_pointed_out(judged: RunVerdicts) -> None:
    failed = judged.journals[3]

    assert timeline(failed.history, failed.verdicts).count('class="witness"') == 2
    assert timeline(failed.history).count('class="witness"') == 0


def test_nothing_at_all_can_be_drawn_too() -> None:
    ET.fromstring(timeline(History(None, ())))


def test_a_thousand_runs_are_drawn_in_well_under_a_second() -> None:
    events: list[Event] = [sampled(0, 0)]
    for n in range(1000):
        events += [started(n * 900), finished(n * 900 + 20)]

    assert timeline(history(*events)).count('class="run success"') == 1000
