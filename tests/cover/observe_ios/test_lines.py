"""Lines of iPhones, as recorded (corpus/ios, number beside each) or as the format catalogue has them."""

from __future__ import annotations

import datetime as dt
import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.observe.ios import IosLogObserver
from bgtask_harness.observe.ios import parse_header
from bgtask_harness.observe.ios import parse_record
from bgtask_harness.observe.ios.hook_answers import sentinel_name
from bgtask_harness.observe.templates import LogTemplate
from bgtask_reference.events import NO_STAMP
from bgtask_reference.events import ActivityCancelled
from bgtask_reference.events import ActivityScored
from bgtask_reference.events import ActivitySubmitted
from bgtask_reference.events import AppStep
from bgtask_reference.events import AppStepped
from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import Event
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import ObjectiveCExceptionRaised
from bgtask_reference.events import PendingTaskRequest
from bgtask_reference.events import PendingTaskRequestsListed
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import Subject
from bgtask_reference.events import SubmitErrorSurfaced
from bgtask_reference.events import TaskCompleted
from bgtask_reference.events import TaskExpired
from bgtask_reference.events import TaskLaunched
from bgtask_reference.events import TaskRequestCancelled
from bgtask_reference.events import TaskRequestRefused
from bgtask_reference.events import TaskRequestSubmitted

APP = "com.example.app"
SECOND = 1_000_000_000
FRAMEWORK = "/System/Library/Frameworks/BackgroundTasks.framework/BackgroundTasks"
REFRESH, PROCESSING = BGTaskKind.APP_REFRESH, BGTaskKind.PROCESSING
BEGIN = "2026-11-23 07:05:02 +0000"
BEGIN_NS = int(dt.datetime(2026, 11, 23, 7, 5, 2, tzinfo=dt.UTC).timestamp()) * SECOND


def record(message: str, sender: str = FRAMEWORK, process: str = "/app/App", **fields: str) -> str:
    entry = {
        "timestamp": "2026-11-23 02:00:00.400000+0000",
        "processID": 412,
        "processImagePath": process,
        "senderImagePath": sender,
        "messageType": "Default",
        "eventMessage": message,
    }
    return json.dumps(entry | fields)


