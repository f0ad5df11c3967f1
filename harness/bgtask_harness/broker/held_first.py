"""A lease of what has a name before it is opened: held first, then opened, then put back as it was once found.

Without a supervisor: what puts an iPhone or a simulator back is no line for a shell but its own tools. What a session
that was killed left changed is put back by the next lease, or by `bgtask heal`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from bgtask_harness.broker.physical import heal_first
from bgtask_harness.broker.physical import hold
from bgtask_harness.broker.physical import ledger_at
from bgtask_harness.broker.provider import Lease
from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.devices.port import Device
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile


def lease_held_first(
    way: Way, open_device: Callable[[], Device], profile: Profile, app: AppFile, options: LeaseOptions
) -> Lease:
    """Take what is reached that way for oneself, open it, and put back what is left changed of it.

    Raises:
        HarnessError: As `Provider.acquire`.

    """
    with contextlib.ExitStack() as undo:
        held = None if options.locked else hold(way, options)
        if held is not None:
            undo.callback(held.release)
        device = open_device()
        undo.callback(device.close)
        ledger = ledger_at(way, options)
        heal_first(device, ledger, options.progress)
        ends = undo.pop_all().close
    if held is None:
        return Lease(device, profile, app, way.identity, (ends,), ledger=ledger)
    return Lease(device, profile, app, way.identity, (ends,), held.check, ledger)
