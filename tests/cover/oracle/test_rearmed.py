"""R12: after each run of periodic work a next request exists."""

from __future__ import annotations

from bgtask_tests_histories import IMMEDIATE
from bgtask_tests_histories import PACKAGE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import work_of
from bgtask_tests_judging import judged
from bgtask_tests_judging import kinds
from bgtask_tests_judging import verdict

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Clock
from bgtask_reference.events import JobRow
from bgtask_reference.events import JobScheduled
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import Subject
from bgtask_reference.events import WorkState


def asked() -> Writer:
    return Writer().begin().names().request()


def test_a_row_that_waits_after_the_run_shows_that_it_is_armed() -> None:
    writer = asked().run().wait(60).listed((PERIODIC, WorkState.ENQUEUED)).sample()

    assert judged(writer, "R12.rearmed") is Judgement.PASS


def test_a_row_that_is_gone_after_the_run_fails() -> None:
    writer = asked().run().wait(60).listed((IMMEDIATE, WorkState.SUCCEEDED)).sample()

    told = verdict(writer, "R12.rearmed")

    assert told.judgement is Judgement.FAIL
    assert kinds(writer, told) == ["RunFinished", "WorkListed"]


def test_a_row_that_has_failed_for_good_fails() -> None:
    writer = asked().run().wait(60).listed((PERIODIC, WorkState.FAILED)).sample()

    assert "FAILED" in verdict(writer, "R12.rearmed").reason


def test_a_list_that_was_cut_proves_nothing() -> None:
    writer = asked().run().wait(60).listed(complete=False).sample()

    told = verdict(writer, "R12.rearmed")

    assert (told.judgement, told.missing) == (Judgement.INCONCLUSIVE, ())


def test_nobody_who_asked_is_named_as_missing() -> None:
    told = verdict(asked().run().wait(60).sample(), "R12.rearmed")

    assert (told.judgement, told.missing) == (Judgement.INCONCLUSIVE, ("dumpsys-jobscheduler", "wm-diagnostics"))


def test_an_answer_that_comes_too_soon_proves_nothing() -> None:
    assert judged(dump(asked().run().wait(1)), "R12.rearmed") is Judgement.INCONCLUSIVE


def test_what_was_cancelled_after_its_run_need_not_be_armed() -> None:
    writer = asked().run().wait(5).cancel().wait(60).listed().sample()

    assert judged(writer, "R12.rearmed") is Judgement.SUPPRESSED


def test_a_later_run_shows_that_it_was_armed() -> None:
    writer = asked().run().wait(3600).run().wait(40).listed((PERIODIC, WorkState.ENQUEUED)).sample()

    assert verdict(writer, "R12.rearmed").exercised == 2


def test_a_job_that_was_scheduled_after_the_run_shows_that_it_is_armed() -> None:
    writer = asked().run()
    who = Subject(work_id=work_of(PERIODIC), job_id=9)
    writer.add(JobScheduled(stamp=writer.log(), source=Source.WORK_MANAGER_DEBUG, subject=who))

    assert judged(writer.sample(), "R12.rearmed") is Judgement.PASS


def dump(writer: Writer, *jobs: JobRow, package: str | None = PACKAGE) -> Writer:
    stamp = Stamp(Clock.BOOT, writer.now)
    writer.sample().add(JobsListed(stamp=stamp, source=Source.JOB_DUMP, package=package, jobs=jobs, complete=True))
    return writer.sample()


def job(due: float | None) -> JobRow:
    earliest = None if due is None else round(due * NS_PER_S)
    return JobRow("u0a1", 9, None, f"{PACKAGE}/SystemJobService", source_package=PACKAGE, earliest_ns=earliest)


def test_no_job_that_waits_for_the_next_period_fails() -> None:
    writer = asked().run().wait(60)

    told = verdict(dump(writer, job(100)), "R12.rearmed")

    assert told.judgement is Judgement.FAIL
    assert kinds(writer, told) == ["RunFinished", "JobsListed"]


