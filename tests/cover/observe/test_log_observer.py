from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from bgtask_harness.observe import LogObserver
from bgtask_harness.observe import LogTemplate
from bgtask_reference.events import EnvironmentChanged
from bgtask_reference.events import Event
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import LogLost
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import RequestCancelled
from bgtask_reference.events import RequestKind
from bgtask_reference.events import RequestMade
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import Subject

Feed = Callable[..., list[Event]]
ID = "354a48f1-8cc3-4846-998e-976f39a15572"
STARTED = "1@ I ActivityManager: Start proc 500:com.app/u0a217 for service {com.app/androidx.work.SystemJobService}"
FOREIGN = "1@ I ActivityManager: Start proc 700:com.other/u0a218 for broadcast {com.other/.Receiver}"
SCHEDULED = f"D WM-SystemJobScheduler: Scheduling work ID {ID}Job ID 17"

TEMPLATES = (
    LogTemplate("Scheduler", "Scheduled periodic task [{task}]", "request.made", request=RequestKind.PERIODIC),
    LogTemplate("Scheduler", "Cancelled all tasks", "request.cancelled", everything=True),
    LogTemplate("Dispatch", "Starting task [{task}]", "run.started"),
    LogTemplate("Dispatch", "Task [{task}] completed successfully", "run.finished", result=Result.SUCCESS),
    LogTemplate("Dispatch", "Task [{task}] threw: {any}", "run.finished", result=Result.FAILURE),
    LogTemplate("Dispatch", "Task [{task}] stopped", "run.stopped", reason="timeout"),
    LogTemplate("Dispatch", "Task [{task}] refused", "run.refused", reason="not-created"),
)


@pytest.fixture
def observer() -> LogObserver:
    return LogObserver("com.app", TEMPLATES, "0123abcd", ignore_tags=("Quiet", "Dispatch2"))


# --- processes ----------------------------------------------------------------------------------------------------


def test_processes_of_the_app_start_and_die(observer: LogObserver, feed: Feed) -> None:
    events = feed(
        observer,
        STARTED,
        FOREIGN,
        "1@ I ActivityManager: Killing 500:com.app/u0a217 (adj 905): kill background",
        "1@ I ActivityManager: Process com.app (pid 500) has died: cch+5 CEM",
        "1@ I ActivityManager: Process com.other (pid 700) has died: cch+5 CEM",
    )

    started, died = events
    assert isinstance(started, ProcessStarted)
    assert (started.pid, started.why, started.package) == (500, "service", "com.app")
    assert isinstance(died, ProcessDied)
    assert (died.pid, died.why) == (500, "kill background")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Start proc 500:com.app:remote/u0a217 for content provider {com.app/.P}", "content provider"),
        ("Start proc 500:my.process/u10a217 for top-activity {com.app/com.app.Main}", "top-activity"),
        ("Start proc 500:com.app/u0a217 for next-top-activity {com.app/com.app.Main}", "next-top-activity"),
    ],
)
def test_a_process_of_the_app_may_have_another_name(observer: LogObserver, feed: Feed, text: str, why: str) -> None:
    (event,) = feed(observer, f"1@ I ActivityManager: {text}")

    assert isinstance(event, ProcessStarted)
    assert event.why == why


def test_a_package_whose_name_begins_alike_is_another(observer: LogObserver, feed: Feed) -> None:
    assert feed(observer, "1@ I ActivityManager: Start proc 5:com.app.two/u0a9 for service {com.app.two/.S}") == []


def test_only_a_force_stop_by_somebody_sets_the_stopped_state(observer: LogObserver, feed: Feed) -> None:
    events = feed(
        observer,
        "1@ I ActivityManager: Force stopping com.app appid=10217 user=0: installPackageLI",
        "1@ I ActivityManager: Force stopping com.other appid=10218 user=0: from pid 99",
        "1@ I ActivityManager: Force stopping com.app appid=10217 user=0: from pid 99",
    )

    (event,) = events
    assert isinstance(event, EnvironmentChanged)
    assert (event.fact, event.value) == ("stopped", True)


# --- whose lines --------------------------------------------------------------------------------------------------


def test_lines_of_another_app_s_process_are_ignored(observer: LogObserver, feed: Feed) -> None:
    assert feed(observer, FOREIGN, f"700@ {SCHEDULED}", "700@ D Dispatch: Starting task [x]") == []
    assert observer.unknown == 0


def test_lines_of_a_process_that_nobody_named_keep_only_the_work_id(observer: LogObserver, feed: Feed) -> None:
    (unknown,) = feed(observer, f"800@ {SCHEDULED}")
    known = feed(observer, STARTED, SCHEDULED)[-1]

    assert unknown.subject == Subject(work_id=ID)  # type: ignore[attr-defined]
    assert known.subject == Subject(work_id=ID, job_id=17)  # type: ignore[attr-defined]


