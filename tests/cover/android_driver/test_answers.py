from __future__ import annotations

from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android import force
from bgtask_harness.devices.android import hook
from bgtask_harness.devices.android import readings
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.devices.port import Completed
from bgtask_reference.events import AppSpec
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal
from bgtask_reference.events import Subject

NAMESPACE = "androidx.work.systemjobscheduler"
RUN = f"cmd jobscheduler run -f -u 0 -n {NAMESPACE} com.example 4"


def soon() -> Deadline:
    return Deadline.after(5)


def ended(stdout: str = "", stderr: str = "", status: int = 0) -> Completed:
    return Completed("", stdout, stderr, status)


def test_a_forced_job_carries_level_mask_and_the_line_to_repeat(
    server: Any, device: AndroidDevice, app: AppSpec, reply: Any
) -> None:
    server.commands[RUN] = reply("Running job [FORCED]\n")

    answer = device.run_job(app, 4, NAMESPACE, force=True, deadline=soon())

    assert (answer.verb, answer.outcome, answer.level) == ("job.run", Outcome.ACCEPTED, ForceLevel.FORCED)
    assert answer.command == f"adb -s PHONE1 shell {RUN}"
    assert answer.subject == Subject(job_id=4, namespace=NAMESPACE)
    assert answer.mask == device.force_mask(force=True)


@pytest.mark.parametrize(
    ("done", "meaning"),
    [
        (ended("Running job [FORCED]\n"), (Outcome.ACCEPTED, None)),
        (ended("Running job\n"), (Outcome.ACCEPTED, None)),
        (
            ended(
                stderr="Job 4 in package P / user 0 has functional constraints but --force not specified\n", status=22
            ),
            (Outcome.REFUSED, Refusal.CONSTRAINTS),
        ),
        (
            ended(stderr="Could not find job 4 in package P / user 0\n", status=23),
            (Outcome.REFUSED, Refusal.UNKNOWN_JOB),
        ),
        (ended(stderr="Package not found: P / user 0\n", status=24), (Outcome.REFUSED, Refusal.UNKNOWN_PACKAGE)),
        (
            ended(
                "Exception: java.lang.SecurityException: Uid 2000 not permitted to force scheduled jobs\n", status=255
            ),
            (Outcome.REFUSED, Refusal.NOT_PERMITTED),
        ),
        (ended("Error: unknown option '-n'\n", status=255), (Outcome.UNKNOWN, None)),
        (ended(), (Outcome.UNKNOWN, None)),
        (ended("something else\n", status=23), (Outcome.UNKNOWN, None)),
        (ended(status=22), (Outcome.REFUSED, Refusal.CONSTRAINTS)),
    ],
)
def test_what_the_job_scheduler_says_is_a_refusal_or_unknown_never_a_guess(
    done: Completed, meaning: tuple[Outcome, Refusal | None]
) -> None:
    assert force.read_answer(done) == meaning


def test_the_namespace_and_the_force_flag_are_left_out_when_not_asked_for() -> None:
    assert force.run_command("P", 7, None, force=False) == ["cmd", "jobscheduler", "run", "-u", "0", "P", "7"]


def test_the_mask_is_the_api_level_s() -> None:
    assert "flexibility" not in force.mask(33, force=False)
    assert "flexibility" in force.mask(34, force=False)
    assert force.mask(99, force=True) == force.mask(34, force=True)
    assert force.mask(None, force=True) == force.mask(25, force=True) == ()


@pytest.mark.parametrize("api", range(26, 40))
def test_a_gentle_run_never_overrides_the_network(api: int) -> None:
    assert "network" not in force.mask(api, force=False)
    assert set(force.mask(api, force=False)) < set(force.mask(api, force=True))


@pytest.mark.parametrize(
    ("stdout", "meaning"),
    [
        (
            'Broadcasting: Intent { act=bgtask.HOOK }\nBroadcast completed: result=0, data="ok"\n',
            (Outcome.ACCEPTED, None),
        ),
        ('Broadcast completed: result=-1, data="ok", extras: Bundle[...]\n', (Outcome.ACCEPTED, None)),
        ('Broadcast completed: result=0, data="error: no task "x""\n', (Outcome.REFUSED, Refusal.OTHER)),
        ("Broadcast completed: result=0\n", (Outcome.REFUSED, Refusal.NO_HOOK)),
        ('Broadcast completed: result=0, data="okay"\n', (Outcome.UNKNOWN, None)),
        ("", (Outcome.UNKNOWN, None)),
        ("java.lang.SecurityException: Permission Denial: ...\n", (Outcome.REFUSED, Refusal.NOT_PERMITTED)),
    ],
)
def test_what_the_hook_says(stdout: str, meaning: tuple[Outcome, Refusal | None]) -> None:
    assert hook.read_answer(ended(stdout)) == meaning


