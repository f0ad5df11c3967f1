"""What services a phone has, for whom, and by which way they are reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bgtask_harness.virtual.ios.port import IPhonePort
from bgtask_harness.virtual.iphone.links import Serve

NEWEST = (1000,)


@dataclass(frozen=True, slots=True)
class Offer:
    """A service.

    `lockdown` is its name with lockdownd, `remote` its name with remote service discovery; empty where it has none.
    `checks_in`: a remote host says `RSDCheckin` first. `developer`: it comes with the developer disk image. It is there
    from version `since` up to, and without, `until`.
    """

    serve: Serve
    lockdown: str = ""
    remote: str = ""
    checks_in: bool = True
    developer: bool = False
    since: tuple[int, ...] = (0,)
    until: tuple[int, ...] = NEWEST

    def there(self, phone: IPhonePort) -> bool:
        """Say whether that phone has it now."""
        if not self.since <= phone.version < self.until:
            return False
        return phone.image_mounted and phone.developer_mode if self.developer else True


def by_lockdown(offers: Sequence[Offer], phone: IPhonePort, name: str) -> Offer | None:
    """Give the service of that name; None when the phone has none now."""
    found = (offer for offer in offers if name and offer.lockdown == name and offer.there(phone))
    return next(found, None)


def by_discovery(offers: Sequence[Offer], phone: IPhonePort) -> tuple[Offer, ...]:
    """Give what remote service discovery lists now."""
    return tuple(offer for offer in offers if offer.remote and offer.there(phone))
