"""`locksettings set-pin PIN`, `locksettings clear --old PIN` (LockSettingsShellCommand; the texts are UNCONFIRMED).

Whoever has set a code has unlocked the phone already; from the next boot on it waits for the code.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System


async def locksettings(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb, old = arguments.next(), ""
    while (word := arguments.option()) is not None:
        value = arguments.required()
        old = value if word == "--old" else old
    if old != phone.lock_code:
        io.out(f"Old password '{old}' didn't match\n")
        return -1
    if verb == "set-pin":
        phone.lock_code = arguments.required()
        io.out(f"Pin set to '{phone.lock_code}'\n")
        return 0
    if verb == "clear":
        phone.lock_code = ""
        phone.unlock()
        io.out("Lock credential cleared\n")
        return 0
    io.out(f"Unknown command: {verb}\n" if verb else "lockSettings service commands:\n")
    return -1
