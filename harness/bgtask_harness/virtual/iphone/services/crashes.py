"""com.apple.crashreportmover and com.apple.crashreportcopymobile: reports made ready, then offered as files."""

from __future__ import annotations

from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.services import afc
from bgtask_harness.virtual.iphone.services.streaming import hung_up

MOVER = "com.apple.crashreportmover"
COPY = "com.apple.crashreportcopymobile"
_READY = b"ping\0"


async def serve_mover(link: Link) -> None:
    """Say that the reports are ready: here they always are."""
    link.write(_READY)
    await link.drain()
    await hung_up(link)


async def serve_copies(handset: Handset, link: Link) -> None:
    """Offer the reports until the host hangs up."""
    await afc.serve(_Reports(handset), link)


class _Reports:
    """The phone's crash reports as a folder."""

    def __init__(self, handset: Handset) -> None:
        self._handset = handset

    def files(self) -> dict[str, bytes]:
        with self._handset.present() as phone:
            return dict(phone.crash_reports())

    def remove(self, name: str) -> bool:
        with self._handset.present() as phone:
            return phone.remove_crash_report(name)

    def born_ns(self) -> int:
        with self._handset.present() as phone:
            return phone.clocks.wall_ns()
