"""A virtual process under any packets: each is answered, or cannot be read; memory stays within its regions."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.virtual.ios.port import ObjcObject
from bgtask_harness.virtual.iphone.debugserver import commands
from bgtask_harness.virtual.iphone.debugserver.inferior import REGISTERS
from bgtask_harness.virtual.iphone.debugserver.inferior import Inferior
from bgtask_harness.virtual.iphone.debugserver.memory import Memory

NUMBERS = st.integers(0, 2**64 - 1).map(lambda number: f"{number:x}")
NAMES = st.sampled_from(
    [
        "?",
        "qC",
        "qMemoryRegionInfo:",
        "jThreadsInfo",
        "QSaveRegisterState",
        "QRestoreRegisterState:",
        "_M",
        "_m",
        "Z0,",
        "z0,",
        "p",
        "P",
        "g",
        "m",
        "x",
        "M",
        "qThreadStopInfo",
        "nothing",
    ]
)
RESTS = st.one_of(
    st.text(max_size=30),
    NUMBERS,
    st.tuples(NUMBERS, NUMBERS).map(",".join),
    st.tuples(NUMBERS, NUMBERS).map("=".join),
    st.tuples(NUMBERS, st.binary(max_size=9)).map(lambda pair: f"{pair[0]},{len(pair[1]):x}:{pair[1].hex()}"),
)


class Process:
    """A debuggee with nothing in it."""

    pid = 7

    def images(self) -> Sequence[str]:
        return ("/a/App",)

    def objc_class(self, name: str) -> ObjcObject | None:
        return ObjcObject(name, is_class=True) if name == "Known" else None

    def send(self, receiver: ObjcObject, selector: str, arguments: Sequence[Any]) -> Any:
        return len(arguments)

    def resume(self) -> None: ...

    def halt(self) -> None: ...

    def detach(self) -> None: ...


@given(st.lists(st.tuples(NAMES, RESTS).map("".join), max_size=20))
def test_any_packets_are_answered_or_cannot_be_read(packets: list[str]) -> None:
    inferior = Inferior(Process())
    for packet in packets:
        with contextlib.suppress(ValueError, IndexError, struct.error):
            answer = commands.answer(packet, inferior)
            assert answer is None or isinstance(answer, str)


@given(st.dictionaries(st.sampled_from(REGISTERS), st.integers(0, 2**64 - 1)))
def test_wherever_the_program_counter_stands_running_it_ends(registers: dict[str, int]) -> None:
    inferior = Inferior(Process())
    inferior.registers.update(registers)

    assert inferior.run() in {"", "breakpoint", "abort"}


@given(
    st.lists(st.tuples(st.integers(1, 40_000), st.sampled_from(["rw", "r", "rx"])), max_size=8),
    st.integers(0, 200_000),
    st.binary(max_size=60),
)
def test_what_was_written_is_read_and_nothing_else_changes(
    sizes: list[tuple[int, str]], offset: int, data: bytes
) -> None:
    memory = Memory(0x1000)
    regions = [(memory.allocate(size, permissions), size, permissions) for size, permissions in sizes]
    address = 0x1000 + offset
    home = next((each for each in regions if each[0] is not None and each[0] <= address < each[0] + each[1]), None)
    may = home is not None and "w" in home[2] and address + len(data) <= (home[0] or 0) + home[1]

    assert memory.write(address, data) == may
    if may:
        assert memory.read(address, len(data)) == data
    assert all(memory.free(start or 0) for start, _, _ in regions)
    assert memory.region(address) is None
