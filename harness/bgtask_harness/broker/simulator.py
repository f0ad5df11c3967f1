"""Simulators of this Mac: booted for a lease if need be, and then shut down after it."""

from __future__ import annotations

from bgtask_harness.broker.held_first import lease_held_first
from bgtask_harness.broker.local import HeldLock
from bgtask_harness.broker.physical import hold
from bgtask_harness.broker.provider import Lease
from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Device
from bgtask_harness.devices.simulator import listing
from bgtask_harness.devices.simulator.device import SimulatorDevice
from bgtask_harness.nemesis.ledger import Way
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile

KIND = "simctl"
BOOTS_S = 180.0
"""How long a first boot of a simulator may take; chosen: never tried on a Mac."""


class SimulatorProvider:
    """Finds a simulator by its profile and locks it by its UDID. Satisfies `provider.Provider`."""

    def lock(self, profile: Profile, options: LeaseOptions) -> HeldLock:
        return hold(simulator_of(profile, Deadline.after(options.start_s)), options)

    def acquire(self, profile: Profile, app: AppFile, options: LeaseOptions) -> Lease:
        """Find it, take it, and boot it if it does not run."""
        way = simulator_of(profile, Deadline.after(options.start_s))

        def opened() -> Device:
            options.progress(f"booting {profile.title}")
            deadline = Deadline.after(max(options.start_s, BOOTS_S))
            return SimulatorDevice.attach(way.serial, profile.name, deadline, bundle_id=app.spec.package)

        return lease_held_first(way, opened, profile, app, options)


def simulator_of(profile: Profile, deadline: Deadline) -> Way:
    """Find the simulator of a profile. Boots none.

    Raises:
        Unsupported: There is no `xcrun`: no Mac, or no Xcode.
        DeviceNotFound: There is no such simulator, or there are several.

    """
    wanted = profile.find.simulator or profile.find.udid or ""
    udid = listing.choose(listing.read(deadline), wanted).udid
    return Way(udid, identity=udid, kind=KIND)
