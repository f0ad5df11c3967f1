"""Packets of the gdb remote protocol: `$<data>#<two hexadecimal digits>`, escapes, runs of equal bytes. No I/O."""

from __future__ import annotations

_ESCAPED = frozenset(b"#$}*")
_FLIP = 0x20
_ESCAPE = 0x7D
_RUN_BIAS = 29
_MOST = 1 << 24
"""A packet of this many bytes is none: the reader gives up on it."""


class MalformedPacketError(ValueError):
    """The other side sent something that is no packet."""


def encode(data: bytes) -> bytes:
    """Frame a command.

    >>> encode(b"g")
    b'$g#67'
    """
    escaped = b"".join(bytes([_ESCAPE, byte ^ _FLIP]) if byte in _ESCAPED else bytes([byte]) for byte in data)
    return b"$" + escaped + b"#%02x" % (sum(escaped) & 0xFF)


def decode(body: bytes) -> bytes:
    """Undo escapes and runs in what stands between `$` and `#`.

    >>> decode(b"0* ")
    b'0000'

    Raises:
        MalformedPacketError: An escape or a run at its very end, or a run of nothing.

    """
    out = bytearray()
    at = 0
    while at < len(body):
        byte = body[at]
        at += 1
        if byte not in b"}*":
            out.append(byte)
            continue
        if at >= len(body):
            raise MalformedPacketError("an escape at the end of a packet")
        if byte == _ESCAPE:
            out.append(body[at] ^ _FLIP)
        else:
            count = body[at] - _RUN_BIAS
            if count <= 0 or not out:
                raise MalformedPacketError("a run of nothing in a packet")
            out.extend(out[-1:] * count)
        at += 1
    return bytes(out)


class PacketReader:
    """Takes bytes as they come and gives whole packets; acknowledgements are dropped."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take more bytes.

        Raises:
            MalformedPacketError: Far more came than any packet holds.

        """
        self._buffer += data
        if len(self._buffer) > _MOST:
            raise MalformedPacketError("a packet without an end")

    def take(self) -> bytes | None:
        """Give the next whole packet's data, None when there is none yet.

        Raises:
            MalformedPacketError: Its checksum or its escapes are wrong.

        """
        begin = self._buffer.find(b"$")
        if begin < 0:
            self._buffer.clear()
            return None
        end = self._buffer.find(b"#", begin)
        if end < 0 or len(self._buffer) < end + 3:
            return None
        body, digits = bytes(self._buffer[begin + 1 : end]), bytes(self._buffer[end + 1 : end + 3])
        del self._buffer[: end + 3]
        if digits.lower() != b"%02x" % (sum(body) & 0xFF):
            raise MalformedPacketError(f"a packet with checksum {digits!r}")
        return decode(body)


def pairs(text: bytes) -> dict[str, str]:
    """Read `name:value;name:value;`.

    >>> pairs(b"name:x0;bitsize:64;")
    {'name': 'x0', 'bitsize': '64'}
    """
    parts = (part.partition(":") for part in text.decode("latin-1").split(";"))
    return {name: value for name, colon, value in parts if colon}
