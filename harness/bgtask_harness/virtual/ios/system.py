"""The phone as a whole, as lockdownd and the mounter ask for it: values, Developer Mode, image, trust, restart."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import TYPE_CHECKING
from typing import Any

from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.ios.port import Stop
from bgtask_harness.virtual.ios.port import TrustAnswer

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.phone import IPhone

_BATTERY = "com.apple.mobile.battery"
_AMFI = "com.apple.security.mac.amfi"
_SETTABLE = frozenset({"DeviceName", "TimeZone"})
_NS_PER_S = 1_000_000_000
_PERSONALIZED_FROM = (17,)


class SystemState:
    """What is on, mounted and trusted. Implements `System` of the port, but for what the phone itself answers."""

    def __init__(self, phone: IPhone) -> None:
        self._phone = phone
        self._values: dict[str, str | bool] = dict(phone.profile.lockdown)
        self._online_collectors: list[Callable[[bool], None]] = []
        self.trust_answer: bool | None = True
        """What the person says to a new computer; None: the dialogue stays unanswered."""
        self.developer_mode = True
        self.image_mounted = True
        self.online = True

    def value(self, domain: str, key: str) -> Any:
        """Give a lockdown value, the whole domain for an empty key, None when missing."""
        values = self._domain(domain)
        return values if not key else values.get(key)

    def set_value(self, domain: str, key: str, value: Any) -> bool:
        """Set a lockdown value; False when it cannot be set."""
        if domain or key not in _SETTABLE:
            return False
        self._values[key] = value
        return True

    def battery(self) -> Mapping[str, Any]:
        """`AppleSmartBattery` of the I/O registry."""
        now = self._phone.environment.now
        return {
            "CurrentCapacity": now.battery_percent,
            "MaxCapacity": 100,
            "IsCharging": now.plugged_in and now.battery_percent < 100,  # noqa: PLR2004 - per cent
            "ExternalConnected": now.plugged_in,
            "FullyCharged": now.battery_percent == 100,  # noqa: PLR2004 - per cent
        }

    def enable_developer_mode(self) -> None:
        """Ask for Developer Mode: the phone restarts."""
        if self._phone.profile.passcode:
            raise Refused("Developer Mode cannot be enabled: a passcode is set, only its owner can, in Settings")
        self.developer_mode = True
        self.restart()

    def mount_image(self, kind: str) -> None:
        """Mount a developer disk image."""
        wanted = "Personalized" if self._phone.version >= _PERSONALIZED_FROM else "Developer"
        if self._phone.environment.now.locked:
            raise Refused("The device is locked", "DeviceLocked")
        if not self.developer_mode:
            raise Refused("Developer mode is not enabled", "DeveloperModeDisabled")
        if kind != wanted:
            raise Refused(f"image type {kind} does not fit iOS {self._phone.profile.version}: {wanted} does")
        self.image_mounted = True

    def unmount_image(self) -> bool:
        """Unmount it; False when there was none."""
        was, self.image_mounted = self.image_mounted, False
        return was

    def trust(self, host_id: str) -> TrustAnswer:
        """Say what the person says to this computer."""
        del host_id
        if self._phone.environment.now.locked:
            return TrustAnswer.LOCKED
        if self.trust_answer is None:
            return TrustAnswer.PENDING
        return TrustAnswer.TRUSTED if self.trust_answer else TrustAnswer.DENIED

    def restart(self) -> None:
        """Go down and come up again; locked until the first unlock where a passcode is set."""
        self.shutdown()
        self._phone.kernel.after(self._phone.profile.boot_seconds * _NS_PER_S, self._come_up)

    def shutdown(self) -> None:
        """Go down for good."""
        self._phone.dasd.stop_looking()
        self._phone.springboard.power_off()
        self._tell(online=False)

    def on_online(self, collector: Callable[[bool], None]) -> Stop:
        """Tell each change of `online`."""
        self._online_collectors.append(collector)

        def stop() -> None:
            if collector in self._online_collectors:
                self._online_collectors.remove(collector)

        return stop

    def _come_up(self) -> None:
        phone = self._phone
        phone.clocks.restart()
        self.image_mounted = False
        passcode = phone.profile.passcode
        phone.environment.change(locked=passcode, unlocked_since_boot=not passcode, device_active=False)
        self._tell(online=True)
        phone.dasd.resume_looking()

    def _tell(self, *, online: bool) -> None:
        self.online = online
        for collector in tuple(self._online_collectors):
            collector(online)

    def _domain(self, domain: str) -> dict[str, Any]:
        now = self._phone.environment.now
        if domain == _BATTERY:
            return {"BatteryCurrentCapacity": now.battery_percent, "BatteryIsCharging": now.plugged_in}
        if domain == _AMFI:
            return {"DeveloperModeStatus": self.developer_mode}
        if domain:
            return {}
        seconds = self._phone.clocks.wall_ns() / _NS_PER_S
        return {
            **self._values,
            "UniqueDeviceID": self._phone.udid,
            "BootSessionID": self._phone.clocks.boot_id.upper(),
            "PasswordProtected": now.locked,
            "TimeIntervalSince1970": seconds,
        }
