"""`bgtask heal DEVICE`: put a phone back that an earlier session left changed, or forget what it left."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from bgtask_harness.broker.local import LocalLocks
from bgtask_harness.broker.physical import HEALING_S
from bgtask_harness.broker.physical import hold
from bgtask_harness.broker.physical import hold_physical
from bgtask_harness.broker.physical import ledger_at
from bgtask_harness.broker.physical import ledger_of
from bgtask_harness.broker.physical import open_physical
from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.broker.reaching import reached
from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import BadInput
from bgtask_harness.nemesis.healing import Shell
from bgtask_harness.nemesis.healing import heal
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.nemesis.quarantine import Quarantined
from bgtask_harness.nemesis.quarantine import quarantine
from bgtask_harness.profiles import Profile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_profile


def heal_device(name: str, search: SearchPath, *, forget: bool = False) -> Iterator[str]:
    """Put back what the ledger of a phone holds, and say so. `name` is a profile's, or a serial that has a ledger.

    Raises:
        Quarantined: The phone does not take something back: what, and what to type.
        DeviceNotFound: It is not attached.
        DeviceBusy: Somebody holds it, who puts it back himself.

    """
    with _held(name, search) as (ledger, shell):
        left = ledger.open_changes()
        if not left:
            yield f"{name}: there is nothing to put back"
            return
        if forget:
            ledger.forget()
            yield from (f"{name}: forgotten: {one.change.described}" for one in left)
            return
        healed = heal(ledger, shell)
        yield from (f"{name}: put back: {change.described}" for change in healed.restored)
        if healed.left:
            raise Quarantined(quarantine(name, ledger, healed))


@contextlib.contextmanager
def _held(name: str, search: SearchPath) -> Iterator[tuple[Ledger, Shell]]:
    """Give the ledger of a phone and the way to its shell, holding its lock."""
    options = LeaseOptions()
    locks = LocalLocks(options.state_dir)
    with contextlib.ExitStack() as after:
        for ledger in locks.ledgers():
            if name in {ledger.way.serial, ledger.way.identity}:
                wait = Deadline.after(HEALING_S)
                held = locks.hold(ledger.way.identity, wait, options.duration_s, options.progress)
                after.callback(held.release)
                yield ledger, after.enter_context(reached(ledger.way))
                return
        profile = load_profile(name, search)
        if profile.find.platform == "ios" and not profile.virtual:
            way = _way_to_iphone(profile)
            after.callback(hold(way, options).release)
            yield ledger_at(way, options), after.enter_context(reached(way))
            return
        if profile.virtual:
            raise BadInput(
                f"{name} is a virtual phone: it ends with the run that started it, and nothing of it is left"
            )
        device = open_physical(profile, options)
        after.callback(device.close)
        after.callback(hold_physical(device, options).release)
        yield ledger_of(device, options), device.tell


def _way_to_iphone(profile: Profile) -> Way:
    deadline = Deadline.after(LeaseOptions().start_s)
    if profile.find.simulator:
        from bgtask_harness.broker.simulator import simulator_of  # noqa: PLC0415 - imported for one of those alone

        return simulator_of(profile, deadline)
    from bgtask_harness.broker.physical_iphone import iphone_of  # noqa: PLC0415 - same

    return iphone_of(profile, deadline)
