"""A model with all its daemons: what usbmuxd is told of, and what a process or a test serves."""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable
from typing import Any

from bgtask_harness.virtual.ios.port import IPhonePort
from bgtask_harness.virtual.ios.port import LogRecord
from bgtask_harness.virtual.iphone.catalogue import offers
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.lockdown.daemon import Lockdownd
from bgtask_harness.virtual.iphone.lockdown.identity import Identity
from bgtask_harness.virtual.iphone.lockdown.offers import Offer


class Daemons:
    """One phone, on a cable. Make it inside a running event loop; `close` it there too.

    `identity` holds the phone's key and whom it trusts: one that is paired with this computer when not given.

    This is the transport layer of `virtual.ios.layers.IosLayers`: a fault replaces it by a subclass. What a subclass
    may override keeps its meaning and is listed in `docs/virtual-phones.md`: `relayed`, `offered`; and it may call
    `drop` and `freeze`.
    """

    def __init__(self, phone: IPhonePort, identity: Identity | None = None) -> None:
        self.handset = Handset(phone, self.relayed)
        self.identity = identity or Identity()
        self.lockdownd = Lockdownd(self.handset, self.identity)
        self.lockdownd.offers = self.offered()

    def offered(self) -> tuple[Offer, ...]:
        """Give the services that there are; `Offer.there` says which of them the phone has at the moment."""
        return offers(self.handset, self.lockdownd.converse_remotely)

    def relayed(self, record: LogRecord) -> LogRecord | None:
        """Give what hosts that follow the log get of an entry; None loses it."""
        return record

    def drop(self) -> None:
        """Break every connection, as a pulled cable that is plugged in again does. For faults to call."""
        self.handset.drop()

    def freeze(self, frozen: bool) -> None:
        """Take nothing in any more, as a phone that hangs does, or go on. For faults to call."""
        self.handset.freeze(frozen)

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
