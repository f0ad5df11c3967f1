"""R4, R6, R9, R10: a history that keeps each rule, one that breaks it, and those in which nobody may decide."""

from __future__ import annotations

from bgtask_tests_histories import IMMEDIATE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app
from bgtask_tests_histories import quiet
from bgtask_tests_histories import work_of
from bgtask_tests_judging import judged
from bgtask_tests_judging import kinds
from bgtask_tests_judging import verdict

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import RequestKind
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import Source
from bgtask_reference.events import Subject
from bgtask_reference.events import WorkState
from bgtask_reference.oracle import CATALOGUE
from bgtask_reference.oracle import judge
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.verdicts import Doubts
from bgtask_reference.oracle.verdicts import combine

RETRY = Result.RETRY


def asked() -> Writer:
    return Writer().begin().names().request()


# --- R6: backoff and attempts -----------------------------------------------------------------------------------------


def test_a_retry_after_its_backoff_is_in_time() -> None:
    writer = asked().run(result=RETRY).wait(30).run(attempt=2, result=RETRY).wait(60).run(attempt=3).sample()

    assert judged(writer, "R6.backoff") is Judgement.PASS
    assert verdict(writer, "R6.attempts").exercised == 3


def test_a_retry_that_ignores_its_backoff_fails_with_the_retry_and_the_start() -> None:
    writer = asked().run(result=RETRY).wait(3).run(attempt=2).sample()

    told = verdict(writer, "R6.backoff")

    assert told.judgement is Judgement.FAIL
    assert kinds(writer, told) == ["RunFinished", "RunStarted"]


def test_a_backoff_that_does_not_grow_fails_at_the_second_retry() -> None:
    writer = asked().run(result=RETRY).wait(31).run(attempt=2, result=RETRY).wait(31).run(attempt=3).sample()

    told = verdict(writer, "R6.backoff")

    assert told.judgement is Judgement.FAIL
    assert kinds(writer, told) == ["RunFinished", "RunStarted"], "the start that is too early tells its own number"


def test_where_the_early_start_tells_no_number_the_one_before_it_does() -> None:
    writer = asked().run(result=RETRY).wait(31).run(attempt=2, result=RETRY).wait(31).run(attempt=None).sample()

    told = verdict(writer, "R6.backoff")

    assert told.judgement is Judgement.FAIL
    assert kinds(writer, told) == ["RunStarted", "RunFinished", "RunStarted"]


def test_a_backoff_of_unknown_attempts_is_at_least_the_first_one() -> None:
    writer = Writer().begin(clear=False).names().run(attempt=None, result=RETRY).wait(31).run(attempt=None).sample()

    assert judged(writer, "R6.backoff") is Judgement.PASS


def test_an_attempt_number_that_is_not_raised_fails() -> None:
    writer = asked().run(result=RETRY).wait(31).run(attempt=1).sample()

    assert judged(writer, "R6.attempts") is Judgement.FAIL


def test_an_attempt_number_that_nobody_tells_is_inconclusive_and_names_the_source() -> None:
    writer = Writer(sources=("app-log", "info")).begin().names().request().run(result=RETRY).wait(31).run().sample()

    told = verdict(writer, "R6.attempts")

    assert (told.judgement, told.missing) == (Judgement.INCONCLUSIVE, ("beacon",))


def test_a_system_stop_keeps_the_count_and_the_old_enqueue_time() -> None:
    writer = asked()
    stopped = writer.start()
    writer.wait(600).stop(stopped).wait(1).run(attempt=2).sample()

    assert judged(writer, "R6.attempts") is Judgement.PASS
    assert judged(writer, "R6.backoff") is Judgement.PASS


def test_a_stop_of_a_run_that_nobody_saw_begin_counts_as_an_attempt() -> None:
    writer = asked().run().wait(3600)
    who = Subject(work_id=work_of(PERIODIC))
    writer.add(RunStopped(stamp=writer.log(), source=Source.WORK_MANAGER_INFO, subject=who, reason="cancelled"))
    writer.wait(0.01).run(attempt=2).sample()

    assert judged(writer, "R6.attempts") is not Judgement.FAIL
    assert judged(asked().run().wait(3600).run(attempt=2).sample(), "R6.attempts") is Judgement.FAIL