def test_after_a_break_a_process_number_is_anybody_s_again(observer: LogObserver, feed: Feed) -> None:
    feed(observer, FOREIGN)
    observer.flush()

    assert feed(observer, f"700@ {SCHEDULED}")


def test_a_process_that_took_a_dead_one_s_number_is_looked_at_anew(observer: LogObserver, feed: Feed) -> None:
    feed(observer, STARTED, "1@ I ActivityManager: Killing 500:com.app/u0a217 (adj 905): empty")
    reused = "1@ I ActivityManager: Start proc 500:com.other/u0a218 for service {com.other/.S}"

    assert feed(observer, reused, SCHEDULED) == []


def test_the_line_that_logcat_repeats_after_a_break_is_read_once(observer: LogObserver) -> None:
    line = "         1000.000001   500   501 D Dispatch: Starting task [x]"

    assert observer.feed(line)
    observer.flush()
    assert observer.feed(line) == []
    assert observer.feed(line) != []


# --- the app's own lines ------------------------------------------------------------------------------------------


def test_every_kind_of_template_gives_its_event(observer: LogObserver, feed: Feed) -> None:
    events = feed(
        observer,
        "D Scheduler: Scheduled periodic task [a.b]",
        "D Scheduler: Cancelled all tasks",
        "D Dispatch: Starting task [a.b]",
        "D Dispatch: Task [a.b] completed successfully",
        "E Dispatch: Task [a.b] threw: no [network] at all",
        "D Dispatch: Task [a.b] stopped",
        "D Dispatch: Task [a.b] refused",
    )

    kinds = [RequestMade, RequestCancelled, RunStarted, RunFinished, RunFinished, RunStopped, RunRefused]
    assert [type(event) for event in events] == kinds
    assert {event.source for event in events} == {Source.APP_LOG}
    assert isinstance(events[0], RequestMade)
    assert (events[0].request, events[0].subject) == (RequestKind.PERIODIC, Subject(task="a.b"))
    assert isinstance(events[1], RequestCancelled)
    assert (events[1].everything, events[1].subject) == (True, Subject())
    assert isinstance(events[4], RunFinished)
    assert events[4].result is Result.FAILURE


def test_a_line_of_the_app_that_no_template_describes_is_kept(observer: LogObserver, feed: Feed) -> None:
    (event,) = feed(observer, "D Dispatch: Something new")

    assert isinstance(event, LineUnknown)
    assert (event.parser, event.source) == ("templates", Source.APP_LOG)


def test_other_lines_and_ignored_tags_are_nobody_s_business(observer: LogObserver, feed: Feed) -> None:
    assert feed(observer, "D Quiet: x", "D Wifi: y", "D DispatchX: Starting task [a]") == []
    assert observer.unknown == 0
    assert observer.lines == 3


def test_a_tag_with_a_space_in_it_is_found(feed: Feed) -> None:
    observer = LogObserver("com.app", [LogTemplate("My Tag", "go {task}", "run.started")])

    assert len(feed(observer, "D My Tag: go a")) == 1


@pytest.mark.parametrize(
    ("text", "event", "expected"),
    [("x", "run.begun", "run.begun"), ("{task} {task}", "run.started", "twice")],
)
def test_a_template_that_means_nothing_says_why(text: str, event: str, expected: str) -> None:
    with pytest.raises(ValueError, match=expected):
        LogTemplate("Tag", text, event)


def test_a_line_that_does_not_name_its_task_has_it_from_its_template(feed: Feed) -> None:
    template = LogTemplate("Tasks", "Scheduling library sync work", "request.made", task="library-sync-worker")
    observer = LogObserver("com.app", [template])

    (event,) = feed(observer, "D Tasks: Scheduling library sync work")

    assert isinstance(event, RequestMade)
    assert event.subject.task == "library-sync-worker"


def test_a_line_that_is_known_to_say_nothing_gives_no_event(feed: Feed) -> None:
    observer = LogObserver("com.app", [LogTemplate("Tag", "Scheduling immediate work: {task}", "nothing")])

    assert feed(observer, "D Tag: Scheduling immediate work: a.b") == []
    assert observer.unknown == 0


def test_two_entries_of_one_instant_are_two(feed: Feed) -> None:
    observer = LogObserver("com.app", TEMPLATES)

    assert isinstance(feed(observer, "D Dispatch: Starting task [a]")[0], RunStarted)
    assert isinstance(feed(observer, "D Dispatch: Something new")[0], LineUnknown)


def test_a_template_s_text_stands_for_itself(feed: Feed) -> None:
    observer = LogObserver("com.app", [LogTemplate("Tag", "a.c (x) [{task}]*", "run.started")])

    assert isinstance(feed(observer, "D Tag: a.c (x) [t]*")[0], RunStarted)
    assert isinstance(feed(observer, "D Tag: abc (x) [t]*")[0], LineUnknown)


