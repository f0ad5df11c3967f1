"""The wall clock is set, or the time zone changes, as a person or the network does."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.scenarios.next_run import see_next_run
from bgtask_harness.session import Session
from bgtask_reference.events import TaskSpec

HOUR_NS = 3_600_000_000_000


AND_THEN_SOME_S = 2 * 3600
"""A clock that was set back an hour has it turned away when its job is due, and armed anew for the rest."""


def moved_after_a_run(device: Session, task: TaskSpec, ns: int) -> None:
    """Move the clock after a run, and give the task time for the next one. Jobs wait by the boot clock."""
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    device.look()
    device.open_window()
    device.move_wall_clock(ns)
    device.advance("30s")
    device.look()
    device.advance((task.interval_ns or 0) / 1e9 + AND_THEN_SOME_S)
    device.look()


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.SET_WALL_CLOCK, Capability.ADVANCE_TIME],
    disruption=Disruption.CLOCK,
    tasks="periodic",
)
def test_wall_clock_is_set_forward(device: Session, task: TaskSpec) -> None:
    """With the wall clock set forward by less than its interval a periodic task stays armed and runs once."""
    moved_after_a_run(device, task, HOUR_NS)


@pytest.mark.scenario(
    needs=[Capability.APP_INSTALLED, Capability.SET_WALL_CLOCK, Capability.ADVANCE_TIME],
    disruption=Disruption.CLOCK,
    tasks="periodic",
)
def test_wall_clock_is_set_back(device: Session, task: TaskSpec) -> None:
    """With the wall clock set back a periodic task stays armed, and a run before its time is turned away."""
    moved_after_a_run(device, task, -HOUR_NS)


FAR_ZONES = ("Pacific/Kiritimati", "Pacific/Pago_Pago")
"""The first and the last to see a day, 25 hours apart: from anywhere one of them is another day."""


@pytest.mark.scenario(needs=[Capability.APP_INSTALLED], disruption=Disruption.CLOCK, tasks="periodic")
def test_time_zone_changes(device: Session, task: TaskSpec) -> None:
    """In another time zone a periodic task is as long from its next run as before: no run comes early, none is lost."""
    device.make_run(task, rungs=(Rung.NATURAL_FIRST_RUN,))
    device.advance("10s")
    device.look()
    device.open_window()
    for zone in FAR_ZONES:
        device.set_time_zone(zone)
        device.advance("30s")
        device.look()
    see_next_run(device, task)
