"""Levers of an Android phone: what is asked, what is typed, and what that has to lead to.

Verbs: AOSP 28 to 36, `BatteryService`, `DeviceIdleController`, `ActivityManagerShellCommand`, `AppOpsService`,
`NetworkPolicyManagerShellCommand`, cmds/svc. **Not tried on hardware**: a phone that says something else than these
patterns know is not changed at all, or is told to have it back and the scenario is UNSUPPORTED.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android import hook
from bgtask_harness.devices.android.clocks import parse_clocks
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.changes import Change
from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.changes import Wall
from bgtask_harness.errors import Unsupported
from bgtask_harness.transport.shell import quote
from bgtask_reference.events import AppSpec

READ_CLOCKS = "cat /proc/sys/kernel/random/boot_id /proc/uptime; date +%s%N"
SET_CLOCK = "cmd alarm set-time {wall_ms}"
_BUCKETS = {"active": 10, "working_set": 20, "frequent": 30, "rare": 40, "restricted": 45}
_EXEMPTED = "5"
_ON_OFF = {"on": True, "off": False}
_NS_PER_MS = 1_000_000
_RADIOS = "settings get global airplane_mode_on; settings get global wifi_on; settings get global mobile_data"
_HOOK_SAID_OK = r'data="ok[" ]'
_RUN_ANY = "RUN_ANY_IN_BACKGROUND"
_VALUES = re.compile(r"^  ([\w ]+): (\w+)$", re.MULTILINE)
_PLUGS = {"AC powered": "ac", "USB powered": "usb", "Wireless powered": "wireless"}


def plan(link: Link, lever: Lever, value: str, app: AppSpec, deadline: Deadline) -> Change:
    """Ask how things stand and give the change; nothing is changed yet.

    Raises:
        Unsupported: This phone does not tell how it stands, or does not know the value.

    """
    return _PLANS[lever](_Asked(link, deadline, app.package), lever, value)


class _Asked:
    """A phone that is asked for its state."""

    def __init__(self, link: Link, deadline: Deadline, package: str) -> None:
        self._link, self._deadline, self.package = link, deadline, package

    def said(self, lever: Lever, line: str, pattern: str) -> re.Match[str]:
        """Give what a line printed, as a pattern has it.

        Raises:
            Unsupported: It printed something else.

        """
        done = self._link.shell(line, self._deadline)
        match = re.search(pattern, done.stdout, re.MULTILINE)
        if match is None or done.exit_status:
            told = (done.stdout + done.stderr).strip()[:200]
            raise Unsupported(f"{lever} cannot be changed here: `{line}` says {told!r}")
        return match

    def text(self, line: str) -> str:
        """Give what a line printed."""
        return self._link.shell(line, self._deadline).stdout


def _known(lever: Lever, value: str, values: object) -> None:
    if value not in list(values):  # type: ignore[call-overload] # any collection of texts
        raise Unsupported(f"{lever} {value}: the values are {', '.join(values)}")  # type: ignore[arg-type] # same


# --- radios ---------------------------------------------------------------------------------------------------------


def _radio(asked: _Asked, lever: Lever, value: str) -> Change:
    """Every radio lever puts all of them back: airplane mode takes Wi-Fi along, each way."""
    _known(lever, value, _ON_OFF)
    match = asked.said(lever, _RADIOS, r"\A(null|\d)\n(null|\d)\n(null|\d)\n\Z")
    place = {Lever.AIRPLANE_MODE: 0, Lever.WIFI: 1, Lever.MOBILE_DATA: 2}[lever]
    after = [r"\w+", r"\w+", r"\w+"]
    after[place] = "[1-9]" if _ON_OFF[value] else "(0|3)"
    airplane, wifi, mobile = (None if each == "null" else each not in {"0", "3"} for each in match.groups())
    restore = [_switch("svc wifi", wifi), _switch("svc data", mobile)]
    if lever is Lever.AIRPLANE_MODE:
        restore.insert(0, _switch("cmd connectivity airplane-mode", bool(airplane)))
    commands = {Lever.WIFI: "svc wifi", Lever.MOBILE_DATA: "svc data"}
    return Change(
        lever=lever,
        value=value,
        was="on" if (airplane, wifi, mobile)[place] else "off",
        apply=_switch(commands.get(lever, "cmd connectivity airplane-mode"), _ON_OFF[value]),
        restore=tuple(line for line in restore if line),
        check=_RADIOS,
        holds=_lines(*after),
        found=_lines(*(re.escape(each) for each in match.groups())),
    )


def _switch(command: str, on: bool | None) -> str:
    return "" if on is None else f"{command} {'enable' if on else 'disable'}"


def _lines(*patterns: str) -> str:
    return r"\A" + "".join(rf"{each}\n" for each in patterns) + r"\Z"


def _data_saver(asked: _Asked, lever: Lever, value: str) -> Change:
    _known(lever, value, _ON_OFF)
    check = "cmd netpolicy get restrict-background"
    was = asked.said(lever, check, r"^Restrict background status: (enabled|disabled)$")[1]
    verb = "cmd netpolicy set restrict-background"
    return Change(
        lever=lever,
        value=value,
        was="on" if was == "enabled" else "off",
        apply=f"{verb} {'true' if _ON_OFF[value] else 'false'}",
        restore=(f"{verb} {'true' if was == 'enabled' else 'false'}",),
        check=check,
        holds=f"status: {'enabled' if _ON_OFF[value] else 'disabled'}",
        found=f"status: {was}",
    )


_MOST_NETWORKS = 20
"""Saved networks beyond which a change of all of them is not worth its line."""


def _metered_wifi(asked: _Asked, lever: Lever, value: str) -> Change:
    """All saved networks, since no verb of every level tells which is in use. `set` exits with 255 when it worked."""
    _known(lever, value, _ON_OFF)
    check = "cmd netpolicy list wifi-networks"
    asked.said(lever, check, rf"\A(?:.+;(?:true|false|none)\n){{1,{_MOST_NETWORKS}}}\Z")
    saved = [line.rsplit(";", 1) for line in asked.text(check).splitlines()]
    word = "true" if _ON_OFF[value] else "false"
    words = {word for _, word in saved}
    return Change(
        lever=lever,
        value=value,
        was={"true": "on", "false": "off"}.get(words.pop(), "not set") if len(words) == 1 else "mixed",
        apply="; ".join([*(_meter(name, word) for name, _ in saved), "true"]),
        restore=("; ".join([*(_meter(name, was) for name, was in saved), "true"]),),
        check=check,
        holds=_lines(*(re.escape(f"{name};{word}") for name, _ in saved)),
        found=_lines(*(re.escape(f"{name};{was}") for name, was in saved)),
    )


def _meter(network: str, override: str) -> str:
    return f"cmd netpolicy set metered-network {quote([network])} {override}"


# --- storage --------------------------------------------------------------------------------------------------------

_STORAGE = "devicestoragemonitor"
_FORCES = {"LOW": "force-low", "NORMAL": "force-not-low", "UNKNOWN": "reset"}
_STORAGES = {"low": ("LOW", "false"), "enough": ("NORMAL", "true")}


def _storage(asked: _Asked, lever: Lever, value: str) -> Change:
    _known(lever, value, _STORAGES)
    state = f"dumpsys {_STORAGE} | grep mForceState"
    was = asked.said(lever, state, r"mForceState=(LOW|NORMAL|UNKNOWN)\b")[1]
    forced, not_low = _STORAGES[value]
    return Change(
        lever=lever,
        value=value,
        was={"LOW": "low", "NORMAL": "enough"}.get(was, "as it is"),
        apply=f"cmd {_STORAGE} {_FORCES[forced]} -f",
        restore=(f"cmd {_STORAGE} {_FORCES[was]} -f",),
        answers=r"\A\d+\s*\Z",
        check=f"{state}; cmd jobscheduler get-storage-not-low",
        holds=rf"mForceState={forced}\b[^\n]*\n{not_low}\n\Z",
        found=rf"mForceState={was}\b",
    )


# --- power ----------------------------------------------------------------------------------------------------------

_UNPLUG = "dumpsys battery unplug"
_POWERS = {
    "unplugged": (_UNPLUG, r"USB powered: false"),
    "low": (f"{_UNPLUG}; dumpsys battery set level 5", r"level: 5\n"),
    "charging": ("; ".join(f"dumpsys battery set {what}" for what in ("ac 1", "status 2", "level 95")), r"level: 95\n"),
}


def _power(asked: _Asked, lever: Lever, value: str) -> Change:
    _known(lever, value, _POWERS)
    check = "dumpsys battery"
    asked.said(lever, check, r"^Current Battery Service state:$")
    text = asked.text(check)
    frozen = "UPDATES STOPPED" in text
    apply, holds = _POWERS[value]
    kept = {key: value for key, value in _VALUES.findall(text) if key in {*_PLUGS, "status", "level"}}
    return Change(
        lever=lever,
        value=value,
        was="set by hand" if frozen else "as it is",
        apply=apply,
        restore=tuple(_freeze(kept)) if frozen else ("dumpsys battery reset",),
        check=check,
        holds=holds,
        found=_frozen_pattern(kept) if frozen else r"(?s)\A(?!.*UPDATES STOPPED)",
    )


def _freeze(kept: dict[str, str]) -> list[str]:
    numbers = {"true": "1", "false": "0"}
    return [f"dumpsys battery set {_PLUGS.get(key, key)} {numbers.get(value, value)}" for key, value in kept.items()]


def _frozen_pattern(kept: dict[str, str]) -> str:
    return r"(?s)\A" + "".join(rf"(?=.*\n  {key}: {value}\n)" for key, value in kept.items())


def _setting(key: str) -> Callable[[_Asked, Lever, str], Change]:
    def planned(asked: _Asked, lever: Lever, value: str) -> Change:
        _known(lever, value, _ON_OFF)
        check, number = f"settings get global {key}", int(_ON_OFF[value])
        was = asked.said(lever, check, r"\A(null|\d+)\n\Z")[1]
        restore = f"settings delete global {key}" if was == "null" else f"settings put global {key} {was}"
        return Change(
            lever=lever,
            value=value,
            was="off" if was in {"null", "0"} else "on",
            apply=f"settings put global {key} {number}",
            restore=(restore,),
            check=check,
            holds=_lines(str(number)),
            found=_lines(was),
        )

    return planned


# --- idleness -------------------------------------------------------------------------------------------------------

_IDLE = "; ".join(f"dumpsys deviceidle get {key}" for key in ("force", "deep", "light"))
_DOZES = {
    "deep": ("dumpsys deviceidle force-idle deep", r"\Atrue\nIDLE\n"),
    "light": ("dumpsys deviceidle force-idle light", r"\Atrue\n\w+\nIDLE\n"),
    "maintenance": ("dumpsys deviceidle step deep", r"\A\w+\nIDLE_MAINTENANCE\n"),
    "active": ("dumpsys deviceidle unforce", r"\Afalse\n"),
}


def _doze(asked: _Asked, lever: Lever, value: str) -> Change:
    _known(lever, value, _DOZES)
    match = asked.said(lever, _IDLE, r"\A(true|false)\n(\w+)\n(\w+)\n\Z")
    forced, deep = match[1] == "true", match[2] == "IDLE"
    kind = "deep" if deep else "light"
    return Change(
        lever=lever,
        value=value,
        was=f"forced {kind}" if forced else "not forced",
        apply=_DOZES[value][0],
        restore=(f"dumpsys deviceidle force-idle {kind}",) if forced else ("dumpsys deviceidle unforce",),
        check=_IDLE,
        holds=_DOZES[value][1],
        found=_DOZES[kind][1] if forced else r"\Afalse\n",
    )


def _screen(asked: _Asked, lever: Lever, value: str) -> Change:
    _known(lever, value, _ON_OFF)
    check, words = "dumpsys deviceidle get screen", {True: "true", False: "false"}
    was = asked.said(lever, check, r"\A(true|false)\n\Z")[1]
    keys = {True: "input keyevent KEYCODE_WAKEUP", False: "input keyevent KEYCODE_SLEEP"}
    return Change(
        lever=lever,
        value=value,
        was="on" if was == "true" else "off",
        apply=keys[_ON_OFF[value]],
        restore=(keys[was == "true"],),
        check=check,
        holds=_lines(words[_ON_OFF[value]]),
        found=_lines(was),
    )


_COUNTS_AS_IDLE = "dumpsys jobscheduler | grep 'Currently idle'"
_MAINTENANCE = "am idle-maintenance"
_SLEEP, _WAKE = "input keyevent KEYCODE_SLEEP", "input keyevent KEYCODE_WAKEUP"


def _device_idle(asked: _Asked, lever: Lever, value: str) -> Change:
    """`IdleController`: idle is a phone whose screen is off, at the latest after half an hour, at once when asked."""
    _known(lever, value, _ON_OFF)
    check = f"dumpsys deviceidle get screen; {_COUNTS_AS_IDLE}"
    match = asked.said(lever, check, r"\A(true|false)\n\s*Currently idle: (true|false)\n\Z")
    lit, was_idle = match[1] == "true", match[2] == "true"
    asleep = f"{_SLEEP}; {_MAINTENANCE}" if was_idle else f"{_WAKE}; {_SLEEP}"
    return Change(
        lever=lever,
        value=value,
        was="on" if was_idle else "off",
        apply=f"{_SLEEP}; {_MAINTENANCE}" if _ON_OFF[value] else _WAKE,
        restore=(_WAKE if lit else asleep,),
        check=check,
        holds=rf"Currently idle: {'true' if _ON_OFF[value] else 'false'}",
        found=rf"\A{match[1]}\n\s*Currently idle: {match[2]}",
    )


# --- the app --------------------------------------------------------------------------------------------------------


def _bucket(asked: _Asked, lever: Lever, value: str) -> Change:
    _known(lever, value, _BUCKETS)
    package = quote([asked.package])
    check = f"am get-standby-bucket {package}"
    was = asked.said(lever, check, r"\A(\d+)\n\Z")[1]
    if was == _EXEMPTED:
        raise Unsupported(f"{lever} cannot be changed here: {asked.package} is exempted (on the power allow-list)")
    return Change(
        lever=lever,
        value=value,
        subject=asked.package,
        was=was,
        apply=f"am set-standby-bucket {package} {value}",
        restore=(f"am set-standby-bucket {package} {was}",),
        check=check,
        holds=_lines(str(_BUCKETS[value])),
        found=_lines(was),
    )


def _background(asked: _Asked, lever: Lever, value: str) -> Change:
    modes = {"restricted": "ignore", "unrestricted": "allow"}
    _known(lever, value, modes)
    check = f"cmd appops get {quote([asked.package])} {_RUN_ANY}"
    match = asked.said(lever, check, rf"^(?:{_RUN_ANY}: (?P<mode>\w+)|No operations\.$)")
    was = match["mode"] or "default"
    by_default = rf"^(No operations\.|{_RUN_ANY}: (default|allow))"
    verb = f"cmd appops set {quote([asked.package])} {_RUN_ANY}"
    return Change(
        lever=lever,
        value=value,
        subject=asked.package,
        was=was,
        apply=f"{verb} {modes[value]}",
        restore=(f"{verb} {was}",),
        check=check,
        holds=rf"(?m)^{_RUN_ANY}: {modes[value]}",
        found=f"(?m){by_default}" if was == "default" else rf"(?m)^{_RUN_ANY}: {was}",
    )


# --- time -----------------------------------------------------------------------------------------------------------


def _wall_clock(asked: _Asked, lever: Lever, value: str) -> Change:
    if not value.lstrip("-").isdecimal():
        raise Unsupported(f"{lever} {value}: expected nanoseconds")
    now = time.monotonic_ns()
    reading = parse_clocks(asked.text(READ_CLOCKS), 0, now, now)
    wall = Wall(
        boot_id=reading.boot_id,
        boot_ns=reading.boot_ns,
        wall_ns=reading.wall_ns,
        host_ns=time.time_ns(),
        moved_ns=int(value),
        read=READ_CLOCKS,
        set=SET_CLOCK,
    )
    apply = SET_CLOCK.format(wall_ms=(wall.wall_ns + wall.moved_ns) // _NS_PER_MS)
    return Change(lever=lever, value=value, was="right", apply=apply, wall=wall)


_READ_ZONE = "getprop persist.sys.timezone"
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")
_NO_ZONE = "GMT"
"""What a phone without a zone goes by (`TimeZone.getDefault`)."""


def _time_zone(asked: _Asked, lever: Lever, value: str) -> Change:
    """The zone of AlarmManager's shell verb: it tells the apps, which `setprop` alone would not."""
    if not _ZONE.fullmatch(value):
        raise Unsupported(f"{lever} {value}: expected a name of the time zone database, such as Pacific/Kiritimati")
    was = asked.said(lever, _READ_ZONE, rf"\A({_ZONE.pattern})?\n\Z")[1] or ""
    return Change(
        lever=lever,
        value=value,
        was=was or _NO_ZONE,
        apply=f"cmd alarm set-timezone {value}",
        restore=(f"cmd alarm set-timezone {was or _NO_ZONE}",),
        check=_READ_ZONE,
        holds=_lines(re.escape(value)),
        found=_lines(re.escape(was) if was else f"({_NO_ZONE})?"),
    )


