"""An Android phone behind the Device port. Knows commands and what their answers mean; judges nothing."""

from __future__ import annotations

import dataclasses
import secrets
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android import builds
from bgtask_harness.devices.android import force as _force
from bgtask_harness.devices.android import hook
from bgtask_harness.devices.android import levers
from bgtask_harness.devices.android import lifecycle
from bgtask_harness.devices.android import readings
from bgtask_harness.devices.android import recents
from bgtask_harness.devices.android import stopping
from bgtask_harness.devices.android.advance import advance
from bgtask_harness.devices.android.capabilities import ask_capabilities
from bgtask_harness.devices.android.clocks import read_clocks
from bgtask_harness.devices.android.diagnostics import request_diagnostics
from bgtask_harness.devices.android.environment import read_environment
from bgtask_harness.devices.android.facts import read_facts
from bgtask_harness.devices.android.jobs import read_jobs
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.android.reboot import Regain
from bgtask_harness.devices.android.reboot import come_back
from bgtask_harness.devices.android.reboot import reboot
from bgtask_harness.devices.android.reboot import wait_until_unlocked
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.changes import OlderBuild
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.devices.port import Completed
from bgtask_harness.devices.port import DeviceFacts
from bgtask_harness.devices.port import Progress
from bgtask_harness.devices.port import Text
from bgtask_harness.transport.port import Stream
from bgtask_harness.transport.port import Transport
from bgtask_harness.transport.shell import follow
from bgtask_reference.events import AppSpec
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal
from bgtask_reference.events import Subject

LOG_COMMAND = "logcat -b main,system,crash -v threadtime -v epoch -v usec -T 1"


def _nothing_to_regain(deadline: Deadline, *, stale: bool = False) -> None:
    """A transport that needs no help after a reboot."""


