"""R13.created, R18: what is due can be made, and becomes a run of its own task."""

from __future__ import annotations

from bgtask_tests_histories import IMMEDIATE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import PING
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app
from bgtask_tests_histories import work_of

from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import Source
from bgtask_reference.events import Subject
from bgtask_reference.events import Verdict
from bgtask_reference.oracle import judge


def verdict(writer: Writer, rule: str, task: str = SYNC.id) -> Verdict:
    return next(each for each in judge(writer.history()).verdicts if (each.rule, each.task) == (rule, task))


def judged(writer: Writer, rule: str, task: str = SYNC.id) -> Judgement:
    return verdict(writer, rule, task).judgement


def asked() -> Writer:
    return Writer().begin().names().request()


def not_created(writer: Writer, subject: Subject) -> Writer:
    source = Source.WORK_MANAGER_DEBUG
    writer.add(RunRefused(stamp=writer.log(), source=source, subject=subject, reason="not-created"))
    return writer.wait(1)


def library_ends(writer: Writer, name: str = PERIODIC, result: Result = Result.FAILURE) -> Writer:
    who, source = Subject(work_id=work_of(name)), Source.WORK_MANAGER_INFO
    writer.add(RunFinished(stamp=writer.log(), source=source, subject=who, result=result))
    return writer.wait(1)


# --- R13.created ------------------------------------------------------------------------------------------------------


def test_a_worker_that_begins_was_created() -> None:
    assert judged(asked().run().sample(), "R13.created") is Judgement.PASS


def test_a_worker_that_could_not_be_created_fails() -> None:
    told = verdict(not_created(asked(), Subject(work_id=work_of(PERIODIC))).sample(), "R13.created")

    assert (told.judgement, len(told.witness)) == (Judgement.FAIL, 1)


def test_a_worker_of_nobody_knows_which_task_is_open_for_each() -> None:
    told = verdict(not_created(asked(), Subject()).sample(), "R13.created")

    assert (told.judgement, told.missing) == (Judgement.INCONCLUSIVE, ("wm-debug",))


def test_another_reason_for_not_running_is_another_rules_business() -> None:
    assert judged(asked().refused().run().sample(), "R13.created") is Judgement.PASS


# --- R18.name ---------------------------------------------------------------------------------------------------------


def two_tasks() -> Writer:
    return Writer(app(SYNC, PING)).begin().names().request(SYNC).request(PING)


def began_as(writer: Writer, task: str, name: str) -> Writer:
    who = Subject(task=task, work_id=work_of(name), attempt_id="x")
    writer.add(RunStarted(stamp=writer.log(), source=Source.BEACON, subject=who, run_attempt=1))
    return writer.wait(1)


def test_a_run_for_its_own_tasks_work_holds() -> None:
    assert judged(two_tasks().run().sample(), "R18.name") is Judgement.PASS


def test_a_run_for_another_tasks_work_fails_with_the_listing_and_the_start() -> None:
    writer = began_as(two_tasks(), SYNC.id, PING.unique_names[0].name).sample()

    told = verdict(writer, "R18.name")

    assert told.judgement is Judgement.FAIL
    assert [type(writer.entries[index].event).__name__ for index in told.witness] == ["WorkListed", "RunStarted"]


def test_work_that_was_never_listed_is_nobodys() -> None:
    writer = began_as(Writer(app(SYNC, PING)).begin(), SYNC.id, PING.unique_names[0].name).sample()

    assert judged(writer, "R18.name") is Judgement.NOT_EXERCISED


# --- R18.begun --------------------------------------------------------------------------------------------------------


def test_a_run_that_both_worker_and_library_told_of_holds() -> None:
    assert judged(asked().run().sample(), "R18.begun") is Judgement.PASS


def test_a_run_that_only_the_library_ended_fails() -> None:
    told = verdict(library_ends(asked().run().wait(3600)).sample(), "R18.begun")

    assert told.judgement is Judgement.FAIL
    assert "input did not arrive" in told.reason


def test_an_end_that_the_library_told_late_is_of_the_run_before() -> None:
    writer = Writer(sources=("beacon",)).begin().names().request().run().wait(20)

    assert judged(library_ends(writer, result=Result.SUCCESS).sample(), "R18.begun") is Judgement.NOT_EXERCISED


def test_a_hole_may_have_swallowed_the_start() -> None:
    writer = asked().run().wait(3600)
    writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="dropped"))

    assert judged(library_ends(writer.sample()).sample(), "R18.begun") is Judgement.INCONCLUSIVE


def test_before_any_process_began_nobody_knows_what_was_under_way() -> None:
    writer = Writer().begin(clear=False).names().run(IMMEDIATE)

    assert judged(library_ends(writer).sample(), "R18.begun") is Judgement.PASS


def test_without_a_beacon_there_is_nothing_to_compare() -> None:
    writer = Writer(sources=("app-log", "info")).begin().names().request().run()

    assert judged(library_ends(writer.wait(3600)).sample(), "R18.begun") is Judgement.NOT_EXERCISED