def test_a_success_begins_the_count_again() -> None:
    writer = asked().run(result=RETRY).wait(31).run(attempt=2).wait(3600).run(attempt=1).sample()

    assert judged(writer, "R6.attempts") is Judgement.PASS


# --- R4: overlap ------------------------------------------------------------------------------------------------------


def test_two_runs_of_one_unique_name_at_a_time_fail_for_name_and_task() -> None:
    writer = asked()
    first = writer.start()
    second = writer.wait(1).start(attempt=2)
    writer.wait(1).finish(first).finish(second).sample()

    told = verdict(writer, "R4.overlap")

    assert told.judgement is Judgement.FAIL
    assert kinds(writer, told) == ["RunStarted", "RunStarted", "RunFinished"]
    assert judged(writer, "R4.task-overlap") is Judgement.FAIL


def test_two_names_of_one_task_at_a_time_break_the_contract_and_not_the_platform() -> None:
    writer = asked().request(kind=RequestKind.ONE_TIME)
    first = writer.start(PERIODIC)
    second = writer.start(IMMEDIATE)
    writer.wait(1).finish(first).finish(second).sample()

    assert judged(writer, "R4.overlap") is Judgement.PASS
    assert judged(writer, "R4.task-overlap") is Judgement.FAIL


def test_runs_one_after_the_other_overlap_nothing() -> None:
    writer = asked().request(kind=RequestKind.ONE_TIME).run(PERIODIC).run(IMMEDIATE).sample()

    assert verdict(writer, "R4.task-overlap").exercised == 2
    assert judged(writer, "R4.task-overlap") is Judgement.PASS


def test_a_run_that_fell_silent_when_its_process_died_overlaps_nothing() -> None:
    writer = asked()
    writer.start()
    writer.wait(5).process().run(attempt=2).sample()

    assert judged(writer, "R4.overlap") is Judgement.PASS


def test_a_run_that_merely_fell_silent_accuses_nobody() -> None:
    writer = asked()
    writer.start()
    writer.wait(5).run(attempt=2).sample()

    assert judged(writer, "R4.overlap") is Judgement.PASS
    assert verdict(writer, "R4.overlap").exercised == 1, "only the first start had nothing beside it"


def test_overlap_without_starts_is_inconclusive() -> None:
    writer = Writer(sources=("info",)).begin().names().run().sample()

    assert verdict(writer, "R4.overlap").missing == ("app-log", "beacon", "wm-debug")


def test_anonymous_runs_that_overlap_break_the_contract() -> None:
    writer = Writer(sources=("app-log",)).begin().request()
    first, second = writer.start(), writer.wait(1).start()
    writer.wait(1).finish(first).finish(second).sample()

    assert judged(writer, "R4.task-overlap") is Judgement.FAIL
    assert judged(writer, "R4.overlap") is not Judgement.FAIL


# --- R9: cancel -------------------------------------------------------------------------------------------------------


def test_a_run_after_cancel_fails_with_the_cancellation_and_the_start() -> None:
    writer = asked().run().wait(5).cancel().wait(3600).run().sample()

    told = verdict(writer, "R9.cancel")

    assert told.judgement is Judgement.FAIL
    assert kinds(writer, told) == ["RequestCancelled", "RunStarted"]


def test_silence_after_cancel_passes_when_the_log_is_whole() -> None:
    writer = asked().run().wait(5).cancel().wait(3600).sample()

    assert judged(writer, "R9.cancel") is Judgement.PASS


def test_silence_after_cancel_proves_nothing_when_the_log_ends() -> None:
    writer = asked().run().wait(5).cancel().wait(1).sample()

    assert judged(writer, "R9.cancel") is Judgement.INCONCLUSIVE


