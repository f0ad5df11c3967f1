"""The driver on virtual phones of every level that was read as a whole: the same verbs, that level's answers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.driver import AndroidDevice
from bgtask_harness.devices.port import Capability
from bgtask_harness.observe import observe_text
from bgtask_harness.transport.in_process import InProcessTransport
from bgtask_harness.virtual.assemble import build
from bgtask_reference.events import AppEvidence
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Clock
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import JobsListed
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal
from bgtask_reference.events import Stamp

PACKAGE = "com.thomaskioko.tvmaniac"
PROGRAM = "bgtask_reference.lineage.tvmaniac:fixed"
NAMESPACE = "androidx.work.systemjobscheduler"
MODELS = {"pixel3-api28": 28, "pixel5-api30": 30, "pixel8-api34": 34, "pixel7-api36": 36}
APP = AppSpec(
    name="tvmaniac@fixed",
    package=PACKAGE,
    tasks=(),
    evidence=AppEvidence(hook=True),
    activity=f"{PACKAGE}.app.MainActivity",
    hook_receiver=f"{PACKAGE}.BackgroundTaskHook",
)
NOW = Stamp(Clock.BOOT, 0)


def soon() -> Deadline:
    return Deadline.after(20)


@pytest.fixture(params=MODELS)
def device(request: pytest.FixtureRequest) -> Iterator[AndroidDevice]:
    """A virtual phone with TvManiac that was never started."""
    arguments = {"launcher_activity": APP.activity, "hook_receiver": APP.hook_receiver}
    phone = build(request.param, PROGRAM, PACKAGE, "hook", app=arguments)
    opened = AndroidDevice.attach(InProcessTransport(phone), request.param, soon(), serial="in-process")
    yield opened
    opened.close()


def level_of(device: AndroidDevice) -> int:
    api = device.facts.api_level
    assert api is not None
    return api


def listed(device: AndroidDevice) -> JobsListed:
    (text,) = device.jobs(APP, soon())
    event, *others = observe_text(text.parser, text.text, NOW, PACKAGE)
    assert not [one for one in others if isinstance(one, LineUnknown)]
    assert isinstance(event, JobsListed)
    assert event.complete
    return event


def logged_in(device: AndroidDevice) -> JobsListed:
    assert device.launch(APP, soon()).outcome is Outcome.ACCEPTED
    assert device.hook(APP, "state", {"name": "active_provider", "value": "TRAKT"}, soon()).outcome is Outcome.ACCEPTED
    device.advance_to(device.clocks(1, soon()).boot_ns + 10**9, until_output=False, deadline=soon())
    return listed(device)


def test_the_phone_tells_its_level_and_can_do_everything(device: AndroidDevice) -> None:
    assert level_of(device) in MODELS.values()
    assert device.capabilities(APP, soon()) == set(Capability) - {Capability.REBOOT_WITH_A_PERSON}


def test_the_environment_is_read_whole(device: AndroidDevice) -> None:
    facts: dict[str, object] = {}
    for text in device.environment(APP, soon()):
        for event in observe_text(text.parser, text.text, NOW, PACKAGE):
            assert not isinstance(event, LineUnknown), event
            if isinstance(event, EnvironmentSampled):
                facts |= event.facts
    assert {"charging", "battery-not-low", "battery-level", "network", "metered", "doze-deep", "bucket"} <= set(facts)
    assert {"stopped", "background-restricted", "battery-saver"} <= set(facts)


def test_work_manager_s_jobs_have_its_namespace_from_34(device: AndroidDevice) -> None:
    jobs = logged_in(device).jobs

    expected = NAMESPACE if level_of(device) >= 34 else None
    assert jobs
    assert {job.namespace for job in jobs} == {expected}


def test_a_job_is_forced_under_its_id_and_refused_under_another_one(device: AndroidDevice) -> None:
    job = logged_in(device).jobs[0]

    forced = device.run_job(APP, job.job_id, job.namespace, force=True, deadline=soon())
    assert forced.outcome is Outcome.ACCEPTED
    unknown = device.run_job(APP, 4711, job.namespace, force=True, deadline=soon())
    assert (unknown.outcome, unknown.refusal) == (Outcome.REFUSED, Refusal.UNKNOWN_JOB)


def test_an_activity_that_is_not_there_is_refused_whatever_the_exit_status(device: AndroidDevice) -> None:
    wrong = AppSpec("wrong", PACKAGE, (), activity="no.such.Activity")

    assert device.launch(wrong, soon()).outcome is Outcome.REFUSED


def test_what_a_forced_run_overrides(device: AndroidDevice) -> None:
    job = logged_in(device).jobs[0]
    mask = device.run_job(APP, job.job_id, job.namespace, force=True, deadline=soon()).mask
    assert mask == device.force_mask(force=True)

    assert {"delay", "charging", "network"} <= set(mask)
    assert ("flexibility" in mask) == (level_of(device) >= 34)
