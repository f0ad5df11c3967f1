"""What was scheduled survives a reboot."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.scenarios.listening import have_it_listen
from bgtask_harness.scenarios.listening import see_it_out
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.REBOOT],
    disruption=Disruption.REBOOT,
    tasks="periodic",
    platforms=["android", "ios"],
)
def test_reboot_restores(device: Session, task: TaskSpec) -> None:
    """A periodic task is still known to the system after a reboot, and runs when its interval is over."""
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    have_it_listen(device)
    if Capability.DIAGNOSTICS in device.capabilities:
        device.diagnose()
    device.look()
    device.open_window()
    device.reboot()
    device.advance("30s")
    have_it_listen(device)
    device.look()
    device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance("10s")
    see_it_out(device)
    device.look()
