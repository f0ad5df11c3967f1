"""iPhones that this computer's usbmuxd has. It is neither started nor stopped here, and asked only by who wants one."""

from __future__ import annotations

from bgtask_harness.broker.held_first import lease_held_first
from bgtask_harness.broker.local import HeldLock
from bgtask_harness.broker.physical import hold
from bgtask_harness.broker.provider import Lease
from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.discovery import attached
from bgtask_harness.devices.ios.discovery import choose
from bgtask_harness.devices.ios.driver import IPhoneDevice
from bgtask_harness.devices.ios.link import Note
from bgtask_harness.devices.ios.link import own_usbmuxd
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile

KIND = "usbmux"
_FOUND_BY = ("serial", "udid", "model", "name", "tags")


class PhysicalIPhoneProvider:
    """Finds an iPhone by its profile and locks it by its UDID. Satisfies `provider.Provider`."""

    def lock(self, profile: Profile, options: LeaseOptions) -> HeldLock:
        return hold(iphone_of(profile, Deadline.after(options.start_s)), options)

    def acquire(self, profile: Profile, app: AppFile, options: LeaseOptions) -> Lease:
        """Find it, take it, pair with it if it agrees, and name the wall that is in the way, if one is."""
        deadline = Deadline.after(options.start_s)
        way = iphone_of(profile, deadline)
        return lease_held_first(way, lambda: _opened(way, profile, app, options), profile, app, options)


def iphone_of(profile: Profile, deadline: Deadline) -> Way:
    """Find the iPhone of a profile. Pairs with none.

    Raises:
        DeviceNotFound: No usbmuxd answers, no phone fits, or more than one does.

    """
    wanted = {key: value for key in _FOUND_BY if (value := getattr(profile.find, key))}
    found = choose(wanted, attached(deadline, own_usbmuxd()), profile.name)
    return Way(found.udid, host=own_usbmuxd(), identity=found.udid, kind=KIND)


def open_iphone(
    udid: str, name: str, deadline: Deadline, bundle_id: str | None = None, note: Note | None = None
) -> IPhoneDevice:
    """Open one that this computer's usbmuxd has. Raises as `IPhoneDevice.attach`."""
    return IPhoneDevice.attach(udid, name, deadline, address=own_usbmuxd(), bundle_id=bundle_id, note=note)


def _opened(way: Way, profile: Profile, app: AppFile, options: LeaseOptions) -> IPhoneDevice:
    device = open_iphone(way.serial, profile.name, Deadline.after(options.start_s), app.spec.package, options.note)
    try:
        if profile.unlocked_within_ns is not None:
            device.wait_until_unlocked(Deadline.after(profile.unlocked_within_ns / 1e9), options.progress)
        device.check_ready(Deadline.after(options.start_s))
    except BaseException:
        device.close()
        raise
    return device
