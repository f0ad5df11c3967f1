"""Every verb of the driver on a virtual phone, in this process and through a real adb server: the same answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.connect import open_device
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.observe import observe_text
from bgtask_harness.transport.in_process import InProcessTransport
from bgtask_harness.virtual.assemble import build
from bgtask_reference.events import AppEvidence
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Clock
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal
from bgtask_reference.events import Stamp

PACKAGE = "com.thomaskioko.tvmaniac"
PROGRAM = "bgtask_reference.lineage.tvmaniac:fixed"
NAMESPACE = "androidx.work.systemjobscheduler"
SYNC = f"{PACKAGE}.librarysync"
HOUR_NS = 3_600_000_000_000
MILLISECOND_NS = 1_000_000

APP = AppSpec(
    name="tvmaniac@fixed",
    package=PACKAGE,
    tasks=(),
    evidence=AppEvidence(hook=True),
    activity=f"{PACKAGE}.app.MainActivity",
    hook_receiver=f"{PACKAGE}.BackgroundTaskHook",
)


def soon() -> Deadline:
    return Deadline.after(20)


IN_PROCESS, REAL_ADB = "in-process", "real-adb"


@pytest.fixture(params=[IN_PROCESS, REAL_ADB])
def device(request: pytest.FixtureRequest) -> Iterator[AndroidDevice]:
    """A virtual phone with TvManiac that was never started."""
    arguments = {"launcher_activity": APP.activity, "hook_receiver": APP.hook_receiver}
    if request.param == IN_PROCESS:
        phone = build("pixel7-api36", PROGRAM, PACKAGE, "hook", app=arguments)
        opened = AndroidDevice.attach(InProcessTransport(phone), "virtual-pixel7", soon(), serial="in-process")
        yield opened
        opened.close()
        return
    line = f"--phone pixel7-api36 --program {PROGRAM} --package {PACKAGE} --mode hook --app-args".split()
    process = PhoneProcess([*line, f'{{"launcher_activity": "{APP.activity}"}}'], Deadline.after(60))
    address = ("127.0.0.1", process.ready.adb_server_port)
    opened = open_device({"serial": process.ready.serial}, "virtual-pixel7", server=address, deadline=soon())
    yield opened
    opened.close()
    process.end()


def accepted(answer: Answer) -> bool:
    assert answer.outcome is Outcome.ACCEPTED, answer
    return True


def facts(device: AndroidDevice) -> dict[str, object]:
    found: dict[str, object] = {}
    for text in device.environment(APP, soon()):
        for event in observe_text(text.parser, text.text, Stamp(Clock.BOOT, 0), PACKAGE):
            if isinstance(event, EnvironmentSampled):
                found |= event.facts
    return found


def listed(device: AndroidDevice) -> JobsListed:
    (text,) = device.jobs(APP, soon())
    event, *_ = observe_text(text.parser, text.text, Stamp(Clock.BOOT, 0), PACKAGE)
    assert isinstance(event, JobsListed), text.text
    return event


def with_a_job(device: AndroidDevice) -> int:
    """Log in, so that the app schedules its periodic tasks, and give a job's id."""
    accepted(device.launch(APP, soon()))
    accepted(device.hook(APP, "state", {"name": "active_provider", "value": "TRAKT"}, soon()))
    device.advance_to(device.clocks(1, soon()).boot_ns + 10**9, until_output=False, deadline=soon())
    jobs = listed(device).jobs
    assert jobs, "the app has scheduled nothing"
    return jobs[0].job_id


def test_it_can_do_everything(device: AndroidDevice) -> None:
    assert device.capabilities(APP, soon()) == set(Capability) - {Capability.REBOOT_WITH_A_PERSON}


def test_the_environment_can_be_read_as_facts(device: AndroidDevice) -> None:
    found = facts(device)

    assert {"charging", "battery-not-low", "battery-level", "network", "metered", "doze-deep", "bucket"} <= set(found)
    assert {"stopped", "background-restricted", "battery-saver"} <= set(found)


def test_an_app_that_is_not_installed_is_no_capability(device: AndroidDevice) -> None:
    found = device.capabilities(AppSpec("none", "com.example.none", ()), soon())

    assert Capability.APP_INSTALLED not in found
    assert Capability.APP_HOOK not in found


