"""A reboot, a loss, and everything until the phone answers again."""

from __future__ import annotations

import re
import time
from typing import Protocol

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Progress
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_reference.events import Outcome


class Regain(Protocol):
    """Does what it takes to have a phone back that went away; returns at once when there is nothing to do."""

    def __call__(self, deadline: Deadline, *, stale: bool = False) -> None:
        """`stale`: it is listed as if it were there, and does not answer."""


BOOT_STATE = "cat /proc/sys/kernel/random/boot_id; getprop sys.boot_completed"
"""What is asked again and again while it boots."""
_USER_STATE = ["am", "get-started-user-state", "0"]
_LOCKED = re.compile(r"^(BOOTING|RUNNING_LOCKED|RUNNING_UNLOCKING)$", re.MULTILINE)
"""`UserState.stateToString`; what comes after is RUNNING_UNLOCKED."""
_BETWEEN_S = 0.1
_PHONE_WAITS = ["sleep", str(_BETWEEN_S)]
"""While it answers the phone itself waits: an in-process phone has no other time than that."""
_ONE_QUESTION_S = 30.0
"""A frozen connection stays `device` for ever, so each question has a bound of its own. It is also how long an
in-process phone that is off may take to come up, which costs nobody any time."""
_ONE_PROBE_S = 3.0
"""The same for a phone that was lost: one that is there answers in milliseconds."""


def reboot(link: Link, deadline: Deadline, progress: Progress, regain: Regain) -> Answer:
    """Reboot and wait until another boot id and `sys.boot_completed=1` are there.

    Raises:
        DeadlineExceeded: It was not back in time.

    """
    before = boot_state(link, deadline)[0]
    progress("rebooting")
    _send(link, deadline)
    while not _is_back(link, before, deadline, regain, _ONE_QUESTION_S):
        deadline.check(f"{link.serial} reboots")
    progress("it has booted")
    return Answer(verb="reboot", command=f"adb -s {link.serial} reboot", outcome=Outcome.ACCEPTED)


def come_back(link: Link, deadline: Deadline, regain: Regain) -> None:
    """Wait until a phone that went away answers and says that it has booted, which it may have done meanwhile.

    Raises:
        DeadlineExceeded: It did not come back in time.

    """
    while not _is_back(link, "", deadline, regain, _ONE_PROBE_S):
        deadline.check(f"{link.serial} comes back")


def boot_state(link: Link, deadline: Deadline) -> tuple[str, bool]:
    """Give boot id and whether the system says that it has booted."""
    lines = link.shell(BOOT_STATE, deadline).stdout.split()
    return (lines[0] if lines else ""), lines[1:] == ["1"]


def wait_until_unlocked(link: Link, deadline: Deadline, progress: Progress) -> bool:
    """Wait until user 0 is unlocked, telling the person each time; False when nobody typed the code in time.

    A phone that does not tell (`am get-started-user-state`, from API 24) counts as unlocked.
    """
    while _LOCKED.search(link.shell(_USER_STATE, Deadline.after(_ONE_QUESTION_S)).stdout):
        if deadline.passed:
            return False
        progress(f"type the code of {link.serial}: waiting up to {int(deadline.remaining())} s for it")
        link.shell(["sleep", "1"], Deadline.after(_ONE_QUESTION_S))
    return True


def _send(link: Link, deadline: Deadline) -> None:
    try:
        with link.transport.open("reboot:", deadline) as stream:
            while stream.recv(1024, deadline):
                pass
    except DeviceLostError:
        return  # it went down before it could say so


def _is_back(link: Link, before: str, deadline: Deadline, regain: Regain, question_s: float) -> bool:
    once = Deadline(min(deadline.at, Deadline.after(question_s).at))
    try:
        boot_id, booted = boot_state(link, once)
        if booted and boot_id not in ("", before):
            return True
        link.shell(_PHONE_WAITS, once)
    except DeadlineExceeded:
        regain(deadline, stale=True)
    except (DeviceLostError, Refused):
        time.sleep(min(_BETWEEN_S, deadline.remaining()))
        regain(deadline)
    return False
