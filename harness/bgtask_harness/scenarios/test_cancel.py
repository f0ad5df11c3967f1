"""A task that was cancelled does not run."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.scenarios.mid_run import be_in_mid_run
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec


@pytest.mark.scenario(needs=[Capability.APP_INSTALLED, Capability.APP_HOOK, Capability.ADVANCE_TIME], tasks="periodic")
def test_cancel_while_pending(device: Session, task: TaskSpec) -> None:
    """Cancelled between two runs, a task is gone from the system and does not run when it would have been due."""
    device.launch()
    device.schedule(task)
    device.wait_for_run(task)
    device.advance("10s")
    device.open_window()
    device.cancel(task)
    device.advance("10s")
    device.look()
    device.wait_until_due(task)
    device.advance("10m")
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK], disruption=Disruption.NUDGE, tasks="reachable"
)
def test_cancel_in_mid_run(device: Session, task: TaskSpec) -> None:
    """Cancelled while its worker runs, a task is stopped and does not come back."""
    be_in_mid_run(device, task)
    device.cancel(task)
    device.advance("2m")
    device.look()
