"""Mach-O images as they lie in memory: as much as a debugger reads to find an exported function.

A header, load commands, and in `__LINKEDIT` the export trie. There is no code: what a function does is known by its
address (`inferior`).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from collections.abc import Sequence

TEXT_SIZE = LINKEDIT_AT = 0x4000
IMAGE_SIZE = 0x8000
FIRST_FUNCTION, FUNCTION_STEP = 0x1000, 0x40
ENTRY = 0x3000
"""Where `main` begins in an executable (LC_MAIN)."""

_MAGIC, _ARM64, _ARM64E = 0xFEEDFACF, 0x0100000C, 2
_EXECUTE, _DYLIB = 2, 6
_SEGMENT, _UUID, _ID_DYLIB, _BUILD_VERSION = 0x19, 0x1B, 0xD, 0x32
_EXPORTS_TRIE, _MAIN = 0x80000033, 0x80000028
_FLAGS = 0x85
_READ_EXECUTE, _READ = 5, 1
_PLATFORM_IOS, _VERSION = 2, 16 << 16


def function_offsets(names: Sequence[str]) -> dict[str, int]:
    """Give where the functions of an image are, from its beginning."""
    return {name: FIRST_FUNCTION + FUNCTION_STEP * number for number, name in enumerate(names)}


def image(path: str, preferred: int, exports: Mapping[str, int], identifier: bytes, *, executable: bool) -> bytearray:
    """Give the memory of an image. `preferred` is where it was linked to be; loaded it is elsewhere by the slide."""
    trie = _trie(exports)
    trie += bytes(-len(trie) % 8)
    commands = [
        _segment("__TEXT", preferred, TEXT_SIZE, 0, _READ_EXECUTE),
        _segment("__LINKEDIT", preferred + LINKEDIT_AT, IMAGE_SIZE - LINKEDIT_AT, LINKEDIT_AT, _READ),
        struct.pack("<IIII", _EXPORTS_TRIE, 16, LINKEDIT_AT, len(trie)),
        struct.pack("<II", _UUID, 24) + identifier,
        struct.pack("<IIIIII", _BUILD_VERSION, 24, _PLATFORM_IOS, _VERSION, _VERSION, 0),
        struct.pack("<IIQQ", _MAIN, 24, ENTRY, 0) if executable else _dylib(path),
    ]
    body = b"".join(commands)
    kind = _EXECUTE if executable else _DYLIB
    header = struct.pack("<IIIIIIII", _MAGIC, _ARM64, _ARM64E, kind, len(commands), len(body), _FLAGS, 0)
    memory = bytearray(IMAGE_SIZE)
    memory[: len(header) + len(body)] = header + body
    memory[LINKEDIT_AT : LINKEDIT_AT + len(trie)] = trie
    return memory


def _segment(name: str, address: int, size: int, offset: int, protection: int) -> bytes:
    return struct.pack(
        "<II16sQQQQIIII", _SEGMENT, 72, name.encode(), address, size, offset, size, protection, protection, 0, 0
    )


def _dylib(path: str) -> bytes:
    name = path.encode() + b"\0"
    name += bytes(-(24 + len(name)) % 8)
    return struct.pack("<IIIIII", _ID_DYLIB, 24 + len(name), 24, 2, 0x10000, 0x10000) + name


def uleb(number: int) -> bytes:
    """Write a number seven bits a byte, the lowest first."""
    out = bytearray()
    while True:
        low, number = number & 0x7F, number >> 7
        out.append(low | (0x80 if number else 0))
        if not number:
            return bytes(out)


def _trie(exports: Mapping[str, int]) -> bytes:
    """Write an export trie of one level: a root with an edge for each name."""
    names = sorted(exports)
    nodes = []
    for name in names:
        terminal = uleb(0) + uleb(exports[name])
        nodes.append(uleb(len(terminal)) + terminal + b"\0")
    root = b""
    while True:  # the offsets in the root move with its own size, which grows until it holds them
        offsets, at = [], len(root)
        for node in nodes:
            offsets.append(at)
            at += len(node)
        edges = (name.encode() + b"\0" + uleb(offset) for name, offset in zip(names, offsets, strict=True))
        again = b"\0" + bytes([len(names)]) + b"".join(edges)
        if len(again) == len(root):
            return again + b"".join(nodes)
        root = again
