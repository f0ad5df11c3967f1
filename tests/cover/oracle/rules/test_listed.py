"""R7, R8, R11, R19: what WorkManager lists, against what was seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from bgtask_tests_histories import IMMEDIATE
from bgtask_tests_histories import PACKAGE
from bgtask_tests_histories import PERIODIC
from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app
from bgtask_tests_histories import quiet
from bgtask_tests_histories import work_of
from bgtask_tests_judging import judged
from bgtask_tests_judging import verdict

from bgtask_reference.events import DeviceLost
from bgtask_reference.events import DeviceRegained
from bgtask_reference.events import ExistingWork
from bgtask_reference.events import Judgement
from bgtask_reference.events import LogLost
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import RequestKind
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import Source
from bgtask_reference.events import Subject
from bgtask_reference.events import UniqueName
from bgtask_reference.events import WorkListed
from bgtask_reference.events import WorkRow
from bgtask_reference.events import WorkState

WAITS, RUNS = (PERIODIC, WorkState.ENQUEUED), (PERIODIC, WorkState.RUNNING)


def asked(writer: Writer | None = None) -> Writer:
    return (writer or Writer()).begin().names().request()


def rows(writer: Writer, *told: tuple[str, str], worker: str = "Worker") -> Writer:
    listed = tuple(WorkRow(work, worker, 7, WorkState.ENQUEUED, (name,), ()) for name, work in told)
    writer.add(WorkListed(stamp=writer.log(), source=Source.DIAGNOSTICS, rows=listed, complete=True))
    return writer.wait(1)


# --- R8.one-row -------------------------------------------------------------------------------------------------------


def test_one_row_a_name_holds() -> None:
    assert judged(asked().wait(60).listed(WAITS).sample(), "R8.one-row") is Judgement.PASS


def test_two_unfinished_rows_of_one_name_fail() -> None:
    told = verdict(rows(asked().wait(60), (PERIODIC, "a"), (PERIODIC, "b")).sample(), "R8.one-row")

    assert (told.judgement, told.reason) == (Judgement.FAIL, f"{PERIODIC} has 2 rows that are not finished")


def test_rows_that_were_read_around_a_request_may_be_of_before_and_after() -> None:
    writer = rows(asked().wait(60).request().wait(1), (PERIODIC, "a"), (PERIODIC, "b")).sample()

    assert judged(writer, "R8.one-row") is Judgement.NOT_EXERCISED


def test_appended_work_may_have_several_rows() -> None:
    names = tuple(replace(each, existing=ExistingWork.APPEND) for each in SYNC.unique_names)
    writer = rows(asked(Writer(app(quiet(SYNC, unique_names=names)))).wait(60), (PERIODIC, "a"), (PERIODIC, "b"))

    assert judged(writer.sample(), "R8.one-row") is Judgement.NOT_EXERCISED


# --- R8.own-names -----------------------------------------------------------------------------------------------------


def of_one_class() -> Writer:
    return asked(Writer(app(quiet(SYNC, worker_class="org.example.SyncWorker")))).wait(60)


def test_a_worker_under_its_declared_name_holds() -> None:
    writer = rows(of_one_class(), (PERIODIC, "a"), worker="org.example.SyncWorker").sample()

    assert judged(writer, "R8.own-names") is Judgement.PASS


def test_a_worker_under_a_name_of_its_own_making_fails() -> None:
    writer = rows(of_one_class(), (f"{PERIODIC}-3600", "a"), worker="org.example.SyncWorker").sample()

    assert judged(writer, "R8.own-names") is Judgement.FAIL


def test_a_class_that_several_tasks_share_tells_nothing() -> None:
    tasks = tuple(
        quiet(SYNC, id=name, unique_names=(UniqueName(name, periodic=True),), worker_class="W") for name in "ab"
    )
    writer = rows(Writer(app(*tasks)).begin().wait(60), ("c", "1"), worker="W").sample()

    assert judged(writer, "R8.own-names") is Judgement.NOT_EXERCISED


# --- R19.result -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "result", "state", "right"),
    [
        (IMMEDIATE, Result.SUCCESS, WorkState.SUCCEEDED, True),
        (IMMEDIATE, Result.SUCCESS, WorkState.FAILED, False),
        (IMMEDIATE, Result.FAILURE, WorkState.FAILED, True),
        (IMMEDIATE, Result.FAILURE, WorkState.SUCCEEDED, False),
        (IMMEDIATE, Result.RETRY, WorkState.ENQUEUED, True),
        (IMMEDIATE, Result.RETRY, WorkState.SUCCEEDED, False),
        (IMMEDIATE, Result.SUCCESS, WorkState.CANCELLED, True),
        (PERIODIC, Result.SUCCESS, WorkState.ENQUEUED, True),
        (PERIODIC, Result.FAILURE, WorkState.ENQUEUED, True),
        (PERIODIC, Result.FAILURE, WorkState.FAILED, False),
        (PERIODIC, Result.RETRY, WorkState.FAILED, False),
    ],
)
def test_a_row_is_listed_in_the_state_that_the_result_leads_to(
    name: str, result: Result, state: WorkState, right: bool
) -> None:
    writer = asked().request(kind=RequestKind.ONE_TIME).run(name, result=result).wait(10).listed((name, state))

    told = verdict(writer.sample(), "R19.result")

    assert told.judgement is (Judgement.PASS if right else Judgement.FAIL)
    assert right or [type(writer.entries[index].event).__name__ for index in told.witness] == [
        "RunFinished",
        "WorkListed",
    ]


def test_a_row_that_is_listed_at_once_may_not_be_written_yet() -> None:
    writer = asked().run(result=Result.FAILURE).listed((PERIODIC, WorkState.FAILED)).sample()

    assert judged(writer, "R19.result") is Judgement.NOT_EXERCISED


def test_what_happened_in_between_decides_instead() -> None:
    writer = asked().run(result=Result.RETRY).wait(40).run(attempt=2).wait(10).listed(WAITS).sample()

    assert verdict(writer, "R19.result").exercised == 1


# --- R19.running ------------------------------------------------------------------------------------------------------


def test_what_runs_may_be_listed_as_running() -> None:
    writer = asked()
    run = writer.start()
    writer.wait(60).listed(RUNS).wait(60).finish(run).sample()

    assert judged(writer, "R19.running") is Judgement.PASS


def stays_running(writer: Writer, *, between: float = 3600) -> Writer:
    return writer.wait(60).listed(RUNS).wait(between).listed(RUNS).wait(60).sample()


def test_a_row_that_stays_running_after_its_process_died_fails() -> None:
    writer = asked()
    writer.start()

    told = verdict(stays_running(writer.wait(5).process()), "R19.running")

    assert (told.judgement, len(told.witness)) == (Judgement.FAIL, 2)


def test_a_row_may_wait_for_a_thread_for_as_long_as_a_run_may_last() -> None:
    assert judged(stays_running(asked().run(), between=600), "R19.running") is Judgement.NOT_EXERCISED


def test_without_a_source_of_starts_a_running_row_is_open() -> None:
    told = verdict(stays_running(Writer(sources=("info",)).begin().names().request().run()), "R19.running")

    assert (told.judgement, told.missing) == (Judgement.INCONCLUSIVE, ("app-log", "beacon", "wm-debug"))


def test_in_a_log_that_is_not_whole_nobody_knows_what_runs() -> None:
    writer = asked().run().wait(60)
    writer.add(LogLost(stamp=writer.host(), stream="logcat", reason="dropped"))

    assert judged(stays_running(writer), "R19.running") is Judgement.NOT_EXERCISED


def test_a_phone_that_was_lost_in_between_leaves_it_open() -> None:
    writer = asked().run().wait(60).listed(RUNS).wait(1)
    writer.add(DeviceLost(stamp=writer.host(), reason="offline"))
    writer.add(DeviceRegained(stamp=writer.host()))

    assert judged(stays_running(writer), "R19.running") is not Judgement.FAIL


def test_an_exception_that_escapes_ends_even_periodic_work_for_good() -> None:
    writer = Writer(sources=("beacon",)).begin().names().request().run(result=Result.FAILURE)
    who, source = Subject(work_id=work_of(PERIODIC)), Source.WORK_MANAGER_INFO
    raw = f"E WM-WorkerWrapper: Work [ id={who.work_id}, tags={{ X }} ] failed because it threw an exception/error"
    writer.add(RunFinished(stamp=writer.log(), source=source, raw=raw, subject=who))
    writer.wait(10)

    assert judged(writer.listed((PERIODIC, WorkState.FAILED)).sample(), "R19.result") is Judgement.PASS


# --- R7.kept, R11.rearmed ---------------------------------------------------------------------------------------------


def died() -> Writer:
    return asked().run().wait(60).process().wait(60)


def stopped() -> Writer:
    writer = asked()
    run = writer.start()
    return writer.wait(600).stop(run, "STOP_REASON_TIMEOUT").wait(60)


Life = Callable[[], Writer]
BOTH = [(died, "R7.kept"), (stopped, "R11.rearmed")]


@pytest.mark.parametrize(("life", "rule"), BOTH)
def test_periodic_work_that_is_listed_afterwards_was_kept(life: Life, rule: str) -> None:
    assert judged(life().listed(WAITS).sample(), rule) is Judgement.PASS


@pytest.mark.parametrize(("life", "rule"), BOTH)
def test_periodic_work_that_runs_again_was_kept(life: Life, rule: str) -> None:
    assert judged(life().wait(3600).run(attempt=2).sample(), rule) is Judgement.PASS


@pytest.mark.parametrize(("life", "rule"), BOTH)
def test_periodic_work_that_a_whole_list_lacks_was_lost(life: Life, rule: str) -> None:
    told = verdict(life().listed((IMMEDIATE, WorkState.SUCCEEDED)).sample(), rule)

    assert told.judgement is Judgement.FAIL
    assert "nobody cancelled it" in told.reason


@pytest.mark.parametrize(("life", "rule"), BOTH)
def test_a_list_that_was_cut_does_not_tell(life: Life, rule: str) -> None:
    told = verdict(life().listed((IMMEDIATE, WorkState.SUCCEEDED), complete=False).sample(), rule)

    assert (told.judgement, told.missing) == (Judgement.INCONCLUSIVE, ("wm-diagnostics",))


@pytest.mark.parametrize(("life", "rule"), BOTH)
def test_what_was_cancelled_meanwhile_need_not_be_there(life: Life, rule: str) -> None:
    writer = life().cancel().wait(60).listed((IMMEDIATE, WorkState.SUCCEEDED)).sample()

    assert judged(writer, rule) is Judgement.NOT_EXERCISED


@pytest.mark.parametrize(("life", "rule"), BOTH)
def test_where_nobody_looks_nothing_is_said(life: Life, rule: str) -> None:
    assert judged(life().sample(), rule) is Judgement.NOT_EXERCISED


@pytest.mark.parametrize(("life", "rule"), BOTH)
def test_a_row_that_has_come_to_an_end_is_another_rules_business(life: Life, rule: str) -> None:
    assert judged(life().listed((PERIODIC, WorkState.FAILED)).sample(), rule) is Judgement.NOT_EXERCISED


def test_a_list_just_after_the_death_may_be_of_before() -> None:
    writer = asked().run().wait(60).process().wait(1).listed((IMMEDIATE, WorkState.SUCCEEDED)).sample()

    assert judged(writer, "R7.kept") is Judgement.NOT_EXERCISED


def test_where_no_cancellation_would_be_seen_a_row_that_is_gone_is_open() -> None:
    writer = Writer(sources=("beacon",)).begin(clear=False).names().run().wait(60).process().wait(60)

    told = verdict(writer.listed((IMMEDIATE, WorkState.SUCCEEDED)).sample(), "R7.kept")

    assert (told.judgement, told.missing) == (Judgement.INCONCLUSIVE, ("app-log",))


def test_a_process_that_died_because_its_data_was_cleared_lost_it_rightly() -> None:
    writer = asked().run().wait(60)
    writer.add(ProcessDied(stamp=writer.log(), source=Source.SYSTEM_LOG, package=PACKAGE, pid=1, why="clear data"))

    told = verdict(writer.wait(60).listed((IMMEDIATE, WorkState.SUCCEEDED)).sample(), "R7.kept")

    assert told.judgement is Judgement.INCONCLUSIVE


def test_the_next_death_is_what_counts_from_there_on() -> None:
    writer = asked().run().wait(60).process().wait(60).process().wait(60).listed(WAITS).sample()

    assert verdict(writer, "R7.kept").exercised == 1


@pytest.mark.parametrize(("life", "rule"), BOTH)
def test_a_run_that_was_refused_in_between_tells_nothing(life: Life, rule: str) -> None:
    assert judged(life().refused().listed(WAITS).sample(), rule) is Judgement.PASS