# --- beacon -------------------------------------------------------------------------------------------------------


def beacon(**fields: object) -> str:
    return "I bgtask-beacon: " + json.dumps({"v": 1, **fields}, separators=(",", ":"))


def test_the_beacon_tells_start_end_stop_and_process(observer: LogObserver, feed: Feed) -> None:
    of = {"task": "a.b", "attempt_id": "q1", "work_id": ID.upper(), "run_attempt": 2, "process": "job"}
    events = feed(
        observer,
        beacon(event="process", process="job", pid=500),
        beacon(event="start", **of),
        beacon(event="end", result="retry", **of),
        beacon(event="stop", reason="STOP_REASON_TIMEOUT", **of),
    )

    process, start, end, stop = events
    subject = Subject(task="a.b", attempt_id="q1", work_id=ID)
    assert isinstance(process, ProcessStarted)
    assert (process.pid, process.why, process.package) == (500, "job", "com.app")
    assert isinstance(start, RunStarted)
    assert (start.subject, start.run_attempt, start.source) == (subject, 2, Source.BEACON)
    assert isinstance(end, RunFinished)
    assert (end.subject, end.result, end.run_attempt) == (subject, Result.RETRY, 2)
    assert isinstance(stop, RunStopped)
    assert (stop.reason, stop.subject) == ("STOP_REASON_TIMEOUT", subject)


@pytest.mark.parametrize(
    "line",
    [
        "I bgtask-beacon: not json",
        "I bgtask-beacon: []",
        "I bgtask-beacon: " + "[" * 100_000,
        "I bgtask-beacon: " + "9" * 10_000,
        beacon(event="start"),
        beacon(event="start", task=7),
        beacon(event="start", task="\ud800"),
        beacon(event="start", task="a", run_attempt=True),
        beacon(event="start", task="a", run_attempt=0),
        beacon(event="end", task="a"),
        beacon(event="end", task="a", result="great"),
        beacon(event="process", pid=7),
        beacon(event="begin", task="a"),
        'I bgtask-beacon: {"v":true,"event":"start","task":"a"}',
        'I bgtask-beacon: {"v":2,"event":"start","task":"a"}',
    ],
)
def test_a_beacon_that_is_not_the_contract_s_is_unknown(observer: LogObserver, feed: Feed, line: str) -> None:
    (event,) = feed(observer, line)

    assert isinstance(event, LineUnknown)
    assert event.parser == "beacon"


# --- the record itself --------------------------------------------------------------------------------------------


def test_a_sentinel_of_this_handle_is_seen(observer: LogObserver, feed: Feed) -> None:
    events = feed(observer, "9@ I bgtask-harness: sentinel 0123abcd 12", "9@ I bgtask-harness: sentinel ffffffff 13")

    (event,) = events
    assert isinstance(event, SentinelSeen)
    assert event.number == 12
    assert observer.last_sentinel == 12


def test_another_line_of_the_harness_s_tag_is_unknown(observer: LogObserver, feed: Feed) -> None:
    assert isinstance(feed(observer, "9@ I bgtask-harness: sentinel 0123abcd twelve")[0], LineUnknown)


@pytest.mark.parametrize(
    ("marker", "lost"),
    [
        ("uid=10217(com.app) worker identical 3 lines", True),
        ("uid=10217 expire 1 line", True),
        ("uid=10218(com.other) expire 30 lines", False),
        ("uid=1000(system) Binder:1_2 identical 2 lines", False),
    ],
)
def test_only_lines_of_the_app_that_were_dropped_matter(
    observer: LogObserver, feed: Feed, marker: str, lost: bool
) -> None:
    events = feed(observer, "9@ I bgtask-harness: sentinel 0123abcd 12", f"I chatty  : {marker}")[1:]

    assert [(event.reason, event.after_sentinel) for event in events if isinstance(event, LogLost)] == (
        [("dropped", 12)] if lost else []
    )
    assert observer.unknown == 0


def test_the_app_s_uid_decides_once_it_is_known(observer: LogObserver, feed: Feed) -> None:
    feed(observer, STARTED)

    assert feed(observer, "I chatty: uid=10218 expire 3 lines") == []
    assert len(feed(observer, "I chatty: uid=10217(shared.uid:10217) expire 3 lines")) == 1


def test_a_line_in_no_format_is_kept(observer: LogObserver) -> None:
    (event,) = observer.feed("logcat: Unexpected EOF!")

    assert isinstance(event, LineUnknown)
    assert event.parser == "logcat"
    assert observer.feed("--------- beginning of main") == []
    assert observer.feed("") == []
