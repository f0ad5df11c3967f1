from __future__ import annotations

from collections.abc import Callable

import pytest

from bgtask_harness.observe import LogObserver
from bgtask_reference.events import Event
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import RunFinished
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import WorkListed
from bgtask_reference.events import WorkRow
from bgtask_reference.events import WorkState

Feed = Callable[..., list[Event]]
TAG = "I WM-DiagnosticsWrkr: "
HEADER = f"{TAG} Id \t Class Name\t Job Id\t State\t Unique Name\t Tags\t"
OWN = "androidx.work.impl.workers.DiagnosticsWorker"
OWN_ID = "00000000-0000-4000-8000-000000000001"
RUNNING_ROW = f"{TAG}{OWN_ID}\t {OWN}\t null\t RUNNING\t \t {OWN}\t"
RESULT = f"I WM-WorkerWrapper: Worker result SUCCESS for Work [ id={OWN_ID}, tags={{ {OWN} }} ]"


def row(number: int, names: str = "sync", job: str = "7") -> str:
    return f"{TAG}00000000-0000-4000-8000-{number:012x}\t a.Worker\t {job}\t ENQUEUED\t {names}\t a.Worker,b\t"


def section(title: str, *rows: str) -> tuple[str, ...]:
    return (f"{TAG}{title} work:", TAG, TAG, HEADER, *rows)


RUNNING = section("Running", RUNNING_ROW)


@pytest.fixture
def observer() -> LogObserver:
    return LogObserver("com.app", sentinel_handle="0123abcd", own_pids=(500,))


def listed(events: list[Event]) -> WorkListed:
    (event,) = [event for event in events if isinstance(event, WorkListed)]
    return event


def test_the_worker_s_own_result_closes_the_answer(observer: LogObserver, feed: Feed) -> None:
    events = feed(observer, *RUNNING, *section("Enqueued", row(2)), RESULT)

    answer = listed(events)
    assert answer.complete
    assert answer.source is Source.DIAGNOSTICS
    assert answer.rows[1] == WorkRow(
        work_id="00000000-0000-4000-8000-000000000002",
        worker_class="a.Worker",
        job_id=7,
        state=WorkState.ENQUEUED,
        unique_names=("sync",),
        tags=("a.Worker", "b"),
    )
    assert answer.raw.count("\n") == len((*RUNNING, *section("Enqueued", row(2)), RESULT)) - 1
    assert [type(event) for event in events] == [WorkListed, RunFinished]
    assert observer.unknown == 0


def test_an_app_without_other_work_lists_the_worker_alone(observer: LogObserver, feed: Feed) -> None:
    answer = listed(feed(observer, *RUNNING, RESULT))

    assert answer.complete
    assert [row.state for row in answer.rows] == [WorkState.RUNNING]


def test_a_sentinel_closes_an_answer_whose_last_table_is_over(observer: LogObserver, feed: Feed) -> None:
    events = feed(observer, *RUNNING, *section("Enqueued", row(2)), "9@ I bgtask-harness: sentinel 0123abcd 4")

    assert listed(events).complete
    assert isinstance(events[-1], SentinelSeen)


def test_a_sentinel_leaves_an_answer_open_that_may_go_on(observer: LogObserver, feed: Feed) -> None:
    assert not [
        event
        for event in feed(observer, *RUNNING, "9@ I bgtask-harness: sentinel 0123abcd 4")
        if isinstance(event, WorkListed)
    ]
    assert listed(feed(observer, *section("Enqueued", row(2)), RESULT)).complete


def test_an_answer_that_the_stream_ended_in_is_not_complete(observer: LogObserver, feed: Feed) -> None:
    feed(observer, *RUNNING, *section("Enqueued", row(2)))

    assert not listed(observer.flush()).complete


def test_two_hundred_rows_are_not_complete(observer: LogObserver, feed: Feed) -> None:
    rows = [row(number) for number in range(2, 202)]

    answer = listed(feed(observer, *RUNNING, *section("Enqueued", *rows), RESULT))
    assert len(answer.rows) == 201
    assert not answer.complete


def test_a_table_that_comes_near_the_log_s_payload_is_not_complete(observer: LogObserver, feed: Feed) -> None:
    rows = [row(number, names="n" * 200) for number in range(2, 20)]

    assert not listed(feed(observer, *RUNNING, *section("Enqueued", *rows), RESULT)).complete


@pytest.mark.parametrize("cut", range(40, 80, 3))
def test_a_row_that_was_cut_is_no_row(observer: LogObserver, feed: Feed, cut: int) -> None:
    whole = row(2, names="a.long.unique.name")
    events = feed(observer, *RUNNING, *section("Enqueued", whole[:cut].rstrip("\t")), RESULT)

    answer = listed(events)
    assert len(answer.rows) == 1
    assert not answer.complete
    assert any(isinstance(event, LineUnknown) for event in events)


def test_an_answer_without_the_running_section_has_lost_lines(observer: LogObserver, feed: Feed) -> None:
    assert not listed(feed(observer, *section("Enqueued", row(2)), RESULT)).complete


def test_lines_that_logd_dropped_make_it_incomplete(observer: LogObserver, feed: Feed) -> None:
    lines = (*RUNNING, "I chatty: uid=10217(com.app) expire 3 lines", *section("Enqueued", row(2)), RESULT)

    assert not listed(feed(observer, *lines)).complete


def test_several_names_and_no_job_id(observer: LogObserver, feed: Feed) -> None:
    answer = listed(feed(observer, *RUNNING, *section("Enqueued", row(2, names="a,b", job="null")), RESULT))

    assert answer.rows[1].unique_names == ("a", "b")
    assert answer.rows[1].job_id is None


def test_the_next_answer_closes_the_one_before(observer: LogObserver, feed: Feed) -> None:
    events = feed(observer, *RUNNING, *RUNNING, RESULT)

    assert [event.complete for event in events if isinstance(event, WorkListed)] == [False, True]


def test_the_recorded_answer_of_2020_has_no_job_column(recorded: Callable[[str], str]) -> None:
    observer = LogObserver("androidx.work.integration.testapp")
    events = [event for line in recorded("diagnostics_2020_docs.txt").splitlines() for event in observer.feed(line)]
    answer = listed([*events, *observer.flush()])

    assert observer.unknown == 0
    assert [row.state for row in answer.rows] == [WorkState.SUCCEEDED, WorkState.SUCCEEDED, WorkState.RUNNING]
    assert answer.rows[2].work_id == "b87c8a4f-4ac6-4e25-ba3e-4cea53ce468a"
    assert answer.rows[0].unique_names == ()
    assert not answer.complete
