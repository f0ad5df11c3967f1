"""`xcrun`, which starts the tools of Xcode: one command at a time, each under a deadline."""

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
from bgtask_harness.errors import Unsupported


def is_here() -> bool:
    """Tell whether there is one on PATH."""
    return shutil.which("xcrun") is not None


def run(arguments: tuple[str, ...], deadline: Deadline, doing: str, *, missing: str) -> Completed:
    """Run a command and give how it ended, whatever that was.

    Raises:
        Unsupported: There is no `xcrun`; `missing` is the sentence for it.
        DeadlineExceeded: It did not end in time; it was ended then, with all that it had started.

    """
    with start(arguments, subprocess.PIPE, missing=missing) as process:
        try:
            out, err = process.communicate(timeout=deadline.check(doing))
        except subprocess.TimeoutExpired:
            raise DeadlineExceeded(doing) from None
        finally:
            end(process)
    text, told = (part.decode("utf-8", "replace") for part in (out, err))
    return Completed(spelled(arguments), text, told, process.returncode)


def start(arguments: tuple[str, ...], errors: int, *, missing: str) -> subprocess.Popen[bytes]:
    """Start a command in a group of its own; `errors` is where its stderr goes.

    Raises:
        Unsupported: There is no `xcrun`; `missing` is the sentence for it.

    """
    if not is_here():
        raise Unsupported(missing)
    return subprocess.Popen(
        ["xcrun", *arguments],
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


def spelled(arguments: tuple[str, ...]) -> str:
    """Give the command as a person would type it."""
    return shlex.join(("xcrun", *arguments))
