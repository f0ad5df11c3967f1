"""What happens seldom: lines out of order, clocks that part, runs of nobody, listings that tell half."""

from __future__ import annotations

import gc
import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bgtask_tests_histories import IMMEDIATE
from bgtask_tests_histories import MS
from bgtask_tests_histories import PACKAGE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import quiet
from bgtask_tests_histories import work_of
from bgtask_tests_judging import judged
from bgtask_tests_judging import verdict

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Clock
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import DeviceRegained
from bgtask_reference.events import Entry
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import JobRow
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import RequestCancelled
from bgtask_reference.events import RequestKind
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import RunWanted
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import Subject
from bgtask_reference.oracle import catalogue
from bgtask_reference.oracle import judge
from bgtask_reference.oracle.catalogue import page
from bgtask_reference.oracle.clocks import Timeline
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.coverage import Coverage
from bgtask_reference.oracle.record import Record
from bgtask_reference.oracle.replay import PlatformCall
from bgtask_reference.oracle.replay import RecordingWorkManager
from bgtask_reference.oracle.slices import cut
from bgtask_reference.oracle.story import clock


def asked() -> Writer:
    return Writer().begin().names().request()


# --- the record -------------------------------------------------------------------------------------------------------


def test_entries_that_the_journal_lost_are_left_out_of_a_story() -> None:
    entries = [Entry(index, 0, RunStarted()) for index in (0, 1, 4)]

    assert [entry.index for entry in Record(entries).at((4, 2, 1, 9))] == [1, 4]


def test_a_sentinel_that_came_back_before_an_earlier_one_breaks_the_proof() -> None:
    writer = Writer().sample().sample(seen=False)
    late = Stamp(Clock.LOG, writer.now - MS + writer.wall_offset, 500)
    writer.sample().add(SentinelSeen(stamp=late, source=Source.SYSTEM_LOG, number=2))
    record = Record(writer.sample().entries)

    proof = Coverage(record, Timeline(record)).proof_from(2)

    assert proof is not None
    assert proof.ended_by == "sentinel 3 came back before sentinel 2"


def test_a_phone_that_answers_and_was_never_lost_leaves_no_hole() -> None:
    writer = asked()
    writer.add(DeviceRegained(stamp=writer.host()))

    assert judged(writer.run().sample(), "R10.once") is Judgement.PASS


def test_judging_leaves_the_collector_of_cycles_as_it_was() -> None:
    with _collecting(now=False):
        judge(Writer().begin().history())
        assert not gc.isenabled()
    with _collecting(now=True):
        judge(Writer().begin().history())
        assert gc.isenabled()


@contextmanager
def _collecting(*, now: bool) -> Iterator[None]:
    was = gc.isenabled()
    (gc.enable if now else gc.disable)()
    try:
        yield
    finally:
        (gc.enable if was else gc.disable)()


def test_the_catalogue_s_module_prints_its_page(capsys: pytest.CaptureFixture[str]) -> None:
    main = Path(catalogue.__file__).with_name("__main__.py")
    runpy.run_path(str(main), run_name="bgtask_reference.oracle.catalogue.__main__")

    assert capsys.readouterr().out == page()


# --- clocks -----------------------------------------------------------------------------------------------------------


def test_a_wall_reading_between_two_samples_that_do_not_keep_step_is_somewhere_between_them() -> None:
    writer = Writer().sample().wait(10)
    index = writer.add(RunWanted(stamp=Stamp(Clock.WALL, writer.now + writer.wall_offset)))
    record = Record(writer.step_wall(60).wait(10).sample().entries)
    first, last = (event for _, event in record.told(ClockSampled))

    when = Timeline(record).place(record.entries[index])

    assert (when.boot, when.stretch) == (0, None)
    assert when.lo < first.boot_ns <= last.boot_ns < when.hi


def test_a_moment_that_is_known_within_seconds_is_told_as_from_to() -> None:
    assert clock(When(0, 5 * NS_PER_S, 7 * NS_PER_S, 0, 0, Stamp(Clock.BOOT, 0))) == "boot 5.000 to 7.000 s"


# --- who is who -------------------------------------------------------------------------------------------------------


