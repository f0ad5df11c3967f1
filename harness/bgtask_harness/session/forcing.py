"""Telling the system to run a job now: under which job a task is known, what the verb overrides, what is expected."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Device
from bgtask_harness.errors import Unsupported
from bgtask_harness.session.barrier import CALL_S
from bgtask_harness.session.stimulus import Stimuli
from bgtask_harness.session.stimulus import Stimulus
from bgtask_harness.session.window import Window
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import RunStarted
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec

if TYPE_CHECKING:
    from bgtask_harness.session.session import Session


class Forcing:
    """Forces jobs of one session's tasks. `responds_ns` is the profile's bound on an accepted force."""

    def __init__(self, session: Session, device: Device, stimuli: Stimuli, window: Window, responds_ns: int) -> None:
        self._session, self._device, self._stimuli = session, device, stimuli
        self._window, self._responds_ns = window, responds_ns

    def force(self, task: TaskSpec, unique_name: str | None, *, full: bool, want: bool) -> Answer:
        """Tell the system to run a task's job now, past all constraints or past the soft ones alone.

        Raises:
            Unsupported: The device cannot, or nothing told under which job the task is known.

        """
        self._session.need(Capability.FORCE_JOB)
        if self._device.facts.platform == "ios":
            return self._simulated(task, want=want)
        app = self._session.app.spec
        job, namespace = self._job(task, unique_name)
        stimulus = Stimulus(
            "job.run",
            {"job": str(job), "namespace": namespace or "", "force": str(full).lower()},
            Subject(task=task.id, unique_name=unique_name, job_id=job, namespace=namespace),
            ForceLevel.FORCED,
            self._device.force_mask(force=full),
        )
        if want:
            self._window.want(task, unique_name, self._responds_ns, self._stimuli.last + 1)
        return self._stimuli.send(
            stimulus,
            lambda: self._device.run_job(app, job, namespace, force=full, deadline=Deadline.after(CALL_S)),
        )

    def stop(self, task: TaskSpec, reason: int | None) -> Answer:
        """Tell the system to stop the job that carries a task's newest run: timed out, or for a reason.

        Raises:
            Unsupported: The device cannot, no run of it was seen, or nothing told which job carries it.

        """
        self._session.need(Capability.FORCE_JOB)
        if self._device.facts.platform == "ios":
            from bgtask_harness.session.iphone_forcing import expire  # noqa: PLC0415 - brings the driver of iPhones

            return expire(self._session, task)
        app, name = self._session.app.spec, self._name_of_newest_run(task)
        job, namespace = self._job(task, name)
        verb, arguments = "job.timeout", {"job": str(job), "namespace": namespace or ""}
        if reason is not None:
            verb, arguments = "job.stop", arguments | {"reason": str(reason)}
        stimulus = Stimulus(verb, arguments, Subject(task=task.id, unique_name=name, job_id=job, namespace=namespace))
        return self._stimuli.send(
            stimulus,
            lambda: self._device.stop_job(app, job, namespace, reason=reason, deadline=Deadline.after(CALL_S)),
        )

    def _simulated(self, task: TaskSpec, *, want: bool) -> Answer:
        from bgtask_harness.session.iphone_forcing import launch  # noqa: PLC0415 - brings the driver of iPhones

        answer = launch(self._session, task)
        if want and answer.outcome is Outcome.ACCEPTED:
            self._window.want(task, None, self._responds_ns, self._stimuli.last)
        return answer

    def _name_of_newest_run(self, task: TaskSpec) -> str:
        runs = [one for one in self._session.events if isinstance(one, RunStarted) and self._session.is_of(task, one)]
        name = self._session.correlation.unique_name_of(runs[-1].subject) if runs else None
        if name is None:
            raise Unsupported(f"nothing told which request of {task.title} runs; call `diagnose()` while it does")
        return name

    def _job(self, task: TaskSpec, unique_name: str | None) -> tuple[int, str | None]:
        names = [unique_name] if unique_name else [name.name for name in task.unique_names]
        for name in names:
            job = self._session.correlation.job_of(name)
            if job is not None:
                return job
        raise Unsupported(
            f"nothing told under which job {task.title} is known to the system; call `diagnose()` and `look()` first"
        )
