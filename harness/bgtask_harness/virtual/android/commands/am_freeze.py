"""`am freeze`, `am unfreeze`: hold a process as the cached apps freezer does, and let it go on.

Source: ActivityManagerShellCommand.runFreeze and getProcessFromShell (y36; a build with AOSP 15's shell command).
"""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System


async def freeze(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`am freeze [--sticky] PROCESS`: until the system needs it, or, sticky, until it is unfrozen."""
    return _carry_out(phone, arguments, io, frozen=True)


async def unfreeze(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`am unfreeze [--sticky] PROCESS`."""
    return _carry_out(phone, arguments, io, frozen=False)


def _carry_out(phone: System, arguments: Arguments, io: CommandIO, *, frozen: bool) -> int:
    sticky = arguments.option() == "--sticky"
    word = arguments.required()
    record = phone.processes.by_pid(int(word)) if word.isdecimal() else None
    record = record or phone.processes.find(word)
    if record is None:
        io.err("Error: could not find process\n")
        return -1
    verb = "Freezing" if frozen else "Unfreezing"
    io.out(f"{verb} process {record.name} ({record.pid}) sticky={'true' if sticky else 'false'}\n")
    if frozen:
        phone.processes.freeze(record, sticky=sticky)
    else:
        phone.processes.thaw(record)
    return 0
