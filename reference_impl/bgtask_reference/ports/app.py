"""What an app may ask of the phone that hosts it. Implemented by the virtual phones and by the oracle's recorder."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Coroutine
from collections.abc import Mapping
from enum import StrEnum
from typing import Any
from typing import Protocol


class Cancelled(Exception):  # noqa: N818 - Kotlin's name is CancellationException; it is no error
    """The coroutine was cancelled.

    An ordinary exception on purpose: Kotlin's `catch (e: Exception)` catches cancellation, and published code does so;
    Python's own `CancelledError` is a BaseException and would slip through the same `except Exception`.
    """


class NetworkError(Exception):
    """A request could not reach its server."""


class Priority(StrEnum):
    """Log priorities by logcat's letters."""

    VERBOSE = "V"
    DEBUG = "D"
    INFO = "I"
    WARN = "W"
    ERROR = "E"


class Job(Protocol):
    """A coroutine that was spawned."""

    def cancel(self) -> None:
        """Raise `Cancelled` at the coroutine's next suspension point. Does nothing once it has ended."""

    @property
    def active(self) -> bool:
        """True until it has ended."""


class AppPort(Protocol):
    """The phone as one process of an app sees it. Dies with the process."""

    @property
    def package(self) -> str:
        """The app's package name."""

    @property
    def debug_build(self) -> bool:
        """True in a build that logs below ERROR."""

    def now_ms(self) -> int:
        """Wall clock, milliseconds since 1970 (`System.currentTimeMillis`)."""

    async def sleep(self, duration_ns: int) -> None:
        """Suspend the coroutine."""

    def spawn(self, work: Coroutine[Any, Any, None], name: str) -> Job:
        """Start a coroutine on the app's scope. An exception that escapes it crashes the process."""

    def log(self, priority: Priority, tag: str, message: str) -> None:
        """Write a line to the system log, whatever the build."""

    def state(self, name: str) -> str:
        """Read a stored setting of the app, such as `active_provider`; empty when never set. Survives the process."""

    def store(self, name: str, value: str) -> None:
        """Write a stored setting and tell its observers."""

    def observe(self, name: str, collector: Callable[[str], None]) -> None:
        """Call the collector with the present value, later on in this process, and again whenever it changes."""

    async def request(self, endpoint: str) -> str:
        """Call the app's server and give its status, `ok` or whatever was set up for that endpoint.

        Raises:
            NetworkError: There is no network, or the endpoint was set up to be out of reach.

        """

    def beacon(self, event: str, fields: Mapping[str, str | int | None]) -> None:
        """Tell the public beacon of `docs/app-contract.md`. Does nothing in a build without it."""

    @property
    def process_reason(self) -> str | None:
        """Why this process was started, as far as an app can know: `job`, `broadcast`, `activity`; None for unknown."""


class HookPort(Protocol):
    """The debug hook: commands from outside, in builds that have it."""

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        """Carry out a command and answer with one line, `ok` or `error: ...`."""
