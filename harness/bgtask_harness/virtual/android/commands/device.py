"""The phone as a whole: `reboot`, `input`, `cmd alarm`, `cmd power`, `dumpsys power`, `pidof`, `ps`, `id`."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import JavaException
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import SYSTEM_SERVER_PID
from bgtask_harness.virtual.android.system import System

_MS = 1_000_000
_KEYS = {"3": "home", "KEYCODE_HOME": "home", "HOME": "home", "26": "power", "KEYCODE_POWER": "power", "POWER": "power"}
_WAKE, _SLEEP = frozenset({"224", "KEYCODE_WAKEUP", "WAKEUP"}), frozenset({"223", "KEYCODE_SLEEP", "SLEEP"})
_OTHER_KEYS = frozenset({"4", "KEYCODE_BACK", "BACK", "82", "KEYCODE_MENU", "MENU", "66", "KEYCODE_ENTER"})


async def reboot(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """Reboot. The command never returns on a real phone; here the daemon's connection ends it."""
    if len(argv) > 1 and argv[1] == "-p":
        io.err("reboot: this phone has no one to switch it on again\n")  # of our own: power-off is not modelled
        return 1
    phone.kernel.soon(phone.reboot)
    return 0


async def keys(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """`input keyevent CODE`: home, power, wake and sleep do something; back, menu and enter are taken."""
    words = [word for word in argv[1:] if word not in {"keyboard", "--longpress"}]
    if words[:1] != ["keyevent"] or len(words) < 2:  # noqa: PLR2004 - the verb and a key
        io.err(f"Error: Unknown command: {words[0]}\n" if words else "Usage: input [<source>] <command> [<arg>...]\n")
        return 255
    for word in words[1:]:
        if not _press(phone, word):
            io.err(f"Error: Invalid arguments for command: keyevent\nUnknown keycode: {word}\n")  # UNCONFIRMED
            return 255
    return 0


def _press(phone: System, word: str) -> bool:
    if _KEYS.get(word) == "home":
        phone.activities.home()
    elif _KEYS.get(word) == "power":
        phone.set_screen(on=not phone.screen_on)
    elif word in _WAKE:
        phone.set_screen(on=True)
    elif word in _SLEEP:
        phone.set_screen(on=False)
    else:
        return word in _OTHER_KEYS
    return True


async def alarm(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`cmd alarm set-time MILLISECONDS`, `set-timezone ZONE` (AlarmManagerService.ShellCmd)."""
    verb = arguments.next()
    if verb == "set-time":
        word = arguments.required()
        if not word.lstrip("-").isdecimal():
            raise JavaException("java.lang.NumberFormatException", f'For input string: "{word}"')
        if int(word) <= 0:
            return -1
        phone.set_wall_clock(int(word) * _MS)
        return 0
    if verb == "set-timezone":
        try:
            phone.set_timezone(arguments.required())
        except (zoneinfo.ZoneInfoNotFoundError, ValueError):
            return 0  # AlarmManagerService keeps the old zone without a word
        return 0
    if verb == "get-config-version":
        io.out("0\n")
        return 0
    io.out(f"Unknown command: {verb}\n" if verb else "Alarm manager service (alarm) commands:\n")
    return -1


async def power(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """`cmd power set-mode 0|1` (PowerManagerShellCommand); silent. Takes effect only unplugged."""
    verb = arguments.next()
    if verb == "set-mode":
        word = arguments.required()
        if word not in {"0", "1"}:
            io.out("Error: mode must be either 1 or 0\n")  # UNCONFIRMED text
            return -1
        phone.settings.put("global", "low_power", word)
        return 0
    io.out(f"Unknown command: {verb}\n" if verb else "Power manager (power) commands:\n")
    return -1


async def dumpsys_power(phone: System, _arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys power`: the lines of corpus power_hyperos_2026 that this phone knows the truth of."""
    state, idle = phone.power.state, phone.device_idle
    plug = 1 if state.ac else 2 if state.usb else 4 if state.wireless else 8 if state.dock else 0
    allowed = ", ".join(map(str, phone.allow_list.app_ids()))
    lines = [
        "POWER MANAGER (dumpsys power)",
        "",
        "Power Manager State:",
        f"  mWakefulness={'Awake' if phone.screen_on else 'Asleep'}",
        "  mWakefulnessChanging=false",
        f"  mIsPowered={_java(state.powered)}",
        f"  mPlugType={plug}",
        f"  mBatteryLevel={state.level}",
        f"  mBootCompleted={_java(phone.properties.get('sys.boot_completed') == '1')}",
        "  mSystemReady=true",
        f"  mBatteryLevelLow={_java(not phone.power.battery_not_low)}",
        f"  mLightDeviceIdleMode={_java(idle.light == 'IDLE')}",
        f"  mDeviceIdleMode={_java(idle.deep == 'IDLE')}",
        f"  mDeviceIdleWhitelist=[{allowed}]",
    ]
    io.out("".join(f"{line}\n" for line in lines))
    return 0


async def dumpsys_lock_settings(phone: System, _arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys lock_settings`: no code on the lock screen (LockSettingsService.dump, short)."""
    kind = "    CredentialType: None\n" if phone.level.has("credential_type") else ""
    io.out(f"Current lock settings service state:\n\n  User 0\n{kind}")
    return 0


async def pidof(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """Print the process ids of names (toybox); 1 when there is none."""
    names = [word for word in argv[1:] if not word.startswith("-")]
    pids = [str(record.pid) for record in phone.processes.all() if record.name in names]
    if "system_server" in names:
        pids.append(str(SYSTEM_SERVER_PID))
    if not pids:
        return 1
    io.out(" ".join(pids) + "\n")
    return 0


async def ps(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """`ps -A`: system_server and the apps; without `-A` the shell's own (toybox)."""
    rows = [("shell", 4_977, 1_210, "ps")]
    if any(word.startswith("-") and ("A" in word or "e" in word) for word in argv[1:]):
        apps = [(_user(record.package.uid), record.pid, 815, record.name) for record in phone.processes.all()]
        rows = [("root", 1, 0, "init"), ("system", SYSTEM_SERVER_PID, 815, "system_server"), *apps, *rows]
    io.out(f"{'USER':<12} {'PID':>6} {'PPID':>6} {'VSZ':>10} {'RSS':>6} {'WCHAN':<18} {'ADDR':>8} S NAME\n")
    for user, pid, parent, name in rows:
        io.out(f"{user:<12} {pid:>6} {parent:>6} {14_000_000:>10} {120_000:>6} {'0':<18} {'0':>8} S {name}\n")
    return 0


def _user(uid: int) -> str:
    return f"u0_a{uid - 10_000}"


async def identity(_phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """`id`: the shell user."""
    if "-u" in argv[1:]:
        io.out("2000\n")
        return 0
    groups = "1004(input),1007(log),1011(adb),1015(sdcard_rw),1028(sdcard_r),3001(net_bt_admin),3002(net_bt),3003(inet)"
    io.out(f"uid=2000(shell) gid=2000(shell) groups=2000(shell),{groups} context=u:r:shell:s0\n")
    return 0


def _java(value: bool) -> str:
    return "true" if value else "false"
