"""Picks the provider that a profile asks for."""

from __future__ import annotations

from bgtask_harness.broker.local import HeldLock
from bgtask_harness.broker.provider import Lease
from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.broker.provider import Provider
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile


def acquire(profile: Profile, app: AppFile, options: LeaseOptions) -> Lease:
    """Lease the device of a profile, on a virtual phone with the app file's `[virtual]` build.

    Raises:
        HarnessError: As `Provider.acquire`.

    """
    return _provider(profile).acquire(profile, app, options)


def lock(profile: Profile, options: LeaseOptions) -> HeldLock | None:
    """Take the device of a profile without opening it; None for one that nobody else can have.

    Raises:
        HarnessError: As `Provider.lock`.

    """
    return _provider(profile).lock(profile, options)


def _provider(profile: Profile) -> Provider:
    if profile.find.platform == "ios":
        return _provider_of_iphones(profile)
    if profile.virtual:
        from bgtask_harness.broker.virtual import VirtualProvider  # noqa: PLC0415 - imported when a profile asks for it

        return VirtualProvider()
    from bgtask_harness.broker.physical import PhysicalProvider  # noqa: PLC0415 - same

    return PhysicalProvider()


def _provider_of_iphones(profile: Profile) -> Provider:
    if profile.virtual:
        from bgtask_harness.broker.virtual_iphone import VirtualIPhoneProvider  # noqa: PLC0415 - same

        return VirtualIPhoneProvider()
    if profile.find.simulator:
        from bgtask_harness.broker.simulator import SimulatorProvider  # noqa: PLC0415 - same

        return SimulatorProvider()
    from bgtask_harness.broker.physical_iphone import PhysicalIPhoneProvider  # noqa: PLC0415 - same

    return PhysicalIPhoneProvider()
