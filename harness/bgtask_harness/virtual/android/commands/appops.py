"""`appops`, `cmd appops`: modes of operations of packages.

Source: services/core AppOpsService.java onShellCommand; corpus allowlist_bucket_appops_hyperos_2026.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.standby import MODES
from bgtask_harness.virtual.android.system import System

_KNOWN = frozenset(
    {"RUN_ANY_IN_BACKGROUND", "RUN_IN_BACKGROUND", "START_FOREGROUND", "WAKE_LOCK", "SCHEDULE_EXACT_ALARM"}
)


async def appops(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`set|get|reset`; gives Java's return code."""
    verb = arguments.next()
    words = [word for word in arguments.rest() if word not in {"--uid", "--user", "0"}]
    if verb not in {"set", "get", "reset"}:
        io.out(f"Unknown command: {verb}\n" if verb else "AppOps service (appops) commands:\n")
        return -1
    if verb == "reset":
        phone.app_ops.reset()
        io.out("Reset all modes to default.\n" if not words else f"Reset modes for {words[0]}\n")  # second UNCONFIRMED
        return 0
    if not words:
        io.err("Error: Package not specified.\n")
        return -1
    if phone.packages.uid_of(words[0]) is None:
        io.err(f"Error: No UID for {words[0]} in user 0\n")
        return -1
    return _set(phone, words, io) if verb == "set" else _get(phone, words, io)


def _set(phone: System, words: list[str], io: CommandIO) -> int:
    if len(words) < 2:  # noqa: PLR2004 - package and operation
        io.err("Error: Operation not specified.\n")
        return -1
    operation = _operation(words[1])
    if operation not in _KNOWN:
        io.err(f"Error: Unknown operation string: {words[1]}\n")
        return -1
    if len(words) < 3:  # noqa: PLR2004 - and a mode
        io.err("Error: Mode not specified.\n")
        return -1
    if words[2] not in MODES:
        io.err(f"Error: Mode {words[2]} is not valid\n")
        return -1
    phone.app_ops.set(words[0], operation, words[2])
    return 0


def _get(phone: System, words: list[str], io: CommandIO) -> int:
    package, asked = words[0], _operation(words[1]) if len(words) > 1 else None
    if asked is not None and asked not in _KNOWN:
        io.err(f"Error: Unknown operation string: {words[1]}\n")
        return -1
    found = [(op, mode) for op, mode in phone.app_ops.of(package) if asked in {None, op}]
    io.out("".join(f"{op}: {mode}\n" for op, mode in found))
    if not found:
        io.out("No operations.\n" + ("" if asked is None else "Default mode: allow\n"))
    return 0


def _operation(word: str) -> str:
    return word.removeprefix("android:").upper()
