"""Periodic work over many periods: each comes a full interval after the last one ended, and none goes missing."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Rung
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

PERIODS = 30


@pytest.mark.scenario(needs=[Capability.APP_INSTALLED, Capability.DIAGNOSTICS], tasks="one-periodic")
def test_many_periods(device: Session, task: TaskSpec) -> None:
    """Thirty periods of a task that nobody touches; on a real phone as many as `--patience` has time for."""
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    device.diagnose()
    device.look()
    device.open_window()
    device.home()
    left = device.budget
    for seen in range(PERIODS):
        left -= (task.interval_ns or 0) / 1e9
        if left < 0:
            device.tell(f"{seen} of {PERIODS} periods of {task.title} were seen; a longer --patience sees more")
            break
        device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance("10s")
    device.look()
