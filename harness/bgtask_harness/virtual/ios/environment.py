"""What the phone finds itself in: power, networks, the screen, the switches of Settings. Changes are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace


@dataclass(frozen=True, slots=True)
class Conditions:
    """All of it at one moment."""

    battery_percent: int = 80
    plugged_in: bool = True
    network: bool = True
    device_active: bool = True
    """The screen is on and somebody uses the phone."""
    locked: bool = False
    unlocked_since_boot: bool = True
    low_power_mode: bool = False
    background_refresh: bool = True
    """Settings > General > Background App Refresh."""
    thermal_level: int = 0


class Environment:
    """The present conditions."""

    def __init__(self, start: Conditions) -> None:
        self.now = start
        self._observers: list[Callable[[Conditions], None]] = []

    def observe(self, observer: Callable[[Conditions], None]) -> None:
        """Tell of each change, with what was before."""
        self._observers.append(observer)

    def change(self, **changes: bool | int) -> None:
        """Change something."""
        before, self.now = self.now, replace(self.now, **changes)  # type: ignore[arg-type]  # each field has its own type
        if before != self.now:
            for observer in tuple(self._observers):
                observer(before)