def test_a_run_that_was_under_way_may_finish_after_cancel() -> None:
    writer = asked()
    who = writer.start()
    writer.wait(5).cancel().wait(1).finish(who).wait(60).sample()

    assert judged(writer, "R9.cancel") is Judgement.PASS

    assert judged(writer, "R9.under-way") is Judgement.PASS


def test_a_run_that_goes_on_long_after_cancel_fails_with_the_cancellation_and_its_end() -> None:
    writer = asked()
    who = writer.start()
    writer.wait(5).cancel().wait(25).finish(who).sample()

    told = verdict(writer, "R9.under-way")

    assert told.judgement is Judgement.FAIL
    assert kinds(writer, told) == ["RequestCancelled", "RunFinished"]


def test_a_run_that_is_told_to_stop_too_late_after_cancel_fails() -> None:
    writer = asked()
    who = writer.start()

    assert judged(writer.wait(5).cancel().wait(25).stop(who).sample(), "R9.under-way") is Judgement.FAIL


def test_a_run_that_falls_silent_after_cancel_accuses_nobody() -> None:
    writer = asked()
    writer.start()

    assert judged(writer.wait(5).cancel().wait(60).sample(), "R9.under-way") is Judgement.NOT_EXERCISED


def test_a_run_that_began_after_cancel_is_not_the_one_that_was_under_way() -> None:
    writer = asked().run().wait(5).cancel().wait(60).request().run(lasts=60).sample()

    assert judged(writer, "R9.under-way") is Judgement.NOT_EXERCISED


def test_what_ends_in_another_process_is_another_run() -> None:
    writer = Writer(sources=("app-log",)).begin().request()
    who = writer.start()
    writer.wait(5).cancel().wait(5).process().wait(60).finish(who).sample()

    assert judged(writer, "R9.under-way") is Judgement.NOT_EXERCISED


def test_a_run_after_cancel_and_a_new_request_is_fine() -> None:
    writer = asked().run().wait(5).cancel().wait(60).request().wait(1).run().sample()

    assert judged(writer, "R9.cancel") is Judgement.PASS


def test_cancelling_everything_counts_for_every_task() -> None:
    writer = asked().run().wait(5).cancel(None).wait(60).run().sample()

    assert judged(writer, "R9.cancel") is Judgement.FAIL


def test_cancelling_what_nobody_asked_for_exercises_nothing() -> None:
    assert judged(Writer().begin().cancel().wait(60).sample(), "R9.cancel") is Judgement.NOT_EXERCISED


# --- R10: once, in time -----------------------------------------------------------------------------------------------


def test_one_end_for_one_start_passes() -> None:
    writer = asked().run().sample()

    assert judged(writer, "R10.once") is Judgement.PASS
    assert judged(writer, "R10.in-time") is Judgement.PASS


def test_an_attempt_that_ends_twice_fails() -> None:
    writer = asked()
    who = writer.start()
    writer.wait(1).finish(who)
    writer.add(RunFinished(stamp=writer.log(), source=Source.BEACON, subject=who, result=Result.SUCCESS))

    told = verdict(writer.wait(1).sample(), "R10.once")

    assert told.judgement is Judgement.FAIL
    assert kinds(writer, told) == ["RunStarted", "RunFinished", "RunFinished"]


def test_an_anonymous_second_end_fails_when_nothing_else_can_be_running() -> None:
    writer = Writer(sources=("app-log",)).begin().request()
    who = writer.start()
    writer.wait(1).finish(who).wait(20).finish(who).sample()

    assert judged(writer, "R10.once") is Judgement.FAIL


def test_an_anonymous_second_end_may_be_a_run_s_from_before_the_record() -> None:
    writer = Writer(sources=("app-log",)).begin(clear=False).request()
    who = writer.start()
    writer.wait(1).finish(who).wait(20).finish(who).sample()

    assert judged(writer, "R10.once") is not Judgement.FAIL


def test_an_attempt_that_never_ends_fails_once_its_limit_is_over() -> None:
    writer = asked()
    writer.start()
    writer.wait(2000).sample()

    assert judged(writer, "R10.in-time") is Judgement.FAIL


