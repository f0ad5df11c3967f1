"""What debugserver says of host, process, threads, registers and images, in its own words."""

from __future__ import annotations

import json
import struct
from typing import Any

from bgtask_harness.virtual.iphone.debugserver import macho
from bgtask_harness.virtual.iphone.debugserver.inferior import MASK
from bgtask_harness.virtual.iphone.debugserver.inferior import REGISTERS
from bgtask_harness.virtual.iphone.debugserver.inferior import Image
from bgtask_harness.virtual.iphone.debugserver.inferior import Inferior

THREAD = 0x1A2B
"""The one thread that there is: the main thread."""

_GENERIC = {**{f"x{number}": f"arg{number + 1}" for number in range(8)}, "fp": "fp", "lr": "ra", "sp": "sp"}
_GENERIC |= {"pc": "pc", "cpsr": "flags"}
_SIGNALS = {"attach": "T11", "interrupt": "T11", "breakpoint": "T05", "abort": "T06"}
_EXCEPTIONS = {
    "breakpoint": "metype:6;mecount:2;medata:1;medata:0;",
    "abort": "metype:5;mecount:2;medata:10003;medata:6;",
}
_IN_STOP_REPLY = ("fp", "lr", "sp", "pc")


def stop_reply(inferior: Inferior, reason: str) -> str:
    """Say why the process stands still."""
    known = "".join(
        f"{number:02x}:{hex_value(name, inferior.registers[name])};"
        for number, name in enumerate(REGISTERS)
        if name in _IN_STOP_REPLY
    )
    thread = f"thread:{THREAD:x};threads:{THREAD:x};thread-pcs:{inferior.registers['pc']:x};qaddr:0;"
    return f"{_SIGNALS[reason]}{thread}{known}{_EXCEPTIONS.get(reason, '')}"


def hex_value(name: str, value: int) -> str:
    """Write a register: little endian, as wide as it is."""
    return struct.pack("<Q", value & MASK).hex()[: 8 if name == "cpsr" else 16]


def register_info(number: int) -> str:
    """Describe a register."""
    if number >= len(REGISTERS):
        return "E45"
    name = REGISTERS[number]
    bits = 32 if name == "cpsr" else 64
    generic = f"generic:{_GENERIC[name]};" if name in _GENERIC else ""
    return (
        f"name:{name};bitsize:{bits};offset:{number * 8};encoding:uint;format:hex;"
        f"set:General Purpose Registers;gcc:{number};dwarf:{number};{generic}"
    )


def host_info(version: str) -> str:
    """Describe the phone."""
    return (
        "cputype:16777228;cpusubtype:2;addressing_bits:39;ostype:ios;watchpoint_exceptions_received:before;"
        f"vendor:apple;os_version:{version};endian:little;ptrsize:8;"
    )


def process_info(pid: int) -> str:
    """Describe the process. Its owner is `mobile`."""
    return (
        f"pid:{pid:x};parent-pid:1;real-uid:1f5;real-gid:1f5;effective-uid:1f5;effective-gid:1f5;"
        "cputype:100000c;cpusubtype:2;ptrsize:8;ostype:ios;vendor:apple;endian:little;"
    )


def threads(inferior: Inferior) -> str:
    """Describe the threads (`jThreadsInfo`)."""
    registers = {str(number): hex_value(name, inferior.registers[name]) for number, name in enumerate(REGISTERS)}
    name = "com.apple.main-thread"
    return json.dumps(
        [{"tid": THREAD, "reason": "signal", "signal": 17, "name": name, "queue": name, "registers": registers}]
    )


def images(inferior: Inferior, version: str) -> str:
    """Describe what is loaded (`jGetLoadedDynamicLibrariesInfos`)."""
    return json.dumps({"images": [_image(each, version) for each in inferior.images]})


def _image(image: Image, version: str) -> dict[str, Any]:
    kind = 2 if image.executable else 6
    return {
        "load_address": image.address,
        "mod_date": 0,
        "pathname": image.path,
        "uuid": str(image.identifier).upper(),
        "min_version_os_name": "ios",
        "min_version_os_sdk": version,
        "mach_header": {"magic": 0xFEEDFACF, "cputype": 0x100000C, "cpusubtype": 2, "filetype": kind, "flags": 0x85},
        "segments": [
            _segment("__TEXT", image.address, 0, macho.TEXT_SIZE, 5),
            _segment(
                "__LINKEDIT",
                image.address + macho.LINKEDIT_AT,
                macho.LINKEDIT_AT,
                macho.IMAGE_SIZE - macho.LINKEDIT_AT,
                1,
            ),
        ],
    }


def _segment(name: str, address: int, offset: int, size: int, protection: int) -> dict[str, Any]:
    return {
        "name": name, "vmaddr": address, "vmsize": size, "fileoff": offset, "filesize": size, "maxprot": protection,
    }  # fmt: skip


def memory_region(inferior: Inferior, address: int) -> str:
    """Describe the memory around an address."""
    found = inferior.memory.region(address)
    if found is None:
        start, size = inferior.memory.gap(address)
        return f"start:{start:x};size:{size:x};"
    return f"start:{found.start:x};size:{len(found.content):x};permissions:{found.permissions};"
