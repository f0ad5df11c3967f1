"""BatteryService: what is plugged in and how full it is; shell overrides freeze it until `reset`."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bgtask_harness.virtual.android.observers import Observers

STATUS_CHARGING, STATUS_DISCHARGING, STATUS_NOT_CHARGING, STATUS_FULL = 2, 3, 4, 5
"""`BatteryManager.BATTERY_STATUS_*`."""

LOW_LEVEL = 15
"""config_lowBatteryWarningLevel; the battery is no longer low from CLOSE_LEVEL on."""
CLOSE_LEVEL = 20
"""config_lowBatteryWarningLevel + config_lowBatteryCloseWarningBump."""


@dataclass(frozen=True, slots=True)
class BatteryState:
    """What the health service reports; field names as `dumpsys battery` prints them."""

    ac: bool = False
    usb: bool = True
    wireless: bool = False
    dock: bool = False
    status: int = STATUS_CHARGING
    health: int = 2
    present: bool = True
    level: int = 87
    scale: int = 100
    voltage: int = 4012
    temperature: int = 312
    charge_counter: int = 0
    max_charging_current: int = 0
    max_charging_voltage: int = 0
    invalid_charger: int = 0

    @property
    def powered(self) -> bool:
        """Anything is plugged in."""
        return self.ac or self.usb or self.wireless or self.dock


class Battery:
    """The battery, as `PowerPort` and as BatteryService. Calls its observers after each change."""

    def __init__(self, values: Mapping[str, int]) -> None:
        self._real = BatteryState(**dict[str, Any](values))
        self._shown = self._real
        self._low = self._real.level <= LOW_LEVEL
        self._observers = Observers()
        self.updates_stopped = False
        self.sequence = 1

    @property
    def state(self) -> BatteryState:
        """What the phone believes."""
        return self._shown

    @property
    def charging(self) -> bool:
        """The device is charging (`BatteryManager.isCharging`)."""
        return self._shown.powered and self._shown.status in {STATUS_CHARGING, STATUS_FULL}

    @property
    def battery_not_low(self) -> bool:
        """The battery is not low: that is from `LOW_LEVEL` down until `CLOSE_LEVEL` or a plug."""
        return not self._low

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each change; gives the function that ends that."""
        return self._observers.add(collector)

    def override(self, **changes: bool | int) -> None:
        """`dumpsys battery set|unplug`: freeze the state with some of it changed."""
        self.updates_stopped = True
        self._show(dataclasses.replace(self._shown, **changes))  # type: ignore[arg-type] # names come from our table

    def reset(self) -> None:
        """`dumpsys battery reset`: believe the hardware again."""
        self.updates_stopped = False
        self._show(self._real)

    def hardware(self, **changes: bool | int) -> None:
        """Something happens to the real battery; not seen while updates are stopped."""
        self._real = dataclasses.replace(self._real, **changes)  # type: ignore[arg-type] # names are the caller's
        if not self.updates_stopped:
            self._show(self._real)

    def _show(self, state: BatteryState) -> None:
        if state == self._shown:
            return
        self._shown = state
        self.sequence += 1
        self._low = _is_low(state, was_low=self._low)
        self._observers.tell()


def _is_low(state: BatteryState, *, was_low: bool) -> bool:
    if state.powered or not state.present:
        return False
    return state.level <= LOW_LEVEL or (was_low and state.level < CLOSE_LEVEL)
