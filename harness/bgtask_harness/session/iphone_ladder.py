"""The rungs on an iPhone. A first run is not due at once: it waits for its begin date, and for nobody to use the phone.

A system launch is natural; a simulated one is forced, needs a pending request and a running process, and takes that
request away.
"""

from __future__ import annotations

from bgtask_harness.devices.ios.driver import IPhoneDevice
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.errors import Unsupported
from bgtask_harness.session.ladder import Asked
from bgtask_harness.session.ladder import Ladder
from bgtask_harness.session.ladder import answered
from bgtask_reference.events import Event
from bgtask_reference.events import Outcome
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import TaskCompleted
from bgtask_reference.events import TaskLaunched
from bgtask_reference.events import TaskRequestCancelled
from bgtask_reference.events import TaskRequestSubmitted
from bgtask_reference.events import TaskSpec

_SETTLES_S = 2
"""So that what the app asks for when it is switched on, and on its way to the background, is asked for."""
_LEAD_S = 2.0
_WITHIN_S = 60.0
"""How long after its begin date a run is waited for on a phone that nobody uses. No bound of iOS: it has none."""

_OF_RUNS = (RunStarted, RunFinished, RunStopped)


class IPhoneLadder(Ladder):
    """Climbs as on Android; `device` is the same phone as the session's."""

    def due_in(self, task: TaskSpec, now: ClockReading) -> int | None:
        """Give how long it is until its run is due; None when no request of it is known to be pending.

        A request has a begin date, and is due at once without one; what was launched is due until it is completed. Of a
        task that shares its identifier a request tells no more than that one of them is due: its own runs go first.
        """
        own = None if task.ios_identifier is None else super().due_in(task, now)
        if own is not None:
            return own
        pending: int | None = None
        running = False
        for event in self._session.events:
            if getattr(event, "identifier", None) != task.identifier:
                continue
            if isinstance(event, TaskRequestSubmitted):
                pending = event.earliest_begin_ns or now.wall_ns
            elif isinstance(event, TaskLaunched):
                pending, running = None, True
            elif isinstance(event, TaskRequestCancelled):
                pending = None
            elif isinstance(event, TaskCompleted):
                running = False
        if pending is None:
            return 0 if running else None
        return max(0, pending - now.wall_ns)

    def leave_alone(self, task: TaskSpec) -> None:
        """Lock the phone and wait until shortly before its request may be launched, unless a run of it is under way."""
        session = self._session
        session.advance(_SETTLES_S)
        if self._runs_now(task):
            return
        session.act("lock", {}, self._device.lock)
        session.advance(_SETTLES_S)
        session.wait_until_due(task, _LEAD_S)

    def _runs_now(self, task: TaskSpec) -> bool:
        runs = False
        for event in self._session.events:
            if isinstance(event, ProcessDied) or (isinstance(event, _OF_RUNS) and self._session.is_of(task, event)):
                runs = isinstance(event, RunStarted)
        return runs

    def _natural(self, task: TaskSpec) -> Asked:
        session = self._session
        session.launch()
        session.advance(_SETTLES_S)
        mark = session.mark
        session.schedule(task)
        session.advance(_SETTLES_S)
        at_once = any(_begins_at_once(event, task) for event in session.events[mark:])
        session.act("lock", {}, self._device.lock)
        if at_once:
            self._want(task, _WITHIN_S)
            return Asked(since=mark)
        session.advance(_SETTLES_S)
        return self._due(task)

    def _due(self, task: TaskSpec) -> Asked:
        session = self._session
        mark = session.mark
        if session.device.facts.virtual:  # of a real one a person is trusted to have locked it
            session.act("lock", {}, self._device.lock)
        session.wait_until_due(task, _LEAD_S)
        self._want(task, _WITHIN_S + _LEAD_S)
        return Asked(since=mark)

    def _job(self, task: TaskSpec) -> Asked:
        session = self._session
        session.launch()
        session.advance(_SETTLES_S)
        mark = session.mark
        answer = session.force(task, want=False)
        if answer.outcome is Outcome.ACCEPTED and self._wanted:
            session.want_run(task, within=_WITHIN_S, stimulus=session.last_stimulus)
        return answered(answer, since=mark)

    @property
    def _device(self) -> IPhoneDevice:
        device = self._session.device
        if not isinstance(device, IPhoneDevice):
            raise Unsupported("this way is an iPhone's")
        return device


def _begins_at_once(event: Event, task: TaskSpec) -> bool:
    """Say whether it is a request of the task without a begin date."""
    if not isinstance(event, TaskRequestSubmitted):
        return False
    return event.identifier == task.identifier and event.earliest_begin_ns is None
