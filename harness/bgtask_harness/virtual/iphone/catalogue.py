"""Which services the phone offers: one line each."""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable

from bgtask_harness.virtual.iphone.dtx import instruments
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.links import Serve
from bgtask_harness.virtual.iphone.lockdown.offers import Offer
from bgtask_harness.virtual.iphone.services import control
from bgtask_harness.virtual.iphone.services import developer_mode
from bgtask_harness.virtual.iphone.services import diagnostics
from bgtask_harness.virtual.iphone.services import heartbeat
from bgtask_harness.virtual.iphone.services import images
from bgtask_harness.virtual.iphone.services import installation
from bgtask_harness.virtual.iphone.services import notifications
from bgtask_harness.virtual.iphone.services import oslog
from bgtask_harness.virtual.iphone.services import syslog

DEVELOPER_MODE_SINCE = (16,)
DISCOVERY_SINCE = (17,)


def offers(handset: Handset) -> tuple[Offer, ...]:
    """Give every service that a phone of any version has; `Offer.there` says which of them this one has now."""

    def of(serve: Callable[[Handset, Link], Awaitable[None]]) -> Serve:
        return lambda link: serve(handset, link)

    def shimmed(name: str, serve: Serve, since: tuple[int, ...] = (0,)) -> Offer:
        return Offer(serve, lockdown=name, remote=f"{name}.shim.remote", since=since)

    return (
        shimmed(syslog.NAME, of(syslog.serve)),
        shimmed(oslog.NAME, of(oslog.serve)),
        shimmed(installation.NAME, of(installation.serve)),
        shimmed(notifications.NAME, of(notifications.serve)),
        shimmed(notifications.INSECURE, of(notifications.serve)),
        shimmed(diagnostics.NAME, of(diagnostics.serve)),
        shimmed(images.NAME, of(images.serve)),
        shimmed(heartbeat.NAME, heartbeat.serve),
        shimmed(developer_mode.NAME, of(developer_mode.serve), DEVELOPER_MODE_SINCE),
        Offer(of(instruments.serve), lockdown=instruments.SECURE_PROXY, developer=True, until=DISCOVERY_SINCE),
        Offer(of(instruments.serve), remote=instruments.HUB, checks_in=False, developer=True, since=DISCOVERY_SINCE),
        Offer(of(control.serve), lockdown=control.NAME),
    )
