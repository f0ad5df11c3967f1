"""The system stops a run, because it took too long or for a reason of its own: the work is not done and comes back."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.scenarios.mid_run import INTO_THE_RUN
from bgtask_harness.scenarios.mid_run import begin_run
from bgtask_harness.session import Session
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStopped
from bgtask_reference.events import TaskSpec

TOO_LONG = "50m"
LONGEST_JOB = "31m"
"""Ten minutes are any job's; thirty the most that JobScheduler gives where quota is free."""
COMES_BACK = "10m"


def stopped_in_mid_run(device: Session, task: TaskSpec, stop: Callable[[TaskSpec], Answer]) -> None:
    """Have its run stopped, and see it run again."""
    begin_run(device, task)
    device.diagnose()
    device.look()
    device.advance(INTO_THE_RUN)
    stopped = device.mark
    stop(task)
    device.advance("2s")
    device.look()
    device.server(task, "ok", duration="1s")
    device.wait_for_run(task, within=COMES_BACK, mark=stopped)
    device.advance("10s")
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK, Capability.FORCE_JOB, Capability.DIAGNOSTICS],
    disruption=Disruption.NUDGE,
    tasks="one-reachable",
)
def test_timed_out_in_mid_run(device: Session, task: TaskSpec) -> None:
    """Told that its time is over (`cmd jobscheduler timeout`), a run is stopped and comes back."""
    stopped_in_mid_run(device, task, device.time_out)


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK, Capability.FORCE_JOB, Capability.DIAGNOSTICS],
    disruption=Disruption.NUDGE,
    tasks="one-reachable",
)
def test_stopped_in_mid_run(device: Session, task: TaskSpec) -> None:
    """Stopped by the system (`cmd jobscheduler stop`, API 34 and later), a run comes back."""
    stopped_in_mid_run(device, task, device.stop)


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK, Capability.SWITCH_POWER],
    disruption=Disruption.NUDGE,
    tasks="one-reachable",
)
def test_takes_too_long(device: Session, task: TaskSpec) -> None:
    """A run that does not end is stopped by the system after ten minutes or more, and comes back."""
    device.launch()
    device.pull("power", "unplugged")
    device.server(task, "ok", duration=TOO_LONG)
    device.open_window()
    device.schedule(task)
    begun = device.mark
    device.wait_for_run(task, finished=False)
    device.server(task, "ok", duration="1s")  # for the next one, which may begin at once
    ended = device.wait_for(
        lambda event: isinstance(event, RunStopped | RunFinished) and device.is_of(task, event),
        within=LONGEST_JOB,
        what=f"{task.title} to be stopped",
        mark=begun,
    )
    device.look()
    device.release("power")
    device.wait_for_run(task, within=COMES_BACK, mark=device.place(ended) + 1)
    device.advance("10s")
    device.look()
