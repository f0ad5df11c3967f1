"""A worker that asks for a retry is tried again later, and later each time."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.scenarios.listening import have_it_listen
from bgtask_harness.scenarios.listening import see_it_out
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

RETRIES = 3
LONGEST_PAUSE = "10m"


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK],
    disruption=Disruption.NUDGE,
    tasks="retries",
    platforms=["android", "ios"],
)
def test_retry_backs_off(device: Session, task: TaskSpec) -> None:
    """While its server is out of reach a task is tried again, after a longer pause each time, until it succeeds.

    iOS has no backoff: there the pause is what the app asks for.
    """
    device.launch()
    device.server(task, "network_error")
    device.open_window()
    device.schedule(task)
    device.leave_alone(task)
    for _ in range(RETRIES):
        device.wait_for_run(task, within=LONGEST_PAUSE, mark=device.mark)
    have_it_listen(device)
    device.server(task, "ok")
    answers = device.mark
    device.leave_alone(task)
    device.wait_for_run(task, within=LONGEST_PAUSE, mark=answers)
    device.advance("10s")
    see_it_out(device)
    device.look()
