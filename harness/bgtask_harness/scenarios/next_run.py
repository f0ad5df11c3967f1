"""What several scenarios end with: the next run of a task, where the device affords to wait for it."""

from __future__ import annotations

from bgtask_harness.devices.port import Rung
from bgtask_harness.scenarios.listening import leave_it_to_itself
from bgtask_harness.scenarios.listening import see_it_out
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec


def see_next_run(device: Session, task: TaskSpec) -> None:
    """Wait until a task is due and see it run; where `--patience` has no time for that, leave it out and say so."""
    if not device.affords((task.interval_ns or 0) / 1e9):
        device.tell(f"the next run of {task.title} was not waited for; a longer --patience allows it")
        return
    device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance("10s")
    see_it_out(device)
    device.look()


def wait_until_it_would_be_due(device: Session, task: TaskSpec) -> None:
    """Wait until a task that was cancelled would have been due. On an iPhone nobody uses the phone meanwhile."""
    if device.platform == "android":
        device.wait_until_due(task)
        return
    leave_it_to_itself(device)
    device.advance((task.interval_ns or 0) / 1e9)
