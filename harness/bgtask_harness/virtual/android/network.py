"""ConnectivityService: Wi-Fi (not metered) before mobile data (metered), both off in airplane mode."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.virtual.android.observers import Observers

_NETWORK_IDS = {"WIFI": 101, "CELLULAR": 100}
"""netIds count up from 100 as networks come; here each transport keeps its own."""


class Network:
    """The default network of the phone, as `NetworkPort`; the `_in_range` attributes are the world outside."""

    def __init__(self) -> None:
        self.wifi = True
        self.mobile = True
        self.airplane = False
        self.wifi_in_range = True
        self.mobile_in_range = True
        self._observers = Observers()

    @property
    def transport(self) -> str | None:
        """`WIFI`, `CELLULAR`, or None without a network."""
        if self.wifi and self.wifi_in_range:
            return "WIFI"
        if self.mobile and self.mobile_in_range and not self.airplane:
            return "CELLULAR"
        return None

    @property
    def network_id(self) -> int | None:
        """`netId` of the default network, None without one."""
        return _NETWORK_IDS.get(self.transport or "")

    @property
    def connected(self) -> bool:
        """A validated network is there."""
        return self.transport is not None

    @property
    def metered(self) -> bool:
        """It is metered."""
        return self.transport == "CELLULAR"

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector when the network changes; gives the function that ends that."""
        return self._observers.add(collector)

    def change(self, **switches: bool) -> None:
        """Turn `wifi`, `mobile`, `airplane`, `wifi_in_range` or `mobile_in_range` on or off."""
        before = self.transport
        for name, value in switches.items():
            setattr(self, name, value)
        if self.transport != before:
            self._observers.tell()

    def set_airplane(self, *, on: bool) -> None:
        """Airplane mode turns Wi-Fi off too; leaving it turns Wi-Fi on again."""
        self.change(airplane=on, wifi=not on)
