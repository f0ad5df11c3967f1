"""A worker that throws has failed: no crash, no retry, and the next period comes all the same."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

NO_RETRY = "2m"
"""Longer than a first backoff: a run that came by then would be a retry."""


def and_comes_again(device: Session, task: TaskSpec) -> None:
    """See what is left of it, and its next run where the device affords to wait for that."""
    device.advance(NO_RETRY)
    device.look()
    if not device.affords((task.interval_ns or 0) / 1e9):
        device.tell(f"the next run of {task.title} was not waited for; --patience allows it")
        return
    mark = device.mark
    device.wait_until_due(task)
    device.want_run(task)
    device.wait_for_run(task, mark=mark)
    device.advance("10s")
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.APP_HOOK], disruption=Disruption.NUDGE, tasks="throwing"
)
def test_worker_throws(device: Session, task: TaskSpec) -> None:
    """A task whose worker throws has failed: the process lives on, and the task runs again when it is due."""
    device.launch()
    device.make_throw(task)
    device.open_window()
    device.want_run(task)
    device.schedule(task)
    device.wait_for_run(task)
    and_comes_again(device, task)
