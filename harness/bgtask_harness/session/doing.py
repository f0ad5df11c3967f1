"""What a person, the system or the lab does to a phone and its app: the verbs of a session."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Device
from bgtask_harness.devices.port import Disruption
from bgtask_harness.nemesis.nemesis import DISRUPTIONS
from bgtask_harness.nemesis.nemesis import FILES_S
from bgtask_harness.nemesis.nemesis import Nemesis
from bgtask_harness.profiles import AppFile
from bgtask_harness.session.barrier import CALL_S
from bgtask_harness.session.control import AppControl
from bgtask_harness.session.ladder import Ladder
from bgtask_harness.session.lengths import Length
from bgtask_harness.session.lengths import nanoseconds
from bgtask_harness.session.recording import Recording
from bgtask_harness.session.stimulus import Stimuli
from bgtask_harness.session.stimulus import Stimulus
from bgtask_harness.session.tasks import find_task
from bgtask_reference.events import Outcome
from bgtask_reference.events import TaskSpec

Task = TaskSpec | str


class Doing:
    """The verbs of a `Session`, which makes what they need. Each is a stimulus: on disk before it is sent."""

    _device: Device
    _app: AppFile
    _recording: Recording
    _stimuli: Stimuli
    _control: AppControl
    _nemesis: Nemesis
    _ladder: Ladder
    _cleared: bool
    _launched: int | None
    permit: Callable[[Disruption], None]

    def task(self, name: Task) -> TaskSpec:
        """Give the task of that id or title.

        Raises:
            BadInput: There is none.

        """
        return name if isinstance(name, TaskSpec) else find_task(self._app.spec, name)

    @property
    def platform(self) -> str:
        """`android` or `ios`."""
        return self._device.facts.platform

    def leave_alone(self, task: Task) -> None:
        """Do what it takes for a task that was asked for to be due. On Android it is at once: nothing is done.

        On an iPhone the screen is locked, and its begin date waited for, unless a run of it is under way.
        """
        self._ladder.leave_alone(self.task(task))

    def launch(self) -> Answer:
        """Bring the app to the front, starting its process if need be."""
        self._launched = self._recording.count if self._launched is None else self._launched
        return self._send("app.launch", {}, lambda limit: self._device.launch(self._app.spec, limit))

    def home(self) -> Answer:
        """Send whatever is in front to the background."""
        return self._send("home", {}, self._device.home)

    def kill(self) -> Answer:
        """Kill the app's cached process, as the system does for memory. Its jobs stay."""
        self.permit(Disruption.KILL)
        return self._send("app.kill", {}, lambda limit: self._device.kill(self._app.spec, limit))

    def crash(self) -> Answer:
        """End the app's process in the middle of whatever it does, as an error of its own would."""
        self.permit(Disruption.KILL)
        return self._send("app.crash", {}, lambda limit: self._device.crash(self._app.spec, limit))

    def swipe(self) -> Answer:
        """Take the app out of the list of recent apps, as a swipe does: its process ends, its jobs stay.

        Raises:
            Unsupported: It is not in that list, or not alone in its place there.

        """
        self.permit(Disruption.KILL)
        return self._send("app.swipe", {}, lambda limit: self._device.swipe(self._app.spec, limit))

    def force_stop(self) -> Answer:
        """Stop the app as Settings does."""
        self.permit(Disruption.FORCE_STOP)
        return self._send("app.force-stop", {}, lambda limit: self._device.force_stop(self._app.spec, limit))

    def clear_data(self) -> Answer:
        """Delete the app's data."""
        self.permit(Disruption.CLEAR_DATA)
        answer = self._send("app.clear-data", {}, lambda limit: self._device.clear_data(self._app.spec, limit))
        self._cleared, self._launched = answer.outcome is Outcome.ACCEPTED, None
        self._control.data_cleared(known=self._cleared)
        return answer

    def set_state(self, name: str, on: bool) -> Answer:
        """Switch a state of the app, by the name that the app file's `[control.states]` gives it."""
        return self._control.set_state(name, on=on)

    def schedule(self, task: Task) -> None:
        """Have the app ask for a task, by the states that make it do so, or else by the hook's own command."""
        self._control.schedule(self.task(task))

    def cancel(self, task: Task) -> None:
        """Have the app cancel a task, by the state that makes it do so, or else by the hook's own command."""
        self._control.cancel(self.task(task))

    def server(self, task: Task, reply: str, duration: Length | None = None) -> Answer:
        """Set what a task's server endpoint answers (`ok`, `network_error`, `error`) and how long it takes."""
        return self._control.server(self.task(task), reply, None if duration is None else nanoseconds(duration))

    def make_throw(self, task: Task) -> Answer:
        """Have a task's worker throw in each of its runs, by the state that the app file's `[control.throws]` names."""
        return self._control.make_throw(self.task(task))

    def pull(self, lever: Lever | str, value: str) -> Answer:
        """Change something of the phone (`Lever`) until `release` or the end, which put it back as it was.

        Raises:
            Unsupported: The profile does not allow it, or the phone has no such lever or does not take the value.

        """
        self.permit(DISRUPTIONS.get(Lever(lever), Disruption.NUDGE))
        return self._nemesis.pull(Lever(lever), value)

    def release(self, lever: Lever | str) -> None:
        """Put back what a lever changed."""
        self._nemesis.release(Lever(lever))

    def install_older_build(self) -> Answer:
        """Replace the app by the older build that its app file names (`[update]`), until `update_app` or the end.

        Raises:
            Unsupported: None is named, or the phone does not take it.

        """
        self.permit(Disruption.CLEAR_DATA)
        older = self._app.older_build(virtual=self._device.facts.virtual)
        build = self._device.plan_older_build(self._app.spec, older, Deadline.after(FILES_S))
        return self._nemesis.install_older(build)

    def update_app(self) -> None:
        """Update the older build to the one that was found, as a store does."""
        self._nemesis.release(Lever.APP_BUILD)

    def set_time_zone(self, zone: str) -> Answer:
        """Move the phone to another time zone, by its name in the time zone database. Raises as `pull`."""
        self.permit(Disruption.CLOCK)
        self._nemesis.pull_unless(Lever.AUTOMATIC_TIME_ZONE, "off")
        return self.pull(Lever.TIME_ZONE, zone)

    def act(self, verb: str, arguments: dict[str, str], call: Callable[[Deadline], Answer]) -> Answer:
        """Do something to the phone that has no verb here; recorded like every stimulus."""
        return self._send(verb, arguments, call)

    def hook(self, command: str, arguments: dict[str, str], task: TaskSpec | None = None) -> Answer:
        """Send a command to the app's debug hook.

        Raises:
            Unsupported: The app does not answer the hook.

        """
        return self._control.hook(command, arguments, task)

    def _change(self, verb: str, arguments: Mapping[str, str], call: Callable[[], Answer]) -> Answer:
        return self._stimuli.send(Stimulus(verb, arguments), call)

    def _send(self, verb: str, arguments: dict[str, str], call: Callable[[Deadline], Answer]) -> Answer:
        return self._stimuli.send(Stimulus(verb, arguments), lambda: call(Deadline.after(CALL_S)))
