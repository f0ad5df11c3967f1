"""Which services the phone offers: one line each."""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable
from functools import partial

from bgtask_harness.virtual.iphone.coredevice import tunnel
from bgtask_harness.virtual.iphone.coredevice.discovery import Discovery
from bgtask_harness.virtual.iphone.debugserver import server
from bgtask_harness.virtual.iphone.dtx import instruments
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.links import Serve
from bgtask_harness.virtual.iphone.lockdown.offers import Offer
from bgtask_harness.virtual.iphone.services import control
from bgtask_harness.virtual.iphone.services import crashes
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
REMOTE_LOCKDOWN = "com.apple.mobile.lockdown.remote.trusted"


def offers(handset: Handset, remote_lockdown: Serve) -> tuple[Offer, ...]:
    """Give every service that a phone of any version has; `Offer.there` says which of them this one has now.

    `remote_lockdown` is lockdownd for a host that the tunnel has shown to be trusted.
    """
    inside = (
        *_relays(handset),
        Offer(remote_lockdown, remote=REMOTE_LOCKDOWN),
        Offer(heartbeat.serve, heartbeat.NAME, f"{heartbeat.NAME}.shim.remote"),
        Offer(crashes.serve_mover, crashes.MOVER, f"{crashes.MOVER}.shim.remote"),
        *_developer(handset),
    )
    proxy = partial(tunnel.serve, handset, Discovery(handset, inside))
    control_of_time = Offer(partial(control.serve, handset), control.NAME)
    return (*inside, Offer(proxy, tunnel.NAME, since=tunnel.SINCE), control_of_time)


def _relays(handset: Handset) -> tuple[Offer, ...]:
    def shimmed(name: str, serve: Callable[[Handset, Link], Awaitable[None]], since: tuple[int, ...] = (0,)) -> Offer:
        return Offer(partial(serve, handset), name, f"{name}.shim.remote", since=since)

    return (
        shimmed(syslog.NAME, syslog.serve),
        shimmed(oslog.NAME, oslog.serve),
        shimmed(installation.NAME, installation.serve),
        shimmed(notifications.NAME, notifications.serve),
        shimmed(notifications.INSECURE, notifications.serve),
        shimmed(diagnostics.NAME, diagnostics.serve),
        shimmed(images.NAME, images.serve),
        shimmed(crashes.COPY, crashes.serve_copies),
        shimmed(developer_mode.NAME, developer_mode.serve, DEVELOPER_MODE_SINCE),
    )


def _developer(handset: Handset) -> tuple[Offer, ...]:
    """Give what the developer image brings: with lockdown before iOS 17, inside the tunnel since."""

    def before(name: str, serve: Serve) -> Offer:
        return Offer(serve, name, developer=True, until=DISCOVERY_SINCE)

    def since(name: str, serve: Serve) -> Offer:
        return Offer(serve, remote=name, checks_in=False, developer=True, since=DISCOVERY_SINCE)

    dtx, debugger = partial(instruments.serve, handset), partial(server.serve, handset)
    return (
        before(instruments.SECURE_PROXY, dtx),
        before(server.SECURE_PROXY, debugger),
        since(instruments.HUB, dtx),
        since(server.REMOTE, debugger),
    )
