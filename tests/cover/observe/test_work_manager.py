from __future__ import annotations

from collections.abc import Callable

import pytest

from bgtask_harness.observe import LogObserver
from bgtask_reference.events import Event
from bgtask_reference.events import JobScheduled
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import Source
from bgtask_reference.events import Subject

Feed = Callable[..., list[Event]]
ID = "354a48f1-8cc3-4846-998e-976f39a15572"
OTHER = "b695bf72-f136-4b47-9f24-696a50f74253"
WORK = f"Work [ id={ID}, tags={{ a.Worker,b }} ]"


@pytest.fixture
def observer() -> LogObserver:
    return LogObserver("com.app", own_pids=(500,))


@pytest.mark.parametrize("word", list(Result))
def test_a_result_line_ends_a_run(observer: LogObserver, feed: Feed, word: Result) -> None:
    (event,) = feed(observer, f"I WM-WorkerWrapper: Worker result {word.upper()} for {WORK}")

    assert isinstance(event, RunFinished)
    assert (event.result, event.subject, event.source) == (word, Subject(work_id=ID), Source.WORK_MANAGER_INFO)
    assert event.raw.endswith(f"for {WORK}")


def test_a_cancelled_line_stops_a_run(observer: LogObserver, feed: Feed) -> None:
    (event,) = feed(observer, f"I WM-WorkerWrapper: {WORK} was cancelled")

    assert isinstance(event, RunStopped)
    assert event.reason == "cancelled"


def test_an_exception_tells_that_it_ended_and_no_result(observer: LogObserver, feed: Feed) -> None:
    (event,) = feed(observer, f"E WM-WorkerWrapper: {WORK} failed because it threw an exception/error")

    assert isinstance(event, RunFinished)
    assert event.result is None


def test_older_versions_say_one_end_twice(observer: LogObserver, feed: Feed) -> None:
    events = feed(
        observer,
        f"E WM-WorkerWrapper: {WORK} failed because it threw an exception/error",
        f"I WM-WorkerWrapper: Worker result FAILURE for {WORK}",
    )

    assert len(events) == 1


def test_a_later_end_of_the_same_work_is_another(observer: LogObserver, feed: Feed) -> None:
    events = feed(
        observer,
        f"I WM-WorkerWrapper: {WORK} was cancelled",
        *(["I Foreign: x"] * 9),
        f"I WM-WorkerWrapper: Worker result SUCCESS for {WORK}",
    )

    assert [type(event) for event in events] == [RunStopped, RunFinished]


@pytest.mark.parametrize("word", ["SUCCESS", "RETRY"])
def test_a_run_that_was_stopped_may_begin_again_and_end_at_once(observer: LogObserver, feed: Feed, word: str) -> None:
    events = feed(
        observer,
        f"I WM-WorkerWrapper: {WORK} was cancelled",
        f"I WM-WorkerWrapper: Worker result {word} for {WORK}",
    )

    assert [type(event) for event in events] == [RunStopped, RunFinished]


def test_the_stack_of_an_exception_is_part_of_its_entry(observer: LogObserver) -> None:
    prefix = "         1000.000001   500   501 E WM-WorkerWrapper: "
    lines = (
        f"{WORK} failed because it threw an exception/error",
        "java.lang.IllegalStateException: first line",
        "and a second line of the message",
        "\tat a.Worker.doWork(Worker.kt:12)",
        "Caused by: java.io.IOException",
        "\t... 12 more",
    )
    events = [event for line in lines for event in observer.feed(prefix + line)]

    assert len(events) == 1
    assert observer.unknown == 0


@pytest.mark.parametrize("between", ["", " "])
def test_scheduling_joins_a_work_id_to_a_job_id_in_both_spellings(
    observer: LogObserver, feed: Feed, between: str
) -> None:
    (event,) = feed(observer, f"D WM-SystemJobScheduler: Scheduling work ID {ID}{between}Job ID 17")

    assert isinstance(event, JobScheduled)
    assert event.subject == Subject(work_id=ID, job_id=17)
    assert event.source is Source.WORK_MANAGER_DEBUG


def test_the_start_is_of_the_one_work_that_was_accepted(observer: LogObserver, feed: Feed) -> None:
    events = feed(
        observer,
        f"D WM-Processor: Processor: processing WorkGenerationalId(workSpecId={ID}, generation=3)",
        "D WM-WorkerWrapper: Starting work for a.Worker",
    )

    assert [event.subject for event in events if isinstance(event, RunStarted)] == [Subject(work_id=ID, generation=3)]


