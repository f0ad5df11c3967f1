"""What becomes of requests: registered as declared, asked for again, run at once, cancelled without touching others."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.errors import Unsupported
from bgtask_harness.scenarios.listening import have_it_listen
from bgtask_harness.scenarios.listening import leave_it_to_itself
from bgtask_harness.scenarios.listening import see_it_out
from bgtask_harness.scenarios.mid_run import be_in_mid_run
from bgtask_harness.scenarios.next_run import wait_until_it_would_be_due
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

AFTERWARDS = "2m"
LEAD_S = 2
HOOKED = (Capability.APP_INSTALLED, Capability.APP_HOOK)


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.DIAGNOSTICS], tasks="periodic", platforms=["android", "ios"]
)
def test_registered_as_declared(device: Session, task: TaskSpec) -> None:
    """After its first run the job that waits for a task's next period asks for what the app file declares."""
    device.open_window()
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    device.look()
    have_it_listen(device)
    device.diagnose()
    device.advance("10s")
    device.look()


@pytest.mark.scenario(
    needs=[*HOOKED, Capability.DIAGNOSTICS],
    disruption=Disruption.NUDGE,
    tasks="reachable",
    platforms=["android", "ios"],
)
def test_registered_while_it_runs(device: Session, task: TaskSpec) -> None:
    """The job under which a task runs for the first time asks for what the app file declares."""
    be_in_mid_run(device, task)
    device.diagnose()
    device.look()
    device.wait_for_run(task)
    device.advance("10s")
    see_it_out(device)
    device.look()


@pytest.mark.scenario(
    needs=[*HOOKED, Capability.ADVANCE_TIME, Capability.DIAGNOSTICS],
    disruption=Disruption.NUDGE,
    tasks="periodic",
    platforms=["android", "ios"],
)
def test_asked_for_again(device: Session, task: TaskSpec) -> None:
    """Asked for again in the middle of its period a task keeps that period, or begins a new one, as its policy says."""
    device.launch()
    device.open_window()
    device.schedule(task)
    device.leave_alone(task)
    device.wait_for_run(task)
    device.advance("10s")
    device.advance((task.interval_ns or 0) / 2e9)
    have_it_listen(device)
    device.diagnose()
    device.look()
    device.hook("schedule", {"task": task.id}, task)
    device.advance(AFTERWARDS)
    device.diagnose()
    device.look()
    device.make_run(task, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance("10s")
    see_it_out(device)
    device.look()


@pytest.mark.scenario(
    needs=[*HOOKED, Capability.DIAGNOSTICS],
    disruption=Disruption.NUDGE,
    tasks="reachable",
    platforms=["android", "ios"],
)
def test_asked_for_again_in_mid_run(device: Session, task: TaskSpec) -> None:
    """Asked for again while it runs a task goes on, is replaced, or runs once more after it, as its policy says."""
    be_in_mid_run(device, task)
    device.hook("schedule", {"task": task.id}, task)
    device.advance(AFTERWARDS)
    have_it_listen(device)
    device.diagnose()
    device.look()


@pytest.mark.scenario(
    needs=[*HOOKED, Capability.DIAGNOSTICS],
    disruption=Disruption.NUDGE,
    tasks="executes",
    platforms=["android", "ios"],
)
def test_executed_at_once(device: Session, task: TaskSpec) -> None:
    """Scheduled and executed a task runs once now, and then once an interval."""
    device.launch()
    device.open_window()
    device.schedule(task)
    device.wait_for_run(task)
    device.advance("10s")
    device.make_run(task, rungs=(Rung.IMMEDIATE,))
    device.advance(AFTERWARDS)
    device.diagnose()
    device.look()
    if device.affords((task.interval_ns or 0) / 1e9):
        leave_it_to_itself(device)
        device.advance((task.interval_ns or 0) / 1e9)
        device.advance(AFTERWARDS)
        see_it_out(device)
        device.look()


@pytest.mark.scenario(
    needs=[*HOOKED, Capability.ADVANCE_TIME],
    disruption=Disruption.NUDGE,
    tasks="one-periodic",
    platforms=["android", "ios"],
)
def test_cancelling_one_leaves_the_others(device: Session, task: TaskSpec) -> None:
    """When one task is cancelled the app's next one is still there, and runs when it is due."""
    others = [other for other in device.tasks if other.interval_ns is not None and other.id != task.id]
    if not others:
        raise Unsupported(f"the app file of {device.app.name} declares no other periodic task")
    other = others[0]
    device.launch()
    for each in (task, other):
        have_it_listen(device)
        device.schedule(each)
        device.leave_alone(each)
        device.wait_for_run(each)
    device.advance("10s")
    device.open_window()
    have_it_listen(device)
    device.hook("cancel", {"task": task.id}, task)
    device.advance("10s")
    device.look()
    device.make_run(other, rungs=(Rung.WAIT_UNTIL_DUE,))
    device.advance(AFTERWARDS)
    see_it_out(device)
    device.look()


@pytest.mark.scenario(
    needs=[*HOOKED, Capability.ADVANCE_TIME],
    disruption=Disruption.NUDGE,
    tasks="periodic",
    platforms=["android", "ios"],
)
def test_everything_is_cancelled(device: Session, task: TaskSpec) -> None:
    """When every task is cancelled this one does not run any more, and foreign work of the app runs when it is due."""
    foreign = [other for other in device.tasks if other.id in device.app.control.foreign]
    if task in foreign:
        raise Unsupported(f"{task.title} is not the scheduler's: cancelling everything leaves it alone")
    device.launch()
    for each in (task, *foreign):
        have_it_listen(device)
        device.schedule(each)
        device.leave_alone(each)
        device.wait_for_run(each)
    device.advance("10s")
    device.open_window()
    have_it_listen(device)
    device.hook("cancel_all", {})
    device.advance("10s")
    device.look()
    for each in foreign:
        device.make_run(each, rungs=(Rung.WAIT_UNTIL_DUE,))
    wait_until_it_would_be_due(device, task)
    device.advance("10m")
    see_it_out(device)
    device.look()


@pytest.mark.scenario(needs=[*HOOKED, Capability.ADVANCE_TIME], disruption=Disruption.NUDGE, tasks="later")
def test_first_run_waits_for_its_time(device: Session, task: TaskSpec) -> None:
    """Asked for, a task with an initial delay or a flex does not run before its time, and then it does."""
    flex = task.interval_ns - task.flex_ns if task.interval_ns and task.flex_ns else 0
    device.launch()
    device.open_window()
    device.schedule(task)
    device.advance((task.initial_delay_ns + flex) / 1e9 - LEAD_S)
    device.look()
    due = device.mark
    device.want_run(task)
    device.wait_for_run(task, mark=due)
    device.advance("10s")
    device.look()
