"""A task runs, and runs again."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Rung
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

AFTERWARDS = "10s"
"""So that what belongs to an end is logged, and a run too many has time to show."""


@pytest.mark.scenario(needs=[Capability.APP_INSTALLED], platforms=["android", "ios"])
def test_runs_to_success(device: Session, task: TaskSpec) -> None:
    """Asked for, a task runs to its end, by the gentlest way that this device and app have."""
    device.open_window()
    device.make_run(task)
    device.advance(AFTERWARDS)
    device.look()


@pytest.mark.scenario(needs=[Capability.APP_INSTALLED], tasks="periodic", platforms=["android", "ios"])
def test_comes_again_when_due(device: Session, task: TaskSpec) -> None:
    """After its first run a periodic task is armed again and runs when its interval is over."""
    device.open_window()
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance(AFTERWARDS)
    device.look()
    device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance(AFTERWARDS)
    device.look()