def test_an_attempt_whose_limit_is_not_over_is_not_judged() -> None:
    writer = asked()
    writer.start()

    assert judged(writer.wait(900).sample(), "R10.in-time") is Judgement.NOT_EXERCISED


def test_an_attempt_that_ends_after_the_app_file_s_limit_fails() -> None:
    spec = app(quiet(SYNC, ends_within_ns=60 * NS_PER_S))
    writer = Writer(spec).begin().names().request().run(lasts=90).sample()

    assert judged(writer, "R10.in-time") is Judgement.FAIL


def test_an_end_that_nobody_would_have_seen_is_inconclusive() -> None:
    writer = Writer(sources=("app-log", "info")).begin().names().request()
    writer.start()

    assert verdict(writer.wait(2000).sample(), "R10.in-time").missing == ("beacon", "wm-debug")


# --- what the record cannot carry -------------------------------------------------------------------------------------


def test_an_unclosed_record_is_inconclusive_and_still_tells_what_it_shows() -> None:
    writer = asked().run(result=RETRY).wait(3).run(attempt=2).sample()

    report = judge(writer.history(closed=False))
    told = next(each for each in report.verdicts if each.rule == "R6.backoff")

    assert {each.judgement for each in report.verdicts} == {Judgement.INCONCLUSIVE}
    assert told.reason.startswith("what is left of it says fail: ")
    assert told.reason.endswith("the record was never closed, so its end is unknown")


def test_an_unclosed_record_does_not_hide_why_else_nothing_can_be_said() -> None:
    writer = Writer(sources=("app-log", "info")).begin().names().request().run(result=RETRY).wait(31).run().sample()

    told = next(each for each in judge(writer.history(closed=False)).verdicts if each.rule == "R6.attempts")

    assert told.reason == ("nobody told the attempt's number; the record was never closed, so its end is unknown")
    assert told.missing == ("beacon",)


def test_every_doubt_is_named_what_rests_on_the_record_first() -> None:
    rule = next(rule for rule in CATALOGUE if rule.id == "R6.attempts")
    doubts = [Finding(rule.id, Word.OPEN, why, facts) for why, facts in (("a", ()), ("b", (1,)), ("a", ()), ("c", ()))]

    told = combine(rule, "task", [*doubts, Finding(rule.id, Word.OPEN, "d")], Doubts())

    assert told.reason == "b; a; c; and 1 more"


def test_a_hole_and_events_of_nobody_are_both_named() -> None:
    rule = next(rule for rule in CATALOGUE if rule.id == "R6.attempts")

    told = combine(rule, "task", [Finding(rule.id, Word.HELD)], Doubts(gap="a hole", unexplained=2))

    assert (told.judgement, told.reason) == (
        Judgement.INCONCLUSIVE,
        "a hole; 2 events belong to no task that is known",
    )


def test_a_hole_in_the_measured_log_takes_back_every_pass() -> None:
    writer = asked().run().sample()
    writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="dropped"))
    report = judge(writer.wait(5).sample().history())

    assert Judgement.PASS not in {each.judgement for each in report.verdicts}
    assert any("dropped" in note for note in report.notes)


def test_a_run_of_nobody_known_is_unexplained_and_takes_back_every_pass() -> None:
    writer = asked().run().sample()
    stray = writer.add(RunStarted(stamp=writer.log(), source=Source.WORK_MANAGER_DEBUG, subject=Subject(work_id="x")))
    report = judge(writer.wait(1).sample().history())

    assert report.unexplained == (stray,)
    assert Judgement.PASS not in {each.judgement for each in report.verdicts}


def test_work_of_a_foreign_class_is_explained() -> None:
    writer = asked().run()
    who = Subject(work_id=work_of("diagnostics"))
    writer.listed(("diagnostics", WorkState.RUNNING))
    writer.add(RunFinished(stamp=writer.log(), source=Source.WORK_MANAGER_INFO, subject=who, result=Result.SUCCESS))

    assert judge(writer.sample().history()).unexplained == ()
