"""The verbs of `cmd deviceidle` that change who may work while the phone dozes.

Source: a30 DeviceIdleController.onShellCommand, `whitelist` to `sys-whitelist`.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.commands.deviceidle_dump import temporary
from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import JavaException
from bgtask_harness.virtual.android.commands.program import parse_int
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_MS = 1_000_000


async def whitelist(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`whitelist [+P|-P|=P ...]`: the list, or a change of it."""
    words = arguments.rest()
    if not words:
        io.out(_listing(phone))
        return 0
    for word in words:
        sign, package = word[:1], word[1:]
        if sign not in {"+", "-", "="}:
            io.out(f"Package must be prefixed with +, -, or =: {word}\n")
            return -1
        io.out(_change(phone, sign, package))
    return 0


def _change(phone: System, sign: str, package: str) -> str:
    allowed, app_id = phone.allow_list, phone.packages.uid_of(package)
    if sign == "+":
        if app_id is None:
            return f"Unknown package: {package}\n"
        allowed.add(package, app_id)
        return f"Added: {package}\n"
    if sign == "-":
        return f"Removed: {package}\n" if allowed.remove(package) else ""
    return f"{_java(package in allowed.user or package in allowed.system)}\n"


def _listing(phone: System) -> str:
    groups = (
        ("system-excidle", phone.allow_list.system_except_idle),
        ("system", phone.allow_list.system),
        ("user", phone.allow_list.user),
    )
    return "".join(f"{kind},{package},{app_id}\n" for kind, apps in groups for package, app_id in apps.items())


async def except_idle(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`except-idle-whitelist reset|+P|=P ...`: exempt from app standby, not from Doze; gone after a boot."""
    words, allowed = arguments.rest(), phone.allow_list
    if not words:
        io.out("No arguments given\n")
        return -1
    if words[0] == "reset":
        allowed.reset_except_idle()
        return 0
    for word in words:
        sign, package = word[:1], word[1:]
        app_id = phone.packages.uid_of(package)
        if sign == "+":
            io.out(f"Unknown package: {package}\n" if app_id is None else f"Added: {package}\n")
            if app_id is not None:
                allowed.add_except_idle(package, app_id)
        elif sign == "=":
            io.out(f"{_java(app_id in allowed.app_ids_except_idle())}\n")
        else:
            io.out(f"Unknown argument: {word}\n" if sign == "-" else _must_be_prefixed(word, "+, -, or =:"))
            return -1
    return 0


async def system_list(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`sys-whitelist [reset|+P|-P ...]`: the system's own list, without an argument as it is."""
    words, allowed = arguments.rest(), phone.allow_list
    if not words:
        io.out("".join(f"{package},{app_id}\n" for package, app_id in allowed.system.items()))
        return 0
    if words[0] == "reset":
        allowed.reset_system()
        return 0
    for word in words:
        sign, package = word[:1], word[1:]
        if sign not in {"+", "-"}:
            io.out(_must_be_prefixed(word, "+ or -"))
            return -1
        done = allowed.restore_system(package) if sign == "+" else allowed.remove_system(package)
        if done:
            io.out(f"{'Restored' if sign == '+' else 'Removed'} {package}\n")
    return 0


def _must_be_prefixed(word: str, signs: str) -> str:
    return f"Package must be prefixed with {signs} {word}\n"


async def temporary_list(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`tempwhitelist [-u USER] [-d MILLISECONDS] [-r] [P]`: silent; without a package who is on it."""
    milliseconds, remove = 10_000, False
    while (word := arguments.option()) is not None:
        if word in {"-u", "-d"}:
            value = arguments.next()
            if value is None:
                io.out(f"-{word[1]} requires a {'user number' if word == '-u' else 'duration'}\n")
                return -1
            milliseconds = parse_int(value) if word == "-d" else milliseconds
        elif word == "-r":
            remove = True
    package = arguments.next()
    if package is not None:
        return _let_work(phone, package, milliseconds, remove=remove)
    if remove:
        io.out("[-r] requires a package name\n")
        return -1
    io.out("".join(f"{line}\n" for line in temporary(phone)))
    return 0


def _let_work(phone: System, package: str, milliseconds: int, *, remove: bool) -> int:
    """A package that nobody knows is passed over without a word (addPowerSaveTempWhitelistAppInternal)."""
    app_id = phone.packages.uid_of(package)
    if app_id is None:
        return 0
    if remove:
        phone.allow_list.remove_temporary(app_id)
        return 0
    phone.allow_list.add_temporarily(app_id, phone.clocks.boot_ns() + milliseconds * _MS)
    phone.kernel.after(milliseconds * _MS, phone.job_scheduler.changed)
    return 0


async def pre_idle_factor(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`pre-idle-factor [0|1|2]`: how patient the phone is before it dozes."""
    word = arguments.next()
    if word is None:
        io.out("Unknown idle timeout factor: null,(error code: -1)\n")
        return 0
    try:
        mode = parse_int(word)
    except JavaException:
        io.out("Unknown idle timeout factor,(error code: -1)\n")
        return 0
    answers = ("Idle timeout factor not changed", f"pre-idle-factor: {mode}", "Deep idle not supported")
    io.out(f"{answers[phone.device_idle.set_pre_idle_mode(mode)]}\n")
    return 0


async def reset_pre_idle_factor(phone: System, _arguments: Arguments, _io: CommandIO) -> int:
    """`reset-pre-idle-factor`; silent."""
    phone.device_idle.set_pre_idle_mode(0)
    return 0


def _java(value: bool) -> str:
    return "true" if value else "false"
