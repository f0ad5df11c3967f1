"""`dumpsys deviceidle`: what a level prints is in `deviceidle_levels.toml`.

Source: a30 and y36 DeviceIdleController.dump; corpus deviceidle_full_emulator_api36.
"""

from __future__ import annotations

from collections.abc import Iterable

from bgtask_harness.virtual.android.durations import duration
from bgtask_harness.virtual.android.durations import from_ns
from bgtask_harness.virtual.android.system import System

_NOT_TIMES = frozenset({"light_idle_linear_increase_factor_ms", "light_idle_flex_linear_increase_factor_ms"})
"""Settings that the dump prints as plain milliseconds."""


def dump(phone: System) -> list[str]:
    """Give the lines of `dumpsys deviceidle`."""
    allowed = phone.allow_list
    return [
        *(_FLAGS if phone.level.has("deviceidle_flags") else []),
        "  Settings:",
        *(f"    {name}={_setting(name, value)}" for name, value in phone.device_idle.constants.items()),
        *phone.device_idle.history.lines(),
        *_block("Whitelist (except idle) system apps:", allowed.system_except_idle),
        *_block("Whitelist system apps:", allowed.system),
        *_block("Removed from whitelist system apps:", allowed.removed_system),
        *_block("Whitelist user apps:", allowed.user),
        *_block("Whitelist (except idle) all app ids:", map(str, allowed.app_ids_except_idle())),
        *_block("Whitelist user app ids:", map(str, sorted(allowed.user.values()))),
        *_block("Whitelist all app ids:", map(str, allowed.app_ids())),
        *_block("Temp whitelist schedule:", temporary(phone)),
        *_block("Temp whitelist app ids:", map(str, allowed.temporary(phone.clocks.boot_ns()))),
        *_state(phone),
        *_next_steps(phone),
    ]


def temporary(phone: System) -> list[str]:
    """`dumpTempWhitelistSchedule`: who is let work for a while, and how long still."""
    now = phone.clocks.boot_ns()
    ends = phone.allow_list.temporary_ends(now)
    return [f"UID={app_id}: {from_ns(until - now)} - shell" for app_id, until in ends]


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


def _next_steps(phone: System) -> list[str]:
    idle = phone.device_idle
    lines = []
    for name, label in (("deep", "mNextAlarmTime"), ("light", "mNextLightAlarmTime")):
        left = idle.left_ns(name)
        if left is not None:
            lines.append(f"  {label}={from_ns(left)}")
    if idle.jobs_active():
        lines.append("  mJobsActive=true")
    if idle.pre_idle_mode:
        lines.append(f"  mPreIdleFactor={idle.pre_idle_factor}")
    return lines


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
