"""DeviceStorageMonitorService: whether the internal volume is low, by itself or by force.

Source: services/core DeviceStorageMonitorService.java, `check` and `onShellCommand`; the same from API 28 to 36.
"""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.virtual.android.observers import Observers
from bgtask_harness.virtual.kernel import Kernel

CHECK_NS = 60_000_000_000
"""DEFAULT_CHECK_INTERVAL: how long a change may go unnoticed."""
_NEVER_TOLD = -1


class Storage:
    """Storage, as `StoragePort`. What is forced is noticed with the next check, which `-f` makes at once."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._really_low = self._low = False
        self._forced: bool | None = None
        self._observers = Observers()
        self.sequence = 1
        self.told_sequence = _NEVER_TOLD
        """Sequence number of the last broadcast; -1 before the first."""

    @property
    def not_low(self) -> bool:
        """Storage is not low, as apps were last told."""
        return not self._low

    @property
    def force(self) -> str:
        """What it was forced to: `LOW`, `NORMAL`, or `UNKNOWN` for nothing."""
        return {None: "UNKNOWN", True: "LOW", False: "NORMAL"}[self._forced]

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each change; gives the function that ends that."""
        return self._observers.add(collector)

    def set_force(self, low: bool | None, *, at_once: bool) -> None:
        """Force it low or not low; None believes the volume again."""
        self._forced = low
        self.sequence += 1
        self._kernel.after(0 if at_once else CHECK_NS, self._check)

    def hardware(self, *, low: bool) -> None:
        """The volume itself runs low, or has room again. Noticed at once here."""
        self._really_low = low
        self._check()

    def restart(self) -> None:
        """The phone boots: nothing is forced any more."""
        self._forced, self.sequence, self.told_sequence = None, 1, _NEVER_TOLD
        self._low = self._really_low

    def _check(self) -> None:
        low = self._really_low if self._forced is None else self._forced
        if low != self._low:
            self._low, self.told_sequence = low, self.sequence
            self._observers.tell()
