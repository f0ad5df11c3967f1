"""An app whose data is gone knows nothing of what it asked for, and neither does the system."""

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
    needs=[Capability.APP_INSTALLED],
    disruption=Disruption.CLEAR_DATA,
    tasks="periodic",
    platforms=["android", "ios"],
)
def test_data_cleared(device: Session, task: TaskSpec) -> None:
    """Cleared data take work and jobs with them; launched again the app asks anew, and the task runs at once.

    On an iPhone they go with the app, which is removed and installed again; it runs when it is due.
    """
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
    have_it_listen(device)
    if Capability.APP_HOOK in device.capabilities:
        device.schedule(task)
    device.leave_alone(task)
    device.wait_for_run(task, mark=cleared)
    device.advance("10s")
    see_it_out(device)
    device.look()
