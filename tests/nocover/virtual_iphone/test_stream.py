"""TCP inside the tunnel against a host that sends, acknowledges and opens its window as it likes."""

from __future__ import annotations

import asyncio
from ipaddress import IPv6Address
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.virtual.iphone.coredevice.packets import ACK
from bgtask_harness.virtual.iphone.coredevice.packets import FIN
from bgtask_harness.virtual.iphone.coredevice.packets import RST
from bgtask_harness.virtual.iphone.coredevice.packets import SYN
from bgtask_harness.virtual.iphone.coredevice.packets import Segment
from bgtask_harness.virtual.iphone.coredevice.stream import Stream

PHONE, HOST = IPv6Address("fd00::1"), IPv6Address("fd00::2")


class Service(asyncio.Protocol):
    """What a service sees of its connection."""

    def __init__(self) -> None:
        self.received = b""
        self.paused = self.ended = self.lost = False

    def data_received(self, data: bytes) -> None:
        self.received += data

    def eof_received(self) -> bool:
        self.ended = True
        return True

    def pause_writing(self) -> None:
        self.paused = True

    def resume_writing(self) -> None:
        self.paused = False

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True


class Host:
    """The other end: keeps what comes, in order, and says what a test wants."""

    def __init__(self, sequence: int = 2**32 - 20, window: int = 1000, scale: int | None = None) -> None:
        self.sent: list[Segment] = []
        self.gone = False
        opening = self._segment(sequence, 0, SYN, window, b"", 1000, scale)
        self.stream = Stream(opening, 500, self.sent.append, self._is_gone)
        self.service = Service()
        self.next = sequence + 1
        self.window = window
        self.stream.open(self.service)
        self.first = self.sent[0].sequence

    def _is_gone(self) -> None:
        self.gone = True

    def _segment(
        self, sequence: int, acknowledged: int, flags: int, window: int, data: bytes, *options: Any
    ) -> Segment:
        return Segment(HOST, 5000, PHONE, 80, sequence % 2**32, acknowledged % 2**32, flags, window, data, *options)

    def say(self, data: bytes = b"", flags: int = ACK, taken: int = 0) -> None:
        """Send data, having taken that many bytes of the phone's."""
        self.stream.take(self._segment(self.next, self.first + 1 + taken, flags, self.window, data))
        self.next += len(data) + bool(flags & FIN)

    def read(self) -> bytes:
        return b"".join(segment.data for segment in self.sent)


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_what_the_host_sends_arrives_in_order_and_is_acknowledged(parts: list[bytes]) -> None:
    host = Host()
    for part in parts:
        host.say(part)

    assert host.service.received == b"".join(parts)
    assert host.sent[-1].acknowledged % 2**32 == host.next % 2**32


@given(st.lists(st.binary(min_size=1, max_size=2000), min_size=1, max_size=5), st.integers(0, 900))
def test_no_more_is_sent_than_the_window_lets_through_and_nothing_is_lost(parts: list[bytes], window: int) -> None:
    host = Host(window=window)
    for part in parts:
        host.stream.write(part)
    whole, taken = b"".join(parts), 0
    while len(host.read()) < len(whole):
        assert len(host.read()) - taken <= host.window
        taken = len(host.read())
        host.window = max(100, host.window)
        host.say(taken=taken)

    assert host.read() == whole
    assert all(len(segment.data) <= 500 for segment in host.sent)


def test_a_window_that_is_scaled_is_taken_as_it_is_meant() -> None:
    host = Host(window=10, scale=4)
    host.window = 10
    host.say()
    host.stream.write(b"x" * 500)

    assert len(host.read()) == 160


def test_a_full_buffer_pauses_the_service_until_the_host_has_taken_it() -> None:
    host = Host(window=0)
    host.stream.set_write_buffer_limits(high=1, low=0)
    host.stream.write(b"x" * 100)
    assert host.service.paused
    host.window = 1000
    host.say()
    assert not host.service.paused
    assert host.read() == b"x" * 100


def test_what_comes_while_reading_is_paused_is_kept() -> None:
    host = Host()
    host.stream.pause_reading()
    host.say(b"a")
    host.say(b"b")
    assert host.service.received == b""
    host.stream.resume_reading()
    assert host.service.received == b"ab"


def test_a_segment_out_of_order_is_acknowledged_at_the_old_place() -> None:
    host = Host()
    host.next += 5
    host.say(b"late")

    assert host.service.received == b""
    assert host.sent[-1].acknowledged % 2**32 == (host.next - 4 - 5) % 2**32


def test_both_sides_close_in_order() -> None:
    host = Host()
    host.stream.write(b"bye")
    host.stream.close()
    assert host.sent[-1].flags & FIN
    host.say(taken=4, flags=ACK | FIN)

    assert host.service.ended
    assert host.service.lost
    assert host.gone


def test_a_reset_ends_it_and_an_abort_resets() -> None:
    host = Host()
    host.say(flags=RST)
    assert host.service.lost
    other = Host()
    other.stream.abort()
    assert other.sent[-1].flags & RST
    assert other.gone
