"""What several scenarios end with: the next run of a task, where the device affords to wait for it."""

from __future__ import annotations

from bgtask_harness.devices.port import Rung
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec


def see_next_run(device: Session, task: TaskSpec) -> None:
    """Wait until a task is due and see it run; where `--patience` has no time for that, leave it out and say so."""
    if not device.affords((task.interval_ns or 0) / 1e9):
        device.tell(f"the next run of {task.title} was not waited for; a longer --patience allows it")
        return
    device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance("10s")
    device.look()