def test_a_start_that_two_could_have_printed_is_nobody_s(observer: LogObserver, feed: Feed) -> None:
    events = feed(
        observer,
        f"D WM-Processor: Processor: processing {ID}",
        f"D WM-Processor: Processor: processing {OTHER}",
        "D WM-WorkerWrapper: Starting work for a.Worker",
    )

    assert [event.subject for event in events if isinstance(event, RunStarted)] == [Subject()]


def test_executed_before_schedule_is_a_refusal_once(observer: LogObserver, feed: Feed) -> None:
    events = feed(
        observer,
        f"D WM-Processor: Processor: processing {ID}",
        "D WM-WorkerWrapper: Delaying execution for a.Worker because it is being executed before schedule.",
        f"D WM-WorkerWrapper: Status for {ID} is ENQUEUED; not doing any work and rescheduling for later execution",
    )

    (event,) = events
    assert isinstance(event, RunRefused)
    assert (event.reason, event.subject) == ("before-schedule", Subject(work_id=ID))


def test_the_recorded_refusal_names_its_work_in_the_second_line(recorded: Callable[[str], str]) -> None:
    observer = LogObserver("dev.gift.wallpaper_changer", own_pids=(3465,), year=2026)
    events = [event for line in recorded("work_manager_api36.txt").splitlines() for event in observer.feed(line)]

    assert [type(event) for event in events] == [RunRefused, RunRefused]
    assert isinstance(events[1], RunRefused)
    assert events[1].subject.work_id == "6912500b-01c0-4b86-9679-efa7157503cf"
    assert observer.unknown == 0


def test_a_status_other_than_enqueued_refuses_nothing(observer: LogObserver, feed: Feed) -> None:
    assert not feed(
        observer,
        f"D WM-WorkerWrapper: Status for {ID} is RUNNING; not doing any work and rescheduling for later execution",
        f"D WM-WorkerWrapper: Status for {ID} is CANCELLED ; not doing any work",
    )


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("E WM-WorkerWrapper: Could not create Worker a.Worker", "not-created"),
        ("D WM-ForceStopRunnable: Application was force-stopped, rescheduling.", "force-stop-check"),
    ],
)
def test_what_turned_a_run_away_is_named(observer: LogObserver, feed: Feed, line: str, reason: str) -> None:
    (event,) = feed(observer, line)

    assert isinstance(event, RunRefused)
    assert event.reason == reason


@pytest.mark.parametrize(
    "line",
    [
        f"I WM-WorkerWrapper: Setting status to enqueued for {ID}",
        f"D WM-Processor: Processor {ID} executed; reschedule = false",
        f"W WM-Processor: Didn't find WorkSpec for id WorkGenerationalId(workSpecId={ID}, generation=0)",
        f"D WM-GreedyScheduler: Starting work for {ID}",
        "D WM-NetworkStateTracker: Network capabilities changed: [ Transports: WIFI ]",
        "W WM-WorkSpec: Interval duration lesser than minimum allowed value; Changed to 900000",
    ],
)
def test_a_line_that_says_nothing_of_runs_is_known(observer: LogObserver, feed: Feed, line: str) -> None:
    assert feed(observer, line) == []
    assert observer.unknown == 0


@pytest.mark.parametrize(
    "line",
    [
        f"I WM-WorkerWrapper: Worker result MAYBE for {WORK}",
        f"I WM-WorkerWrapper: Worker result SUCCESS for Work [ id={ID}, tags={{ a",
        "D WM-NeverHeardOf: anything",
        "E WM-SystemJobScheduler: Unable to schedule something",
    ],
)
def test_a_line_that_nobody_knows_is_kept_and_counted(observer: LogObserver, feed: Feed, line: str) -> None:
    (event,) = feed(observer, line)

    assert isinstance(event, LineUnknown)
    assert event.raw.endswith(line)
    assert event.parser == "work-manager"
    assert observer.unknown == 1


def test_the_recorded_run_of_an_expo_task(recorded: Callable[[str], str]) -> None:
    observer = LogObserver("com.wz.reader")
    events = [event for line in recorded("work_manager_epoch_expo.txt").splitlines() for event in observer.feed(line)]

    (event,) = events
    assert isinstance(event, RunFinished)
    assert (event.subject.work_id, event.result) == (ID, Result.SUCCESS)
    assert event.stamp.ns == 1790090110328500000