def test_the_app_starts_and_goes_to_the_background(device: AndroidDevice) -> None:
    assert accepted(device.launch(APP, soon()))
    assert accepted(device.home(soon()))
    assert accepted(device.kill(APP, soon()))


def test_an_activity_that_is_not_there_is_refused(device: AndroidDevice) -> None:
    wrong = AppSpec("wrong", PACKAGE, (), activity="no.such.Activity")

    assert device.launch(wrong, soon()).outcome is Outcome.REFUSED


def test_the_hook_answers_and_a_missing_one_is_a_refusal(device: AndroidDevice) -> None:
    assert accepted(device.hook(APP, "ping", {}, soon()))
    none = AppSpec("none", PACKAGE, (), hook_receiver="no.such.Hook")

    assert device.hook(none, "ping", {}, soon()).refusal is Refusal.NO_HOOK


def test_a_command_that_the_hook_does_not_know_is_refused(device: AndroidDevice) -> None:
    assert device.hook(APP, "nonsense", {}, soon()).outcome is Outcome.REFUSED


def test_forcing_a_job_needs_its_namespace(device: AndroidDevice) -> None:
    job = with_a_job(device)

    without = device.run_job(APP, job, None, force=True, deadline=soon())
    with_it = device.run_job(APP, job, NAMESPACE, force=True, deadline=soon())

    assert (without.outcome, without.refusal) == (Outcome.REFUSED, Refusal.UNKNOWN_JOB)
    assert accepted(with_it)


def test_forcing_a_job_of_nobody_is_refused(device: AndroidDevice) -> None:
    nobody = AppSpec("none", "com.example.none", ())

    assert device.run_job(nobody, 1, None, force=True, deadline=soon()).refusal is Refusal.UNKNOWN_PACKAGE


def test_diagnostics_come_back_in_the_log(device: AndroidDevice) -> None:
    accepted(device.launch(APP, soon()))
    log = device.open_log(soon())

    assert accepted(device.diagnose(APP, soon()))

    device.advance_to(device.clocks(1, soon()).boot_ns + 5 * 10**9, until_output=False, deadline=soon())
    device.clocks(2, soon())
    seen = b""
    while device.sentinel(2).encode() not in seen:
        more = log.recv(65536, soon())
        assert more, "the log has ended"
        seen += more
    assert b"WM-DiagnosticsWrkr" in seen
    assert re.search(rb"^ *\d+\.\d{6} +\d+ +\d+ [VDIWEF] ", seen, re.MULTILINE)


def test_a_force_stop_removes_the_jobs_and_stops_the_app(device: AndroidDevice) -> None:
    with_a_job(device)

    assert accepted(device.force_stop(APP, soon()))

    assert listed(device).jobs == ()
    assert facts(device)["stopped"] is True


def test_clearing_data_forgets_everything(device: AndroidDevice) -> None:
    with_a_job(device)

    assert accepted(device.clear_data(APP, soon()))
    assert listed(device).jobs == ()


def test_setting_the_wall_clock_leaves_the_boot_clock(device: AndroidDevice) -> None:
    before = device.clocks(1, soon())

    assert accepted(device.set_wall_clock(before.wall_ns + HOUR_NS, soon()))

    after = device.clocks(2, soon())
    assert after.wall_ns - before.wall_ns > HOUR_NS - MILLISECOND_NS  # `set-time` takes whole milliseconds
    assert after.boot_ns - before.boot_ns < HOUR_NS // 60


@pytest.mark.parametrize(
    "device", [IN_PROCESS, pytest.param(REAL_ADB, marks=pytest.mark.slow)], indirect=True
)  # behind a real server the phone takes the 23 seconds that its profile says
def test_after_a_reboot_there_is_another_boot_and_the_app_is_still_installed(device: AndroidDevice) -> None:
    before = device.clocks(1, soon())
    said: list[str] = []

    assert accepted(device.reboot(Deadline.after(60), said.append))

    assert device.clocks(2, soon()).boot_id != before.boot_id
    assert said[0] == "rebooting"
    assert Capability.APP_INSTALLED in device.capabilities(APP, soon())
