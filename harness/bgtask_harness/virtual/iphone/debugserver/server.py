"""debugserver on a link: packets in, packets out, and the stops that nobody asked for."""

from __future__ import annotations

from bgtask_harness.virtual.ios.port import Exit
from bgtask_harness.virtual.iphone.debugserver.packets import INTERRUPT
from bgtask_harness.virtual.iphone.debugserver.packets import Packets
from bgtask_harness.virtual.iphone.debugserver.session import Session
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link

SECURE_PROXY = "com.apple.debugserver.DVTSecureSocketProxy"
REMOTE = "com.apple.internal.dt.remote.debugproxy"


async def serve(handset: Handset, link: Link) -> None:
    """Answer until the debugger detaches or hangs up."""
    packets, session = Packets(link), Session(handset)

    def exited(exit_: Exit) -> None:
        reply = session.exited(exit_)
        if reply is not None:
            packets.send(reply.encode())

    with handset.present() as phone:
        stop = phone.on_exit(exited)
    try:
        while not session.ended:
            packet = await packets.next()
            reply = session.interrupt() if packet == INTERRUPT else session.answer(packet.decode("latin-1"))
            if reply is not None:
                packets.send(reply.encode("latin-1"))
            packets.acknowledging = session.acknowledging
            await packets.drain()
    finally:
        stop()
        session.close()
