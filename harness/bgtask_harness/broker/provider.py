"""What a provider of devices offers: a lease, with the device in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path
from typing import Any
from typing import Protocol

from bgtask_harness.broker.local import HeldLock
from bgtask_harness.broker.local import state_dir
from bgtask_harness.devices.port import Device
from bgtask_harness.devices.port import Progress
from bgtask_harness.nemesis.ledger import Ledger
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile
from bgtask_harness.transport.port import Transport


def _silent(sentence: str) -> None:
    """Tell nobody."""


def _direct(transport: Transport) -> Transport:
    """Put nothing between."""
    return transport


def _nothing() -> None:
    """Nothing can have taken it."""


@dataclass(frozen=True, slots=True)
class LeaseOptions:
    """How to get a device.

    Attributes:
        wait_s: How long to wait for somebody else to let go of it.
        duration_s: How long the lease is meant to last; beats renew it.
        start_s: How long starting or connecting may take.
        state_dir: Where locks are kept.
        locked: True when the process that started this one holds the lock already (xdist's controller).
        faults: Import paths of faults for a virtual phone.
        program: Import path of the program that a virtual phone hosts instead of the app file's.
        log_dir: Where a virtual phone's own messages go; None for a temporary file.
        progress: Told while something is waited for.
        wrap: What is put between the driver and the way to an Android phone: what records it.
        note: Told of everything that the driver says to an iPhone: what records that.

    """

    wait_s: float = 0.0
    duration_s: float = 12 * 3600.0
    start_s: float = 60.0
    state_dir: Path = field(default_factory=state_dir)
    locked: bool = False
    faults: tuple[str, ...] = ()
    program: str | None = None
    log_dir: Path | None = None
    progress: Progress = _silent
    wrap: Callable[[Transport], Transport] = _direct
    note: Callable[[Any], None] | None = None


class Lease:
    """The right to touch one device, until `release`.

    Attributes:
        device: The device.
        profile: Its profile.
        app: The app file as it counts on this device.
        identity: What exactly is held: a serial.
        ledger: What is changed of it and not put back.

    """

    def __init__(
        self,
        device: Device,
        profile: Profile,
        app: AppFile,
        identity: str,
        on_release: tuple[Callable[[], None], ...],
        check: Callable[[], None] = _nothing,
        ledger: Ledger | None = None,
    ) -> None:
        self.device, self.profile, self.app, self.identity = device, profile, app, identity
        self.ledger = ledger or Ledger()
        self._on_release = list(on_release)
        self._check = check

    def check(self) -> None:
        """Make sure that the device is still ours to touch.

        Raises:
            DeviceLostError: A newer lease of it exists, or its process has ended.

        """
        self._check()

    def release(self) -> None:
        """Let go of the device, then of what was held for it. Twice is harmless."""
        while self._on_release:
            self._on_release.pop(0)()


class Provider(Protocol):
    """A source of devices: this host's, a virtual one, later a lab's."""

    def lock(self, profile: Profile, options: LeaseOptions) -> HeldLock | None:
        """Find the device and take it for oneself without opening it; None for one that nobody else can have.

        Raises:
            DeviceNotFound: None fits, or more than one does.
            DeviceBusy: Somebody else has it.

        """

    def acquire(self, profile: Profile, app: AppFile, options: LeaseOptions) -> Lease:
        """Find the device that the profile describes, take it for oneself, and open it.

        Raises:
            DeviceNotFound: None fits, or more than one does: what was seen and why each did not match.
            DeviceBusy: Somebody else has it.
            DeviceLostError: It went away while it was being opened.
            Unsupported: A back-end for it is not installed.

        """
