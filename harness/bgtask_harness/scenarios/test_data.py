"""An app whose data is gone knows nothing of what it asked for, and neither does the system."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec


@pytest.mark.scenario(needs=[Capability.APP_INSTALLED], disruption=Disruption.CLEAR_DATA, tasks="periodic")
def test_data_cleared(device: Session, task: TaskSpec) -> None:
    """Cleared data take work and jobs with them; launched again the app asks anew, and the task runs at once."""
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    device.look()
    device.open_window()
    device.clear_data()
    device.advance("1m")
    device.look()
    cleared = device.mark
    device.want_run(task)
    device.launch()
    if Capability.APP_HOOK in device.capabilities:
        device.schedule(task)
    device.wait_for_run(task, mark=cleared)
    device.advance("10s")
    device.look()
