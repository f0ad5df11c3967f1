"""Moving a phone's wall clock: nobody else sets it meanwhile, and it goes right again afterwards."""

from __future__ import annotations

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Device
from bgtask_harness.errors import Unsupported
from bgtask_harness.nemesis.nemesis import Nemesis
from bgtask_harness.session.barrier import CALL_S
from bgtask_harness.session.stimulus import Stimuli
from bgtask_harness.session.stimulus import Stimulus
from bgtask_reference.events import AppSpec
from bgtask_reference.events import ForceLevel


def move_wall_clock(device: Device, app: AppSpec, nemesis: Nemesis, stimuli: Stimuli, ns: int) -> Answer:
    """Set the wall clock forward by that many nanoseconds, until it is put back.

    Raises:
        Unsupported: The phone does not tell its time.

    """
    nemesis.pull_unless(Lever.AUTOMATIC_TIME, "off")
    change = device.plan(Lever.WALL_CLOCK, str(ns), app, Deadline.after(CALL_S))
    if change.wall is None:
        raise Unsupported("the phone does not tell its time, so it could not be put back")
    wall_ns = change.wall.wall_ns + ns
    stimulus = Stimulus("clock.set", {"wall_ns": str(wall_ns)}, level=ForceLevel.CLOCK_MOVED)
    return nemesis.make(
        change, lambda: stimuli.send(stimulus, lambda: device.set_wall_clock(wall_ns, Deadline.after(CALL_S)))
    )
