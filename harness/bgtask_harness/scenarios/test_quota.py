"""An app that nobody uses may run so much and no more: its standby bucket says how much."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.session import NothingSeen
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

MOST_RUNS = 8
"""More sessions than the RARE and RESTRICTED buckets allow a day, from API 29 on (QuotaController)."""
BATCHED = "45m"
"""Longer than jobs of an app that nobody uses are kept together (31 minutes)."""
STARTS_UP = "2s"
"""So that the app is in front before it is sent away."""
NEEDS = (Capability.APP_INSTALLED, Capability.APP_HOOK, Capability.SWITCH_POWER, Capability.ADVANCE_TIME)


def uses_up(device: Session, task: TaskSpec, bucket: str) -> None:
    """Have it run in the background until it is held back, then make the app active again."""
    device.launch()
    device.advance(STARTS_UP)
    device.home()
    device.pull("power", "unplugged")
    device.pull("standby-bucket", bucket)
    device.open_window()
    if not runs_until_held_back(device, task):
        device.tell(f"{task.title} ran {MOST_RUNS} times in the bucket {bucket} and was never held back")
        return
    held = device.mark
    device.release("standby-bucket")
    device.look()
    device.wait_for_run(task, within=BATCHED, mark=held)
    device.advance("10s")
    device.look()


def runs_until_held_back(device: Session, task: TaskSpec) -> bool:
    """Ask for it again and again, each time without a process; False when it always ran."""
    for _ in range(MOST_RUNS):
        before = device.mark
        device.look()
        device.hook("schedule", {"task": task.id}, task)
        device.advance("1s")
        device.kill()
        device.want_run(task, within=BATCHED)
        try:
            device.wait_for_run(task, within=BATCHED, mark=before)
        except NothingSeen:
            device.look()
            return True
        device.advance("10s")
    return False


@pytest.mark.scenario(needs=NEEDS, disruption=Disruption.KILL, tasks="one-delayed")
def test_uses_up_the_quota_of_a_rare_app(device: Session, task: TaskSpec) -> None:
    """In the RARE bucket a task is held back once the app has run as often as it may."""
    uses_up(device, task, "rare")


@pytest.mark.scenario(needs=NEEDS, disruption=Disruption.KILL, tasks="one-delayed")
def test_uses_up_the_quota_of_a_restricted_app(device: Session, task: TaskSpec) -> None:
    """In the RESTRICTED bucket a task is held back once the app has run once (API 30 and later)."""
    uses_up(device, task, "restricted")
