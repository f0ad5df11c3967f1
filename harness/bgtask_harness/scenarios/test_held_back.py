"""What the system may hold back it holds back with a reason, and lets run afterwards."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.scenarios.listening import see_it_out
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

BEFORE_DUE = "1m"
HELD_BACK = "5m"
"""Past the time when it is due; short of a maintenance window that comes by itself."""


def almost_due_in_the_background(device: Session, task: TaskSpec) -> None:
    """Have it run once, then wait until shortly before it is due again, with nobody using the app and no process."""
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,), want=False)
    device.look()
    device.wait_until_due(task, lead=60)
    device.home()
    device.kill()
    device.advance("1s")


def wanted_in_vain(device: Session, task: TaskSpec) -> None:
    """Say that it is wanted, and give it time past when it is due."""
    device.look()
    device.open_window()
    device.advance(BEFORE_DUE)
    device.want_run(task, within="3m")
    device.advance(HELD_BACK)
    device.look()


def runs_at_last(device: Session, task: TaskSpec, held: int) -> None:
    """See it run, since it is held back no more."""
    device.look()
    device.wait_for_run(task, mark=held)
    device.advance("10s")
    see_it_out(device)
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.SWITCH_POWER, Capability.DOZE],
    disruption=Disruption.KILL,
    tasks="one-periodic",
)
def test_doze_holds_it_back(device: Session, task: TaskSpec) -> None:
    """In deep Doze a task that is due waits; in the maintenance window it runs."""
    almost_due_in_the_background(device, task)
    device.pull("power", "unplugged")
    device.pull("screen", "off")
    device.pull("doze", "deep")
    wanted_in_vain(device, task)
    held = device.mark
    device.pull("doze", "maintenance")
    runs_at_last(device, task, held)


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.SWITCH_POWER],
    disruption=Disruption.KILL,
    tasks="one-periodic",
    platforms=["android", "ios"],
)
def test_battery_saver_holds_it_back(device: Session, task: TaskSpec) -> None:
    """With battery saver (iOS: Low Power Mode) on, a task of an app that nobody uses waits; with it off it runs."""
    almost_due_in_the_background(device, task)
    device.pull("power", "unplugged")
    device.pull("battery-saver", "on")
    wanted_in_vain(device, task)
    held = device.mark
    device.release("battery-saver")
    runs_at_last(device, task, held)


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED],
    disruption=Disruption.KILL,
    tasks="one-periodic",
    platforms=["android", "ios"],
)
def test_background_restriction_holds_it_back(device: Session, task: TaskSpec) -> None:
    """Restricted in the background (iOS: Background App Refresh off) a task waits; without the restriction it runs."""
    almost_due_in_the_background(device, task)
    device.pull("background", "restricted")
    wanted_in_vain(device, task)
    held = device.mark
    device.release("background")
    runs_at_last(device, task, held)


@pytest.mark.scenario(needs=[Capability.APP_INSTALLED], disruption=Disruption.KILL, tasks="one-periodic-networked")
def test_data_saver_holds_it_back(device: Session, task: TaskSpec) -> None:
    """With data saver on, a networked task of an app that nobody uses waits on a metered network; off, it runs."""
    almost_due_in_the_background(device, task)
    device.pull("metered-wifi", "on")
    device.pull("data-saver", "on")
    wanted_in_vain(device, task)
    held = device.mark
    device.release("data-saver")
    runs_at_last(device, task, held)
