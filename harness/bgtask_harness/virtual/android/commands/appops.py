"""`appops`, `cmd appops`: modes of operations of packages.

Source: services/core AppOpsService.java onShellCommand; corpus allowlist_bucket_appops_hyperos_2026. The words of
`reset` and of a missing package are UNCONFIRMED. Left out: `start`, `stop`, `note`, modes of uids.
"""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.standby import MODES
from bgtask_harness.virtual.android.system import System

_KNOWN = {63: "RUN_IN_BACKGROUND", 70: "RUN_ANY_IN_BACKGROUND", 76: "START_FOREGROUND", 40: "WAKE_LOCK"}
_LATER = {107: "SCHEDULE_EXACT_ALARM"}
"""Operations by their number; those of Android 12 and later apart."""
_DEFAULTS = {"SCHEDULE_EXACT_ALARM": "default"}
"""Where that is not `allow`."""

HELP = """\
AppOps service (appops) commands:
  help
    Print this help text.
  query-op [--user <USER_ID>] <OP> [<MODE>]
    Print all packages that currently have the given op in the given mode.
  set [--user <USER_ID>] <[--uid] PACKAGE | UID> <OP> <MODE>
    Set the mode for a particular application and operation.
  get [--user <USER_ID>] [--attribution <ATTRIBUTION_TAG>] <PACKAGE | UID> [<OP>]
    Return the mode for a particular application and optional operation.
  reset [--user <USER_ID>] [<PACKAGE>]
    Reset the given application or all applications to default modes.
"""


class _MistakeError(Exception):
    """What is wrong with the words: the line for standard error, without `Error: `."""


@dataclass(slots=True)
class _Asked:
    package: str
    operation: str | None
    rest: list[str]


async def appops(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb in {None, "help", "-h"}:
        io.out(HELP)
        return -1
    if verb not in {"set", "get", "query-op", "reset"}:
        io.out(f"Unknown command: {verb}\n")
        return -1
    try:
        return _carry_out(phone, str(verb), arguments, io)
    except _MistakeError as mistake:
        io.err(f"Error: {mistake}\n")
        return -1


def _carry_out(phone: System, verb: str, arguments: Arguments, io: CommandIO) -> int:
    words = _without_user(arguments)
    if verb == "reset":
        return _reset(phone, words, io)
    if verb == "query-op":
        return _query(phone, words, io)
    asked = _asked(phone, words, needs_operation=verb == "set")
    return _set(phone, asked) if verb == "set" else _get(phone, asked, io)


def _without_user(arguments: Arguments) -> list[str]:
    words: list[str] = []
    while (word := arguments.next()) is not None:
        if word in {"--user", "--attribution"}:
            arguments.required()
        elif word != "--uid":
            words.append(word)
    return words


def _asked(phone: System, words: list[str], *, needs_operation: bool) -> _Asked:
    if not words:
        raise _MistakeError("Package name not specified.")
    if needs_operation and len(words) == 1:
        raise _MistakeError("Operation not specified.")
    operation = _operation(phone, words[1]) if len(words) > 1 else None
    if phone.packages.uid_of(words[0]) is None:
        raise _MistakeError(f"No UID for {words[0]} in user 0")
    return _Asked(words[0], operation, words[2:])


def _operation(phone: System, word: str) -> str:
    """`strOpToOp`: a name, `android:name` or a number."""
    known = _KNOWN | (_LATER if phone.level.has("exact_alarm_op") else {})
    name = known.get(int(word)) if word.isdecimal() else word.removeprefix("android:").upper()
    if name not in known.values():
        raise _MistakeError(f"Unknown operation string: {word}")
    return str(name)


def _mode(word: str) -> str:
    if word.isdecimal() and int(word) < len(MODES):
        return MODES[int(word)]
    if word not in MODES:
        raise _MistakeError(f"Mode {word} is not valid")
    return word


def _set(phone: System, asked: _Asked) -> int:
    if not asked.rest:
        raise _MistakeError("Mode not specified.")
    phone.app_ops.set(asked.package, str(asked.operation), _mode(asked.rest[0]))
    return 0


def _get(phone: System, asked: _Asked, io: CommandIO) -> int:
    found = [(op, mode) for op, mode in phone.app_ops.of(asked.package) if asked.operation in {None, op}]
    io.out("".join(f"{op}: {mode}\n" for op, mode in found))
    if not found:
        default = "" if asked.operation is None else f"Default mode: {_DEFAULTS.get(asked.operation, 'allow')}\n"
        io.out(f"No operations.\n{default}")
    return 0


def _query(phone: System, words: list[str], io: CommandIO) -> int:
    """`query-op OP [MODE]`: the packages whose mode it is, `ignore` when none is named."""
    if not words:
        raise _MistakeError("Operation not specified.")
    operation, mode = _operation(phone, words[0]), _mode(words[1]) if len(words) > 1 else "ignore"
    names = [record.name for record in phone.packages.all() if phone.app_ops.mode(record.name, operation) == mode]
    io.out("".join(f"{name}\n" for name in names) or "No operations.\n")
    return 0


def _reset(phone: System, words: list[str], io: CommandIO) -> int:
    if len(words) > 1:
        raise _MistakeError(f"Unsupported argument: {words[1]}")
    phone.app_ops.reset(words[0] if words else None)
    io.out(f"Reset all modes for: user 0, {f'package {words[0]}' if words else 'all packages'}\n")
    return 0
