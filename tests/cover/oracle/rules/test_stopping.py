"""R11.halts, R17, R19.stop-reason, R20, R21.storm."""

from __future__ import annotations

import pytest
from bgtask_tests_histories import PACKAGE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import PING
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app
from bgtask_tests_judging import judged
from bgtask_tests_judging import verdict

from bgtask_reference.events import Judgement
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import Source
from bgtask_reference.events import Subject


def asked() -> Writer:
    return Writer().begin().names().request()


def under_way() -> tuple[Writer, Subject]:
    writer = asked().wait(60)
    return writer, writer.start()


# --- R11.halts --------------------------------------------------------------------------------------------------------


def works_on(seconds: float) -> Writer:
    writer, run = under_way()
    writer.wait(30).stop(run, "cancelled").wait(seconds)
    writer.add(RunFinished(stamp=writer.log(), source=Source.BEACON, subject=run, result=Result.SUCCESS))
    return writer.wait(60).sample()


def test_a_run_that_ends_soon_after_it_was_stopped_halts() -> None:
    assert judged(works_on(3), "R11.halts") is Judgement.PASS


def test_a_run_that_works_on_for_minutes_after_it_was_stopped_fails() -> None:
    writer = works_on(120)

    told = verdict(writer, "R11.halts")

    assert told.judgement is Judgement.FAIL
    assert [type(writer.entries[index].event).__name__ for index in told.witness] == ["RunStopped", "RunFinished"]


def test_a_run_that_says_nothing_more_in_a_whole_log_halts() -> None:
    writer, run = under_way()

    assert judged(writer.wait(30).stop(run).wait(60).sample(), "R11.halts") is Judgement.PASS


def test_a_record_that_ends_too_soon_says_nothing() -> None:
    writer, run = under_way()

    assert judged(writer.wait(30).stop(run).wait(1).sample(), "R11.halts") is Judgement.NOT_EXERCISED


def test_a_run_that_nobody_stopped_owes_nothing() -> None:
    assert judged(asked().run().sample(), "R11.halts") is Judgement.NOT_EXERCISED


# --- R19.stop-reason --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "reason", "judgement"),
    [
        (600, "STOP_REASON_TIMEOUT", Judgement.PASS),
        (181, "timeout", Judgement.PASS),
        (60, "STOP_REASON_TIMEOUT", Judgement.FAIL),
        (60, "STOP_REASON_QUOTA", Judgement.NOT_EXERCISED),
        (60, None, Judgement.NOT_EXERCISED),
    ],
)
def test_a_time_out_comes_after_its_time(after: float, reason: str | None, judgement: Judgement) -> None:
    writer, run = under_way()

    assert judged(writer.wait(after).stop(run, reason).wait(60).sample(), "R19.stop-reason") is judgement


def test_a_time_out_that_the_harness_made_is_excused() -> None:
    writer, run = under_way()
    writer.wait(5).stimulus("job.timeout")

    told = verdict(writer.wait(1).stop(run, "STOP_REASON_TIMEOUT").wait(60).sample(), "R19.stop-reason")

    assert told.judgement is Judgement.SUPPRESSED


# --- R17.crash --------------------------------------------------------------------------------------------------------


def dies(why: str | None, stimulus: str = "") -> Writer:
    writer, _ = under_way()
    if stimulus:
        writer.stimulus(stimulus)
    writer.wait(5).add(
        ProcessDied(stamp=writer.log(), source=Source.SYSTEM_LOG, package=PACKAGE, pid=1, why=why),
    )
    return writer.wait(60).sample()


@pytest.mark.parametrize(
    ("why", "stimulus", "judgement"),
    [
        ("crash", "", Judgement.FAIL),
        ("bg anr", "", Judgement.FAIL),
        ("crash", "app.crash", Judgement.NOT_EXERCISED),
        ("remove task", "", Judgement.NOT_EXERCISED),
        (None, "", Judgement.NOT_EXERCISED),
    ],
)
def test_only_a_death_that_is_the_apps_own_fault_counts(why: str | None, stimulus: str, judgement: Judgement) -> None:
    assert judged(dies(why, stimulus), "R17.crash") is judgement


def test_a_run_that_ends_before_its_process_does_holds() -> None:
    assert judged(asked().run().process().sample(), "R17.crash") is Judgement.PASS


def test_a_run_whose_end_and_whose_process_nobody_saw_says_nothing() -> None:
    assert judged(under_way()[0].wait(60).sample(), "R17.crash") is Judgement.NOT_EXERCISED


# --- R20.both-clocks --------------------------------------------------------------------------------------------------


def after_a_step(step: float, wait: float) -> Writer:
    """A run, a change of the wall clock by some seconds, and a run so long after the first."""
    writer = asked().run().wait(10).sample().step_wall(step).wait(10).sample()
    return writer.wait(wait - 20).run().wait(10).sample()


@pytest.mark.parametrize(
    ("step", "wait", "judgement"),
    [
        (-7200, 600, Judgement.FAIL),
        (600, 1200, Judgement.FAIL),
        (3600, 600, Judgement.PASS),
        (-7200, 3700, Judgement.PASS),
        (0.0, 3700, Judgement.NOT_EXERCISED),
    ],
)
def test_a_run_that_is_early_by_both_clocks_fails(step: float, wait: float, judgement: Judgement) -> None:
    assert judged(after_a_step(step, wait), "R20.both-clocks") is judgement


def test_a_run_just_after_the_change_may_have_been_decided_on_before_it() -> None:
    assert judged(after_a_step(-7200, 25), "R20.both-clocks") is Judgement.NOT_EXERCISED


def test_another_boot_does_not_tell_how_much_time_passed() -> None:
    writer = asked().run().wait(10).sample().boot().process().wait(100).sample().run().sample()

    assert judged(writer, "R20.both-clocks") is not Judgement.FAIL


# --- R21.storm --------------------------------------------------------------------------------------------------------


def bursts(count: int, pause: float, *, asks: bool = False) -> Writer:
    writer = Writer(app(PING)).begin().names().request(PING).wait(60)
    for _ in range(count):
        writer = writer.request(PING) if asks else writer
        run = writer.start(PING.unique_names[0].name, task=PING)
        writer.wait(0.1).stop(run, "constraints").wait(pause)
    return writer.sample()


def test_a_few_runs_in_a_row_are_no_storm() -> None:
    assert judged(bursts(5, 0.5), "R21.storm") is Judgement.PASS


def test_seven_runs_within_a_minute_that_nobody_asked_for_are_a_storm() -> None:
    told = verdict(bursts(9, 0.5), "R21.storm")

    assert (told.judgement, len(told.witness)) == (Judgement.FAIL, 7)


def test_runs_that_were_asked_for_are_no_storm() -> None:
    assert judged(bursts(9, 0.5, asks=True), "R21.storm") is Judgement.PASS


def test_the_same_runs_over_a_quarter_of_an_hour_are_no_storm() -> None:
    assert judged(bursts(9, 100), "R21.storm") is Judgement.PASS


def test_forced_runs_are_no_storm() -> None:
    writer = asked().wait(60)
    for number in range(9):
        writer.force(PERIODIC)
        writer.run(PERIODIC, attempt=number + 1, lasts=0.1)

    assert judged(writer.sample(), "R21.storm") is Judgement.PASS


def test_where_no_run_was_seen_nothing_is_said() -> None:
    assert judged(Writer(app(SYNC)).begin().sample(), "R21.storm") is Judgement.NOT_EXERCISED
