"""Controlling the app from outside: its states, its server, its debug hook, in the words of its app file."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Device
from bgtask_harness.devices.simulator import no_scheduler
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import Unsupported
from bgtask_harness.nemesis.nemesis import Nemesis
from bgtask_harness.profiles import AppFile
from bgtask_harness.session.barrier import CALL_S
from bgtask_harness.session.stimulus import Stimuli
from bgtask_harness.session.stimulus import Stimulus
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec


class AppControl:
    """What `[control]` of an app file offers. Each state and endpoint is put back as it was before its first change."""

    def __init__(
        self,
        device: Device,
        app: AppFile,
        stimuli: Stimuli,
        nemesis: Nemesis,
        need: Callable[[Capability], None],
    ) -> None:
        self._device, self._app, self._stimuli, self._nemesis, self._need = device, app, stimuli, nemesis, need
        self._stored: dict[str, str] | None = None

    def data_cleared(self, *, known: bool) -> None:
        """Note that the app's data is gone, and with it what was set; `known`: what it has stored now is known."""
        self._stored = self._app.stored_settings if known else None
        self._nemesis.gone(Lever.APP_STATE)

    def asks_when_launched(self, task: TaskSpec) -> bool:
        """Tell whether an app whose data was just cleared asks for a task when it is launched.

        Known it is of a virtual phone's app, whose file says which states it then has.
        """
        states = self._app.control.when_scheduled.get(task.id, ())
        left = self._app.virtual.states
        return self._device.facts.virtual and bool(states) and all(left.get(one) for one in states)

    def set_state(self, name: str, *, on: bool) -> Answer:
        """Switch a state."""
        states = self._app.control.states
        if name not in states:
            known = ", ".join(states) or "none"
            raise BadInput(f"{self._app.file}: key `control.states`: there is no state {name!r}; known are {known}")
        state = states[name]
        value = state.on if on else state.off
        arguments = {"name": state.name, "value": value}
        if self._nemesis.knows(Lever.APP_STATE, state.name):
            return self.hook("state", arguments)
        self._need(Capability.APP_HOOK)
        change = self._device.plan_state(self._app.spec, state.name, value, self._was(state.name))
        return self._nemesis.make(change, lambda: self.hook("state", arguments))

    def _was(self, name: str) -> str | None:
        """Give what the app has stored; None when it does not say."""
        if self._stored is not None:
            return self._stored.get(name, "")
        answer = self.hook("state", {"name": name})
        return answer.text if answer.outcome is Outcome.ACCEPTED else None

    def schedule(self, task: TaskSpec) -> None:
        """Have the app ask for a task.

        Raises:
            Unsupported: Nobody would take the request: a simulator.

        """
        no_scheduler.check(self._device.facts)
        states = self._app.control.when_scheduled.get(task.id)
        if states is None:
            self.hook("schedule", {"task": task.id}, task)
        for state in states or ():
            self.set_state(state, on=True)

    def cancel(self, task: TaskSpec) -> None:
        """Have the app cancel a task."""
        states = self._app.control.when_scheduled.get(task.id)
        if states:
            self.set_state(states[-1], on=False)
        else:
            self.hook("cancel", {"task": task.id}, task)

    def server(self, task: TaskSpec, reply: str, duration_ns: int | None) -> Answer:
        """Set what a task's endpoint answers and how long it takes."""
        endpoint = self._app.control.endpoints.get(task.id)
        if endpoint is None:
            raise Unsupported(f"{self._app.file}: key `control.endpoints`: no endpoint of {task.title}; add it")
        arguments = {"endpoint": endpoint, "reply": reply}
        if duration_ns is not None:
            arguments["duration_ms"] = str(duration_ns // 1_000_000)
        if self._nemesis.knows(Lever.SERVER, endpoint):
            return self.hook("server", arguments)
        self._need(Capability.APP_HOOK)
        change = self._device.plan_server(self._app.spec, endpoint, arguments)
        return self._nemesis.make(change, lambda: self.hook("server", arguments))

    def make_throw(self, task: TaskSpec) -> Answer:
        """Bring the app into the state in which a task's worker throws."""
        state = self._app.control.throws.get(task.id)
        if state is None:
            raise Unsupported(f"{self._app.file}: key `control.throws`: no state lets {task.title} throw; add it")
        return self.set_state(state, on=True)

    def hook(self, command: str, arguments: dict[str, str], task: TaskSpec | None = None) -> Answer:
        """Send a command to the debug hook."""
        self._need(Capability.APP_HOOK)
        level = ForceLevel.IN_APP if command == "run" else None
        stimulus = Stimulus(f"app.{command}", arguments, Subject(task=task.id if task else None), level)
        return self._stimuli.send(
            stimulus, lambda: self._device.hook(self._app.spec, command, arguments, Deadline.after(CALL_S))
        )