class AndroidDevice:
    """One Android phone, held by one session. Satisfies `devices.port.Device`.

    `attach` makes one. `regain` is called while a phone that was lost or rebooted does not answer; `handle`, 8
    hexadecimal digits, tells this handle's sentinels from those of others.
    """

    def __init__(
        self,
        link: Link,
        name: str,
        facts: DeviceFacts,
        *,
        regain: Regain = _nothing_to_regain,
        handle: str | None = None,
    ) -> None:
        self._link = link
        self._name = name
        self._facts = facts
        self._regain = regain
        self._handle = handle or secrets.token_hex(4)
        self._logs: list[Stream] = []

    @classmethod
    def attach(
        cls,
        transport: Transport,
        name: str,
        deadline: Deadline,
        *,
        serial: str,
        regain: Regain = _nothing_to_regain,
        handle: str | None = None,
    ) -> Self:
        """Ask the phone for its facts and give its handle.

        Raises:
            DeviceLostError: It is not there.
            DeadlineExceeded: It did not answer in time.

        """
        link = Link(transport, serial)
        return cls(link, name, read_facts(link, deadline), regain=regain, handle=handle)

    @property
    def name(self) -> str:
        """The profile's name."""
        return self._name

    @property
    def facts(self) -> DeviceFacts:
        """What it says of itself."""
        return self._facts

    def capabilities(self, app: AppSpec, deadline: Deadline) -> frozenset[Capability]:
        return ask_capabilities(self._link, self._facts, app, deadline)

    def clocks(self, number: int, deadline: Deadline) -> ClockReading:
        return read_clocks(self._link, number, self.sentinel(number), deadline)

    def sentinel(self, number: int) -> str:
        return f"sentinel {self._handle} {number}"

    def open_log(self, deadline: Deadline) -> Stream:
        log = follow(self._link.transport, LOG_COMMAND, deadline)
        self._logs.append(log)
        return log

    def environment(self, app: AppSpec, deadline: Deadline) -> tuple[Text, ...]:
        return read_environment(self._link, app.package, deadline)

    def jobs(self, app: AppSpec, deadline: Deadline) -> tuple[Text, ...]:
        return read_jobs(self._link, app.package, deadline)

    def diagnose(self, app: AppSpec, deadline: Deadline) -> Answer:
        return request_diagnostics(self._link, app.package, deadline)

    def launch(self, app: AppSpec, deadline: Deadline) -> Answer:
        return lifecycle.launch(self._link, app, deadline)

    def home(self, deadline: Deadline) -> Answer:
        return lifecycle.home(self._link, deadline)

    def kill(self, app: AppSpec, deadline: Deadline) -> Answer:
        return lifecycle.kill(self._link, app.package, deadline)

    def crash(self, app: AppSpec, deadline: Deadline) -> Answer:
        return lifecycle.crash(self._link, app.package, deadline)

    def swipe(self, app: AppSpec, deadline: Deadline) -> Answer:
        return recents.swipe(self._link, app.package, deadline)

    def force_stop(self, app: AppSpec, deadline: Deadline) -> Answer:
        return lifecycle.force_stop(self._link, app.package, deadline)

    def clear_data(self, app: AppSpec, deadline: Deadline) -> Answer:
        return lifecycle.clear_data(self._link, app.package, deadline)

    def hook(self, app: AppSpec, command: str, arguments: dict[str, str], deadline: Deadline) -> Answer:
        verb = f"app.{command}"
        level = ForceLevel.IN_APP if command == "run" else None
        subject = Subject(task=arguments.get("task"))
        if app.hook_receiver is None:
            reason = f"the app file of {app.name} names no `hook_receiver`"
            return Answer(verb, "", Outcome.REFUSED, Refusal.NO_HOOK, reason, level, (), subject, dict(arguments))
        line = hook.hook_command(app.package, app.hook_receiver, command, arguments)
        answer = self._link.act(
            verb, line, deadline, hook.read_answer, level=level, subject=subject, arguments=dict(arguments)
        )
        return dataclasses.replace(answer, text=hook.text_after_ok(answer.output))

    def run_job(self, app: AppSpec, job_id: int, namespace: str | None, *, force: bool, deadline: Deadline) -> Answer:
        return self._link.act(
            "job.run",
            _force.run_command(app.package, job_id, namespace, force=force),
            deadline,
            _force.read_answer,
            level=ForceLevel.FORCED,
            mask=_force.mask(self._facts.api_level, force=force),
            subject=Subject(job_id=job_id, namespace=namespace),
            arguments={"job": str(job_id), "namespace": namespace or "", "force": str(force).lower()},
        )

    def stop_job(
        self, app: AppSpec, job_id: int, namespace: str | None, *, reason: int | None, deadline: Deadline
    ) -> Answer:
        return stopping.stop_job(self._link, self._facts.api_level, app.package, (job_id, namespace), reason, deadline)

    def force_mask(self, *, force: bool) -> tuple[str, ...]:
        return _force.mask(self._facts.api_level, force=force)

    def reboot(self, deadline: Deadline, progress: Progress) -> Answer:
        return reboot(self._link, deadline, progress, self._regain)

    def wait_until_unlocked(self, deadline: Deadline, progress: Progress) -> bool:
        return wait_until_unlocked(self._link, deadline, progress)

    def regain(self, deadline: Deadline) -> None:
        come_back(self._link, deadline, self._regain)

    def plan(self, lever: Lever, value: str, app: AppSpec, deadline: Deadline) -> Change:
        return levers.plan(self._link, lever, value, app, deadline)

    def plan_state(self, app: AppSpec, name: str, value: str, was: str | None) -> Change:
        return levers.plan_state(app, name, value, was)

    def plan_server(self, app: AppSpec, endpoint: str, arguments: dict[str, str]) -> Change:
        return levers.plan_server(app, endpoint, arguments)

    def plan_older_build(self, app: AppSpec, older: bytes, deadline: Deadline) -> OlderBuild:
        return builds.plan_older_build(self._link, app.package, older, deadline)

    def push(self, files: tuple[tuple[str, bytes], ...], deadline: Deadline) -> Answer:
        return builds.push_files(self._link, files, deadline)

    def carry_out(self, change: Change, deadline: Deadline) -> Answer:
        return self._link.act(f"env.{change.lever}", change.apply, deadline, readings.unrefused)

    def tell(self, line: str, deadline: Deadline) -> Completed:
        return self._link.shell(line, deadline)

    def advance_to(self, boot_ns: int, *, until_output: bool, deadline: Deadline) -> int:
        return advance(self._link.transport, boot_ns, deadline, until_output=until_output)

    def set_wall_clock(self, wall_ns: int, deadline: Deadline) -> Answer:
        return lifecycle.set_wall_clock(self._link, wall_ns, deadline)

    def close(self) -> None:
        while self._logs:
            self._logs.pop().close()
