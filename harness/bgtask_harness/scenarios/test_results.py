"""What a worker answers decides what follows: a failure is no retry."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

NO_RETRY = "10m"
"""Much longer than a first backoff."""


@pytest.mark.scenario(needs=[Capability.APP_INSTALLED, Capability.APP_HOOK], disruption=Disruption.NUDGE, tasks="fails")
def test_failure_is_not_retried(device: Session, task: TaskSpec) -> None:
    """A task that failed is not tried again by itself; periodic work comes again when its interval is over."""
    device.launch()
    device.server(task, "error")
    device.open_window()
    device.schedule(task)
    device.wait_for_run(task)
    device.server(task, "ok")
    device.advance(NO_RETRY)
    device.look()
    if task.interval_ns is not None and device.affords(task.interval_ns / 1e9):
        device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
        device.advance("10s")
        device.look()
