"""What a program of the phone's shell is, and how it reads its arguments: Android's `BasicShellCommandHandler`."""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable
from collections.abc import Sequence

from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System

Program = Callable[[System, Sequence[str], CommandIO], Awaitable[int]]
"""A program: the phone, argv (argv[0] is its name) and its streams; gives its exit status, 0 to 255."""

DENIED = -1


class JavaException(Exception):  # noqa: N818 - stands for a Java exception that a service throws
    """A service refuses by throwing: `name` is the class as `toString` prints it, the text its message."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name

    def __str__(self) -> str:
        return f"{self.name}: {self.args[0]}"


def illegal_argument(message: str) -> JavaException:
    """`java.lang.IllegalArgumentException`."""
    return JavaException("java.lang.IllegalArgumentException", message)


class Arguments:
    """The arguments of a command, taken one after the other."""

    def __init__(self, argv: Sequence[str]) -> None:
        self._argv = list(argv)
        self._position = 0

    def option(self) -> str | None:
        """`getNextOption`: the next argument if it begins with a dash; `--` ends the options."""
        if self._position >= len(self._argv):
            return None
        word = self._argv[self._position]
        if not word.startswith("-"):
            return None
        self._position += 1
        return None if word == "--" else word

    def next(self) -> str | None:
        """`getNextArg`: the next argument, None at the end."""
        if self._position >= len(self._argv):
            return None
        self._position += 1
        return self._argv[self._position - 1]

    def required(self) -> str:
        """`getNextArgRequired`; raises the exception that Android's raises."""
        word = self.next()
        if word is None:
            # frameworks/libs/modules-utils BasicShellCommandHandler.getNextArgRequired
            before = self._argv[self._position - 1] if self._position else ""
            raise illegal_argument(f'Argument expected after "{before}"')
        return word

    def rest(self) -> list[str]:
        """Whatever is left."""
        left, self._position = self._argv[self._position :], len(self._argv)
        return left


def parse_int(word: str) -> int:
    """`Integer.parseInt`; raises its NumberFormatException."""
    try:
        value = int(word)
    except ValueError:
        value = 1 << 40
    if word != word.strip() or "_" in word or not -(1 << 31) <= value < 1 << 31:
        raise JavaException("java.lang.NumberFormatException", f'For input string: "{word}"')
    return value


def exit_status(code: int) -> int:
    """Give what a host sees of a Java return code: its low eight bits."""
    return code & 0xFF
