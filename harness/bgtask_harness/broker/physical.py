"""Phones that an adb server of this host sees. The server is neither started nor stopped here."""

from __future__ import annotations

from typing import Any

import msgspec

from bgtask_harness.broker.local import HeldLock
from bgtask_harness.broker.local import LocalLocks
from bgtask_harness.broker.provider import Lease
from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.connect import open_device
from bgtask_harness.devices.port import Device
from bgtask_harness.devices.port import Progress
from bgtask_harness.nemesis.healing import heal
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.nemesis.quarantine import Quarantined
from bgtask_harness.nemesis.quarantine import quarantine
from bgtask_harness.nemesis.supervising import Supervisor
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile
from bgtask_harness.transport.server import server_address

HEALING_S = 30.0
"""How long somebody who puts a device back is waited for."""
_EMULATOR = "emulator-"
_FOUND_BY = ("serial", "model", "board", "tags")


class PhysicalProvider:
    """Finds a phone by its profile and locks it by its serial. Satisfies `provider.Provider`."""

    def lock(self, profile: Profile, options: LeaseOptions) -> HeldLock:
        device = open_physical(profile, options)
        try:
            return hold_physical(device, options)
        finally:
            device.close()

    def acquire(self, profile: Profile, app: AppFile, options: LeaseOptions) -> Lease:
        device = open_physical(profile, options)
        held: HeldLock | None = None
        try:
            held = None if options.locked else hold_physical(device, options)
            ledger = ledger_of(device, options)
            heal_first(device, ledger, options.progress)
            supervisor = Supervisor(ledger, LocalLocks(options.state_dir).lock_file(identity_of(device)))
        except BaseException:
            device.close()
            if held is not None:
                held.release()
            raise
        if held is None:
            return Lease(device, profile, app, identity_of(device), (supervisor.end, device.close), ledger=ledger)
        on_release = (supervisor.end, device.close, held.release)
        return Lease(device, profile, app, held.identity, on_release, held.check, ledger)


def open_physical(profile: Profile, options: LeaseOptions) -> Device:
    """Find the phone of a profile. Asking it what it is reads its properties alone: that needs no lock."""
    find: dict[str, Any] = msgspec.structs.asdict(profile.find)
    wanted = {key: find[key] for key in _FOUND_BY if find[key]}
    return open_device(wanted, profile.name, deadline=Deadline.after(options.start_s), wrap=options.wrap)


def hold_physical(device: Device, options: LeaseOptions) -> HeldLock:
    """Take it for oneself. What an earlier session left, its supervisor may be putting back: that is waited for."""
    return hold(way_to(device), options)


def ledger_of(device: Device, options: LeaseOptions) -> Ledger:
    """Give the ledger of a device."""
    return ledger_at(way_to(device), options)


def way_to(device: Device) -> Way:
    """Give how a phone of Android's is reached."""
    server = server_address()
    return Way(device.facts.serial, server.host, server.port, identity_of(device))


def hold(way: Way, options: LeaseOptions) -> HeldLock:
    """Take what is reached that way for oneself, as `hold_physical`."""
    left = ledger_at(way, options).open_changes()
    wait = Deadline.after(max(options.wait_s, HEALING_S if left else 0.0))
    return LocalLocks(options.state_dir).hold(way.identity, wait, options.duration_s, options.progress)


def ledger_at(way: Way, options: LeaseOptions) -> Ledger:
    """Give the ledger of what is reached that way."""
    return LocalLocks(options.state_dir).ledger(way.identity, way)


def heal_first(device: Device, ledger: Ledger, progress: Progress) -> None:
    """Put back what an earlier session left.

    Raises:
        Quarantined: The phone does not take it back.
        DeviceLostError: It went away.

    """
    left = ledger.open_changes()
    if not left:
        return
    progress(f"putting back what an earlier session left: {', '.join(one.change.described for one in left)}")
    healed = heal(ledger, device.tell)
    if healed.left:
        raise Quarantined(quarantine(device.name, ledger, healed))


def identity_of(device: Device) -> str:
    """Give what a lock of the device is named by: one phone has one name, by cable and by network."""
    facts = device.facts
    shared = facts.virtual or facts.serial.startswith(_EMULATOR)
    return facts.serial if shared else facts.notes.get("serialno") or facts.serial
