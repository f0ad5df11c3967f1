"""A task that needs a network waits for one, and copes with losing it."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.scenarios.listening import see_it_out
from bgtask_harness.scenarios.mid_run import be_in_mid_run
from bgtask_harness.scenarios.withheld import RUN_TAKES
from bgtask_harness.scenarios.withheld import SETTLES
from bgtask_harness.scenarios.withheld import loses
from bgtask_harness.scenarios.withheld import waits_for
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

OFFLINE = "2m"
COMES_BACK = "5m"
"""Longer than a first backoff."""


def cut_off(device: Session) -> None:
    """Take every network away."""
    if device.platform == "ios":
        device.pull("airplane-mode", "on")
        return
    device.pull("mobile-data", "off")
    device.pull("wifi", "off")
    device.look()


def let_online(device: Session) -> None:
    """Give every network back."""
    if device.platform == "ios":
        device.release("airplane-mode")
        return
    device.release("wifi")
    device.release("mobile-data")
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK, Capability.SWITCH_NETWORK],
    disruption=Disruption.NETWORK,
    tasks="networked",
    platforms=["android", "ios"],
)
def test_waits_for_network(device: Session, task: TaskSpec) -> None:
    """Asked for without a network a task does not run; once there is one it does."""
    device.launch()
    cut_off(device)
    device.advance(SETTLES)
    device.open_window()
    device.want_run(task, within=OFFLINE)
    device.schedule(task)
    device.leave_alone(task)
    device.advance(OFFLINE)
    device.look()
    offline = device.mark
    device.want_run(task)
    let_online(device)
    device.wait_for_run(task, mark=offline)
    device.advance("10s")
    see_it_out(device)
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK], disruption=Disruption.NETWORK, tasks="unmetered"
)
def test_waits_for_unmetered_network(device: Session, task: TaskSpec) -> None:
    """Asked for on a metered network a task that minds does not run; once it is unmetered it does."""
    waits_for(device, task, lambda: device.pull("metered-wifi", "on"), lambda: device.pull("metered-wifi", "off"))


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK], disruption=Disruption.NETWORK, tasks="unmetered"
)
def test_network_gets_metered_in_mid_run(device: Session, task: TaskSpec) -> None:
    """When its network gets metered while it runs a task that minds is stopped, and runs again when it is not."""
    loses(device, task, lambda: device.pull("metered-wifi", "on"), lambda: device.pull("metered-wifi", "off"))


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK, Capability.SWITCH_NETWORK],
    disruption=Disruption.NETWORK,
    tasks="networked",
)
def test_loses_network_in_mid_run(device: Session, task: TaskSpec) -> None:
    """When its network goes while it runs a task is stopped, and runs again when the network is back."""
    be_in_mid_run(device, task, takes=RUN_TAKES)
    device.look()
    cut_off(device)
    device.advance(OFFLINE)
    device.look()
    device.server(task, "ok", duration="1s")
    offline = device.mark
    let_online(device)
    device.wait_for_run(task, within=COMES_BACK, mark=offline)
    device.advance("10s")
    device.look()
