"""`cmd alarm`, `dumpsys alarm`.

Source: AlarmManagerService.ShellCmd: what it throws is printed on standard output. On 28 there is no such command
besides `set-time` and `set-timezone`.
"""

from __future__ import annotations

import zoneinfo

from bgtask_harness.virtual.android import alarmdump
from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.commands.program import JavaException
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_MS = 1_000_000
_LONG = 1 << 63

HELP = """\
Alarm manager service (alarm) commands:
  help
    Print this help text.
  set-time TIME
    Set the system clock time to TIME where TIME is milliseconds
    since the Epoch.
  set-timezone TZ
    Set the system timezone to TZ where TZ is an Olson id.
"""


async def alarm(phone: System, arguments: Arguments, io: CommandIO) -> int:
    """Carry out one verb; gives Java's return code."""
    verb = arguments.next()
    if verb in {None, "help", "-h"}:
        io.out(HELP)
        return -1
    try:
        return _verb(phone, str(verb), arguments, io)
    except JavaException as error:
        io.out(f"{error}\n")
        return -1


def _verb(phone: System, verb: str, arguments: Arguments, io: CommandIO) -> int:
    if verb == "set-time":
        millis = _parse_long(arguments.required())
        if millis <= 0:
            return -1
        phone.set_wall_clock(millis * _MS)
        return 0
    if verb == "set-timezone":
        _set_timezone(phone, arguments.required())
        return 0
    if verb == "get-config-version" and phone.level.has("alarm_config_version"):
        io.out("0\n")
        return 0
    io.out(f"Unknown command: {verb}\n")
    return -1


def _set_timezone(phone: System, name: str) -> None:
    """`TimeZone.getTimeZone` gives GMT for a name that it does not know."""
    try:
        phone.set_timezone(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        phone.set_timezone("GMT")


def _parse_long(word: str) -> int:
    number = int(word) if word.removeprefix("-").isdecimal() and word.isascii() else _LONG
    if not -_LONG <= number < _LONG:
        raise JavaException("java.lang.NumberFormatException", f'For input string: "{word}"')
    return number


async def dumpsys_alarm(phone: System, _arguments: Arguments, io: CommandIO) -> int:
    """`dumpsys alarm`."""
    io.out(alarmdump.dump(phone))
    return 0
