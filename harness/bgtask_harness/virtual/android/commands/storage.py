"""`cmd devicestoragemonitor` and its dump: DeviceStorageMonitorService.onShellCommand, dumpImpl."""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_FORCES = {"force-low": True, "force-not-low": False, "reset": None}
_USABLE, _LOW, _FULL = 48_318_382_080, 524_288_000, 1_048_576
"""Bytes: what is free is this phone's own, the bounds are DEFAULT_THRESHOLD_MAX_BYTES and DEFAULT_FULL_THRESHOLD."""


async def device_storage_monitor(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`force-low|force-not-low|reset [-f]`; with `-f` at once, and the sequence number is printed."""
    verb = arguments.next()
    if verb not in _FORCES:
        io.out(
            f"Unknown command: {verb}\n"
            if verb
            else "Device storage monitor service (devicestoragemonitor) commands:\n"
        )
        return -1
    options = []
    while (option := arguments.option()) is not None:
        options.append(option)
    at_once = "-f" in options
    phone.storage.set_force(_FORCES[verb], at_once=at_once)
    if at_once:
        io.out(f"{phone.storage.sequence}\n")
    return 0


async def dumpsys_device_storage_monitor(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys devicestoragemonitor`; with a word, its shell command."""
    words = arguments.rest()
    if words and words[0] != "-a":
        return await device_storage_monitor(phone, Arguments(words), io)
    storage = phone.storage
    level = "NORMAL" if storage.not_low else "LOW"
    usable = _USABLE if storage.not_low or storage.force == "LOW" else _LOW // 2
    io.out(
        f"Known volumes:\n  Default:\n    level={level} lastUsableBytes={usable} \n"
        f"    lowBytes={_LOW} fullBytes={_FULL}\n    path=/data\n\n"
        f"mSeq={storage.sequence} mForceState={storage.force} \n\n"
    )
    return 0
