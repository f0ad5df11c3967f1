"""A process ends in the middle of a run, or is stopped for good until somebody starts the app again."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.scenarios.listening import see_it_out
from bgtask_harness.scenarios.mid_run import be_in_mid_run
from bgtask_harness.scenarios.next_run import see_next_run
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

COMES_BACK = "10m"


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK],
    disruption=Disruption.KILL,
    tasks="one-reachable",
    platforms=["android", "ios"],
)
def test_dies_in_mid_run(device: Session, task: TaskSpec) -> None:
    """When its process dies while it runs, a task runs again in another process."""
    be_in_mid_run(device, task)
    device.crash()
    device.advance("2s")
    device.look()
    dead = device.mark
    device.launch()
    device.leave_alone(task)
    device.wait_for_run(task, within=COMES_BACK, mark=dead)
    device.advance("10s")
    see_it_out(device)
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK],
    disruption=Disruption.KILL,
    tasks="one-reachable",
    platforms=["android", "ios"],
)
def test_swiped_away_in_mid_run(device: Session, task: TaskSpec) -> None:
    """When its app is swiped away while it runs, a task runs again in another process."""
    be_in_mid_run(device, task)
    device.swipe()
    device.advance("2s")
    device.look()
    gone = device.mark
    device.launch()
    device.leave_alone(task)
    device.wait_for_run(task, within=COMES_BACK, mark=gone)
    device.advance("10s")
    see_it_out(device)
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED],
    disruption=Disruption.KILL,
    tasks="one-periodic",
    platforms=["android", "ios"],
)
def test_swiped_away(device: Session, task: TaskSpec) -> None:
    """An app that is swiped away keeps its jobs, and the task runs when it is due."""
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    device.look()
    device.open_window()
    device.swipe()
    device.advance("1m")
    device.look()
    see_next_run(device, task)


@pytest.mark.scenario(needs=[Capability.APP_INSTALLED], disruption=Disruption.FORCE_STOP, tasks="one-periodic")
def test_force_stopped_and_launched_again(device: Session, task: TaskSpec) -> None:
    """A force-stop takes the jobs away; launched again, the app has them back and the task runs when it is due."""
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    device.look()
    device.open_window()
    device.force_stop()
    device.advance("1m")
    device.look()
    device.launch()
    device.advance("10s")
    device.look()
    device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance("10s")
    device.look()
