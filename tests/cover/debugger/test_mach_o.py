"""Symbols of Mach-O images: tries and load commands written by this test, read by the debugger's reader."""

from __future__ import annotations

import contextlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.devices.ios.debugger.mach_o import BadImageError
from bgtask_harness.devices.ios.debugger.mach_o import commands_size
from bgtask_harness.devices.ios.debugger.mach_o import find_export
from bgtask_harness.devices.ios.debugger.mach_o import read_layout

SYMBOLS = st.dictionaries(st.text("_abc$", min_size=1, max_size=8), st.integers(0, 1 << 40), max_size=12)


def uleb(value: int) -> bytes:
    out = bytearray()
    while True:
        value, low = value >> 7, value & 0x7F
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def fixed_uleb(value: int) -> bytes:
    """Five bytes whatever the value, so that the size of a node does not depend on where its children are."""
    return bytes(((value >> shift) & 0x7F) | (0x80 if shift < 28 else 0) for shift in range(0, 35, 7))


def trie_of(symbols: dict[str, int]) -> bytes:
    """A trie with one edge a letter, as no linker would write it and any reader has to read it."""
    out = bytearray()

    def node(prefix: str) -> int:
        at = len(out)
        terminal = uleb(0) + uleb(symbols[prefix]) if prefix in symbols else b""
        letters = sorted({name[len(prefix)] for name in symbols if name.startswith(prefix) and name != prefix})
        out.extend(uleb(len(terminal)) + terminal + bytes([len(letters)]))
        places = []
        for letter in letters:
            out.extend(letter.encode() + b"\0")
            places.append(len(out))
            out.extend(bytes(5))
        for letter, place in zip(letters, places, strict=True):
            out[place : place + 5] = fixed_uleb(node(prefix + letter))
        return at

    node("")
    return bytes(out)


@given(SYMBOLS, st.text("_abc$", min_size=1, max_size=8))
def test_every_exported_symbol_is_found_and_no_other(symbols: dict[str, int], other: str) -> None:
    trie = trie_of(symbols)
    assert {name: find_export(trie, name) for name in symbols} == symbols
    assert find_export(trie, other) == symbols.get(other)


def test_a_symbol_that_is_exported_for_another_image_has_no_address_here() -> None:
    trie = b"\0\x01_f\0\x06" + uleb(2) + b"\x08\x01" + b"\0"
    assert find_export(trie, "_f") is None


def test_a_trie_that_goes_in_circles_is_no_trie() -> None:
    with pytest.raises(BadImageError, match=r"cut|circles"):
        find_export(b"\0\x01a\0\0", "a" * 5000)


@given(SYMBOLS.filter(bool), st.data())
def test_a_cut_trie_gives_the_symbol_or_says_that_it_is_cut(symbols: dict[str, int], data: st.DataObject) -> None:
    trie = trie_of(symbols)
    cut = data.draw(st.integers(0, len(trie) - 1))
    name = data.draw(st.sampled_from(sorted(symbols)))
    with contextlib.suppress(BadImageError):
        assert find_export(trie[:cut], name) in {symbols[name], None}


def image(base: int) -> tuple[bytes, bytes]:
    """Header and load commands of an image linked at 0x1_0000_0000 whose trie lies 0x40 into its __LINKEDIT."""
    text = struct.pack("<II16sQQQQ", 0x19, 72, b"__TEXT", 0x1_0000_0000, 0x4000, 0, 0x4000) + bytes(16)
    linkedit = struct.pack("<II16sQQQQ", 0x19, 72, b"__LINKEDIT", 0x1_0000_8000, 0x1000, 0x6000, 0x1000) + bytes(16)
    exports = struct.pack("<IIII", 0x80000033, 16, 0x6040, 0x20)
    main = struct.pack("<IIQQ", 0x80000028, 24, 0x1234, 0)
    commands = text + linkedit + exports + main
    header = struct.pack("<IIIIIIII", 0xFEEDFACF, 0x0100000C, 2, 2, 4, len(commands), 0, 0)
    del base
    return header, commands


def test_trie_and_main_function_are_where_the_image_was_loaded() -> None:
    header, commands = image(0x1_0200_0000)
    assert commands_size(header) == len(commands)
    layout = read_layout(0x1_0200_0000, header, commands)
    assert layout.exports == (0x1_0200_8040, 0x20)
    assert layout.entry == 0x1_0200_1234


@given(st.integers(0, 183))
def test_cut_load_commands_are_said_to_be_cut(size: int) -> None:
    header, commands = image(0)
    with pytest.raises(BadImageError):
        read_layout(0, header, commands[:size])


def test_something_else_than_a_64_bit_image_is_refused() -> None:
    with pytest.raises(BadImageError, match="no 64-bit"):
        commands_size(b"\x7fELF" + bytes(28))
