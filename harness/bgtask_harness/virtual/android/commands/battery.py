"""`cmd battery`, `dumpsys battery`.

Source: services/core BatteryService.java onShellCommand and dumpInternal; corpus battery_api36_emulator.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.battery import BatteryState
from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import JavaException
from bgtask_harness.virtual.android.level import Level
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_PLUGS = {"ac": "ac", "usb": "usb", "wireless": "wireless", "dock": "dock"}
_NUMBERS = {
    "status": "status",
    "level": "level",
    "temp": "temperature",
    "counter": "charge_counter",
    "invalid": "invalid_charger",
}

HELP = """\
Battery service (battery) commands:
  help
    Print this help text.
  get [-f] [ac|usb|wireless|dock|status|level|temp|present|counter|invalid]
  set [-f] [ac|usb|wireless|dock|status|level|temp|present|counter|invalid] <value>
    Force a battery property value, freezing battery state.
    -f: force a battery change broadcast be sent, prints new sequence.
  unplug [-f]
    Force battery unplugged, freezing battery state.
    -f: force a battery change broadcast be sent, prints new sequence.
  reset [-f]
    Unfreeze battery state, returning to current hardware values.
    -f: force a battery change broadcast be sent, prints new sequence.
  suspend_input
    Suspend charging even if plugged in.
"""


async def battery(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb == "unplug":
        forced = _force(arguments)
        phone.power.override(ac=False, usb=False, wireless=False, dock=False)
        return _sequence(phone, io, forced)
    if verb == "reset":
        forced = _force(arguments)
        phone.power.reset()
        return _sequence(phone, io, forced)
    if verb == "set":
        return _set(phone, arguments, io)
    if verb == "get":
        return _get(phone, arguments, io)
    if verb == "suspend_input":
        words = "battery suspend_input is only supported on debuggable builds"
        raise JavaException("java.lang.SecurityException", words)
    io.out(HELP if verb in {None, "help", "-h"} else f"Unknown command: {verb}\n")
    return -1


def _force(arguments: Arguments) -> bool:
    return arguments.option() == "-f"


def _sequence(phone: System, io: CommandIO, forced: bool) -> int:
    if forced:
        io.out(f"{phone.power.sequence}\n")
    return 0


def _set(phone: System, arguments: Arguments, io: CommandIO) -> int:
    forced = _force(arguments)
    key, value = arguments.next(), arguments.next()
    if key is None:
        io.out("No property specified\n")
        return -1
    if value is None:
        io.out("No value specified\n")
        return -1
    try:
        number = int(value)
    except ValueError:
        io.out(f"Bad value: {value}\n")
        return -1
    plugs = set(_PLUGS) if phone.level.has("battery_dock") else set(_PLUGS) - {"dock"}
    if key in plugs | {"present"}:
        phone.power.override(**{key: bool(number)})
    elif key in _NUMBERS:
        phone.power.override(**{_NUMBERS[key]: number})
    else:
        io.out(f"Unknown set option: {key}\n")
        return 0
    return _sequence(phone, io, forced)


def _get(phone: System, arguments: Arguments, io: CommandIO) -> int:
    key = arguments.next()
    if key is None:
        io.out("No property specified\n")
        return -1
    name = _PLUGS.get(key) or _NUMBERS.get(key) or ("present" if key == "present" else None)
    if name is None:
        io.out(f"Unknown get option: {key}\n")
        return 0
    value = getattr(phone.power.state, name)
    io.out(f"{_java(value) if isinstance(value, bool) else value}\n")
    return 0


async def dumpsys_battery(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys battery`: the state without an argument, else a verb of `cmd battery`."""
    words = arguments.rest()
    if words and words[0] != "-a":
        return await battery(phone, Arguments(words), io)
    io.out(dump(phone.power.state, phone.level, updates_stopped=phone.power.updates_stopped))
    return 0


def dump(state: BatteryState, level: Level, *, updates_stopped: bool) -> str:
    """Give `dumpsys battery`. Lines that the API 36 emulator does not print are those that need a real gauge."""
    policy = ["  Charging state: 0", "  Charging policy: 0"] if level.has("battery_charging_policy") else []
    stopped = ["  (UPDATES STOPPED -- use 'reset' to restart)"] if updates_stopped else []
    lines = [
        "Current Battery Service state:",
        *stopped,
        f"  AC powered: {_java(state.ac)}",
        f"  USB powered: {_java(state.usb)}",
        f"  Wireless powered: {_java(state.wireless)}",
        *([f"  Dock powered: {_java(state.dock)}"] if level.has("battery_dock") else []),
        f"  Max charging current: {state.max_charging_current}",
        f"  Max charging voltage: {state.max_charging_voltage}",
        f"  Charge counter: {state.charge_counter}",
        f"  status: {state.status}",
        f"  health: {state.health}",
        f"  present: {_java(state.present)}",
        f"  level: {state.level}",
        f"  scale: {state.scale}",
        f"  voltage: {state.voltage}",
        f"  temperature: {state.temperature}",
        "  technology: Li-ion",
        *policy,
        *(["  Capacity level: -1"] if level.has("battery_capacity_level") else []),
    ]
    return "".join(f"{line}\n" for line in lines)


def _java(value: bool) -> str:
    return "true" if value else "false"
