"""What takes hands: a virtual iPhone has them; of a real one a sentence says who does it, and where."""

from __future__ import annotations

import pytest

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.ios.hands import Hands
from bgtask_harness.devices.port import Completed
from bgtask_harness.devices.port import DeviceFacts
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import AppSpec
from bgtask_reference.events import TaskSpec

APP = AppSpec(name="app", package="com.example.app", tasks=(TaskSpec(id="com.example.app.sync", title="sync"),))


class Phone(Hands):
    def __init__(self, *, virtual: bool) -> None:
        self._facts = DeviceFacts(
            platform="ios", serial="0000", model="iPhone15,4", os_version="26.1", build="23B", virtual=virtual
        )

    def tell(self, line: str, deadline: Deadline) -> Completed:
        """Planning says nothing to a phone."""
        del deadline
        raise AssertionError(line)


def soon() -> Deadline:
    return Deadline.after(20)


@pytest.mark.parametrize(
    ("lever", "value", "act", "back"),
    [
        (Lever.POWER, "low", "hand:run-down", "hand:charge"),
        (Lever.BATTERY_SAVER, "on", "hand:low-power-mode:on", "hand:low-power-mode:off"),
        (Lever.BACKGROUND, "restricted", "hand:background-refresh:off", "hand:background-refresh:on"),
        (Lever.AIRPLANE_MODE, "on", "hand:network:off", "hand:network:on"),
        (Lever.DEVICE_IDLE, "on", "hand:lock", "hand:unlock"),
    ],
)
def test_a_lever_is_pulled_and_put_back_by_the_hands_of_a_virtual_phone(
    lever: Lever, value: str, act: str, back: str
) -> None:
    change = Phone(virtual=True).plan(lever, value, APP, soon())
    assert (change.apply, change.restore) == (act, (back,))


def test_a_lever_takes_its_own_values_alone() -> None:
    with pytest.raises(Unsupported, match="lever power takes charging, unplugged, low, not full"):
        Phone(virtual=True).plan(Lever.POWER, "full", APP, soon())
    with pytest.raises(Unsupported, match="no lever doze"):
        Phone(virtual=True).plan(Lever.DOZE, "deep", APP, soon())


def test_of_a_real_phone_it_says_what_a_person_does_and_where() -> None:
    real = Phone(virtual=False)
    with pytest.raises(Unsupported, match="Settings > Battery > Low Power Mode"):
        real.plan(Lever.BATTERY_SAVER, "on", APP, soon())
    with pytest.raises(Unsupported, match="Settings > General > Background App Refresh"):
        real.plan(Lever.BACKGROUND, "restricted", APP, soon())
    with pytest.raises(Unsupported, match="only a person swipes"):
        real.swipe(APP, soon())
    with pytest.raises(Unsupported, match=r"apps uninstall com\.example\.app"):
        real.clear_data(APP, soon())
