"""A worker that throws has failed: no crash, no retry, and the next period comes all the same."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.scenarios.next_run import see_next_run
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

NO_RETRY = "2m"
"""Longer than a first backoff: a run that came by then would be a retry."""


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK],
    disruption=Disruption.NUDGE,
    tasks="throwing",
    platforms=["android", "ios"],
)
def test_worker_throws(device: Session, task: TaskSpec) -> None:
    """A task whose worker throws has failed: the process lives on, and the task runs again when it is due."""
    device.launch()
    device.make_throw(task)
    device.open_window()
    device.want_run(task)
    device.schedule(task)
    device.leave_alone(task)
    device.wait_for_run(task)
    device.advance(NO_RETRY)
    device.look()
    see_next_run(device, task)
