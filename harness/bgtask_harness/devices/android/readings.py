"""What the end of a command means, read from exit status and text. What nobody described is unknown."""

from __future__ import annotations

import re

from bgtask_harness.devices.android.link import Meaning
from bgtask_harness.devices.port import Completed
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal

ACCEPTED: Meaning = (Outcome.ACCEPTED, None)
UNKNOWN: Meaning = (Outcome.UNKNOWN, None)
NOT_PERMITTED: Meaning = (Outcome.REFUSED, Refusal.NOT_PERMITTED)
OTHER: Meaning = (Outcome.REFUSED, Refusal.OTHER)

_DENIED = re.compile(r"java\.lang\.SecurityException|^Security exception:|Permission Denial", re.MULTILINE)
_ERROR = re.compile(r"^Error(?::| type \d)", re.MULTILINE)


def denied(done: Completed) -> bool:
    """True when the phone says that the shell may not do this."""
    return _DENIED.search(done.stdout + done.stderr) is not None


def silent(done: Completed) -> Meaning:
    """Read a command that prints nothing when it works: `am kill`, `input`, `am force-stop`."""
    if denied(done):
        return NOT_PERMITTED
    if done.exit_status:
        return OTHER
    return ACCEPTED if not (done.stdout + done.stderr).strip() else UNKNOWN


def unrefused(done: Completed) -> Meaning:
    """Read a lever's verb: what it prints differs by verb and level; whether it did anything, its check tells."""
    if denied(done):
        return NOT_PERMITTED
    return OTHER if done.exit_status or _ERROR.search(done.stdout + done.stderr) else ACCEPTED


def start(done: Completed) -> Meaning:
    """Read `am start`: it names the intent, and errors are lines of their own, with exit status 0 up to Android 9."""
    if denied(done):
        return NOT_PERMITTED
    if _ERROR.search(done.stdout + done.stderr):
        return OTHER
    return ACCEPTED if "Starting: Intent" in done.stdout and not done.exit_status else UNKNOWN


def clear(done: Completed) -> Meaning:
    """Read `pm clear`: `Success` or `Failed`."""
    words = (done.stdout + done.stderr).split()
    if denied(done):
        return NOT_PERMITTED
    if "Success" in words and not done.exit_status:
        return ACCEPTED
    return OTHER if "Failed" in words else UNKNOWN


def broadcast(done: Completed) -> Meaning:
    """Read `am broadcast`: completed says that the phone took it, not that anybody received it."""
    if denied(done):
        return NOT_PERMITTED
    return ACCEPTED if "Broadcast completed: result=" in done.stdout and not done.exit_status else UNKNOWN
