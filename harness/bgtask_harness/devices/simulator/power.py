"""A simulator on and off: booted, shut down, and whether it is."""

from __future__ import annotations

import contextlib

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.simulator import listing
from bgtask_harness.devices.simulator import simctl
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Refused

SHUTDOWN_S = 60.0


def boot(udid: str, deadline: Deadline) -> bool:
    """Boot it and wait until it has booted. False when it ran already; one that does not get there is shut down again.

    Raises:
        Refused: It cannot be booted.
        DeadlineExceeded: It had not booted in time.

    """
    done = simctl.run(("boot", udid), deadline, "booting a simulator")
    already = f"current state: {listing.BOOTED}" in done.stderr
    if done.exit_status and not already:
        raise Refused(f"`{done.command}` failed: {simctl.reason(done)}")
    try:
        simctl.call(("bootstatus", udid), deadline, "waiting until a simulator has booted")
    except HarnessError:
        if not already:
            with contextlib.suppress(HarnessError):  # the first trouble is the one to tell
                shut_down(udid, Deadline.after(SHUTDOWN_S))
        raise
    return not already


def shut_down(udid: str, deadline: Deadline) -> None:
    """Shut it down; nothing for one that is.

    Raises:
        Refused: It cannot be.

    """
    done = simctl.run(("shutdown", udid), deadline, "shutting a simulator down")
    if done.exit_status and f"current state: {listing.SHUTDOWN}" not in done.stderr:
        raise Refused(f"`{done.command}` failed: {simctl.reason(done)}")


def booted(udid: str, deadline: Deadline) -> listing.Simulator:
    """Give it as the list has it now.

    Raises:
        DeviceLostError: It is not booted, or gone.

    """
    for simulator in listing.read(deadline):
        if simulator.udid == udid and simulator.state == listing.BOOTED:
            return simulator
    raise DeviceLostError(f"simulator {udid} is not booted any more")
