"""What a person does with their hands. No service of a real phone does it: only virtual phones are asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bgtask_harness.virtual.ios.port import Launch
from bgtask_harness.virtual.ios.port import Refused

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.phone import IPhone

_ON = {"on": True, "off": False}
_CHARGED, _RUN_DOWN = 80, 10
"""Per cent: as a virtual iPhone begins, and critically low."""
_YES = {"yes": True, "no": False, "later": None}


class Hands:
    """Acts by name; each takes one argument, empty for most."""

    def __init__(self, phone: IPhone) -> None:
        self._phone = phone
        self._acts: dict[str, Callable[[str], None]] = {
            "lock": lambda _none: self._lock(),
            "unlock": lambda _none: phone.environment.change(
                locked=False, unlocked_since_boot=True, device_active=True
            ),
            "home": lambda _none: phone.springboard.home(),
            "open": self._open,
            "force-quit": lambda bundle: phone.springboard.kill(bundle, "removed from the app switcher"),
            "reinstall": self._reinstall,
            "mount-image": lambda _none: self._mount_image(),
            "plug": lambda _none: phone.environment.change(plugged_in=True),
            "charge": lambda _none: phone.environment.change(plugged_in=True, battery_percent=_CHARGED),
            "run-down": lambda _none: phone.environment.change(plugged_in=False, battery_percent=_RUN_DOWN),
            "unplug": lambda _none: phone.environment.change(plugged_in=False),
            "battery": lambda percent: phone.environment.change(battery_percent=_number(percent)),
            "thermal": lambda level: phone.environment.change(thermal_level=_number(level)),
            "network": lambda word: phone.environment.change(network=_switch(word)),
            "low-power-mode": lambda word: phone.environment.change(low_power_mode=_switch(word)),
            "background-refresh": lambda word: phone.environment.change(background_refresh=_switch(word)),
            "developer-mode": self._developer_mode,
            "trust": self._trust,
        }

    def do(self, act: str, argument: str) -> None:
        """Do it.

        Raises:
            Refused: There is no such act, or it cannot be done now.

        """
        if act not in self._acts:
            raise Refused(f"hands know no {act!r}; they know {', '.join(self._acts)}")
        self._acts[act](argument)

    def _lock(self) -> None:
        """The app in front goes to the background; without a passcode the phone is asleep, not locked."""
        self._phone.springboard.home()
        self._phone.environment.change(locked=self._phone.profile.passcode, device_active=False)

    def _open(self, bundle_id: str) -> None:
        self._phone.environment.change(device_active=True)
        self._phone.springboard.launch(Launch(bundle_id, kill_existing=False))

    def _reinstall(self, bundle_id: str) -> None:
        """Remove an app and install it again: its requests and its data are gone."""
        installation = self._phone.installations.get(bundle_id)
        if installation is None:
            raise Refused(f"{bundle_id} is not installed")
        self._phone.uninstall(bundle_id)
        installation.storage.clear()
        self._phone.install(installation)

    def _mount_image(self) -> None:
        self._phone.system.image_mounted = True

    def _developer_mode(self, word: str) -> None:
        self._phone.system.developer_mode = _switch(word)

    def _trust(self, word: str) -> None:
        if word not in _YES:
            raise Refused(f"trust takes {', '.join(_YES)}, not {word!r}")
        self._phone.system.trust_answer = _YES[word]


def _switch(word: str) -> bool:
    if word not in _ON:
        raise Refused(f"{word!r} is neither on nor off")
    return _ON[word]


def _number(text: str) -> int:
    if not text.isdecimal():
        raise Refused(f"{text!r} is no number")
    return int(text)
