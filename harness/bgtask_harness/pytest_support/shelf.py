"""The devices that this process holds: leased when the first test asks, kept to the end of the run."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import msgspec

from bgtask_harness.broker import Lease
from bgtask_harness.broker import LeaseOptions
from bgtask_harness.broker import acquire
from bgtask_harness.devices.port import Progress
from bgtask_harness.profiles import Profile
from bgtask_harness.pytest_support.chosen import Chosen


class Shelf:
    """Leases by profile name."""

    def __init__(self, chosen: Chosen, *, locked: bool) -> None:
        self._chosen, self._locked = chosen, locked
        self._leases: dict[str, Lease] = {}

    def lease(self, name: str, progress: Progress) -> Lease:
        """Give the lease of a device, taking it first if need be.

        Raises:
            HarnessError: As `broker.acquire`.

        """
        if name not in self._leases:
            profile = allowed_more(self._chosen.profiles[name], self._chosen)
            app = self._chosen.apps[name]
            options = lease_options(self._chosen, self._chosen.run_dir / name, progress)
            self._leases[name] = acquire(profile, app, dataclasses.replace(options, locked=self._locked))
        return self._leases[name]

    def discard(self, name: str) -> None:
        """Let go of a device that was lost, so that the next test tries anew."""
        lease = self._leases.pop(name, None)
        if lease is not None:
            lease.release()

    def clear(self) -> None:
        """Let go of every device."""
        for name in list(self._leases):
            self.discard(name)


def allowed_more(profile: Profile, chosen: Chosen) -> Profile:
    """Give the profile with what `--allow-disruption` allows on top."""
    if chosen.allowed is None or profile.allows(chosen.allowed):
        return profile
    allow = msgspec.structs.replace(profile.allow, disruption=chosen.allowed)
    return dataclasses.replace(profile, allow=allow)


def lease_options(chosen: Chosen, log_dir: Path | None, progress: Progress) -> LeaseOptions:
    """Give what the broker needs to know of the command line."""
    return LeaseOptions(
        wait_s=chosen.lease_wait_s,
        faults=chosen.faults,
        program=chosen.program,
        log_dir=log_dir,
        progress=progress,
    )
