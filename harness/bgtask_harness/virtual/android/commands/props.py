"""`getprop` and `setprop` (toybox-like programs of system/core)."""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_MAX_VALUE = 91  # PROP_VALUE_MAX - 1


async def getprop(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """Print one property, or its default, or all of them."""
    if len(argv) > 1:
        default = argv[2] if len(argv) > 2 else ""  # noqa: PLR2004 - name and default
        io.out((phone.properties.get(argv[1]) or default) + "\n")
        return 0
    for name, value in phone.properties.all():
        io.out(f"[{name}]: [{value}]\n")
    return 0


async def setprop(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """Set a property, as the shell may: `debug.`, `log.tag.` and a few others."""
    if len(argv) != 3:  # noqa: PLR2004 - name and value
        io.err("usage: setprop NAME VALUE\n\nSets an Android system property.\n")
        return 1
    name, value = argv[1], argv[2]
    if not name.startswith(_SHELL_MAY_SET) or len(value) > _MAX_VALUE:
        # toybox setprop.c: the property service says no, see dmesg
        io.err(f"Failed to set property '{name}' to '{value}'.\nSee dmesg for error reason.\n")
        return 1
    phone.properties.set(name, value)
    return 0


_SHELL_MAY_SET = ("debug.", "log.tag", "persist.log.tag", "persist.traced.", "log.redact")
