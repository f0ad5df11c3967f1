"""Remote service discovery: which services are at which port of the tunnel, and the check-in that most of them want."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from bgtask_harness.virtual.ios.port import IPhonePort
from bgtask_harness.virtual.iphone.coredevice import remotexpc
from bgtask_harness.virtual.iphone.coredevice.xpc import UInt64
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.links import Malformed
from bgtask_harness.virtual.iphone.links import Serve
from bgtask_harness.virtual.iphone.lockdown.offers import Offer
from bgtask_harness.virtual.iphone.lockdown.offers import by_discovery

PORT = 58783
"""Where discovery itself answers."""

FIRST_PORT = 50000
PROTOCOL_VERSION = 5
_FLAGS = 0x100000000000006
"""`RemoteXPCVersionFlags`, as recent phones send them."""

_IDENTITY = uuid.UUID("6f2a4c10-8d1e-4b5a-9c0d-b67a5c000001")


class Discovery:
    """The ports inside a phone's tunnels."""

    def __init__(self, handset: Handset, offers: Sequence[Offer]) -> None:
        self._handset = handset
        self._offers = tuple(offers)

    def service(self, port: int) -> tuple[Serve, str] | None:
        """Give who answers at a port, and its name; None refuses."""
        if port == PORT:
            return self._discover, "RemoteServiceDiscovery"
        with self._handset.present() as phone:
            there = by_discovery(self._offers, phone)
        found = next((offer for offer in there if self._port(offer) == port), None)
        if found is None:
            return None
        return (_after_check_in(found.serve) if found.checks_in else found.serve), found.remote

    def _port(self, offer: Offer) -> int:
        return FIRST_PORT + self._offers.index(offer)

    async def _discover(self, link: Link) -> None:
        await remotexpc.serve(link, self._answer)

    def _answer(self, message: dict[str, Any]) -> dict[str, Any] | None:
        if message.get("MessageType") != "Handshake":
            return None
        with self._handset.present() as phone:
            return {
                "MessageType": "Handshake",
                "MessagingProtocolVersion": UInt64(PROTOCOL_VERSION),
                "UUID": _IDENTITY,
                "Properties": _properties(phone),
                "Services": {offer.remote: self._entry(offer) for offer in by_discovery(self._offers, phone)},
            }

    def _entry(self, offer: Offer) -> dict[str, Any]:
        return {
            "Port": str(self._port(offer)),
            "Entitlement": "com.apple.mobile.lockdown.remote.trusted",
            "Properties": {"UsesRemoteXPC": False, "ServiceVersion": 1},
        }


def _properties(phone: IPhonePort) -> dict[str, Any]:
    chip = phone.value("", "UniqueChipID")
    return {
        "UniqueDeviceID": phone.udid,
        "UniqueChipID": UInt64(chip if isinstance(chip, int) else 0),
        "ProductType": str(phone.value("", "ProductType") or ""),
        "HardwareModel": str(phone.value("", "HardwareModel") or ""),
        "BuildVersion": str(phone.value("", "BuildVersion") or ""),
        "OSVersion": ".".join(map(str, phone.version)),
        "DeviceClass": "iPhone",
        "RemoteXPCVersionFlags": UInt64(_FLAGS),
        "SensitivePropertiesVisible": True,
    }


def _after_check_in(serve: Serve) -> Serve:
    async def checked_in(link: Link) -> None:
        asked = await link.receive()
        if asked.get("Request") != "RSDCheckin":
            raise Malformed("expected RSDCheckin")
        link.put({"Request": "RSDCheckin"})
        await link.send({"Request": "StartService"})
        await serve(link)

    return checked_in
