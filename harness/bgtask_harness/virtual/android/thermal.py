"""ThermalManagerService: how hot the phone is, measured or said by the shell."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.virtual.android.observers import Observers

HIGHEST = 6
"""Temperature.THROTTLING_SHUTDOWN."""


class Thermal:
    """The thermal status. `hardware` is the world outside; an override hides it until `reset`."""

    def __init__(self) -> None:
        self._measured = 0
        self._override: int | None = None
        self._observers = Observers()

    @property
    def status(self) -> int:
        """`PowerManager.getCurrentThermalStatus`: 0 none, 1 light, 2 moderate, 3 severe ... 6 shutdown."""
        return self._measured if self._override is None else self._override

    @property
    def overridden(self) -> bool:
        """The shell said it."""
        return self._override is not None

    def hardware(self, status: int) -> None:
        """The phone is as hot as that; not seen while the shell says otherwise."""
        self._measured = status
        self._observers.tell()

    def override(self, status: int | None) -> None:
        """Have it so hot, or believe the sensors again for None."""
        self._override = status
        self._observers.tell()

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each change; gives the function that ends that."""
        return self._observers.add(collector)
