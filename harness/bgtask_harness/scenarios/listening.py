"""An app on an iPhone hears its hook, and proves its log whole, only while it runs. On Android nothing need be done."""

from __future__ import annotations

from bgtask_harness.session import Session

_SETTLES = "2s"
_ALL_IS_TOLD = "5s"


def have_it_listen(device: Session) -> None:
    """Have a person open the app on an iPhone, so that it hears what it is told next."""
    if device.platform == "ios":
        device.launch()
        device.advance(_SETTLES)


def leave_it_to_itself(device: Session) -> None:
    """Have nobody use an iPhone, until the test ends: what is processing begins then alone."""
    if device.platform == "ios":
        device.pull("device-idle", "on")


def see_it_out(device: Session) -> None:
    """Have a person open the app on an iPhone once more: what it then answers proves that no line is missing."""
    if device.platform == "ios":
        device.launch()
        device.advance(_ALL_IS_TOLD)
