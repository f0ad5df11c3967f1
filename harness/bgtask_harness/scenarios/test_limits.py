"""Limits: more work than WorkManager has slots for, and two requests of one worker."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.scenarios.mid_run import be_in_mid_run
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

MAKES_ROOM = 4


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK, Capability.ADVANCE_TIME, Capability.DIAGNOSTICS],
    disruption=Disruption.KILL,
    tasks="one-crowded",
)
def test_more_work_than_slots(device: Session, task: TaskSpec) -> None:
    """Of more work than there are slots as much has a job as may have one, and all of it runs; who waited comes up."""
    device.launch()
    device.open_window()
    for each in device.tasks:
        device.schedule(each)
    for each in device.tasks:
        device.wait_for_run(each)
    device.advance("10s")
    device.look()
    device.home()
    device.kill()
    device.advance("1m")
    device.look()
    due = device.mark
    device.advance((task.interval_ns or 0) / 1e9)
    for each in device.tasks:
        device.wait_for_run(each, within="1h", mark=due)
    device.advance("10s")
    device.look()
    for each in device.tasks[:MAKES_ROOM]:
        device.hook("cancel", {"task": each.id}, each)
    device.advance("10s")
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK], disruption=Disruption.NUDGE, tasks="twofold"
)
def test_two_requests_of_one_worker(device: Session, task: TaskSpec) -> None:
    """Executed once more while it runs, a task has two requests of one worker: each keeps to what it asked for."""
    be_in_mid_run(device, task)
    device.make_run(task, rungs=(Rung.IMMEDIATE,), want=False)
    device.advance("2m")
    device.look()
