"""`xcrun simctl`, one command at a time, each under a deadline."""

from __future__ import annotations

import contextlib
import os
import shlex
import shutil
import signal
import subprocess

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Completed
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported

NO_XCRUN = "there is no xcrun on PATH: simulators need a Mac with Xcode"


def run(arguments: tuple[str, ...], deadline: Deadline, doing: str) -> Completed:
    """Run a command and give how it ended, whatever that was.

    Raises:
        Unsupported: There is no `xcrun`.
        DeadlineExceeded: It did not end in time; it was ended then, with all that it had started.

    """
    with start(arguments, subprocess.PIPE) as process:
        try:
            out, err = process.communicate(timeout=deadline.check(doing))
        except subprocess.TimeoutExpired:
            raise DeadlineExceeded(doing) from None
        finally:
            end(process)
    text, told = (part.decode("utf-8", "replace") for part in (out, err))
    return Completed(spelled(arguments), text, told, process.returncode)


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
    """Start a command in a group of its own; `errors` is where its stderr goes.

    Raises:
        Unsupported: There is no `xcrun`.

    """
    if shutil.which("xcrun") is None:
        raise Unsupported(NO_XCRUN)
    return subprocess.Popen(
        ["xcrun", "simctl", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        start_new_session=True,
    )


def end(process: subprocess.Popen[bytes]) -> None:
    """End it and all that it started; nothing for one that has ended."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def reason(done: Completed) -> str:
    """Give why a command failed: simctl ends with the sentence, after a line of domain and code."""
    lines = [line.strip() for line in done.stderr.splitlines() if line.strip()]
    return " ".join(lines[1:] or lines) or f"exit status {done.exit_status}"


def spelled(arguments: tuple[str, ...]) -> str:
    """Give the command as a person would type it."""
    return shlex.join(("xcrun", "simctl", *arguments))
