"""Controlling the app from outside: its states, its server, its debug hook, in the words of its app file."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Device
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import Unsupported
from bgtask_harness.profiles import AppFile
from bgtask_harness.session.barrier import CALL_S
from bgtask_harness.session.stimulus import Stimuli
from bgtask_harness.session.stimulus import Stimulus
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec


class AppControl:
    """What `[control]` of an app file offers. What it changed at the server, `put_back` changes back."""

    def __init__(self, device: Device, app: AppFile, stimuli: Stimuli, need: Callable[[Capability], None]) -> None:
        self._device, self._app, self._stimuli, self._need = device, app, stimuli, need
        self._changed_endpoints: list[str] = []

    def set_state(self, name: str, *, on: bool) -> Answer:
        """Switch a state."""
        states = self._app.control.states
        if name not in states:
            known = ", ".join(states) or "none"
            raise BadInput(f"{self._app.file}: key `control.states`: there is no state {name!r}; known are {known}")
        state = states[name]
        return self.hook("state", {"name": state.name, "value": state.on if on else state.off})

    def schedule(self, task: TaskSpec) -> None:
        """Have the app ask for a task."""
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
        if endpoint not in self._changed_endpoints:
            self._changed_endpoints.append(endpoint)
        return self.hook("server", arguments)

    def put_back(self) -> None:
        """Have every endpoint answer `ok` again."""
        while self._changed_endpoints:
            self.hook("server", {"endpoint": self._changed_endpoints.pop(), "reply": "ok", "duration_ms": "0"})

    def hook(self, command: str, arguments: dict[str, str], task: TaskSpec | None = None) -> Answer:
        """Send a command to the debug hook."""
        self._need(Capability.APP_HOOK)
        level = ForceLevel.IN_APP if command == "run" else None
        stimulus = Stimulus(f"app.{command}", arguments, Subject(task=task.id if task else None), level)
        return self._stimuli.send(
            stimulus, lambda: self._device.hook(self._app.spec, command, arguments, Deadline.after(CALL_S))
        )
