"""What a forced job does, and what it does not."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.FORCE_JOB, Capability.DIAGNOSTICS],
    disruption=Disruption.NUDGE,
    tasks="periodic",
)
def test_forced_before_schedule_is_refused(device: Session, task: TaskSpec) -> None:
    """Forced before its time, a periodic job starts and WorkManager turns it away: nothing runs, and it stays armed."""
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    device.diagnose()
    device.look()
    device.open_window()
    device.force(task, device.periodic_name(task), want=False)
    device.advance("30s")
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.FORCE_JOB, Capability.DIAGNOSTICS],
    disruption=Disruption.CLOCK,
    tasks="periodic",
)
def test_force_when_due(device: Session, task: TaskSpec) -> None:
    """With the wall clock moved to when it is due, a forced periodic job runs: WorkManager goes by that clock."""
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    device.diagnose()
    device.look()
    device.open_window()
    device.make_run(task, rungs=(Rung.MOVE_WALL_CLOCK,))
    device.advance("10s")
    device.look()
