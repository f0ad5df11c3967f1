"""Mach-O images in memory: load commands and export tries, as far as finding a symbol takes. No I/O.

Layout: `mach-o/loader.h`; the trie: dyld's `MachOLoader`, LLVM's `MachOObjectFile`. 64-bit images alone.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

HEADER_SIZE = 32

_MAGIC_64 = 0xFEEDFACF
_LC_SEGMENT_64 = 0x19
_LC_DYLD_INFO = 0x22
_LC_DYLD_INFO_ONLY = 0x80000022
_LC_DYLD_EXPORTS_TRIE = 0x80000033
_LC_MAIN = 0x80000028
_REEXPORT = 0x08
_DEEPEST = 4_096


class BadImageError(ValueError):
    """What was read is no image that can be understood. One sentence."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are in an image that is loaded at `base`. Addresses are those of the process.

    Attributes:
        exports: Address and size of the export trie; None without one.
        entry: Address of the main function; None in a library.

    """

    base: int
    exports: tuple[int, int] | None
    entry: int | None


def commands_size(header: bytes) -> int:
    """Give how many bytes of load commands follow a header.

    Raises:
        BadImageError: It is the header of no 64-bit image.

    """
    if len(header) < HEADER_SIZE:
        raise BadImageError("an image's header is cut")
    magic, size = struct.unpack_from("<I", header)[0], struct.unpack_from("<I", header, 20)[0]
    if magic != _MAGIC_64:
        raise BadImageError(f"magic {magic:#x} is no 64-bit Mach-O image's")
    return int(size)


def read_layout(base: int, header: bytes, commands: bytes) -> Layout:
    """Find export trie and main function from header and load commands.

    Raises:
        BadImageError: A command is cut, or there is no `__TEXT`.

    """
    count = struct.unpack_from("<I", header, 16)[0]
    text: int | None = None
    linkedit: tuple[int, int] | None = None
    exports: tuple[int, int] | None = None
    entry: int | None = None
    at = 0
    for _ in range(count):
        kind, size = _unpack("<II", commands, at)
        if size < 8 or at + size > len(commands):  # noqa: PLR2004 - a command is at least its own head
            raise BadImageError(f"a load command of {size} bytes where {len(commands) - at} are left")
        if kind == _LC_SEGMENT_64:
            name, address, _, offset, _ = _unpack("<16sQQQQ", commands, at + 8)
            text = address if name.rstrip(b"\0") == b"__TEXT" else text
            linkedit = (address, offset) if name.rstrip(b"\0") == b"__LINKEDIT" else linkedit
        elif kind == _LC_DYLD_EXPORTS_TRIE:
            exports = _two(commands, at + 8)
        elif kind in {_LC_DYLD_INFO, _LC_DYLD_INFO_ONLY}:
            exports = exports or _two(commands, at + 40)
        elif kind == _LC_MAIN:
            entry = _unpack("<Q", commands, at + 8)[0]
        at += size
    if text is None:
        raise BadImageError("an image without __TEXT")
    place = None
    if exports is not None and exports[1] and linkedit is not None:
        place = (linkedit[0] + base - text + exports[0] - linkedit[1], exports[1])
    return Layout(base, place, None if entry is None else base + entry)


def find_export(trie: bytes, symbol: str) -> int | None:
    """Give a symbol's offset from its image's base, None when the image does not export it itself.

    Raises:
        BadImageError: The trie is cut or goes in circles.

    """
    rest = symbol.encode()
    node = 0
    for _ in range(_DEEPEST):
        size, at = _uleb(trie, node)
        if not rest:
            return _terminal(trie, at) if size else None
        found = _child(trie, at + size, rest)
        if found is None:
            return None
        node, eaten = found
        rest = rest[eaten:]
    raise BadImageError("an export trie that goes in circles")


def _terminal(trie: bytes, at: int) -> int | None:
    flags, at = _uleb(trie, at)
    return None if flags & _REEXPORT else _uleb(trie, at)[0]


def _child(trie: bytes, at: int, rest: bytes) -> tuple[int, int] | None:
    if at >= len(trie):
        raise BadImageError("an export trie is cut")
    count = trie[at]
    at += 1
    for _ in range(count):
        end = trie.find(b"\0", at)
        if end < 0:
            raise BadImageError("an export trie is cut")
        edge = trie[at:end]
        node, at = _uleb(trie, end + 1)
        if edge and rest.startswith(edge):
            return node, len(edge)
    return None


def _uleb(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(data) or shift > 63:  # noqa: PLR2004 - bits of an address
            raise BadImageError("an export trie is cut")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return value, at


def _two(data: bytes, at: int) -> tuple[int, int]:
    first, second = _unpack("<II", data, at)
    return int(first), int(second)


def _unpack(layout: str, data: bytes, at: int) -> tuple[Any, ...]:
    try:
        return struct.unpack_from(layout, data, at)
    except struct.error as error:
        raise BadImageError("load commands are cut") from error
