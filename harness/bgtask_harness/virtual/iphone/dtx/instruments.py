"""instruments' server: the channels that this phone's DTX has."""

from __future__ import annotations

from functools import partial

from bgtask_harness.virtual.iphone.dtx import deviceinfo
from bgtask_harness.virtual.iphone.dtx import processcontrol
from bgtask_harness.virtual.iphone.dtx.server import Open
from bgtask_harness.virtual.iphone.dtx.server import Server
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link

SECURE_PROXY = "com.apple.instruments.remoteserver.DVTSecureSocketProxy"
HUB = "com.apple.instruments.dtservicehub"


async def serve(handset: Handset, link: Link) -> None:
    """Answer until the host hangs up."""
    kinds: dict[str, Open] = {
        processcontrol.NAME: partial(processcontrol.open_channel, handset),
        deviceinfo.NAME: partial(deviceinfo.open_channel, handset),
    }
    versions = {processcontrol.NAME: processcontrol.VERSION, deviceinfo.NAME: deviceinfo.VERSION}
    await Server(link, kinds, versions).serve()