def read(*lines: str, templates: tuple[LogTemplate, ...] = ()) -> list[Event]:
    """Events of these lines, without stamp, source and text, which have tests of their own."""
    observer = IosLogObserver(APP, templates, executable="App")
    events = [event for line in lines for event in observer.feed(line)] + observer.flush()
    return [replace(event, stamp=NO_STAMP, source=Source.HARNESS, raw="") for event in events]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            (
                f"submitTaskRequest: <BGProcessingTaskRequest: a.b, earliestBeginDate: {BEGIN}, "
                "requiresExternalPower=0, requiresNetworkConnectivity=1>"
            ),  # 05
            TaskRequestSubmitted(
                identifier="a.b",
                request=PROCESSING,
                earliest_begin_ns=BEGIN_NS,
                requires_network_connectivity=True,
                requires_external_power=False,
            ),
        ),
        (
            "submitTaskRequest: <BGAppRefreshTaskRequest: a.b, earliestBeginDate: (null)>",
            TaskRequestSubmitted(identifier="a.b", request=REFRESH),
        ),
        (
            (
                "Error submitting task request: <BGAppRefreshTaskRequest: a.b, earliestBeginDate: (null)>, "
                'error: Error Domain=BGTaskSchedulerErrorDomain Code=2 "(null)"'
            ),
            TaskRequestRefused(identifier="a.b", code=2, domain="BGTaskSchedulerErrorDomain", description='"(null)"'),
        ),
        ("cancelTaskRequestWithIdentifier: a.b", TaskRequestCancelled(identifier="a.b")),
        ("cancelAllTaskRequests", TaskRequestCancelled(everything=True)),
        (
            "Found pending activities: {(\n    bgRefresh-a.b:0A1B2C,\n    bgProcessing-c.d:FFFFFF\n)}",
            PendingTaskRequestsListed(
                requests=(PendingTaskRequest("a.b", REFRESH), PendingTaskRequest("c.d", PROCESSING)), complete=True
            ),
        ),
        ("Found pending activities: {(\n)}", PendingTaskRequestsListed(complete=True)),
        (
            "Found pending activities: {(\n    bgRefresh-a.b:0A1B2C,",
            PendingTaskRequestsListed(requests=(PendingTaskRequest("a.b", REFRESH),), complete=False),
        ),
        ("Starting task: <BGAppRefreshTask: a.b>", TaskLaunched(identifier="a.b", request=REFRESH)),
        (
            "Starting simulated task: <BGAppRefreshTask: a.b>",  # 03
            TaskLaunched(identifier="a.b", request=REFRESH, simulated=True),
        ),
        (
            "Starting simulated task: <decode: missing data>",  # 12
            TaskLaunched(simulated=True),
        ),
        (
            "Marking task <BGProcessingTask: a.b> complete with success: 0",
            TaskCompleted(identifier="a.b", success=False),
        ),
        (
            "Marking simulated task complete: <BGAppRefreshTask: a.b>",  # 12
            TaskCompleted(identifier="a.b", simulated=True),
        ),
        (
            "No task request with identifier <decode: missing data> has been scheduled",  # 01
            RunRefused(reason="no-pending-request"),
        ),
        (
            "Task with identifier a.b is already running",
            RunRefused(subject=Subject(task="a.b"), reason="already-running"),
        ),
        ("Expiring task: <BGAppRefreshTask: a.b>", TaskExpired(identifier="a.b")),
        ("Expiring simulated task: <BGAppRefreshTask: a.b>", TaskExpired(identifier="a.b", simulated=True)),
        ("No expiration handler for task: <BGAppRefreshTask: a.b>", TaskExpired(identifier="a.b", handled=False)),
    ],
    ids=lambda value: value[:90] if isinstance(value, str) else "",
)
def test_a_line_of_the_framework_is_read(message: str, expected: Event) -> None:
    assert read(record(message, subsystem="com.apple.BackgroundTasks", category="Framework")) == [expected]


def test_an_older_framework_s_line_has_no_subsystem_and_is_read_all_the_same() -> None:
    line = "2020-03-04 10:00:03.996042+0300 App[989:242302] Starting simulated task: <BGAppRefreshTask: a.b>"  # 03
    assert read(line) == [TaskLaunched(identifier="a.b", request=REFRESH, simulated=True)]


def test_a_line_of_the_framework_that_nobody_knows_is_kept_and_counted() -> None:
    observer = IosLogObserver(APP, executable="App")
    events = observer.feed(record("Something of iOS 28", subsystem="com.apple.BackgroundTasks"))
    assert [type(event) for event in events] == [LineUnknown]
    assert observer.unknown == 1


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "Submitted Activity: bgProcessing-a.b:FA2FB9 at priority 10 <private>",  # 05
            ActivitySubmitted(identifier="a.b", request=PROCESSING, activity="FA2FB9"),
        ),
        (
            "Submitted: bgRefresh-a.b:041399 at priority 10 (Sun Aug  9 21:57:42 2026 - Mon Aug 10 21:57:42 2026)",
            ActivitySubmitted(
                identifier="a.b",
                request=REFRESH,
                activity="041399",
                begin_ns=int(dt.datetime(2026, 8, 9, 21, 57, 42, tzinfo=dt.UTC).timestamp()) * SECOND,
                end_ns=int(dt.datetime(2026, 8, 10, 21, 57, 42, tzinfo=dt.UTC).timestamp()) * SECOND,
            ),
        ),
        (
            "CANCELED: bgProcessing-a.b:01A8A2 at priority 10 <private>!",  # 05
            ActivityCancelled(identifier="a.b", request=PROCESSING, activity="01A8A2"),
        ),
        (
            (
                "bgProcessing-a.b:FA2FB9:[\n\t{name: DeviceActivityPolicy, policyWeight: 5.000, response: "
                "{Decision: Can Proceed, Score: 0.05}}\n ] sumScores:24.860000, denominator:29.610000, "
                "FinalDecision: Can Proceed FinalScore: 0.839581}"
            ),  # 05
            ActivityScored(identifier="a.b", request=PROCESSING, activity="FA2FB9", decision="Can Proceed"),
        ),
        (
            (
                "bgProcessing-a.b:B5B340:[ {name: DeviceActivityPolicy, policyWeight: 5.000, response: {Decision: Must "
                "Not Proceed, Score: 0.00, Rationale: [{launchType == PROCESSING AND deviceActive == 1}]}} ], "
                "FinalDecision: Must Not Proceed}"
            ),  # 06
            ActivityScored(
                identifier="a.b",
                request=PROCESSING,
                activity="B5B340",
                decision="Must Not Proceed",
                against=("DeviceActivityPolicy",),
                rationale=("launchType == PROCESSING AND deviceActive == 1",),
            ),
        ),
    ],
    ids=["submitted-15", "submitted-26", "cancelled", "may", "may-not"],
)
def test_a_line_of_dasd_is_read(message: str, expected: Event) -> None:
    assert read(record(message, process="/usr/libexec/dasd")) == [expected]


