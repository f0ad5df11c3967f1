"""An app is updated: what the older build asked for is the newer one's to keep."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.scenarios.next_run import see_next_run
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec


@pytest.mark.scenario(needs=[Capability.APP_INSTALLED], disruption=Disruption.CLEAR_DATA, tasks="periodic")
def test_app_updated(device: Session, task: TaskSpec) -> None:
    """Asked for by an older build, a periodic task is still there after the update, and runs when it is due."""
    device.install_older_build()
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    device.look()
    device.open_window()
    device.update_app()
    device.advance("1m")
    device.look()
    device.launch()
    device.advance("10s")
    device.look()
    see_next_run(device, task)
