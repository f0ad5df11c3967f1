"""A task that was cancelled does not run."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.scenarios.listening import have_it_listen
from bgtask_harness.scenarios.listening import see_it_out
from bgtask_harness.scenarios.mid_run import be_in_mid_run
from bgtask_harness.scenarios.next_run import wait_until_it_would_be_due
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK, Capability.ADVANCE_TIME],
    tasks="periodic",
    platforms=["android", "ios"],
)
def test_cancel_while_pending(device: Session, task: TaskSpec) -> None:
    """Cancelled between two runs, a task is gone from the system and does not run when it would have been due."""
    device.launch()
    device.schedule(task)
    device.leave_alone(task)
    device.wait_for_run(task)
    device.advance("10s")
    device.open_window()
    have_it_listen(device)
    device.cancel(task)
    device.advance("10s")
    device.look()
    wait_until_it_would_be_due(device, task)
    device.advance("10m")
    see_it_out(device)
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK],
    disruption=Disruption.NUDGE,
    tasks="reachable",
    platforms=["android", "ios"],
)
def test_cancel_in_mid_run(device: Session, task: TaskSpec) -> None:
    """Cancelled while its worker runs, a task is stopped and does not come back."""
    be_in_mid_run(device, task)
    device.cancel(task)
    device.advance("2m")
    see_it_out(device)
    device.look()