def test_the_console_s_form_without_a_date_is_placed_on_the_day_that_was_given() -> None:
    line = parse_header("default\t13:09:36.402559+0900\tdasd\tCANCELED: x", dt.date(2022, 6, 29))  # 05
    assert line is not None
    assert line.process == "dasd"
    expected = dt.datetime(2022, 6, 29, 4, 9, 36, 402559, tzinfo=dt.UTC)
    assert line.stamp.ns == int(expected.timestamp()) * SECOND + 402_559_500
    assert line.stamp.error_ns == 500


def test_the_relay_s_form_is_read() -> None:
    raw = "Sep 30 11:00:15 host dasd(DuetActivitySchedulerDaemon)[139] <Notice>: Submitted Activity: x"  # 20
    line = parse_header(raw, dt.date(2018, 1, 1))
    assert line is not None
    assert (line.process, line.sender, line.pid, line.kind) == ("dasd", "DuetActivitySchedulerDaemon", 139, "notice")
    assert line.stamp.error_ns == SECOND // 2


def test_a_message_goes_on_in_lines_without_a_header() -> None:
    head = "2026-11-23 02:00:00.400000+0000 App[412:1] Found pending activities: {("
    assert read(head, "    bgRefresh-a.b:0A1B2C", ")}") == [
        PendingTaskRequestsListed(requests=(PendingTaskRequest("a.b", REFRESH),), complete=True)
    ]


def test_an_uncaught_exception_is_told_with_the_identifier_that_it_names() -> None:
    reason = "No launch handler registered for task with identifier com.example.bgRefresh"
    line = f"*** Terminating app due to uncaught exception 'NSInternalInconsistencyException', reason: '{reason}'"  # 13
    assert read(record(line, sender="/app/App")) == [
        ObjectiveCExceptionRaised(
            identifier="com.example.bgRefresh", name="NSInternalInconsistencyException", reason=reason
        )
    ]


def test_an_error_that_the_app_prints_itself_is_surfaced() -> None:
    line = 'failed to register (Error Domain=BGTaskSchedulerErrorDomain Code=1 "(null)")'  # 11
    assert read(record(line, sender="/app/App")) == [SubmitErrorSurfaced(code=1)]


def test_the_life_of_a_process_as_runningboardd_tells_it() -> None:
    lines = (
        "Now tracking process: [app<com.example.app>:412]",
        "Calculated state for app<com.example.app>: running-active (role: UserInteractiveFocal)",
        "Calculated state for app<com.example.other>: running-suspended (role: None)",
        "Calculated state for app<com.example.app>: running-active (role: NonUserInteractive)",
        "Calculated state for app<com.example.app>: running-suspended (role: None)",
        "[app<com.example.app>:412] termination reported by launchd (2, 9, 9)",
    )
    assert read(*(record(line, process="/usr/libexec/runningboardd") for line in lines)) == [
        ProcessStarted(package=APP, pid=412),
        AppStepped(package=APP, pid=412, step=AppStep.ENTERED_FOREGROUND),
        AppStepped(package=APP, pid=412, step=AppStep.ENTERED_BACKGROUND),
        AppStepped(package=APP, pid=412, step=AppStep.SUSPENDED),
        ProcessDied(package=APP, pid=412, why="launchd (2, 9, 9)"),
    ]


