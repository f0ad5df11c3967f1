"""The app's debug hook: a broadcast that only the shell may send, and the one line that the app answers."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bgtask_harness.devices.android.link import Meaning
from bgtask_harness.devices.android.readings import ACCEPTED
from bgtask_harness.devices.android.readings import NOT_PERMITTED
from bgtask_harness.devices.android.readings import OTHER
from bgtask_harness.devices.android.readings import UNKNOWN
from bgtask_harness.devices.android.readings import denied
from bgtask_harness.devices.port import Completed
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal

ACTION = "bgtask.HOOK"
NO_HOOK: Meaning = (Outcome.REFUSED, Refusal.NO_HOOK)
_COMPLETED = re.compile(
    r'^Broadcast completed: result=-?\d+(?P<data>, data="(?P<text>.*)")?(?:, extras: .*)?$', re.MULTILINE
)


def hook_command(package: str, receiver: str, command: str, arguments: Mapping[str, str]) -> list[str]:
    """Give the broadcast that carries a command to the hook; one that was never started, or stopped, gets it too."""
    where = ["-a", ACTION, "--include-stopped-packages", "-n", f"{package}/{receiver}"]
    extras = [word for key, value in arguments.items() for word in ("--es", key, value)]
    return ["am", "broadcast", *where, "--es", "command", command, *extras]


def read_answer(done: Completed) -> Meaning:
    """Give what the answer means. Nobody set any data: there is no such receiver in this build."""
    if denied(done):
        return NOT_PERMITTED
    found = _COMPLETED.search(done.stdout)
    if found is None or done.exit_status:
        return UNKNOWN
    if found["data"] is None:
        return NO_HOOK
    if found["text"] == "ok" or found["text"].startswith("ok "):
        return ACCEPTED
    return OTHER if found["text"].startswith("error:") else UNKNOWN


def text_after_ok(output: str) -> str:
    """Give what the hook says after its `ok `, as for the value of a state; empty when it says no more."""
    found = _COMPLETED.search(output)
    return found["text"].removeprefix("ok ") if found and (found["text"] or "").startswith("ok ") else ""
