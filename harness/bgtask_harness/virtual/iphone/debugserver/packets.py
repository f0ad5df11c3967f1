"""gdb-remote's packets: `$`, content, `#`, two hex digits; `}` escapes; acknowledged until told otherwise."""

from __future__ import annotations

from bgtask_harness.virtual.iphone.links import LONGEST
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.links import Malformed

INTERRUPT = b"\x03"
_ESCAPED = frozenset(b"#$}*")
_ESCAPE = 0x7D
_FLIP = 0x20


class Packets:
    """One debugger's connection. `acknowledging` ends with QStartNoAckMode."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self.acknowledging = True

    async def next(self) -> bytes:
        """Give the content of the next packet, or `INTERRUPT`.

        Raises:
            Malformed: A packet without end.

        """
        while True:
            byte = await self._link.exactly(1)
            if byte == INTERRUPT:
                return INTERRUPT
            if byte == b"$":
                return await self._packet()

    async def _packet(self) -> bytes:
        content = bytearray()
        while (byte := await self._link.exactly(1)) != b"#":
            if byte[0] == _ESCAPE:
                byte = bytes([(await self._link.exactly(1))[0] ^ _FLIP])
            content += byte
            if len(content) > LONGEST:
                raise Malformed("a packet without end")
        await self._link.exactly(2)
        if self.acknowledging:
            self._link.write(b"+")
        return bytes(content)

    def send(self, content: bytes) -> None:
        """Send a packet."""
        escaped = bytearray()
        for byte in content:
            escaped += bytes([_ESCAPE, byte ^ _FLIP]) if byte in _ESCAPED else bytes([byte])
        self._link.write(b"$" + escaped + b"#%02x" % (sum(escaped) & 0xFF))

    async def drain(self) -> None:
        """Wait until what was sent is on its way."""
        await self._link.drain()