def test_a_beacon_is_read_and_another_app_s_is_not() -> None:
    beacon = '{"v":1,"event":"start","task":"a.b","attempt_id":"1","work_id":null,"run_attempt":1,"process":null}'
    own = record(beacon, sender="/app/App", subsystem=APP, category="bgtask-beacon")
    other = record(beacon, sender="/x/X", process="/x/X", subsystem="x", category="bgtask-beacon")
    assert read(own, other) == [RunStarted(subject=Subject(task="a.b", attempt_id="1"), run_attempt=1)]


def test_the_end_of_a_launch_is_told_by_the_beacon() -> None:
    line = record('{"v":1,"event":"launched"}', sender="/app/App", subsystem=APP, category="bgtask-beacon")
    assert read(line) == [AppStepped(package=APP, pid=412, step=AppStep.FINISHED_LAUNCHING)]


def test_a_line_of_kermit_is_read_by_the_app_s_templates() -> None:
    template = LogTemplate(
        "IosTaskScheduler", "Task [{task}] completed with result: Success", "run.finished", result=Result.SUCCESS
    )
    line = record("\U0001f535 (IosTaskScheduler) Task [a.b] completed with result: Success", sender="/app/App")
    assert read(line, templates=(template,)) == [RunFinished(subject=Subject(task="a.b"), result=Result.SUCCESS)]


def test_what_the_system_withholds_is_counted_as_a_gap_in_knowledge() -> None:
    observer = IosLogObserver(APP, executable="App")
    assert observer.feed(record("<private>", sender="/app/App")) == []
    assert (observer.private, observer.unknown) == (1, 0)


@pytest.mark.parametrize("lost", range(10))
def test_a_sentinel_s_number_is_the_next_that_ends_with_its_digit(lost: int) -> None:
    observer = IosLogObserver(APP, executable="App")

    def answered(number: int) -> list[Event]:
        fields = {"v": 1, "event": "hook", "name": sentinel_name(APP, number), "answer": "ok"}
        return observer.feed(record(json.dumps(fields), sender="/app/App", subsystem=APP, category="bgt"))

    for number in (1, 2, 2 + lost % 9 + 1):
        (seen,) = answered(number)
        assert isinstance(seen, SentinelSeen)
        assert seen.number == number == observer.last_sentinel


@given(st.text(max_size=200))
def test_no_text_makes_it_raise_and_none_is_lost(text: str) -> None:
    observer = IosLogObserver(APP, executable="App")
    observer.feed(text)
    observer.feed(record(text))
    observer.feed(record(text, process="/usr/libexec/dasd"))
    observer.flush()
    parse_record(text)
    parse_header(text)


CORPUS = os.environ.get("BGTASK_CORPUS")


@pytest.mark.skipif(CORPUS is None, reason="BGTASK_CORPUS names no folder with recorded output")
def test_every_file_of_the_corpus_is_read_and_gives_what_it_holds() -> None:
    told = {}
    for file in sorted(Path(str(CORPUS), "ios").iterdir()):
        if file.suffix not in {".log", ".txt"}:
            continue
        observer = IosLogObserver("any")
        lines = file.read_text().splitlines()
        events = [event for line in lines for event in observer.feed(line)] + observer.flush()
        told[file.name[:2]] = [event.KIND for event in events if not isinstance(event, LineUnknown)]
    assert {number: kinds for number, kinds in told.items() if kinds} == {
        "01": ["run.refused"] * 2,
        "03": ["bgtask.launched"],
        "05": ["bgtask.submitted", "bgtask.activity-cancelled", "bgtask.activity-submitted", "bgtask.activity-scored"],
        "07": ["bgtask.launched"],
        "08": ["run.refused"],
        "09": ["run.refused"] * 2,
        "11": ["bgtask.submit-error-surfaced"],
        "12": ["bgtask.launched", "bgtask.completed"],
        "13": ["bgtask.exception"],
    }
