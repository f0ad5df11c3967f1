"""What was scheduled survives a reboot."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.REBOOT],
    disruption=Disruption.REBOOT,
    tasks="periodic",
)
def test_reboot_restores(device: Session, task: TaskSpec) -> None:
    """A periodic task is still known to the system after a reboot, and runs when its interval is over."""
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    if Capability.DIAGNOSTICS in device.capabilities:
        device.diagnose()
    device.look()
    device.open_window()
    device.reboot()
    device.advance("30s")
    device.look()
    device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance("10s")
    device.look()
