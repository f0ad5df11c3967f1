"""Periodic work over many periods: each comes a full interval after the last one ended, and none goes missing."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Rung
from bgtask_harness.scenarios.listening import have_it_listen
from bgtask_harness.scenarios.listening import see_it_out
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

PERIODS = {"android": 30, "ios": 5}


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.DIAGNOSTICS], tasks="one-periodic", platforms=["android", "ios"]
)
def test_many_periods(device: Session, task: TaskSpec) -> None:
    """Thirty periods (five on an iPhone) of a task that nobody touches; as many as `--patience` has time for."""
    periods = PERIODS[device.platform]
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    have_it_listen(device)
    device.diagnose()
    device.look()
    device.open_window()
    device.home()
    left = device.budget
    for seen in range(periods):
        left -= (task.interval_ns or 0) / 1e9
        if left < 0:
            device.tell(f"{seen} of {periods} periods of {task.title} were seen; a longer --patience sees more")
            break
        device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance("10s")
    see_it_out(device)
    device.look()
