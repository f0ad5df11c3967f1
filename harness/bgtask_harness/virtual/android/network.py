"""ConnectivityService: Wi-Fi (not metered unless a person says so) before mobile data (metered)."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.virtual.android.observers import Observers

_NETWORK_IDS = {"WIFI": 101, "CELLULAR": 100}
"""netIds count up from 100 as networks come; here each transport keeps its own."""
SSID = "AndroidWifi"
"""The one Wi-Fi that is saved; the emulator's is called so."""


class Network:
    """The default network of the phone, as `NetworkPort`; the `_in_range` attributes are the world outside."""

    def __init__(self) -> None:
        self.wifi = True
        self.mobile = True
        self.airplane = False
        self.wifi_in_range = True
        self.mobile_in_range = True
        self.abroad = False
        self.wifi_metered: bool | None = None
        """What a person said of the Wi-Fi; None for what the Wi-Fi says of itself, which is not metered."""
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
        return self.transport == "CELLULAR" or (self.transport == "WIFI" and self.wifi_metered is True)

    @property
    def roaming(self) -> bool:
        """It is the mobile network of another operator."""
        return self.transport == "CELLULAR" and self.abroad

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector when the network changes; gives the function that ends that."""
        return self._observers.add(collector)

    def policies_changed(self) -> None:
        """Tell the apps that what they may use of it has changed."""
        self._observers.tell()

    def change(self, **switches: bool | None) -> None:
        """Turn `wifi`, `mobile`, `airplane`, `wifi_in_range`, `mobile_in_range`, `abroad`, `wifi_metered` on or off."""
        before = self._shown
        for name, value in switches.items():
            setattr(self, name, value)
        if self._shown != before:
            self._observers.tell()

    @property
    def _shown(self) -> tuple[str | None, bool, bool]:
        return self.transport, self.metered, self.roaming

    def set_airplane(self, *, on: bool) -> None:
        """Airplane mode turns Wi-Fi off too; leaving it turns Wi-Fi on again."""
        self.change(airplane=on, wifi=not on)
