"""`cmd power`, `dumpsys power`.

Source: services/core PowerManagerShellCommand.java of a30 and y36; the lines of the dump after corpus
power_hyperos_2026, as far as this phone knows the truth of them. Lines of 28 to 32 are UNCONFIRMED.
"""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import JavaException
from bgtask_harness.virtual.android.commands.program import parse_int
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_HELP = """\
Power manager (power) commands:
  help
    Print this help text.

"""
_VERB_HELP = {
    "set-adaptive-power-saver-enabled": """\
  set-adaptive-power-saver-enabled [true|false]
    enables or disables adaptive power saver.
""",
    "set-mode": """\
  set-mode MODE
    sets the power mode of the device to MODE.
    1 turns low power mode on and 0 turns low power mode off.
""",
    "set-fixed-performance-mode-enabled": """\
  set-fixed-performance-mode-enabled [true|false]
    enables or disables fixed performance mode
    note: this will affect system performance and should only be used
          during development
""",
    "sleep": "  sleep\n    requests to put the device to sleep\n",
    "wakeup": "  wakeup\n    Wakes up the device.\n",
}


async def power(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb in {None, "help", "-h"}:
        io.out(_HELP + "".join(text for name, text in _VERB_HELP.items() if _has(phone, name)))
        return -1
    action = _VERBS.get(str(verb)) if _has(phone, str(verb)) else None
    if action is None:
        io.out(f"Unknown command: {verb}\n")
        return -1
    return action(phone, arguments, io)


def _has(phone: System, verb: str) -> bool:
    if verb in {"sleep", "wakeup"}:
        return phone.level.has("power_sleep")
    return verb == "set-mode" or phone.level.has("power_adaptive")


def _set_mode(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Whatever is no 1 turns battery saver off; while something is plugged in it cannot be turned on or off."""
    try:
        mode = parse_int(arguments.required())
    except JavaException as error:
        io.out(f"Error: {error}\n")
        return -1
    if not phone.power.state.powered:  # PowerManagerService.setLowPowerModeInternal
        phone.settings.put("global", "low_power", "1" if mode == 1 else "0")
    return 0


def _taken(_phone: System, arguments: Arguments, _io: CommandIO) -> int:
    arguments.required()
    return 0


def _no_power_hal(_phone: System, arguments: Arguments, io: CommandIO) -> int:
    arguments.required()
    io.err("Failed to set FIXED_PERFORMANCE mode\n")
    io.err("This is likely because Power HAL AIDL is not implemented on this device\n")
    return -1


def _screen(*, on: bool) -> _Verb:
    def verb(phone: System, _arguments: Arguments, _io: CommandIO) -> int:
        phone.set_screen(on=on)
        return 0

    return verb


_Verb = Callable[[System, Arguments, CommandIO], int]

_VERBS: dict[str, _Verb] = {
    "set-mode": _set_mode,
    "set-adaptive-power-saver-enabled": _taken,  # which apps it would restrict is not modelled: none
    "set-fixed-performance-mode-enabled": _no_power_hal,
    "sleep": _screen(on=False),
    "wakeup": _screen(on=True),
}


async def dumpsys_power(phone: System, _arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys power`: the head of the dump."""
    io.out("".join(f"{line}\n" for line in dump(phone)))
    return 0


def dump(phone: System) -> list[str]:
    """Give the lines of `dumpsys power` that this phone knows the truth of, in the order of a real dump."""
    state, idle, now = phone.power.state, phone.device_idle, phone.clocks.boot_ns()
    plug = 1 if state.ac else 2 if state.usb else 4 if state.wireless else 8 if state.dock else 0
    allowed = ", ".join(map(str, phone.allow_list.app_ids()))
    temporary = ", ".join(map(str, phone.allow_list.temporary(now)))
    newer = phone.level.has("dump_power_newer")
    return [
        "POWER MANAGER (dumpsys power)",
        "",
        "Power Manager State:",
        "  Settings power_manager_constants:",
        "    no_cached_wake_locks=true",
        "  mDirty=0x0",
        f"  mWakefulness={'Awake' if phone.screen_on else 'Asleep'}",
        "  mWakefulnessChanging=false",
        f"  mIsPowered={_java(state.powered)}",
        f"  mPlugType={plug}",
        f"  mBatteryLevel={state.level}",
        "  mDreamsBatteryLevelDrain=0" if newer else "  mBatteryLevelWhenDreamStarted=0",
        "  mDockState=0",
        "  mStayOn=false",
        "  mProximityPositive=false",
        f"  mBootCompleted={_java(phone.properties.get('sys.boot_completed') == '1')}",
        "  mSystemReady=true",
        f"  mHalInteractiveModeEnabled={_java(phone.screen_on)}",
        "  mRequestWaitForNegativeProximity=false",
        "  mSandmanScheduled=false",
        f"  mBatteryLevelLow={_java(not phone.power.battery_not_low)}",
        f"  mLightDeviceIdleMode={_java(idle.light == 'IDLE')}",
        f"  mDeviceIdleMode={_java(idle.deep == 'IDLE')}",
        f"  mDeviceIdleWhitelist=[{allowed}]",
        f"  mDeviceIdleTempWhitelist=[{temporary}]",
        *(["  mLowPowerStandbyActive=false"] if newer else []),
    ]


def _java(value: bool) -> str:
    return "true" if value else "false"
