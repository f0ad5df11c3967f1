"""One TCP connection, seen from the phone, as an asyncio transport: for the service at its end it is a socket.

Packets travel inside a stream that loses and reorders nothing, so there is no retransmission, and what is out of order
is acknowledged at the old place and dropped.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bgtask_harness.virtual.iphone.coredevice.packets import ACK
from bgtask_harness.virtual.iphone.coredevice.packets import FIN
from bgtask_harness.virtual.iphone.coredevice.packets import PSH
from bgtask_harness.virtual.iphone.coredevice.packets import RST
from bgtask_harness.virtual.iphone.coredevice.packets import SYN
from bgtask_harness.virtual.iphone.coredevice.packets import Segment

WINDOW = 0xFFFF
SCALE = 7
_MASK = 0xFFFFFFFF
_HALF = 1 << 31
_SMALLEST = 1220
"""Segment size of an IPv6 host that says nothing else (RFC 9293, 3.7.1)."""


class Stream(asyncio.Transport):
    """The phone's end. `send` writes a packet to the host, `gone` is called when both sides are done."""

    def __init__(
        self, opening: Segment, largest: int, send: Callable[[Segment], None], gone: Callable[[], None]
    ) -> None:
        super().__init__()
        self._opening = opening
        self._send_packet, self._gone = send, gone
        self._protocol: asyncio.BaseProtocol = asyncio.Protocol()
        self._next, self._unacknowledged = 0, 0
        self._expected = opening.sequence + 1
        self._size = min(opening.segment_size or _SMALLEST, largest)
        self._scale = opening.scale
        self._window = opening.window
        self._buffer = bytearray()
        self._held: list[bytes] = []
        self._high, self._low = 1 << 16, 1 << 14
        self._paused_writing = self._paused_reading = self._closing = self._finished = self._over = False
        self._host_is_done = False

    # asyncio's side

    def open(self, protocol: asyncio.Protocol) -> None:
        """Accept the connection."""
        self._protocol = protocol
        scale = SCALE if self._scale is not None else None
        self._emit(SYN | ACK, segment_size=self._size, scale=scale)
        protocol.connection_made(self)

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self._protocol = protocol

    def get_protocol(self) -> asyncio.BaseProtocol:
        return self._protocol

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if self._closing or self._over:
            return
        self._buffer += data
        self._push()
        if (
            len(self._buffer) >= self._high
            and not self._paused_writing
            and isinstance(self._protocol, asyncio.Protocol)
        ):
            self._paused_writing = True
            self._protocol.pause_writing()

    def can_write_eof(self) -> bool:
        return False

    def is_closing(self) -> bool:
        return self._closing or self._over

    def close(self) -> None:
        if not self._closing:
            self._closing = True
            self._push()

    def abort(self) -> None:
        if not self._over:
            self._emit(RST | ACK)
            self.lost(ConnectionAbortedError("aborted"))

    def pause_reading(self) -> None:
        self._paused_reading = True

    def resume_reading(self) -> None:
        self._paused_reading = False
        held, self._held = self._held, []
        for data in held:
            self._deliver(data)

    def is_reading(self) -> bool:
        return not self._paused_reading

    def get_write_buffer_size(self) -> int:
        return len(self._buffer)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        self._high = max(1, 1 << 16 if high is None else high)
        self._low = self._high // 4 if low is None else low

    # the network's side

    def take(self, segment: Segment) -> None:
        """Take a segment of the host's that belongs to this connection."""
        if segment.flags & RST:
            self.lost(ConnectionResetError("reset by the host"))
            return
        if segment.flags & ACK:
            self._acknowledged(segment)
        if segment.data or segment.flags & FIN:
            self._take_data(segment)
        if self._host_is_done and self._finished and self._unacknowledged == self._next:
            self.lost(None)

    def lost(self, error: Exception | None) -> None:
        """End it, whatever the other side thinks."""
        if not self._over:
            self._over = True
            self._gone()
            self._protocol.connection_lost(error)

    def _take_data(self, segment: Segment) -> None:
        if (segment.sequence - self._expected) & _MASK == 0:
            self._expected += len(segment.data)
            if segment.data:
                self._deliver(segment.data)
            if segment.flags & FIN:
                self._expected += 1
                self._host_done()
        self._emit(ACK)

    def _host_done(self) -> None:
        self._host_is_done = True
        if isinstance(self._protocol, asyncio.Protocol) and not self._protocol.eof_received():
            self.close()

    def _deliver(self, data: bytes) -> None:
        if self._paused_reading:
            self._held.append(data)
        elif isinstance(self._protocol, asyncio.Protocol):
            self._protocol.data_received(data)

    def _acknowledged(self, segment: Segment) -> None:
        self._window = segment.window << (self._scale or 0)
        newly = (segment.acknowledged - self._unacknowledged - self._first) & _MASK
        if newly < _HALF:
            self._unacknowledged = min(self._unacknowledged + newly, self._next)
        self._push()

    @property
    def _first(self) -> int:
        """The initial sequence number: anything will do where nothing gets lost."""
        return (self._opening.sequence * 31 + self._opening.source_port) & _MASK

    def _push(self) -> None:
        """Send what the window lets through."""
        while self._buffer and not self._over:
            room = self._window - (self._next - self._unacknowledged)
            size = min(len(self._buffer), self._size, room)
            if size <= 0:
                break
            data = bytes(self._buffer[:size])
            del self._buffer[:size]
            self._emit(ACK | PSH, data)
        if self._paused_writing and len(self._buffer) <= self._low and isinstance(self._protocol, asyncio.Protocol):
            self._paused_writing = False
            self._protocol.resume_writing()
        if self._closing and not self._buffer and not self._finished and not self._over:
            self._finished = True
            self._emit(FIN | ACK)

    def _emit(self, flags: int, data: bytes = b"", segment_size: int | None = None, scale: int | None = None) -> None:
        theirs = self._opening
        self._send_packet(
            Segment(
                theirs.target,
                theirs.target_port,
                theirs.source,
                theirs.source_port,
                self._first + self._next,
                self._expected,
                flags,
                WINDOW,
                data,
                segment_size,
                scale,
            )
        )
        self._next += len(data) + bool(flags & (SYN | FIN))
