"""IdleController's DeviceIdlenessTracker: the phone counts as idle for jobs when nobody used it for a while."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.virtual.android.observers import Observers
from bgtask_harness.virtual.kernel import Kernel
from bgtask_harness.virtual.kernel import Timer

THRESHOLD_NS = 31 * 60 * 1_000_000_000
"""config_jobSchedulerInactivityIdleThreshold, 31 minutes."""


class Idleness:
    """Whether the phone is idle. Screen off or a dock that is idle start the count, using the phone ends it."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._timer: Timer | None = None
        self._observers = Observers()
        self._counting = False
        self.idle = False

    def screen(self, *, on: bool) -> None:
        """The screen went on or off."""
        if on:
            self._active()
        else:
            self._count()

    def dock(self, *, idle: bool) -> None:
        """`trigger-dock-state idle|active`."""
        if idle:
            self._count()
        else:
            self._active()

    def trigger(self) -> None:
        """`com.android.server.ACTION_TRIGGER_IDLE`: at once, if it was counting."""
        if self._counting:
            self._set(idle=True)

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each change; gives the function that ends that."""
        return self._observers.add(collector)

    def _count(self) -> None:
        if not self._counting:
            self._counting = True
            self._timer = self._kernel.after(THRESHOLD_NS, self.trigger)

    def _active(self) -> None:
        self._counting = False
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._set(idle=False)

    def _set(self, *, idle: bool) -> None:
        if idle != self.idle:
            self.idle = idle
            self._observers.tell()
