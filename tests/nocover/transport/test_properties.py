from __future__ import annotations

import struct
import subprocess

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from bgtask_harness.transport.server import parse_devices
from bgtask_harness.transport.shell import Packets
from bgtask_harness.transport.shell import quote
from bgtask_harness.virtual.shell.expansion import fields
from bgtask_harness.virtual.shell.lexer import tokenize
from bgtask_harness.virtual.shell.syntax import Word

ARGUMENTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1)


@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=40))), st.data())
def test_packets_come_out_whole_whatever_pieces_they_came_in(
    packets: list[tuple[int, bytes]], data: st.DataObject
) -> None:
    wire = b"".join(struct.pack("<BI", kind, len(payload)) + payload for kind, payload in packets)
    decoder, found = Packets(), []
    while wire:
        size = data.draw(st.integers(1, len(wire)))
        found += decoder.feed(wire[:size])
        wire = wire[size:]

    assert found == packets


@settings(max_examples=60, deadline=None)
@given(ARGUMENTS)
def test_a_posix_shell_reads_back_exactly_the_arguments_that_were_quoted(argv: list[str]) -> None:
    done = subprocess.run(["/bin/sh", "-c", quote(["printf", "%s\\0", *argv])], capture_output=True, check=True)

    assert done.stdout.decode().split("\0")[:-1] == argv


@given(st.text())
def test_no_answer_of_a_server_makes_the_list_of_devices_raise(text: str) -> None:
    for device in parse_devices(text):
        assert device.serial
        assert device.state


@given(ARGUMENTS)
def test_the_virtual_phone_s_shell_reads_back_exactly_the_arguments_that_were_quoted(argv: list[str]) -> None:
    words = [token for token in tokenize(quote(argv)) if isinstance(token, Word)]

    assert fields(words, lambda name: "") == argv
