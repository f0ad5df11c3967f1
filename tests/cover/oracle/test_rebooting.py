"""R7: what waited before a reboot waits after it."""

from __future__ import annotations

import pytest
from bgtask_tests_histories import PACKAGE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import Writer

from bgtask_reference.events import Clock
from bgtask_reference.events import JobRow
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Outcome
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import Verdict
from bgtask_reference.oracle import judge

JOB = JobRow("u0a1", 9, None, f"{PACKAGE}/SystemJobService", source_package=PACKAGE)
FOREIGN = JobRow("u0a2", 1, None, "org.other/Service", source_package="org.other")


def verdict(writer: Writer) -> Verdict:
    return next(each for each in judge(writer.history()).verdicts if each.rule == "R7.rebooted")


def reboot(writer: Writer) -> Writer:
    """Reboot as a session does: nothing else is done between the last sentinel and the first one of the next boot."""
    number = writer.sample().stimulus("reboot", outcome=None)
    writer.boot()
    writer.add(StimulusAnswered(stamp=writer.host(), number=number, outcome=Outcome.ACCEPTED))
    return writer.sample()


def rebooted() -> Writer:
    return reboot(Writer().begin().names().request().run().wait(60).look())


def dump(writer: Writer, *jobs: JobRow, complete: bool = True, package: str | None = PACKAGE) -> Writer:
    stamp = Stamp(Clock.BOOT, writer.sample().now)
    writer.add(JobsListed(stamp=stamp, source=Source.JOB_DUMP, package=package, jobs=jobs, complete=complete))
    return writer.sample()


def test_no_job_of_the_app_long_after_the_boot_fails_with_the_boot_and_the_dump() -> None:
    writer = dump(rebooted().wait(600).look())

    told = verdict(writer)

    assert told.judgement is Judgement.FAIL
    assert [type(writer.entries[index].event).__name__ for index in told.witness] == ["PhoneBooted", "JobsListed"]


def test_jobs_of_other_apps_are_none_of_the_app() -> None:
    assert verdict(dump(rebooted().wait(600).look(), FOREIGN, package=None)).judgement is Judgement.FAIL


def test_a_job_of_the_app_may_be_another_task_s() -> None:
    assert verdict(dump(rebooted().wait(600).look(), JOB)).judgement is Judgement.NOT_EXERCISED


def test_a_run_after_the_boot_shows_that_its_work_came_back() -> None:
    assert verdict(rebooted().wait(3600).run().sample()).judgement is Judgement.PASS


@pytest.mark.parametrize("fact", [{"stopped": True}, {"background_restricted": True}, {"bucket": 45}])
def test_an_app_that_does_not_hear_of_the_boot_owes_nothing(fact: dict[str, bool | int | str]) -> None:
    assert verdict(dump(rebooted().wait(600).look(**fact))).judgement is Judgement.NOT_EXERCISED


def test_nothing_is_owed_before_the_boot_has_settled() -> None:
    assert verdict(dump(rebooted().look())).judgement is Judgement.NOT_EXERCISED


def test_nothing_is_said_of_a_dump_that_was_cut_or_is_of_another_app() -> None:
    assert verdict(dump(rebooted().wait(600).look(), complete=False)).judgement is Judgement.NOT_EXERCISED
    assert verdict(dump(rebooted().wait(600).look(), package="org.other")).judgement is Judgement.NOT_EXERCISED


def test_a_force_stop_after_the_boot_takes_the_jobs_again() -> None:
    writer = rebooted().wait(600).look()
    writer.stimulus("app.force-stop")

    assert verdict(dump(writer)).judgement is Judgement.NOT_EXERCISED


def test_what_was_cancelled_after_the_boot_does_not_come_back() -> None:
    assert verdict(dump(rebooted().cancel().wait(600).look())).judgement is Judgement.NOT_EXERCISED


def test_what_was_cancelled_before_the_boot_does_not_come_back() -> None:
    writer = reboot(Writer().begin().names().request().run().cancel().wait(60).look())

    assert verdict(dump(writer.wait(600).look())).judgement is Judgement.NOT_EXERCISED


def test_a_hole_after_the_boot_may_have_swallowed_a_cancellation() -> None:
    writer = rebooted().wait(60)
    writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="dropped"))

    assert verdict(dump(writer.wait(600).look())).judgement is not Judgement.FAIL


def test_a_boot_that_nobody_asked_for_proves_nothing() -> None:
    writer = Writer().begin().names().request().run().wait(60).look().boot()

    assert verdict(dump(writer.wait(600).look())).judgement is not Judgement.FAIL


def test_a_process_that_dies_is_no_reboot() -> None:
    writer = Writer().begin(clear=False).look().names()
    writer.stimulus("app.clear-data")
    writer.sample().request().wait(60).process().wait(600).look()

    assert verdict(dump(writer)).judgement is Judgement.NOT_EXERCISED


def test_an_environment_that_nobody_read_decides_nothing() -> None:
    assert verdict(dump(rebooted().wait(600))).judgement is Judgement.NOT_EXERCISED


def test_a_run_that_the_reboot_ended_waits_again() -> None:
    writer = Writer().begin().names().request()
    writer.start(PERIODIC)

    assert verdict(dump(reboot(writer.wait(1).look()).wait(600).look())).judgement is Judgement.FAIL


def test_whether_work_is_due_after_a_boot_is_not_known() -> None:
    report = judge(rebooted().wait(7200).look().want(within=60).wait(90).look().history())

    told = next(each for each in report.verdicts if each.rule == "R1.nudged")
    assert (told.judgement, "while the phone booted" in told.reason) == (Judgement.INCONCLUSIVE, True)
