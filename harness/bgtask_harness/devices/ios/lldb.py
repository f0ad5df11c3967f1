"""The third way to simulate a launch, on a Mac alone: Xcode's own lldb makes the call.

`device select` and `device process attach` are commands of the lldb of Xcode 16 and later, for iOS 17 and later. What
it prints when something is refused, and that it detaches when it is ended, is UNCONFIRMED: no Mac was ever tried.
"""

from __future__ import annotations

import re

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices import xcrun
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.ios.force import as_answer
from bgtask_harness.devices.port import Answer
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal

WAY = "lldb"
_NO_XCRUN = "there is no xcrun on PATH: lldb's way needs a Mac with Xcode 16 or later"
_PLAIN = re.compile(r"[A-Za-z0-9._-]+")
_ERROR = re.compile(r"^\s*(?:\(lldb\) )?error: .*", re.MULTILINE)


def script(udid: str, pid: int, identifier: str, what: Simulation) -> tuple[str, ...]:
    """Give the lines for lldb.

    Raises:
        Unsupported: The identifier is none that Apple would take; it is not quoted for Objective-C here.

    """
    if not _PLAIN.fullmatch(identifier):
        raise Unsupported(f"lldb is not given {identifier!r}: an identifier has letters, digits, dots, hyphens alone")
    return (
        f"device select {udid}",
        f"device process attach --pid {pid}",
        f'expression -l objc -- (void)[[BGTaskScheduler sharedScheduler] {what.value}@"{identifier}"]',
        "process detach",
    )


def by_lldb(udid: str, pid: int, identifier: str, what: Simulation, deadline: Deadline) -> Answer:
    """Make the call in the process of that pid.

    Raises:
        Unsupported: There is no `xcrun`, or the identifier cannot be said to lldb.

    """
    lines = script(udid, pid, identifier, what)
    command = ("lldb", "--no-lldbinit", "--batch", *(word for line in lines for word in ("-o", line)))
    try:
        done = xcrun.run(command, deadline, f"having lldb call {what.value}", missing=_NO_XCRUN)
    except DeadlineExceeded as error:
        return as_answer(identifier, what, WAY, xcrun.spelled(command), Outcome.UNKNOWN, None, str(error))
    said = _ERROR.search(f"{done.stdout}\n{done.stderr}")
    if said is None and done.exit_status == 0:
        return as_answer(identifier, what, WAY, done.command, Outcome.ACCEPTED, None, done.stdout)
    why = said[0].strip() if said is not None else f"lldb ended with exit status {done.exit_status}"
    return as_answer(identifier, what, WAY, done.command, Outcome.REFUSED, Refusal.OTHER, why)
