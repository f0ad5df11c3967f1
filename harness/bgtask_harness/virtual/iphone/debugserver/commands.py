"""Packets about a held process that change or read nothing but its registers and memory.

Each gets what follows the packet's name, without the thread that newer debuggers append: there is only one.
"""

from __future__ import annotations

import struct
from collections.abc import Callable

from bgtask_harness.virtual.iphone.debugserver import describing
from bgtask_harness.virtual.iphone.debugserver.describing import THREAD
from bgtask_harness.virtual.iphone.debugserver.inferior import REGISTERS
from bgtask_harness.virtual.iphone.debugserver.inferior import Inferior

BAD, NO_MEMORY, NOT_WRITTEN = "E16", "E08", "E09"
LARGEST_READ = 1 << 20

Command = Callable[[str, Inferior], str]


def answer(packet: str, inferior: Inferior) -> str | None:
    """Answer a packet; None when it is none of these.

    Raises:
        ValueError, IndexError, struct.error: It is one, but its arguments cannot be read.

    """
    for prefix, command in _COMMANDS:
        if packet.startswith(prefix):
            return command(packet[len(prefix) :].split(";thread:", maxsplit=1)[0], inferior)
    return None


def _read_register(rest: str, inferior: Inferior) -> str:
    name = REGISTERS[int(rest, 16)]
    return describing.hex_value(name, inferior.registers[name])


def _write_register(rest: str, inferior: Inferior) -> str:
    number, value = rest.split("=")
    (inferior.registers[REGISTERS[int(number, 16)]],) = struct.unpack("<Q", bytes.fromhex(value.ljust(16, "0")[:16]))
    return "OK"


def _read_all(_rest: str, inferior: Inferior) -> str:
    return "".join(describing.hex_value(name, value) for name, value in inferior.registers.items())


def _read_memory(rest: str, inferior: Inferior) -> str:
    address, size = (int(part, 16) for part in rest.split(","))
    data = inferior.memory.read(address, min(size, LARGEST_READ))
    return NO_MEMORY if data is None else data.hex()


def _read_raw(rest: str, inferior: Inferior) -> str:
    address, size = (int(part, 16) for part in rest.split(","))
    if size == 0:  # lldb asks whether there is such a packet
        return "OK"
    data = inferior.memory.read(address, min(size, LARGEST_READ))
    return NO_MEMORY if data is None else data.decode("latin-1")


def _write_memory(rest: str, inferior: Inferior) -> str:
    where, _, data = rest.partition(":")
    written = inferior.memory.write(int(where.partition(",")[0], 16), bytes.fromhex(data))
    return "OK" if written else NOT_WRITTEN


def _allocate(rest: str, inferior: Inferior) -> str:
    size, _, permissions = rest.partition(",")
    address = inferior.memory.allocate(int(size, 16), permissions or "rw")
    return NO_MEMORY if address is None else f"{address:x}"


def _free(rest: str, inferior: Inferior) -> str:
    return "OK" if inferior.memory.free(int(rest, 16)) else NO_MEMORY


def _set_breakpoint(rest: str, inferior: Inferior) -> str:
    address = int(rest.partition(",")[0], 16)
    if inferior.memory.region(address) is None:
        return NOT_WRITTEN
    inferior.breakpoints.add(address)
    return "OK"


def _clear_breakpoint(rest: str, inferior: Inferior) -> str:
    inferior.breakpoints.discard(int(rest.partition(",")[0], 16))
    return "OK"


def _restore(rest: str, inferior: Inferior) -> str:
    return "OK" if inferior.restore(int(rest)) else BAD


_COMMANDS: tuple[tuple[str, Command], ...] = (
    ("?", lambda _rest, inferior: describing.stop_reply(inferior, "attach")),
    ("qC", lambda _rest, _inferior: f"QC{THREAD:x}"),
    ("qfThreadInfo", lambda _rest, _inferior: f"m{THREAD:x}"),
    ("qThreadStopInfo", lambda _rest, inferior: describing.stop_reply(inferior, "attach")),
    ("qProcessInfo", lambda _rest, inferior: describing.process_info(inferior.debuggee.pid)),
    ("qMemoryRegionInfo:", lambda rest, inferior: describing.memory_region(inferior, int(rest, 16))),
    ("jThreadsInfo", lambda _rest, inferior: describing.threads(inferior)),
    ("QSaveRegisterState", lambda _rest, inferior: str(inferior.save())),
    ("QRestoreRegisterState:", _restore),
    ("_M", _allocate),
    ("_m", _free),
    ("Z0,", _set_breakpoint),
    ("z0,", _clear_breakpoint),
    ("p", _read_register),
    ("P", _write_register),
    ("g", _read_all),
    ("m", _read_memory),
    ("x", _read_raw),
    ("M", _write_memory),
)
