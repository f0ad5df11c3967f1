"""Time for expedited jobs: how long those of an app may run in 24 hours, which its bucket sets.

Source: y36 QuotaController (getRemainingEJExecutionTimeLocked); the limits are in `levels.toml`. What an app in front
gets back (rewards) is left out. Times since boot in nanoseconds, limits in milliseconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from bgtask_harness.virtual.android.standby import Bucket

MS = 1_000_000
WINDOW_MS = 86_400_000
"""DEFAULT_EJ_WINDOW_SIZE_MS."""


class ExpeditedTime:
    """What each app has used of it. Empty limits: the level has no expedited jobs."""

    def __init__(self, limits_ms: Mapping[Bucket, int]) -> None:
        self._limits_ms = limits_ms
        self._spent: dict[str, list[tuple[int, int]]] = {}
        self._open: dict[str, tuple[int, int]] = {}

    def started(self, package: str, boot_ns: int) -> None:
        """An expedited job of the app starts."""
        since, running = self._open.get(package, (boot_ns, 0))
        self._open[package] = (since, running + 1)

    def stopped(self, package: str, boot_ns: int) -> None:
        """An expedited job of the app has stopped."""
        if package not in self._open:
            return
        since, running = self._open[package]
        if running > 1:
            self._open[package] = (since, running - 1)
            return
        del self._open[package]
        self._spent.setdefault(package, []).append((since, boot_ns))

    def clear(self) -> None:
        """Forget everything, as after a boot."""
        self._spent.clear()
        self._open.clear()

    def remaining_ms(self, package: str, bucket: Bucket, boot_ns: int) -> int:
        """Give what is left to the app in the window that ends now."""
        limit = self._limits_ms.get(bucket)
        if limit is None:
            limit = self._limits_ms.get(Bucket.ACTIVE, 0) if bucket is Bucket.EXEMPTED else 0
        begin = boot_ns - WINDOW_MS * MS
        spent = [(max(start, begin), end) for start, end in self._spent.get(package, ()) if end > begin]
        if package in self._open:
            spent.append((max(self._open[package][0], begin), boot_ns))
        return max(0, limit - sum(end - start for start, end in spent) // MS)

    def next_change(self, package: str, boot_ns: int) -> int | None:
        """Give the time at which the oldest use leaves the window; None when there is none."""
        ends = [end for _, end in self._spent.get(package, ()) if end > boot_ns - WINDOW_MS * MS]
        return ends[0] + WINDOW_MS * MS if ends else None
