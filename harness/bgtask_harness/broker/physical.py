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
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile

_FOUND_BY = ("serial", "model", "board", "tags")


class PhysicalProvider:
    """Finds a phone by its profile and locks it by its serial. Satisfies `provider.Provider`."""

    def lock(self, profile: Profile, options: LeaseOptions) -> HeldLock:
        device = _open(profile, options)
        try:
            return _hold(device, options)
        finally:
            device.close()

    def acquire(self, profile: Profile, app: AppFile, options: LeaseOptions) -> Lease:
        device = _open(profile, options)
        if options.locked:
            return Lease(device, profile, app, identity_of(device), (device.close,))
        try:
            held = _hold(device, options)
        except BaseException:
            device.close()
            raise
        return Lease(device, profile, app, held.identity, (device.close, held.release), held.check)


def _open(profile: Profile, options: LeaseOptions) -> Device:
    """Asking a phone what it is reads its properties alone, so it is done before the lock is held."""
    find: dict[str, Any] = msgspec.structs.asdict(profile.find)
    wanted = {key: find[key] for key in _FOUND_BY if find[key]}
    return open_device(wanted, profile.name, deadline=Deadline.after(options.start_s))


def _hold(device: Device, options: LeaseOptions) -> HeldLock:
    locks = LocalLocks(options.state_dir)
    return locks.hold(identity_of(device), Deadline.after(options.wait_s), options.duration_s, options.progress)


def identity_of(device: Device) -> str:
    """Give what a lock of the device is named by: the same phone has one name under every profile."""
    return device.facts.serial
