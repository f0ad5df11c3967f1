"""The shell of one phone, and what a command's end means for whoever sent it."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Completed
from bgtask_harness.transport.port import Transport
from bgtask_harness.transport.shell import quote
from bgtask_harness.transport.shell import run
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal

Meaning = tuple[Outcome, Refusal | None]
Reading = Callable[[Completed], Meaning]
"""Gives what a finished command means."""


@dataclass(frozen=True, slots=True)
class Link:
    """A phone's shell. `serial` is what its adb server calls it; a person repeats a command with it."""

    transport: Transport
    serial: str

    def shell(self, command: Sequence[str] | str, deadline: Deadline) -> Completed:
        """Run a command. Raises what `transport.shell.run` raises."""
        return run(self.transport, command, deadline)

    def spoken(self, command: Sequence[str] | str) -> str:
        """Give what a person types on the host to repeat it."""
        line = command if isinstance(command, str) else quote(command)
        return f"adb -s {shlex.quote(self.serial)} shell {_for_the_host(line)}"

    def act(self, verb: str, command: Sequence[str] | str, deadline: Deadline, reading: Reading, **more: Any) -> Answer:
        """Run a command that does something to the phone; `more` are further fields of the answer."""
        done = self.shell(command, deadline)
        outcome, refusal = reading(done)
        return Answer(
            verb=verb,
            command=self.spoken(command),
            outcome=outcome,
            refusal=refusal,
            output=done.stdout + done.stderr,
            exit_status=done.exit_status,
            **more,
        )


def _for_the_host(line: str) -> str:
    """`adb shell` joins its arguments with blanks: only what the host's shell would change needs quotes."""
    return line if shlex.quote(line.replace(" ", "")) == line.replace(" ", "") else shlex.quote(line)
