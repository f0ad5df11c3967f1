"""What only a person's hands do to an iPhone. A virtual one has hands; of a real one each says who does it.

A line of a change is `hand:ACT:ARGUMENT`. What is put back is how a virtual iPhone is that nobody touched: nothing of
it can be asked for, and nobody else touches it.
"""

from __future__ import annotations

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.ios import virtual_time
from bgtask_harness.devices.ios.changes_by_hook import ChangesByHook
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Completed
from bgtask_harness.devices.port import DeviceFacts
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Outcome

PREFIX = "hand:"
_ACTS: dict[Lever, dict[str, str]] = {
    Lever.POWER: {"charging": "charge", "unplugged": "unplug", "low": "run-down"},
    Lever.BATTERY_SAVER: {"off": "low-power-mode:off", "on": "low-power-mode:on"},
    Lever.BACKGROUND: {"unrestricted": "background-refresh:on", "restricted": "background-refresh:off"},
    Lever.AIRPLANE_MODE: {"off": "network:on", "on": "network:off"},
    Lever.SCREEN: {"on": "unlock", "off": "lock"},
    Lever.DEVICE_IDLE: {"off": "unlock", "on": "lock"},
}
"""The first value of each is the one that is put back."""
_BY_A_PERSON = {
    Lever.POWER: "a person plugs the charger in or pulls it out",
    Lever.BATTERY_SAVER: "a person sets it: Settings > Battery > Low Power Mode",
    Lever.BACKGROUND: "a person sets it: Settings > General > Background App Refresh",
    Lever.AIRPLANE_MODE: "a person sets it: Settings > Airplane Mode",
    Lever.SCREEN: "a person presses the side button",
    Lever.DEVICE_IDLE: "a person locks it and leaves it alone",
}


class Hands(ChangesByHook):
    """Verbs of hands; of a driver that has a link and facts."""

    _link: Link
    _facts: DeviceFacts

    def swipe(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Take the app out of the app switcher."""
        self._hand("force-quit", app.package, "only a person swipes an app out of the app switcher", deadline)
        return Answer("app.swipe", "the app switcher", Outcome.ACCEPTED)

    def clear_data(self, app: AppSpec, deadline: Deadline) -> Answer:
        """Remove the app and install it again: its data go with it alone."""
        by_a_person = (
            "an app's data go with the app alone: remove it and install it again (pymobiledevice3 apps uninstall "
            f"{app.package}; pymobiledevice3 apps install FILE.ipa)"
        )
        self._hand("reinstall", app.package, by_a_person, deadline)
        return Answer("app.clear-data", "removed and installed again", Outcome.ACCEPTED)

    def plan(self, lever: Lever, value: str, app: AppSpec, deadline: Deadline) -> Change:
        """Give the change of something of the phone.

        Raises:
            Unsupported: It has no such lever or value, or is a real phone.

        """
        values = _ACTS.get(lever)
        if values is None:
            return super().plan(lever, value, app, deadline)
        if value not in values:
            raise Unsupported(f"iPhones: lever {lever} takes {', '.join(values)}, not {value}")
        if not self._facts.virtual:
            raise Unsupported(f"iPhones: no cable pulls the lever {lever}; {_BY_A_PERSON[lever]}")
        was = next(iter(values))
        return Change(lever, value, was=was, apply=PREFIX + values[value], restore=(PREFIX + values[was],))

    def _hand(self, act: str, argument: str, by_a_person: str, deadline: Deadline) -> None:
        if not self._facts.virtual:
            raise Unsupported(f"iPhones: {by_a_person}")
        virtual_time.hand(self._link, act, argument, deadline)


def is_line(line: str) -> bool:
    """Say whether a line of a change is for hands."""
    return line.startswith(PREFIX)


def carry_out(link: Link, line: str, deadline: Deadline) -> Completed:
    """Have a virtual phone's hands do what a line says."""
    act, _, argument = line.removeprefix(PREFIX).partition(":")
    virtual_time.hand(link, act, argument, deadline)
    return Completed(line, "", "", 0)
