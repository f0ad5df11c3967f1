"""What only BackgroundTasks has: a begin date, a cold launch by dasd, an expiration, a simulated launch."""

from __future__ import annotations

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.driver import IPhoneDevice
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.errors import Unsupported
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

SETTLES = "5s"
LONGER_THAN_IT_MAY = "302s"
"""A processing task has some minutes here, a refresh thirty seconds; how long a real iPhone gives is UNCONFIRMED."""
PAST_ITS_TIME = "6m"


@pytest.mark.scenario(needs=[Capability.APP_HOOK], disruption=Disruption.NUDGE, tasks="reachable", platforms=["ios"])
def test_expires_in_mid_run(device: Session, task: TaskSpec) -> None:
    """Its work takes longer than the system gives it: expired, completed once, its worker halted, asked for again."""
    device.launch()
    device.open_window()
    device.schedule(task)
    device.advance(SETTLES)
    device.server(task, "ok", duration=LONGER_THAN_IT_MAY)  # not before: a run at once would take that long as well
    lock(device)
    device.advance(SETTLES)
    device.wait_until_due(task)
    device.advance(PAST_ITS_TIME)
    device.launch()
    device.advance(SETTLES)


@pytest.mark.scenario(needs=[Capability.APP_HOOK], disruption=Disruption.KILL, tasks="periodic", platforms=["ios"])
def test_cold_launch(device: Session, task: TaskSpec) -> None:
    """Its process is gone when it is due: dasd starts the app for it, which has to know its task from before."""
    device.launch()
    device.open_window()
    device.schedule(task)
    device.advance(SETTLES)
    lock(device)
    device.wait_until_due(task, "30s")
    device.kill()
    device.advance("90s")
    device.launch()
    device.advance(SETTLES)


@pytest.mark.scenario(
    needs=[Capability.APP_HOOK, Capability.FORCE_JOB], disruption=Disruption.NUDGE, tasks="periodic", platforms=["ios"]
)
def test_simulated_launch(device: Session, task: TaskSpec) -> None:
    """Pending, it is launched by `_simulateLaunchForTaskWithIdentifier:`; force level `forced`."""
    device.launch()
    device.schedule(task)
    device.advance("10s")
    device.open_window()
    device.make_run(task, rungs=(Rung.JOB_RUN,))
    device.advance(SETTLES)


def lock(device: Session) -> Answer:
    """Lock the screen: nobody uses the phone. On a real one a person does it."""
    phone = device.device
    if not isinstance(phone, IPhoneDevice):
        raise Unsupported("only an iPhone is locked this way")

    def press(limit: Deadline) -> Answer:
        return phone.lock(limit)

    return device.act("lock", {}, press)
