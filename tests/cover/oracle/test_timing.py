"""R2: lower bounds of WorkManager, both ways."""

from __future__ import annotations

from dataclasses import replace

from bgtask_tests_histories import IMMEDIATE
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app
from bgtask_tests_histories import quiet
from bgtask_tests_judging import verdict

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import ExistingWork
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Judgement
from bgtask_reference.events import RequestKind
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import Source
from bgtask_reference.events import Subject
from bgtask_reference.oracle import judge


def completed() -> Writer:
    return Writer().begin().names().request().run().look()


def test_a_first_run_at_once_is_early_for_nothing() -> None:
    assert verdict(completed(), "R2.period").judgement is Judgement.NOT_EXERCISED


def test_a_run_after_a_full_interval_is_in_time() -> None:
    told = verdict(completed().wait(3600).run().sample(), "R2.period")

    assert (told.judgement, told.exercised, told.level) == (Judgement.PASS, 1, ForceLevel.NATURAL)


def test_a_run_before_its_interval_is_over_fails_and_the_witness_is_the_completion_and_the_start() -> None:
    writer = completed().wait(3500).run().sample()

    told = verdict(writer, "R2.period")

    assert told.judgement is Judgement.FAIL
    assert [type(writer.entries[index].event).__name__ for index in told.witness] == ["RunFinished", "RunStarted"]
    assert "ended with success" in told.story[0]
    assert "began" in told.story[1]


def test_a_few_milliseconds_early_within_the_clocks_error_is_not_early() -> None:
    writer = completed()
    last = max(each.event.stamp.ns for each in writer.entries if type(each.event).__name__ == "RunFinished")
    writer.now = last - writer.wall_offset + 3600 * NS_PER_S - 800

    assert verdict(writer.run().sample(), "R2.period").judgement is Judgement.PASS


def test_asking_again_keeps_the_period() -> None:
    writer = completed().wait(600).request().wait(5).run().sample()

    assert verdict(writer, "R2.period").judgement is Judgement.FAIL


def test_asking_again_begins_a_new_period_where_that_is_the_policy_of_its_name() -> None:
    task = quiet(SYNC)
    anew = tuple(replace(name, existing=ExistingWork.REPLACE) for name in task.unique_names)
    begun = Writer(app(replace(task, unique_names=anew))).begin().names().request().run().look()

    again = begun.wait(600).request().wait(5).run().sample()
    assert verdict(again, "R2.period").judgement is Judgement.NOT_EXERCISED
    assert verdict(again.wait(600).run().sample(), "R2.period").judgement is Judgement.FAIL


def test_cancelling_and_asking_again_begins_a_new_period() -> None:
    writer = completed().wait(600).cancel().wait(60).request().wait(5).run().sample()

    assert verdict(writer, "R2.period").judgement is Judgement.NOT_EXERCISED


def test_a_force_is_no_excuse_for_periodic_work_because_the_library_refuses_it() -> None:
    writer = completed().wait(60)
    writer.force()

    assert verdict(writer.wait(1).run().sample(), "R2.period").judgement is Judgement.FAIL


def test_a_forced_run_before_its_time_that_was_refused_breaks_no_rule() -> None:
    writer = completed().wait(60)
    writer.force()
    report = judge(writer.wait(1).refused().look().history())

    assert not [each for each in report.verdicts if each.judgement is Judgement.FAIL]


def test_a_wall_clock_that_was_moved_forward_makes_the_work_due() -> None:
    writer = completed().step_wall(3600).sample().wait(5).run().sample()

    assert verdict(writer, "R2.period").judgement is Judgement.PASS


def test_a_wall_clock_that_was_moved_back_convicts_nobody() -> None:
    writer = completed().wait(3700).step_wall(-3000).sample().wait(5).run().sample()

    assert verdict(writer, "R2.period").judgement is Judgement.NOT_EXERCISED


def test_an_unseen_start_with_an_early_end_is_early() -> None:
    writer = Writer(sources=("info",)).begin().names().run().wait(600).run().names().sample()

    told = verdict(writer, "R2.period")

    assert told.judgement is Judgement.FAIL


def test_an_unseen_start_with_an_end_in_time_proves_nothing_and_names_what_is_missing() -> None:
    writer = Writer(sources=("info",)).begin().names().run().wait(3700).run().names().sample()

    told = verdict(writer, "R2.period")

    assert told.judgement is Judgement.INCONCLUSIVE
    assert told.missing == ("app-log", "beacon", "wm-debug")


def test_a_delay_holds_back_the_first_run() -> None:
    spec = app(quiet(SYNC, initial_delay_ns=300 * NS_PER_S))
    early = Writer(spec).begin().names().request().wait(200).run().sample()
    late = Writer(spec).begin().names().request().wait(300).run().sample()

    assert verdict(early, "R2.delay").judgement is Judgement.FAIL
    assert verdict(late, "R2.delay").judgement is Judgement.PASS


ONCE = quiet(SYNC, interval_ns=None, unique_names=SYNC.unique_names[1:], initial_delay_ns=300 * NS_PER_S)


def test_a_forced_delay_of_one_time_work_is_excused() -> None:
    writer = Writer(app(ONCE)).begin().names().request(kind=RequestKind.ONE_TIME).wait(100)
    early = Writer(app(ONCE)).begin().names().request(kind=RequestKind.ONE_TIME).wait(100).run(IMMEDIATE).sample()
    writer.force(IMMEDIATE)

    assert verdict(writer.wait(1).run(IMMEDIATE).sample(), "R2.delay").judgement is Judgement.NOT_EXERCISED
    assert verdict(early, "R2.delay").judgement is Judgement.FAIL


def test_a_run_at_once_has_no_delay() -> None:
    spec = app(quiet(SYNC, initial_delay_ns=300 * NS_PER_S))
    writer = Writer(spec).begin().names().request(kind=RequestKind.ONE_TIME).wait(1).run(IMMEDIATE).sample()

    assert verdict(writer, "R2.delay").judgement is Judgement.NOT_EXERCISED


def test_a_one_time_run_is_not_held_to_the_period_of_its_task() -> None:
    writer = completed().wait(60).request(kind=RequestKind.ONE_TIME).wait(1).run(IMMEDIATE).sample()

    assert verdict(writer, "R2.period").judgement is Judgement.NOT_EXERCISED


def test_a_run_in_the_app_is_held_to_nothing() -> None:
    writer = completed().wait(60)
    writer.stimulus("hook", Subject(task=SYNC.id), ForceLevel.IN_APP)
    inside = Subject(task=SYNC.id, attempt_id="inside")
    writer.add(RunStarted(stamp=writer.log(), source=Source.BEACON, subject=inside))
    writer.wait(1).add(RunFinished(stamp=writer.log(), source=Source.BEACON, subject=inside, result=Result.SUCCESS))

    report = judge(writer.sample().history())

    assert not [each for each in report.verdicts if each.judgement is Judgement.FAIL]
    assert verdict(writer, "R2.period").judgement is Judgement.NOT_EXERCISED
    assert verdict(writer, "R10.once").level is ForceLevel.IN_APP


def test_the_report_of_a_history_without_a_header_says_so() -> None:
    history = completed().history()
    report = judge(type(history)(None, history.entries))

    assert report.verdicts == ()
    assert "header" in report.notes[0]
