"""What an uncaught exception leaves in the log: the block of `AndroidRuntime` in the crash buffer."""

from __future__ import annotations

import traceback
from pathlib import PurePath

_JAVA_NAMES = {
    "RuntimeError": "java.lang.RuntimeException",
    "ValueError": "java.lang.IllegalArgumentException",
    "KeyError": "java.util.NoSuchElementException",
    "TypeError": "java.lang.ClassCastException",
    "Cancelled": "java.util.concurrent.CancellationException",
    "NetworkError": "java.io.IOException",
}


def fatal_exception(process: str, pid: int, error: Exception) -> str:
    """Give the message of `RuntimeInit.LoggingHandler` for an exception on the main thread."""
    text = str(error)
    head = java_name(error) + (f": {text}" if text else "")
    frames = [f"\tat {_frame(frame)}" for frame in reversed(traceback.extract_tb(error.__traceback__))]
    return "\n".join(["FATAL EXCEPTION: main", f"Process: {process}, PID: {pid}", head, *frames])


def java_name(error: Exception) -> str:
    """Give an exception the name it would have on Android; an unknown class stands in `java.lang`."""
    name = type(error).__name__
    return getattr(error, "java_name", None) or _JAVA_NAMES.get(name, f"java.lang.{name}")


def _frame(frame: traceback.FrameSummary) -> str:
    module = PurePath(frame.filename)
    return f"{module.stem}.{frame.name}({module.name}:{frame.lineno})"


class CrashedByAdb(Exception):  # noqa: N818 - Android's name
    """`am crash`: what the app is made to throw."""

    java_name = "android.app.RemoteServiceException$CrashedByAdbException"
