"""Faults of a virtual iPhone that take away what no real one has: then the harness cannot tell it from one."""

from __future__ import annotations

from bgtask_harness.virtual.ios.layers import IosLayers
from bgtask_harness.virtual.iphone.daemons import Daemons
from bgtask_harness.virtual.iphone.lockdown.offers import Offer
from bgtask_harness.virtual.iphone.services.control import NAME


def without_its_own_service(layers: IosLayers) -> IosLayers:
    """Give a phone that refuses `bgtask-virtual`: nobody's hands, and time that passes as it does."""

    class RealLooking(layers.daemons or Daemons):
        def offered(self) -> tuple[Offer, ...]:
            return tuple(offer for offer in super().offered() if offer.lockdown != NAME)

    return layers.replace(daemons=RealLooking)