def test_a_request_of_work_that_is_surely_foreign_is_nobody_s() -> None:
    writer = asked().request(quiet(SYNC, id="org.example.foreign"))

    report = judge(writer.sample().history())

    assert report.unexplained == ()


def test_another_app_s_process_ends_nobody_s_run() -> None:
    writer = asked()
    who = writer.start()
    writer.add(ProcessStarted(stamp=writer.log(), source=Source.SYSTEM_LOG, package="org.other", pid=2))
    writer.wait(1).start(attempt=2)

    assert judged(writer.finish(who).sample(), "R4.overlap") is Judgement.FAIL


def test_a_request_of_which_nobody_told_the_kind_may_be_of_either_name() -> None:
    writer = Writer().begin().names().request(kind=RequestKind.UNKNOWN).sample()

    names = cut(writer.history()).tasks[0].names

    assert [len(each.optional) for each in names] == [1, 1]


def test_two_sources_that_name_no_work_tell_of_one_run() -> None:
    writer = Writer(sources=()).begin().request()
    for source in (Source.APP_LOG, Source.SYSTEM_LOG):
        writer.add(RunStarted(stamp=writer.log(), source=source, subject=Subject(task=SYNC.id)))

    assert len(cut(writer.sample().history()).tasks[0].runs) == 1


def test_sightings_by_the_boot_clock_lie_side_by_side_too() -> None:
    writer = Writer(sources=()).begin().request().sample()
    for source in (Source.APP_LOG, Source.SYSTEM_LOG):
        stamp = Stamp(Clock.BOOT, writer.now)
        writer.add(RunStarted(stamp=stamp, source=source, subject=Subject(task=SYNC.id)))

    assert len(cut(writer.sample().history()).tasks[0].runs) == 1


def test_sightings_by_the_boot_clock_that_lie_far_apart_tell_of_two_runs() -> None:
    writer = Writer(sources=()).begin().request().sample()
    for source in (Source.APP_LOG, Source.SYSTEM_LOG):
        stamp = Stamp(Clock.BOOT, writer.wait(60).now)
        writer.add(RunStarted(stamp=stamp, source=source, subject=Subject(task=SYNC.id)))

    assert len(cut(writer.sample().history()).tasks[0].runs) == 2


# --- rules ------------------------------------------------------------------------------------------------------------


def test_a_run_whose_request_was_logged_just_after_it_was_not_cancelled() -> None:
    writer = asked().run().wait(5).cancel().wait(60)
    who = writer.start()

    assert judged(writer.request().wait(1).finish(who).sample(), "R9.cancel") is Judgement.PASS


def test_a_cancellation_of_which_nobody_knows_the_task_accuses_nobody() -> None:
    writer = asked()
    who = writer.start()
    writer.add(RequestCancelled(stamp=writer.log(), source=Source.APP_LOG, subject=Subject(work_id="?")))
    writer.wait(60).finish(who).wait(3600).run().sample()

    assert judged(writer, "R9.under-way") is Judgement.NOT_EXERCISED
    assert judged(writer, "R9.cancel") is Judgement.NOT_EXERCISED


def test_a_job_that_waits_for_nothing_shared_is_no_reason() -> None:
    writer = asked().look().want(within=30).wait(10)
    job = JobRow("u0a1", 9, None, f"{PACKAGE}/X", source_package=PACKAGE, unsatisfied=("TIMING_DELAY",))
    stamp = Stamp(Clock.BOOT, writer.sample().now)
    writer.add(JobsListed(stamp=stamp, source=Source.JOB_DUMP, package=PACKAGE, jobs=(job, job), complete=True))

    assert judged(writer.wait(60).look(), "R1.nudged") is Judgement.FAIL


def test_a_stop_of_work_that_was_cancelled_leaves_it_cancelled() -> None:
    writer = asked().run().wait(5).cancel().wait(1)
    who = Subject(work_id=work_of(PERIODIC), attempt_id="unseen")
    writer.add(RunStopped(stamp=writer.log(), source=Source.BEACON, subject=who, reason="cancelled"))

    assert judged(writer.wait(60).request().wait(5).run(attempt=1).sample(), "R6.attempts") is Judgement.PASS


