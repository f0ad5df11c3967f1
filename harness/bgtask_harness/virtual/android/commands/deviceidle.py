"""`cmd deviceidle`, `dumpsys deviceidle`.

Source: y36 and a30 apex/jobscheduler/service DeviceIdleController.java onShellCommand and dump; corpus
deviceidle_full_emulator_api36; what a level prints is in `deviceidle_levels.toml`. Verbs that this phone does not
model answer as unknown ones do.
"""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Iterable

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import parse_int
from bgtask_harness.virtual.android.durations import duration
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_MS = 1_000_000
_NOT_TIMES = frozenset({"light_idle_linear_increase_factor_ms", "light_idle_flex_linear_increase_factor_ms"})
"""Settings that the dump prints as plain milliseconds."""

HELP = """\
Device idle controller (deviceidle) commands:
  help
    Print this help text.
  step [light|deep]
    Immediately step to next state, without waiting for alarm.
  force-active
    Force to active mode, and remain there.
  force-idle [light|deep]
    Force directly into idle mode, regardless of other device state.
  force-inactive
    Force to be inactive, ready to freely step idle states.
  unforce
    Resume normal functioning after force-idle or force-inactive or force-modemanager-quickdoze.
  get [light|deep|force|screen|charging|network|offbody|forceoffbody]
    Retrieve the current given state.
  disable [light|deep|all]
    Completely disable device idle mode.
  enable [light|deep|all]
    Re-enable device idle mode after it had previously been disabled.
  enabled [light|deep|all]
    Print 1 if device idle mode is currently enabled, else 0.
  whitelist
    Print currently whitelisted apps.
  whitelist [package ...]
    Add (prefix with +) or remove (prefix with -) packages.
  tempwhitelist [-u USER] [-d DURATION] [-r] [package]
    Temporarily place package in whitelist for DURATION milliseconds.
    If no DURATION is specified, 10 seconds is used
    If [-r] option is used, then the package is removed from temp whitelist and any [-d] is ignored
"""


