"""`cmd deviceidle`, `dumpsys deviceidle`.

Source: a30 and y36 apex/jobscheduler/service DeviceIdleController.java onShellCommand. Verbs that this phone does not
model (of quick doze and location) answer as unknown ones do; the help is that of a30.
"""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable

from bgtask_harness.virtual.android.commands.deviceidle_dump import dump
from bgtask_harness.virtual.android.commands.deviceidle_lists import except_idle
from bgtask_harness.virtual.android.commands.deviceidle_lists import pre_idle_factor
from bgtask_harness.virtual.android.commands.deviceidle_lists import reset_pre_idle_factor
from bgtask_harness.virtual.android.commands.deviceidle_lists import system_list
from bgtask_harness.virtual.android.commands.deviceidle_lists import temporary_list
from bgtask_harness.virtual.android.commands.deviceidle_lists import whitelist
from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_HEAD = """\
Device idle controller (deviceidle) commands:
  help
    Print this help text.
  step [light|deep]
    Immediately step to next state, without waiting for alarm.
"""
_FORCE_ACTIVE = """\
  force-active
    Force to active mode, and remain there.
"""
_HELP = """\
  force-idle [light|deep]
    Force directly into idle mode, regardless of other device state.
  force-inactive
    Force to be inactive, ready to freely step idle states.
  unforce
    Resume normal functioning after force-idle or force-inactive.
  get [light|deep|force|screen|charging|network]
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
  sys-whitelist [package ...|reset]
    Prefix the package with '-' to remove it from the system whitelist or '+' to put it back in the system whitelist.
    Note that only packages that were earlier removed from the system whitelist can be added back.
    reset will reset the whitelist to the original state
    Prints the system whitelist if no arguments are specified
  except-idle-whitelist [package ...|reset]
    Prefix the package with '+' to add it to whitelist or '=' to check if it is already whitelisted
    [reset] will reset the whitelist to it's original state
    Note that unlike <whitelist> cmd, changes made using this won't be persisted across boots
  tempwhitelist
    Print packages that are temporarily whitelisted.
  tempwhitelist [-u USER] [-d DURATION] [-r] [package]
    Temporarily place package in whitelist for DURATION milliseconds.
    If no DURATION is specified, 10 seconds is used
    If [-r] option is used, then the package is removed from temp whitelist and any [-d] is ignored
  motion
    Simulate a motion event to bring the device out of deep doze
"""
_PRE_IDLE = """\
  pre-idle-factor [0|1|2]
    Set a new factor to idle time before step to idle(inactive_to and idle_after_inactive_to)
  reset-pre-idle-factor
    Reset factor to idle time to default
"""


def help_text(phone: System) -> str:
    """`dumpHelp`, with the verbs that the level has."""
    active = _FORCE_ACTIVE if phone.level.has("force_active") else ""
    return _HEAD + active + _HELP + (_PRE_IDLE if phone.level.has("pre_idle_factor") else "")


async def deviceidle(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb in {None, "help", "-h"}:
        io.out(help_text(phone))
        return -1
    action = _VERBS.get(str(verb)) if _known(phone, str(verb)) else None
    if action is None:
        io.out(f"Unknown command: {verb}\n")
        return -1
    return await action(phone, arguments, io)


def _known(phone: System, verb: str) -> bool:
    if verb == "force-active":
        return phone.level.has("force_active")
    return not verb.endswith("pre-idle-factor") or phone.level.has("pre_idle_factor")


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
        return 0
    deep = which == "deep"
    if deep and not idle.deep_enabled:
        io.out("Unable to go deep idle; not enabled\n")
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
        before = idle.deep_enabled, idle.light_enabled
        if which != "light" and idle.deep_enabled is not on:
            idle.deep_enabled = on
            io.out(f"Deep idle mode {'enabled' if on else 'disabled'}\n")
        if which != "deep" and idle.light_enabled is not on:
            idle.light_enabled = on
            io.out(f"Light idle mode {'enable' if on else 'disabled'}\n")  # sic
        if before != (idle.deep_enabled, idle.light_enabled):
            idle.conditions_changed() if on else idle.force_active()
        return 0

    return verb


async def _enabled(phone: System, arguments: Arguments, io: CommandIO) -> int:
    which, idle = arguments.next(), phone.device_idle
    values = {"deep": idle.deep_enabled, "light": idle.light_enabled, "all": idle.deep_enabled and idle.light_enabled}
    found = values.get(which or "all")
    io.out(f"Unknown idle mode: {which}\n" if found is None else f"{int(found)}\n")
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
    "whitelist": whitelist,
    "except-idle-whitelist": except_idle,
    "sys-whitelist": system_list,
    "tempwhitelist": temporary_list,
    "motion": _then_states(lambda phone: phone.device_idle.motion()),
    "pre-idle-factor": pre_idle_factor,
    "reset-pre-idle-factor": reset_pre_idle_factor,
}


async def dumpsys_deviceidle(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys deviceidle`: the state without an argument, else a verb of `cmd deviceidle`."""
    words = arguments.rest()
    if words and words[0] != "-a":
        return await deviceidle(phone, Arguments(words), io)
    io.out("".join(f"{line}\n" for line in dump(phone)))
    return 0


def _java(value: bool) -> str:
    return "true" if value else "false"