def test_a_run_of_another_name_is_not_the_one_that_was_wanted() -> None:
    writer = asked().wait(60).request(kind=RequestKind.ONE_TIME).look().want(within=30, name=PERIODIC)

    assert judged(writer.run(IMMEDIATE).wait(60).look(), "R1.nudged") is Judgement.FAIL


def test_a_run_of_which_nobody_knows_the_boot_may_be_the_one_that_was_wanted() -> None:
    writer = Writer().begin(clear=False).names().request().want(within=30).run().boot()

    told = verdict(writer.sample(), "R1.nudged")

    assert told.judgement is Judgement.INCONCLUSIVE
    assert "a run was seen" in told.reason


def test_a_run_that_began_in_time_and_ended_after_a_boot_may_be_the_one_that_was_wanted() -> None:
    writer = Writer(sources=("app-log",)).begin().request().want(within=30)
    who = writer.start()

    told = verdict(writer.sample().boot().finish(who).sample(), "R1.nudged")

    assert (told.judgement, "a run was seen" in told.reason) == (Judgement.INCONCLUSIVE, True)


def test_a_run_before_the_boot_is_not_the_one_that_is_wanted_after_it() -> None:
    writer = asked().sample().run().sample().boot()
    writer.add(RunWanted(stamp=writer.host(), task=SYNC.id, within_ns=30 * NS_PER_S))

    assert judged(writer.wait(60).look(), "R1.nudged") is not Judgement.PASS


def test_periodic_work_whose_period_is_over_is_due() -> None:
    writer = asked().run().wait(3700).look().want(within=30)

    assert judged(writer.wait(60).look(), "R1.nudged") is Judgement.FAIL


def test_a_backoff_that_began_nobody_knows_when_may_not_be_over() -> None:
    writer = Writer().begin(clear=False).names()
    writer.stop(writer.start(attempt=2)).look().want(within=30)

    assert "W21" in verdict(writer.wait(60).look(), "R1.nudged").reason


def test_a_run_in_the_app_is_held_to_no_cancellation() -> None:
    writer = Writer(sources=("app-log",)).begin().request().cancel().wait(60)
    writer.stimulus("hook", Subject(task=SYNC.id), ForceLevel.IN_APP)

    assert judged(writer.run().sample(), "R9.cancel") is not Judgement.FAIL


def test_after_a_retry_the_job_that_waits_is_another_one_s_business() -> None:
    writer = asked().run(result=Result.RETRY).wait(60).sample()
    stamp = Stamp(Clock.BOOT, writer.now)
    writer.add(JobsListed(stamp=stamp, source=Source.JOB_DUMP, package=PACKAGE, jobs=(), complete=True))

    assert judged(writer.sample(), "R12.rearmed") is Judgement.INCONCLUSIVE


def test_a_second_end_beyond_a_hole_may_be_another_run_s() -> None:
    writer = Writer(sources=("app-log",)).begin().request()
    who = writer.start()
    writer.wait(1).finish(who).sample()
    writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="dropped"))

    assert judged(writer.wait(60).sample().finish(who).sample(), "R10.once") is not Judgement.FAIL


def test_an_end_that_lies_before_any_reading_of_the_clocks_came_before_what_is_wanted() -> None:
    writer = Writer()
    writer.run()
    writer.begin(clear=False).names().request().want(within=30)

    assert judged(writer.wait(60).look(), "R1.nudged") is not Judgement.PASS


def test_an_anonymous_end_after_a_run_of_which_the_end_was_not_told_is_its_end() -> None:
    writer = Writer(sources=("app-log",)).begin().request()
    writer.start()
    who = writer.wait(5).process().start()
    writer.wait(1).finish(who).wait(60)
    writer.add(
        RunFinished(stamp=writer.log(), source=Source.BEACON, subject=Subject(task=SYNC.id), result=Result.RETRY)
    )

    assert judged(writer.sample(), "R10.once") is not Judgement.FAIL


# --- the reference, replayed ------------------------------------------------------------------------------------------


def test_a_cancellation_of_everything_is_recorded_as_one_call() -> None:
    recorder = RecordingWorkManager()
    recorder.cancel_all_work()

    assert recorder.calls == [PlatformCall("cancel-all", "")]