async def deviceidle(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb in {None, "help", "-h"}:
        io.out(HELP)
        return -1
    known = verb != "force-active" or phone.level.has("force_active")
    action = _VERBS.get(str(verb)) if known else None
    if action is None:
        io.out(f"Unknown command: {verb}\n")
        return -1
    return await action(phone, arguments, io)


def _states(phone: System) -> str:
    return f"Light state: {phone.device_idle.light}, deep state: {phone.device_idle.deep}\n"


async def _step(phone: System, arguments: Arguments, io: CommandIO) -> int:
    which, idle = arguments.next(), phone.device_idle
    idle.unforce()
    if which in {None, "deep"}:
        idle.step_deep()
        io.out(f"Stepped to deep: {idle.deep}\n")
    elif which == "light":
        idle.step_light()
        io.out(f"Stepped to light: {idle.light}\n")
    else:
        io.out(f"Unknown idle mode: {which}\n")
    return 0


async def _force_idle(phone: System, arguments: Arguments, io: CommandIO) -> int:
    which, idle = arguments.next() or "deep", phone.device_idle
    if which not in {"deep", "light"}:
        io.out(f"Unknown idle mode: {which}\n")
        return -1
    deep = which == "deep"
    if not (idle.deep_enabled if deep else idle.light_enabled):
        io.out(f"Unable to go {which} idle; not enabled\n")
        return -1
    if not (idle.force_deep() if deep else idle.force_light()):
        io.out(f"Unable to go {which} idle; stopped at {idle.deep if deep else idle.light}\n")
        return -1
    io.out(f"Now forced in to {which} idle mode\n")
    return 0


def _then_states(action: Callable[[System], None]) -> _Verb:
    async def verb(phone: System, _arguments: Arguments, io: CommandIO) -> int:
        action(phone)
        io.out(_states(phone))
        return 0

    return verb


async def _get(phone: System, arguments: Arguments, io: CommandIO) -> int:
    key = arguments.next()
    if key is None:
        io.out("Argument required\n")
        return 0
    idle = phone.device_idle
    values: dict[str, str] = {
        "light": idle.light,
        "deep": idle.deep,
        "force": _java(idle.forced),
        **({"quick": "false"} if phone.level.has("quick_doze") else {}),
        "screen": _java(phone.screen_on),
        "charging": _java(phone.power.charging),
        "network": _java(phone.network.connected),
    }
    io.out(f"{values.get(key, f'Unknown get option: {key}')}\n")
    return 0


def _switch(*, on: bool) -> _Verb:
    async def verb(phone: System, arguments: Arguments, io: CommandIO) -> int:
        which, idle = arguments.next(), phone.device_idle
        if which not in {None, "deep", "light", "all"}:
            io.out(f"Unknown idle mode: {which}\n")
            return 0
        if which != "light":
            idle.deep_enabled = on
            io.out(f"Deep idle mode {'enabled' if on else 'disabled'}\n")
        if which != "deep":
            idle.light_enabled = on
            io.out(f"Light idle mode {'enable' if on else 'disabled'}\n")  # sic
        if on:
            idle.conditions_changed()
        else:
            idle.force_active()
        return 0

    return verb


async def _enabled(phone: System, arguments: Arguments, io: CommandIO) -> int:
    which, idle = arguments.next(), phone.device_idle
    values = {"deep": idle.deep_enabled, "light": idle.light_enabled, "all": idle.deep_enabled and idle.light_enabled}
    found = values.get(which or "all")
    io.out(f"Unknown idle mode: {which}\n" if found is None else f"{int(found)}\n")
    return 0


async def _whitelist(phone: System, arguments: Arguments, io: CommandIO) -> int:
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
    app_id = phone.packages.uid_of(package)
    if sign == "+":
        if app_id is None:
            return f"Unknown package: {package}\n"
        phone.allow_list.add(package, app_id)
        return f"Added: {package}\n"
    if sign == "-":
        return f"Removed: {package}\n" if phone.allow_list.remove(package) else ""
    known = package in phone.allow_list.user or package in phone.allow_list.system
    return f"{_java(known)}\n"


def _listing(phone: System) -> str:
    groups = (
        ("system-excidle", phone.allow_list.system_except_idle),
        ("system", phone.allow_list.system),
        ("user", phone.allow_list.user),
    )
    return "".join(f"{kind},{package},{app_id}\n" for kind, apps in groups for package, app_id in apps.items())


async def _temp_whitelist(phone: System, arguments: Arguments, io: CommandIO) -> int:
    milliseconds, remove = 10_000, False
    while (word := arguments.option()) is not None:
        if word == "-d":
            milliseconds = parse_int(arguments.required())
        elif word == "-r":
            remove = True
        elif word == "-u":
            arguments.required()
    package = arguments.next()
    if package is None:
        return 0
    app_id = phone.packages.uid_of(package)
    if app_id is None:
        io.out(f"Failed: {package}\n")  # UNCONFIRMED: IllegalArgumentException or this
        return -1
    if remove:
        phone.allow_list.remove_temporary(app_id)
        return 0
    phone.allow_list.add_temporarily(app_id, phone.clocks.boot_ns() + milliseconds * _MS)
    phone.kernel.after(milliseconds * _MS, phone.job_scheduler.changed)
    return 0


_Verb = Callable[[System, Arguments, CommandIO], Awaitable[int]]

_VERBS: dict[str, _Verb] = {
    "step": _step,
    "force-idle": _force_idle,
    "force-inactive": _then_states(lambda phone: phone.device_idle.force_inactive()),
    "force-active": _then_states(lambda phone: phone.device_idle.force_active()),
    "unforce": _then_states(lambda phone: phone.device_idle.unforce()),
    "get": _get,
    "disable": _switch(on=False),
    "enable": _switch(on=True),
    "enabled": _enabled,
    "whitelist": _whitelist,
    "tempwhitelist": _temp_whitelist,
}


async def dumpsys_deviceidle(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys deviceidle`: the state without an argument, else a verb of `cmd deviceidle`."""
    words = arguments.rest()
    if words and words[0] != "-a":
        return await deviceidle(phone, Arguments(words), io)
    io.out("".join(f"{line}\n" for line in dump(phone)))
    return 0


def dump(phone: System) -> list[str]:
    """Give the lines of `dumpsys deviceidle`."""
    allowed = phone.allow_list
    return [
        *(_FLAGS if phone.level.has("deviceidle_flags") else []),
        "  Settings:",
        *(f"    {name}={_setting(name, value)}" for name, value in phone.device_idle.constants.items()),
        *_block("Whitelist (except idle) system apps:", allowed.system_except_idle),
        *_block("Whitelist system apps:", allowed.system),
        *_block("Whitelist user apps:", allowed.user),
        *_block("Whitelist (except idle) all app ids:", map(str, allowed.app_ids_except_idle())),
        *_block("Whitelist user app ids:", map(str, sorted(allowed.user.values()))),
        *_block("Whitelist all app ids:", map(str, allowed.app_ids())),
        *_state(phone),
    ]


def _state(phone: System) -> list[str]:
    idle = phone.device_idle
    values = {
        "light_enabled": _java(idle.light_enabled),
        "deep_enabled": _java(idle.deep_enabled),
        "forced": _java(idle.forced),
        "screen_on": _java(phone.screen_on),
        "connected": _java(phone.network.connected),
        "charging": _java(phone.power.charging),
        "deep": idle.deep,
        "light": idle.light,
        "inactive_to": duration(int(idle.constants["inactive_to"])),
    }
    return [line.format(**values) for line in phone.level.device_idle_state]


_FLAGS = (
    "  Flags:",
    "    com.android.server.deviceidle.remove_idle_location=true",
    "    com.android.server.deviceidle.stop_power_save_temp_whitelist_broadcast=false",
    "",
)


def _block(title: str, items: Iterable[str]) -> list[str]:
    lines = [f"    {item}" for item in items]
    return [f"  {title}", *lines] if lines else []


def _setting(name: str, value: float | bool) -> str:
    if isinstance(value, bool):
        return _java(value)
    if isinstance(value, int):
        return str(value) if name in _NOT_TIMES else duration(value)
    return f"{value}m" if name == "location_accuracy" else str(value)


def _java(value: bool) -> str:
    return "true" if value else "false"
