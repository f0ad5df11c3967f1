"""What several scenarios begin with: a task whose run has begun and is not over, so that something can happen to it."""

from __future__ import annotations

from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

RUN_TAKES = "30s"
INTO_THE_RUN = "5s"


def begin_run(device: Session, task: TaskSpec, *, takes: str = RUN_TAKES) -> None:
    """Launch the app, schedule a task whose work takes this long, and wait until its run has begun."""
    device.launch()
    device.server(task, "ok", duration=takes)
    device.open_window()
    device.schedule(task)
    device.leave_alone(task)
    device.wait_for_run(task, finished=False)


def be_in_mid_run(device: Session, task: TaskSpec, *, takes: str = RUN_TAKES) -> None:
    """Begin a run and be `INTO_THE_RUN` of it."""
    begin_run(device, task, takes=takes)
    device.advance(INTO_THE_RUN)
