"""`androidx.work.Logger`: tags with their prefix, and the level below which nothing is said."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.virtual.workmanager.constants import CONSTANTS

_ORDER = {"VERBOSE": 2, "DEBUG": 3, "INFO": 4, "WARN": 5, "ERROR": 6, "ASSERT": 7}
_LEVEL = {"V": 2, "D": 3, "I": 4, "W": 5, "E": 6}


class Logger:
    """Prints under `WM-` tags; methods are named as in `android.util.Log`.

    A throwable is printed below the message, as that class does.
    """

    def __init__(self, minimum: str, write: Callable[[str, str, str], None]) -> None:
        self._minimum = _ORDER[level(minimum)]
        self._write = write

    def d(self, name: str, message: str) -> None:
        """What the library does."""
        self._log("D", name, message)

    def i(self, name: str, message: str, throwable: str | None = None) -> None:
        """What became of work."""
        self._log("I", name, message, throwable)

    def w(self, name: str, message: str) -> None:
        """What an app should not have asked for."""
        self._log("W", name, message)

    def e(self, name: str, message: str, throwable: str | None = None) -> None:
        """What went wrong."""
        self._log("E", name, message, throwable)

    def _log(self, priority: str, name: str, message: str, throwable: str | None = None) -> None:
        if _LEVEL[priority] >= self._minimum:
            self._write(priority, tag(name), message if throwable is None else f"{message}\n{throwable}")


def level(name: str) -> str:
    """Give the name of a minimum level back.

    Raises:
        ValueError: There is no such level.

    """
    if name not in _ORDER:
        raise ValueError(f"minimum_log_level {name!r}: expected one of {', '.join(_ORDER)}")
    return name


def tag(name: str) -> str:
    """`Logger.tagWithPrefix`: cut so that it fits what old releases of Android took.

    >>> tag("SystemJobInfoConverter")
    'WM-SystemJobInfoConvert'
    """
    return f"WM-{name}"[: CONSTANTS.longest_tag]


def stack_trace(error: str, frame: str) -> str:
    """Give a throwable as `Log.getStackTraceString` prints it, with one frame.

    The frames of a real phone go on, and their line numbers belong to the app's build: UNCONFIRMED, so they are not
    invented (`Unknown Source` is what a build without line numbers prints).
    """
    return f"{error}\n\tat {frame}(Unknown Source:0)"
