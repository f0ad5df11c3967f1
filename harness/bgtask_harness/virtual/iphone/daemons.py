"""A model with all its daemons: what usbmuxd is told of, and what a process or a test serves."""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable
from typing import Any

from bgtask_harness.virtual.ios.port import IPhonePort
from bgtask_harness.virtual.iphone.catalogue import offers
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.lockdown.daemon import Lockdownd
from bgtask_harness.virtual.iphone.lockdown.identity import Identity


class Daemons:
    """One phone, on a cable. Make it inside a running event loop; `close` it there too.

    `identity` holds the phone's key and whom it trusts: one that is paired with this computer when not given.
    """

    def __init__(self, phone: IPhonePort, identity: Identity | None = None) -> None:
        self.handset = Handset(phone)
        self.identity = identity or Identity()
        self.lockdownd = Lockdownd(self.handset, self.identity)
        self.lockdownd.offers = offers(self.handset, self.lockdownd.converse_remotely)

    @property
    def udid(self) -> str:
        """Its UDID."""
        return self.handset.phone.udid

    @property
    def online(self) -> bool:
        """Somebody answers there."""
        return self.handset.phone.online

    def pair_record(self) -> dict[str, Any] | None:
        """Give the record of the computer that the phone was set up with; None when there was none."""
        return self.identity.record

    def door(self, port: int) -> Callable[[Link], Awaitable[None]] | None:
        """Give who answers at a port; None refuses."""
        return self.lockdownd.door(port)

    def on_online(self, collector: Callable[[bool], None]) -> Callable[[], None]:
        """Tell of it coming and going."""
        return self.handset.on_online(collector)

    def close(self) -> None:
        """Let go of everything."""
        self.handset.close()
