"""What BackgroundTasks waits for and what ends a run there: nobody at the phone, a switch, a person, a private call."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.scenarios.listening import have_it_listen
from bgtask_harness.scenarios.listening import see_it_out
from bgtask_harness.scenarios.mid_run import INTO_THE_RUN
from bgtask_harness.scenarios.mid_run import RUN_TAKES
from bgtask_harness.scenarios.mid_run import be_in_mid_run
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

HOOKED = (Capability.APP_INSTALLED, Capability.APP_HOOK)
IN_USE = "2m"
LONGER_THAN_IN_USE = "90s"
SETTLES = "10s"


@pytest.mark.scenario(needs=HOOKED, disruption=Disruption.NUDGE, tasks="periodic", platforms=["ios"])
def test_waits_until_nobody_uses_the_phone(device: Session, task: TaskSpec) -> None:
    """While somebody uses the phone a processing task that is due is held back; locked, it is launched.

    A refresh is launched all the same.
    """
    device.launch()
    device.open_window()
    device.schedule(task)
    device.advance(SETTLES)
    asked = device.mark
    device.wait_until_due(task)
    device.advance(IN_USE)
    device.look()
    device.pull("device-idle", "on")
    device.wait_for_run(task, mark=asked)
    device.advance(SETTLES)
    see_it_out(device)
    device.look()


@pytest.mark.scenario(needs=HOOKED, disruption=Disruption.NUDGE, tasks="reachable", platforms=["ios"])
def test_somebody_uses_the_phone_in_mid_run(device: Session, task: TaskSpec) -> None:
    """When somebody opens the app in the middle of a processing task it is expired: completed, its worker halted."""
    be_in_mid_run(device, task, takes=LONGER_THAN_IN_USE)
    device.launch()
    device.advance(IN_USE)
    device.look()


@pytest.mark.scenario(needs=HOOKED, disruption=Disruption.NUDGE, tasks="periodic", platforms=["ios"])
def test_background_refresh_is_off(device: Session, task: TaskSpec) -> None:
    """Asked for with Background App Refresh off a request is refused, and the app tells; with it on it asks anew."""
    device.pull("background", "restricted")
    device.launch()
    device.open_window()
    device.schedule(task)
    device.advance(SETTLES)
    device.look()
    device.release("background")
    device.home()
    device.advance(SETTLES)
    device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance(SETTLES)
    see_it_out(device)
    device.look()


@pytest.mark.scenario(
    needs=[*HOOKED, Capability.DIAGNOSTICS], disruption=Disruption.NUDGE, platforms=["ios"], tasks="one-periodic"
)
def test_everything_is_pending(device: Session, task: TaskSpec) -> None:
    """All tasks at once ask for no more than one refresh and ten processing requests, and each is pending once."""
    device.launch()
    device.open_window()
    for each in device.tasks:
        device.schedule(each)
        device.advance(SETTLES)
    device.diagnose()
    device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance(SETTLES)
    have_it_listen(device)
    device.diagnose()
    device.advance(SETTLES)


@pytest.mark.scenario(
    needs=[*HOOKED, Capability.FORCE_JOB], disruption=Disruption.NUDGE, tasks="reachable", platforms=["ios"]
)
def test_timed_out_in_mid_run(device: Session, task: TaskSpec) -> None:
    """Told that its time is over by the private call of BackgroundTasks, a simulated run is completed and halts."""
    device.launch()
    device.schedule(task)
    device.advance(SETTLES)
    device.server(task, "ok", duration=RUN_TAKES)
    device.open_window()
    forced = device.mark
    device.force(task)
    device.wait_for_run(task, finished=False, mark=forced)
    device.advance(INTO_THE_RUN)
    device.time_out(task)
    device.advance("40s")
    device.look()
