r"""Packets of the adb transport: bytes in, values out, and back. No I/O.

The transport is a stream of packets, each a header of six little-endian 32-bit words and a payload:

    ======== =====================================================================================
    word     meaning
    ======== =====================================================================================
    command  four ASCII letters
    arg0     see below
    arg1     see below
    length   bytes of payload; at most the `maxdata` that the receiver announced
    check    sum of the payload's bytes; 0 between peers that both announced version 0x01000001
    magic    command ^ 0xffffffff
    ======== =====================================================================================

A conversation. The host says CNXN(version, maxdata, "host::features=..."). The device answers CNXN with its own
banner, or AUTH(TOKEN, 0, 20 random bytes) if it wants a key: the host then signs the token with each of its keys in
turn, AUTH(SIGNATURE), is answered with another token each time, and at last offers a new one, AUTH(RSAPUBLICKEY), which
a person accepts on the phone's screen; the device sends CNXN then. There is no word for "unauthorized": the host shows
that while the question is open.

Streams are opened from either side with OPEN(local id, 0, "service\0"). The other side answers OKAY(its id, your id) or
refuses with CLSE(0, your id). Then WRTE(my id, your id, data) goes both ways, *one at a time in each direction*: who
has sent a WRTE waits for OKAY(my id, your id) before the next. So an OKAY is two things, "opened" and "ready for more",
and it says that the receiver has taken what was sent, which is what this project's time jumps wait for. CLSE(my id,
your id) ends it and is answered with a CLSE; what arrives for a stream that is gone is answered with CLSE(0, your id).

Sources: packages/modules/adb/protocol.txt, adb.h, sockets.cpp, adb_auth.h; checked against adb 29.0.6 and 36.0.0.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

HEADER = struct.Struct("<6I")
VERSION = 0x01000001
"""The first version whose peers leave the checksum out (A_VERSION_SKIP_CHECKSUM)."""
MAX_PAYLOAD = 1 << 20
"""What we announce, as adb does (MAX_PAYLOAD in adb.h)."""
MAX_PAYLOAD_BEFORE_CONNECT = 4096
"""What a peer may send before it has been told (MAX_PAYLOAD_V1)."""


class Malformed(ValueError):  # noqa: N818 - reads as what it is
    """The peer does not speak this protocol: the connection is of no use any more."""


class Command(IntEnum):
    """The commands, as the four letters read as a little-endian number."""

    CNXN = 0x4E584E43
    AUTH = 0x48545541
    OPEN = 0x4E45504F
    OKAY = 0x59414B4F
    WRTE = 0x45545257
    CLSE = 0x45534C43


class AuthType(IntEnum):
    """What an AUTH packet carries (arg0)."""

    TOKEN = 1
    SIGNATURE = 2
    RSA_PUBLIC_KEY = 3


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet. `command` is a plain number: a peer may send one that we do not know."""

    command: int
    arg0: int
    arg1: int
    data: bytes = b""


def encode(packet: Packet, *, checksum: bool = False) -> bytes:
    """Give the packet's bytes, with the checksum that peers before `VERSION` demand."""
    check = sum(packet.data) & 0xFFFFFFFF if checksum else 0
    magic = packet.command ^ 0xFFFFFFFF
    return HEADER.pack(packet.command, packet.arg0, packet.arg1, len(packet.data), check, magic) + packet.data


class Decoder:
    """Cuts a stream of bytes into packets."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[Packet]:
        """Give the packets that these bytes complete.

        Raises:
            Malformed: The header is none. What came before it has been given.

        """
        self._buffer += data
        while len(self._buffer) >= HEADER.size:
            command, arg0, arg1, length, _check, magic = HEADER.unpack_from(self._buffer)
            if magic != command ^ 0xFFFFFFFF:
                raise Malformed(f"not a packet of adb: {bytes(self._buffer[: HEADER.size])!r}")
            if length > MAX_PAYLOAD:
                raise Malformed(f"a packet of {length} bytes where at most {MAX_PAYLOAD} were agreed upon")
            end = HEADER.size + length
            if len(self._buffer) < end:
                return
            payload = bytes(self._buffer[HEADER.size : end])
            del self._buffer[:end]
            yield Packet(command, arg0, arg1, payload)
