"""com.apple.internal.devicecompute.CoreDeviceProxy (iOS 17.4 and later): IPv6 packets inside a service of lockdown.

A handshake (`CDTunnel`, a length, JSON) gives the host its address and the port of discovery; then packets follow one
another, each as long as its header says.
"""

from __future__ import annotations

import json
import struct
from ipaddress import IPv6Address
from typing import Any

from bgtask_harness.virtual.iphone.coredevice.discovery import PORT
from bgtask_harness.virtual.iphone.coredevice.discovery import Discovery
from bgtask_harness.virtual.iphone.coredevice.packets import ACK
from bgtask_harness.virtual.iphone.coredevice.packets import IPV6
from bgtask_harness.virtual.iphone.coredevice.packets import RST
from bgtask_harness.virtual.iphone.coredevice.packets import SYN
from bgtask_harness.virtual.iphone.coredevice.packets import TCP
from bgtask_harness.virtual.iphone.coredevice.packets import Segment
from bgtask_harness.virtual.iphone.coredevice.packets import decode
from bgtask_harness.virtual.iphone.coredevice.stream import Stream
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import HostProtocol
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.links import Malformed
from bgtask_harness.virtual.iphone.links import accepting

NAME = "com.apple.internal.devicecompute.CoreDeviceProxy"
SINCE = (17, 4)
MAGIC = b"CDTunnel"
HOST, PHONE = IPv6Address("fd7b:1c5e:9a40::2"), IPv6Address("fd7b:1c5e:9a40::1")
"""Addresses that exist inside the tunnel alone."""

MTU = 16_000
NETMASK = "ffff:ffff:ffff:ffff::"

Key = tuple[IPv6Address, int, int]


async def serve(handset: Handset, discovery: Discovery, link: Link) -> None:
    """Open a tunnel, and carry packets until the host hangs up.

    Raises:
        Malformed: The host says something else than a handshake.

    """
    magic, length = struct.unpack(">8sH", await link.exactly(10))
    if magic != MAGIC:
        raise Malformed("no tunnel handshake")
    asked = _json(await link.exactly(length))
    if asked.get("type") != "clientHandshakeRequest":
        raise Malformed("no tunnel handshake")
    body = json.dumps(_welcome()).encode()
    link.write(MAGIC + struct.pack(">H", len(body)) + body)
    await Network(handset, discovery, link).run()


def _json(data: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(data)
    except ValueError as error:
        raise Malformed(f"no JSON: {error}") from error
    return asked if isinstance(asked, dict) else {}


def _welcome() -> dict[str, Any]:
    return {
        "type": "serverHandshakeResponse",
        "serverAddress": str(PHONE),
        "serverRSDPort": PORT,
        "clientParameters": {"address": str(HOST), "mtu": MTU, "netmask": NETMASK},
    }


class Network:
    """The phone's end of one tunnel: every connection in it."""

    def __init__(self, handset: Handset, discovery: Discovery, link: Link) -> None:
        self._handset = handset
        self._discovery = discovery
        self._link = link
        self._streams: dict[Key, Stream] = {}

    async def run(self) -> None:
        """Carry packets until the tunnel's connection ends."""
        try:
            while True:
                header = await self._link.exactly(IPV6.size)
                segment = decode(header, await self._link.exactly(IPV6.unpack(header)[1]))
                if segment is not None:
                    self._take(segment)
                await self._link.drain()
        finally:
            for stream in tuple(self._streams.values()):
                stream.lost(ConnectionResetError("the tunnel is closed"))

    def _take(self, segment: Segment) -> None:
        key = (segment.source, segment.source_port, segment.target_port)
        stream = self._streams.get(key)
        if stream is not None:
            stream.take(segment)
        elif segment.flags & SYN and not segment.flags & ACK:
            self._open(key, segment)
        elif not segment.flags & RST:
            self._refuse(segment)

    def _open(self, key: Key, opening: Segment) -> None:
        found = self._discovery.service(opening.target_port)
        if found is None or opening.target != PHONE:
            self._refuse(opening)
            return
        service, name = found
        largest = MTU - IPV6.size - TCP.size

        def gone() -> None:
            self._streams.pop(key, None)

        stream = self._streams[key] = Stream(opening, largest, self._send, gone)

        async def accept(reader: Any, writer: Any) -> None:
            await self._handset.serve(Link(reader, writer, self._link.host_id), service, name)

        protocol: HostProtocol = accepting(accept)()
        stream.open(protocol)

    def _refuse(self, segment: Segment) -> None:
        self._send(
            Segment(
                segment.target,
                segment.target_port,
                segment.source,
                segment.source_port,
                segment.acknowledged,
                segment.sequence + len(segment.data) + 1,
                RST | ACK,
                0,
            )
        )

    def _send(self, segment: Segment) -> None:
        self._link.write(segment.encode())
