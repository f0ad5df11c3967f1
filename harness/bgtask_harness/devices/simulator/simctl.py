"""`xcrun simctl`, one command at a time, each under a deadline."""

from __future__ import annotations

import subprocess

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices import xcrun
from bgtask_harness.devices.port import Completed
from bgtask_harness.errors import Refused

NO_XCRUN = "there is no xcrun on PATH: simulators need a Mac with Xcode"

end = xcrun.end


def run(arguments: tuple[str, ...], deadline: Deadline, doing: str) -> Completed:
    """Run a command and give how it ended, whatever that was. Raises as `xcrun.run`."""
    return xcrun.run(("simctl", *arguments), deadline, doing, missing=NO_XCRUN)


def call(arguments: tuple[str, ...], deadline: Deadline, doing: str) -> str:
    """Run a command that has to succeed and give what it printed.

    Raises:
        Refused: It did not; its own words say why.

    """
    done = run(arguments, deadline, doing)
    if done.exit_status:
        raise Refused(f"`{done.command}` failed while {doing}: {reason(done)}")
    return done.stdout


def start(arguments: tuple[str, ...], errors: int) -> subprocess.Popen[bytes]:
    """Start a command in a group of its own. Raises as `xcrun.start`."""
    return xcrun.start(("simctl", *arguments), errors, missing=NO_XCRUN)


def reason(done: Completed) -> str:
    """Give why a command failed: simctl ends with the sentence, after a line of domain and code."""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return " ".join(lines[1:] or lines) or f"exit status {done.exit_status}"


def spelled(arguments: tuple[str, ...]) -> str:
    """Give the command as a person would type it."""
    return xcrun.spelled(("simctl", *arguments))