# --- the app's own, by its hook -------------------------------------------------------------------------------------


def plan_state(app: AppSpec, name: str, value: str, was: str | None) -> Change:
    """Give the change of a setting of the app; None for a setting of which nobody can say what it was."""
    set_to = [] if was is None else [_hook(app, "state", {"name": name, "value": was})]
    return Change(
        lever=Lever.APP_STATE,
        value=value,
        subject=name,
        was="unknown" if was is None else was or "empty",
        apply=_hook(app, "state", {"name": name, "value": value}),
        restore=tuple(set_to),
        answers=_HOOK_SAID_OK,
    )


def plan_server(app: AppSpec, endpoint: str, arguments: dict[str, str]) -> Change:
    """Give the change of what the app's server answers at an endpoint; before, it answered as servers do."""
    return Change(
        lever=Lever.SERVER,
        value=arguments["reply"],
        subject=endpoint,
        was="ok",
        apply=_hook(app, "server", arguments),
        restore=(_hook(app, "server", {"endpoint": endpoint, "reply": "ok"}),),
        answers=_HOOK_SAID_OK,
    )


def _hook(app: AppSpec, command: str, arguments: dict[str, str]) -> str:
    return quote(hook.hook_command(app.package, app.hook_receiver or "", command, arguments))


_PLANS: dict[Lever, Callable[[_Asked, Lever, str], Change]] = {
    Lever.WIFI: _radio,
    Lever.MOBILE_DATA: _radio,
    Lever.AIRPLANE_MODE: _radio,
    Lever.DATA_SAVER: _data_saver,
    Lever.METERED_WIFI: _metered_wifi,
    Lever.STORAGE: _storage,
    Lever.POWER: _power,
    Lever.BATTERY_SAVER: _setting("low_power"),
    Lever.SCREEN: _screen,
    Lever.DEVICE_IDLE: _device_idle,
    Lever.DOZE: _doze,
    Lever.BUCKET: _bucket,
    Lever.BACKGROUND: _background,
    Lever.AUTOMATIC_TIME: _setting("auto_time"),
    Lever.WALL_CLOCK: _wall_clock,
    Lever.AUTOMATIC_TIME_ZONE: _setting("auto_time_zone"),
    Lever.TIME_ZONE: _time_zone,
}
