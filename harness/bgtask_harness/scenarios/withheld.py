"""What a task needs is withheld from it: before it is asked for, or in the middle of a run."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.scenarios.mid_run import INTO_THE_RUN
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

SETTLES = "40s"
"""Longer than the system may take until it has heard of a loss: what begins after that began without."""
MISSING = "2m"
RUN_TAKES = "90s"
"""Much longer than the system may take to stop a run."""
COMES_BACK = "5m"
"""Longer than a first backoff."""

Verb = Callable[[], object]


def waits_for(device: Session, task: TaskSpec, take: Verb, give: Verb) -> None:
    """Ask for it without what it needs, which comes two minutes later."""
    device.launch()
    take()
    device.look()
    device.advance(SETTLES)
    device.open_window()
    device.want_run(task, within=MISSING)
    device.schedule(task)
    device.advance(MISSING)
    device.look()
    missing = device.mark
    device.want_run(task)
    give()
    device.look()
    device.wait_for_run(task, mark=missing)
    device.advance("10s")
    device.look()


def loses(device: Session, task: TaskSpec, take: Verb, give: Verb) -> None:
    """Take away what it needs five seconds into a run of ninety, and give it back two minutes later."""
    device.launch()
    give()
    device.server(task, "ok", duration=RUN_TAKES)
    device.look()
    device.open_window()
    device.schedule(task)
    device.wait_for_run(task, finished=False)
    device.advance(INTO_THE_RUN)
    device.look()
    take()
    device.look()
    device.advance(MISSING)
    device.look()
    device.server(task, "ok", duration="1s")
    missing = device.mark
    give()
    device.look()
    device.wait_for_run(task, within=COMES_BACK, mark=missing)
    device.advance("10s")
    device.look()