def test_a_hook_command_goes_to_the_receiver_with_its_arguments(
    server: Any, device: AndroidDevice, app: AppSpec, reply: Any
) -> None:
    line = (
        "am broadcast -a bgtask.HOOK --include-stopped-packages -n com.example/com.example.Hook --es command state "
        "--es name active_provider --es value ''"
    )
    server.commands[line] = reply('Broadcast completed: result=0, data="ok"\n')

    answer = device.hook(app, "state", {"name": "active_provider", "value": ""}, soon())

    assert (answer.outcome, answer.verb, answer.level) == (Outcome.ACCEPTED, "app.state", None)


def test_running_a_worker_through_the_hook_is_the_level_in_app(
    server: Any, device: AndroidDevice, app: AppSpec, reply: Any
) -> None:
    answer = device.hook(app, "run", {"task": "sync"}, soon())

    assert (answer.level, answer.subject.task, answer.outcome) == (ForceLevel.IN_APP, "sync", Outcome.UNKNOWN)


def test_an_app_without_a_hook_refuses_and_nothing_is_sent(server: Any, device: AndroidDevice) -> None:
    asked = len(server.asked)

    answer = device.hook(AppSpec("plain", "com.plain", ()), "ping", {}, soon())

    assert (answer.outcome, answer.refusal) == (Outcome.REFUSED, Refusal.NO_HOOK)
    assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("done", "meaning"),
    [
        (ended("Starting: Intent { cmp=com.example/.ErrorReport }\n"), readings.ACCEPTED),
        (ended("Starting: Intent { }\nError type 3\nError: Activity class {x} does not exist.\n"), readings.OTHER),
        (ended("Starting: Intent { }\n", "Error: Activity class {x} does not exist.\n", 1), readings.OTHER),
        (
            ended("java.lang.SecurityException: Permission Denial: starting Intent\n", status=255),
            readings.NOT_PERMITTED,
        ),
        (ended("?"), readings.UNKNOWN),
    ],
)
def test_what_starting_an_activity_says(done: Completed, meaning: object) -> None:
    assert readings.start(done) == meaning


@pytest.mark.parametrize(
    ("done", "meaning"),
    [(ended(), readings.ACCEPTED), (ended(status=1), readings.OTHER), (ended("hm"), readings.UNKNOWN)],
)
def test_a_command_that_should_be_silent(done: Completed, meaning: object) -> None:
    assert readings.silent(done) == meaning


@pytest.mark.parametrize(
    ("done", "meaning"),
    [
        (ended("Success\n"), readings.ACCEPTED),
        (ended("Failed\n", status=1), readings.OTHER),
        (ended(), readings.UNKNOWN),
    ],
)
def test_what_clearing_data_says(done: Completed, meaning: object) -> None:
    assert readings.clear(done) == meaning


def test_without_an_activity_the_phone_names_the_launcher_s(server: Any, device: AndroidDevice, reply: Any) -> None:
    ask = "cmd package resolve-activity --brief -c android.intent.category.LAUNCHER com.plain"
    server.commands[ask] = reply("priority=0 preferredOrder=0 match=0x108000 specificIndex=-1\ncom.plain/.Main\n")
    server.commands["am start -n com.plain/.Main"] = reply("Starting: Intent { cmp=com.plain/.Main }\n")

    answer = device.launch(AppSpec("plain", "com.plain", ()), soon())

    assert (answer.outcome, answer.verb) == (Outcome.ACCEPTED, "app.launch")


def test_each_simple_verb_sends_its_command(server: Any, device: AndroidDevice, app: AppSpec, reply: Any) -> None:
    for command in ("input keyevent 3", "am kill com.example", "am force-stop com.example"):
        server.commands[command] = reply()
    server.commands["pm clear com.example"] = reply("Success\n")
    server.commands["cmd alarm set-time 1500"] = reply()

    answers = [
        device.home(soon()),
        device.kill(app, soon()),
        device.force_stop(app, soon()),
        device.clear_data(app, soon()),
        device.set_wall_clock(1_500_000_000, soon()),
    ]

    assert {answer.outcome for answer in answers} == {Outcome.ACCEPTED}
    assert answers[-1].level is ForceLevel.CLOCK_MOVED


def test_diagnostics_reach_a_stopped_app_too(server: Any, device: AndroidDevice, app: AppSpec, reply: Any) -> None:
    line = "am broadcast -a androidx.work.diagnostics.REQUEST_DIAGNOSTICS --include-stopped-packages -p com.example"
    server.commands[line] = reply("Broadcasting: Intent { }\nBroadcast completed: result=0\n")

    assert device.diagnose(app, soon()).outcome is Outcome.ACCEPTED
