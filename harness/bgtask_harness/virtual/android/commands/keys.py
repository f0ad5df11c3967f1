"""`input`: what keys, touches and text do to this phone.

Source: a30 cmds/input Input.java with BaseCommand.java; from Android 12 on it is InputShellCommand, whose words for
mistakes are those of any shell command (UNCONFIRMED for 31). A key that nobody knows is KEYCODE_UNKNOWN and is sent.
"""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_harness.virtual.android.commands.program import JavaException
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

_SOURCES = frozenset(
    {
        "keyboard",
        "dpad",
        "gamepad",
        "touchscreen",
        "mouse",
        "stylus",
        "trackball",
        "touchpad",
        "touchnavigation",
        "joystick",
    }
)
_COMMANDS = {"text": 1, "keyevent": 1, "tap": 2, "swipe": 4, "draganddrop": 4, "press": 0, "roll": 2, "motionevent": 3}
"""Each with the number of words that it needs at least."""

_HOME, _POWER, _SLEEP, _WAKE = 3, 26, 223, 224
_NAMES = {"HOME": _HOME, "POWER": _POWER, "SLEEP": _SLEEP, "WAKEUP": _WAKE}

USAGE = """\
Usage: input [<source>] [-d DISPLAY_ID] <command> [<arg>...]

The sources are: 
      dpad
      keyboard
      mouse
      touchpad
      gamepad
      touchnavigation
      joystick
      touchscreen
      stylus
      trackball

-d: specify the display ID.
      (Default: -1 for key event, 0 for motion event if not specified.)
The commands and default sources are:
      text <string> (Default: touchscreen)
      keyevent [--longpress] <key code number or name> ... (Default: keyboard)
      tap <x> <y> (Default: touchscreen)
      swipe <x1> <y1> <x2> <y2> [duration(ms)] (Default: touchscreen)
      draganddrop <x1> <y1> <x2> <y2> [duration(ms)] (Default: touchscreen)
      press (Default: trackball)
      roll <dx> <dy> (Default: trackball)
      event <DOWN|UP|MOVE> <x> <y> (Default: touchscreen)
"""  # noqa: W291 - the blank after `are:` is the program's own


class _MistakeError(Exception):
    """What is wrong with the words, as the older program says it."""


async def keys(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """Carry out one command: home, power, sleep and wake do something, everything else is taken."""
    words = list(argv[1:])
    try:
        command, rest = _split(words)
    except _MistakeError as mistake:
        return _complain(phone, words, str(mistake), io)
    if command == "keyevent":
        for word in rest:
            _press(phone, word)
    return 0


def _split(words: list[str]) -> tuple[str, list[str]]:
    left = words[1:] if words[:1] and words[0] in _SOURCES else list(words)
    if left[:1] == ["-d"]:
        left = left[2:]
    if not left:
        raise _MistakeError(f'Argument expected after "{words[-1]}"' if words else "")
    command, rest = left[0], [word for word in left[1:] if word != "--longpress"]
    if command not in _COMMANDS:
        raise _MistakeError(f"Error: Unknown command: {command}")
    if len(rest) < _COMMANDS[command]:
        raise _MistakeError(f'Argument expected after "{left[-1]}"')
    return command, rest


def _complain(phone: System, words: list[str], mistake: str, io: CommandIO) -> int:
    """The older program prints its usage with the mistake and exits 0: BaseCommand.run."""
    if not words:
        io.out(USAGE)
        return 255 if phone.level.has("input_shell_command") else 0
    if not phone.level.has("input_shell_command"):
        io.err(f"{USAGE}\nError: {mistake}\n")
        return 0
    if mistake.startswith("Error: Unknown command: "):
        io.out(f"Unknown command: {mistake.removeprefix('Error: Unknown command: ')}\n")
        return 255
    error = JavaException("java.lang.IllegalArgumentException", mistake)
    io.err(phone.level.exception.format(verb=words[0], error=error))
    return 255


def _press(phone: System, word: str) -> None:
    code = _NAMES.get(word.removeprefix("KEYCODE_"), int(word) if word.isdecimal() else 0)
    if code == _HOME:
        phone.activities.home()
    elif code == _POWER:
        phone.set_screen(on=not phone.screen_on)
    elif code in {_WAKE, _SLEEP}:
        phone.set_screen(on=code == _WAKE)
