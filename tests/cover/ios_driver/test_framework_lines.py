"""What the driver knows of simulated launches from the framework's lines alone, in a log that it follows."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.crashes import is_new
from bgtask_harness.devices.ios.crashes import is_of
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.ios.framework_lines import FrameworkLines

BUNDLE, TASK, OTHER = "com.example.app", "com.example.app.refresh", "com.example.app.other"
FRAMEWORK = "/System/Library/Frameworks/BackgroundTasks.framework/BackgroundTasks"
NOT_PENDING = f"No task request with identifier {TASK} has been scheduled"


def heard(*messages: str, pid: int = 7, image: str = FRAMEWORK, process: str = "/x/App.app/App") -> FrameworkLines:
    lines = FrameworkLines()
    for message in messages:
        lines.hear(
            SimpleNamespace(
                pid=pid, image_name=image, filename=process, message=message, timestamp=dt.datetime.now(dt.UTC)
            )
        )
    return lines


@pytest.mark.parametrize(
    ("messages", "runs"),
    [
        ((), None),
        ((f"Starting task: <BGProcessingTask: {TASK}>",), 7),
        ((f"Starting simulated task: <BGAppRefreshTask: {TASK}>",), 7),
        ((f"Starting task: <BGProcessingTask: {OTHER}>",), None),
        (
            (
                f"Starting task: <BGProcessingTask: {TASK}>",
                f"Marking task <BGProcessingTask: {TASK}> complete with success: 1",
            ),
            None,
        ),
        (
            (
                f"Starting simulated task: <BGProcessingTask: {TASK}>",
                f"Marking simulated task complete: <BGProcessingTask: {OTHER}>",
            ),
            7,
        ),
        ((f"Starting simulated task: <BGProcessingTask: {TASK}>", "Marking simulated task complete: <private>"), None),
    ],
)
def test_a_task_runs_from_its_begin_to_its_completion(messages: tuple[str, ...], runs: int | None) -> None:
    assert heard(*messages).runs_in(TASK) == runs


def test_what_others_write_says_nothing_of_tasks() -> None:
    assert heard(f"Starting task: <BGProcessingTask: {TASK}>", image="/x/App.app/App").runs_in(TASK) is None


def test_a_process_is_suspended_as_the_system_told_last() -> None:
    told = [f"Calculated state for app<{BUNDLE}>: running-{state} (role: None)" for state in ("active", "suspended")]
    daemon = {"image": "/usr/libexec/runningboardd", "process": "/usr/libexec/runningboardd"}
    assert heard(*told, **daemon).is_suspended(BUNDLE)
    assert not heard(*reversed(told), **daemon).is_suspended(BUNDLE)
    assert not heard(*told, "something else", **daemon).is_suspended("com.example.another")


@pytest.mark.parametrize(
    ("what", "said", "refusal"),
    [
        (Simulation.LAUNCH, NOT_PENDING, NOT_PENDING),
        (Simulation.LAUNCH, f"No task request with identifier {OTHER} has been scheduled", None),
        (Simulation.LAUNCH, f"Starting simulated task: <BGAppRefreshTask: {TASK}>", None),
        (
            Simulation.EXPIRATION,
            f"Task with identifier {TASK} is not currently being simulated",
            f"Task with identifier {TASK} is not currently being simulated",
        ),
        (Simulation.EXPIRATION, f"Expiring simulated task: <BGAppRefreshTask: {TASK}>", None),
        (Simulation.LAUNCH, "Getting pending task requests", None),
    ],
)
def test_the_framework_s_own_line_is_the_refusal(what: Simulation, said: str, refusal: str | None) -> None:
    assert heard(said).refusal(TASK, what, Deadline.after(0)) == refusal


def test_what_was_said_of_an_earlier_call_is_forgotten() -> None:
    lines = heard(NOT_PENDING)
    lines.begin()
    assert lines.refusal(TASK, Simulation.LAUNCH, Deadline.after(0)) is None


def test_the_first_end_of_a_process_is_remembered() -> None:
    line = f"[app<{BUNDLE}>:412] termination reported by launchd (2, 9, 9)"
    daemon = {"image": "/usr/libexec/runningboardd", "process": "/usr/libexec/runningboardd"}
    ended = heard(line, line, **daemon)
    assert ended.first_end(BUNDLE) is not None
    assert ended.first_end(OTHER) is None


SINCE = dt.datetime(2026, 11, 23, 2, 7, 50, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("text", "new"),
    [
        (f'{{"bundleID": "{BUNDLE}", "timestamp": "2026-11-23 02:07:52.00 +0000"}}\n{{}}', True),
        (f'{{"bundleID": "{BUNDLE}", "timestamp": "2026-11-23 03:07:52.00 +0100"}}\n{{}}', True),
        (f'{{"bundleID": "{BUNDLE}", "timestamp": "2026-11-23 02:07:49.00 +0000"}}\n{{}}', False),
        (f'{{"bundleID": "{OTHER}", "timestamp": "2026-11-23 02:07:52.00 +0000"}}\n{{}}', False),
        (f'{{"bundleID": "{BUNDLE}", "timestamp": 7}}', False),
        ("[]", False),
        ("junk", False),
    ],
)
def test_a_report_is_taken_when_it_is_the_app_s_and_of_this_session(text: str, new: bool) -> None:
    assert is_new(text, BUNDLE, SINCE) is new


def test_a_report_is_called_after_its_process() -> None:
    assert is_of("/Demo-2026-11-23-010203.ips", "Demo")
    assert not is_of("/Demolition-2026-11-23-010203.ips", "Demo")
    assert not is_of("/Demo-2026-11-23-010203.ips.synced", "Demo")
    assert not is_of("/-2026-11-23-010203.ips", "")