def test_a_job_that_waits_for_the_next_period_shows_that_it_is_armed() -> None:
    writer = asked().run().sample().wait(60)

    assert judged(dump(writer, job(3540)), "R12.rearmed") is Judgement.PASS


def test_a_job_whose_due_time_is_not_printed_decides_nothing() -> None:
    writer = asked().run().wait(60)

    assert judged(dump(writer, job(None)), "R12.rearmed") is Judgement.INCONCLUSIVE


def test_a_waiting_row_without_a_job_is_only_half_the_proof() -> None:
    writer = asked().run().wait(60).listed((PERIODIC, WorkState.ENQUEUED), job_id=None).sample()

    assert judged(writer, "R12.rearmed") is Judgement.INCONCLUSIVE
    assert judged(dump(writer), "R12.rearmed") is Judgement.FAIL


def test_jobs_that_a_force_stop_took_away_accuse_nobody() -> None:
    writer = asked().run().wait(60)
    writer.stimulus("app.force-stop")

    assert judged(dump(writer), "R12.rearmed") is Judgement.INCONCLUSIVE


def release() -> Writer:
    """A release build: WorkManager's INFO line tells ends, and nobody tells a start."""
    return Writer(sources=("info",)).begin().names()


def test_a_later_end_shows_that_it_was_armed_where_nobody_shows_starts() -> None:
    writer = release().run().wait(3600).run().sample().wait(60)

    told = verdict(dump(writer, job(3540)), "R12.rearmed")

    assert (told.judgement, told.exercised) == (Judgement.PASS, 2)


def test_two_sightings_of_one_end_do_not_show_that_it_was_armed() -> None:
    writer = Writer().begin().names().request().run().wait(60)

    assert judged(dump(writer), "R12.rearmed") is Judgement.FAIL


def test_a_hole_between_the_run_and_the_dump_proves_nothing() -> None:
    writer = release().run().wait(60).sample()
    writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="dropped"))

    told = verdict(dump(writer.wait(3600).sample(), job(100)), "R12.rearmed")

    assert told.judgement is Judgement.INCONCLUSIVE
    assert "hole" in told.reason


def test_a_list_after_a_hole_proves_nothing() -> None:
    writer = release().run().wait(60).sample()
    writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="dropped"))
    writer.wait(60).sample().listed((IMMEDIATE, WorkState.SUCCEEDED)).sample()

    assert judged(writer, "R12.rearmed") is Judgement.INCONCLUSIVE


def test_a_run_after_a_hole_may_have_been_asked_for_in_it() -> None:
    writer = release().run().wait(60).sample()
    writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="dropped"))
    writer.wait(3600).sample().run().sample()

    assert verdict(writer, "R12.rearmed").exercised == 0


def test_a_dump_from_beyond_the_last_sentinel_that_came_back_proves_nothing() -> None:
    writer = release().run().sample().wait(60).sample(seen=False)
    stamp = Stamp(Clock.BOOT, writer.wait(3600).now)
    writer.add(JobsListed(stamp=stamp, source=Source.JOB_DUMP, package=PACKAGE, jobs=(job(100),), complete=True))

    told = verdict(writer.sample(seen=False), "R12.rearmed")

    assert told.judgement is Judgement.INCONCLUSIVE
    assert "sentinel" in told.reason


def test_a_run_whose_line_was_read_only_after_the_dump_shows_that_it_was_armed() -> None:
    writer = release().run().sample().wait(3600)
    asked_at = Stamp(Clock.BOOT, writer.now + 3 * NS_PER_S)
    writer.add(JobsListed(stamp=asked_at, source=Source.JOB_DUMP, package=PACKAGE, jobs=(), complete=True))

    told = verdict(writer.run(lasts=2).wait(2).sample(), "R12.rearmed")

    assert (told.judgement, told.exercised) == (Judgement.INCONCLUSIVE, 1), "of the later run nobody asked"
