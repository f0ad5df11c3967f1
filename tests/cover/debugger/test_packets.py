"""Packets of the gdb remote protocol."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.devices.ios.debugger.packets import MalformedPacketError
from bgtask_harness.devices.ios.debugger.packets import PacketReader
from bgtask_harness.devices.ios.debugger.packets import decode
from bgtask_harness.devices.ios.debugger.packets import encode
from bgtask_harness.devices.ios.debugger.packets import pairs


@given(st.lists(st.binary(max_size=40), max_size=5), st.integers(1, 7))
def test_what_is_sent_is_what_is_read_however_it_is_cut(commands: list[bytes], step: int) -> None:
    wire = b"+".join(encode(command) for command in commands)
    reader = PacketReader()
    read = []
    for at in range(0, len(wire), step):
        reader.feed(wire[at : at + step])
        while (packet := reader.take()) is not None:
            read.append(packet)
    assert read == commands


def test_a_run_of_equal_bytes_is_unfolded() -> None:
    assert decode(b"0* x") == b"0000x"


@pytest.mark.parametrize("body", [b"a}", b"a*", b"* ", b"a*\x1d"])
def test_a_cut_escape_or_an_empty_run_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedPacketError):
        decode(body)


def test_a_wrong_checksum_is_malformed() -> None:
    reader = PacketReader()
    reader.feed(b"$g#00")
    with pytest.raises(MalformedPacketError):
        reader.take()


@given(st.binary(max_size=80))
def test_no_bytes_make_the_reader_raise_anything_else(data: bytes) -> None:
    reader = PacketReader()
    reader.feed(data)
    try:
        while reader.take() is not None:
            pass
    except MalformedPacketError:
        pass


def test_pairs_without_a_colon_are_left_out() -> None:
    assert pairs(b"thread:2a3;00:00;junk;") == {"thread": "2a3", "00": "00"}
