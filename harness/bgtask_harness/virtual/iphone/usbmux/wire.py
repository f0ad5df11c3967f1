"""usbmuxd's messages: sixteen bytes little endian (length, version, kind, tag), then a property list.

Only version 1 with kind 8, property lists, as every client speaks since 2010.
"""

from __future__ import annotations

import plistlib
import socket
import struct
from dataclasses import dataclass
from typing import Any

from bgtask_harness.virtual.iphone.links import LONGEST
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.links import Malformed
from bgtask_harness.virtual.iphone.links import dictionary

HEADER = struct.Struct("<IIII")
VERSION = 1
PLIST = 8


@dataclass(frozen=True, slots=True)
class Request:
    """What a host asks. `tag` goes back with the answer."""

    tag: int
    message: dict[str, Any]

    @property
    def kind(self) -> str:
        """Which request it is."""
        return str(self.message.get("MessageType", ""))

    def port(self) -> int:
        """Give the port of a Connect, which comes byte-swapped; 0 when it names none."""
        number = self.message.get("PortNumber", 0)
        return socket.ntohs(number) if isinstance(number, int) and 0 <= number < 1 << 16 else 0


async def read_request(link: Link) -> Request:
    """Give the next request.

    Raises:
        Malformed: It is none.

    """
    length, version, kind, tag = HEADER.unpack(await link.exactly(HEADER.size))
    if version != VERSION or kind != PLIST or not HEADER.size <= length <= LONGEST:
        raise Malformed(f"usbmux message of version {version}, kind {kind}, {length} bytes")
    return Request(tag, dictionary(await link.exactly(length - HEADER.size)))


def message(content: dict[str, Any], tag: int = 0) -> bytes:
    """Write an answer, or with tag 0 something that nobody asked for."""
    body = plistlib.dumps(content)
    return HEADER.pack(HEADER.size + len(body), VERSION, PLIST, tag) + body
