"""Forcing on an iPhone, by the private calls of BackgroundTasks: launch a task, and say that its time is up.

The app has to run for either: have it in front. A launch needs a pending request and takes it away; it looks at no date
and no condition. An expiration is one of a task that was launched so, and of no other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.ios.driver import IPhoneDevice
from bgtask_harness.devices.port import Answer
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import TaskSpec

if TYPE_CHECKING:
    from bgtask_harness.session.session import Session


def launch(session: Session, task: TaskSpec) -> Answer:
    """Simulate a launch of a task.

    Raises:
        Unsupported: Neither the hook nor a debugger can, or it is a simulator.

    """
    return _simulate(session, task, "bgtask.simulate-launch", Simulation.LAUNCH)


def expire(session: Session, task: TaskSpec) -> Answer:
    """Simulate its expiration. Raises as `launch`."""
    return _simulate(session, task, "bgtask.simulate-expiration", Simulation.EXPIRATION)


def _simulate(session: Session, task: TaskSpec, verb: str, what: Simulation) -> Answer:
    device, app = session.device, session.app.spec
    if not isinstance(device, IPhoneDevice):
        raise Unsupported("this way is an iPhone's")
    return session.act(verb, {"task": task.id}, lambda limit: device.simulate(app, task.identifier, what, limit))
