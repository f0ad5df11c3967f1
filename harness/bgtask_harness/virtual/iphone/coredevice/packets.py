"""IPv6 packets that hold TCP segments: read and written, nothing else."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from ipaddress import IPv6Address

IPV6 = struct.Struct(">IHBB16s16s")
TCP = struct.Struct(">HHIIBBHHH")
TCP_PROTOCOL = 6
HOP_LIMIT = 64
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16
_END, _NOTHING, _SIZE, _SCALE = 0, 1, 2, 3
_MASK = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Segment:
    """A TCP segment and where it goes. `segment_size` and `scale` are options of a SYN, None when not given."""

    source: IPv6Address
    source_port: int
    target: IPv6Address
    target_port: int
    sequence: int
    acknowledged: int
    flags: int
    window: int
    data: bytes = b""
    segment_size: int | None = None
    scale: int | None = None

    def encode(self) -> bytes:
        """Write it as an IPv6 packet."""
        options = b""
        if self.segment_size is not None:
            options += struct.pack(">BBH", _SIZE, 4, self.segment_size)
        if self.scale is not None:
            options += struct.pack(">BBBB", _NOTHING, _SCALE, 3, self.scale)
        words = (TCP.size + len(options)) // 4
        head = [self.source_port, self.target_port, self.sequence & _MASK, self.acknowledged & _MASK, words << 4]
        tail = options + self.data
        length = TCP.size + len(tail)
        pseudo = self.source.packed + self.target.packed + struct.pack(">I3xB", length, TCP_PROTOCOL)
        unsummed = TCP.pack(*head, self.flags, self.window, 0, 0) + tail
        segment = TCP.pack(*head, self.flags, self.window, checksum(pseudo + unsummed), 0) + tail
        return IPV6.pack(0x60000000, length, TCP_PROTOCOL, HOP_LIMIT, self.source.packed, self.target.packed) + segment


def checksum(data: bytes) -> int:
    """Give the Internet checksum (RFC 1071)."""
    padded = data + bytes(len(data) % 2)
    total: int = sum(struct.unpack(f">{len(padded) // 2}H", padded))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def decode(header: bytes, body: bytes) -> Segment | None:
    """Read a packet; None for what is no TCP, or is broken: an IP host says nothing to that."""
    _, _, protocol, _, source, target = IPV6.unpack(header)
    if protocol != TCP_PROTOCOL or len(body) < TCP.size:
        return None
    source_port, target_port, sequence, acknowledged, words, flags, window, _, _ = TCP.unpack_from(body)
    start = (words >> 4) * 4
    if not TCP.size <= start <= len(body):
        return None
    options = _options(body[TCP.size : start])
    return Segment(
        IPv6Address(source), source_port, IPv6Address(target), target_port, sequence, acknowledged, flags, window,
        body[start:], options.get(_SIZE), options.get(_SCALE),
    )  # fmt: skip


def _options(raw: bytes) -> dict[int, int]:
    found: dict[int, int] = {}
    at = 0
    while at < len(raw) and raw[at] != _END:
        if raw[at] == _NOTHING:
            at += 1
            continue
        length = raw[at + 1] if at + 1 < len(raw) else 0
        if length < 2:  # noqa: PLR2004 - an option has at least a kind and a length
            break
        found[raw[at]] = int.from_bytes(raw[at + 2 : at + length], "big")
        at += length
    return found
