"""What happened to the record itself: what is missing from it, and what nobody could read.

These decide what may be said. "It did not run" needs a window in which the log is proven whole: sentinels arrived in
order, the reader stayed within the ring, one boot, no end of file, no drop marker of the app's uid.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bgtask_reference.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureOpened(Event):
    """A log stream was opened. Lines from before it may be missing."""

    KIND: ClassVar[str] = "capture.opened"
    stream: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureClosed(Event):
    """A log stream ended because the harness closed it."""

    KIND: ClassVar[str] = "capture.closed"
    stream: str = ""
    lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SentinelSeen(Event):
    """The sentinel of `ClockSampled(number)` came back in the log: everything logged before it has been read."""

    KIND: ClassVar[str] = "sentinel.seen"
    number: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLost(Event):
    """Lines are missing here.

    `reason`: `eof`, `sentinel-missing`, `dropped` (chatty, or the ring wrapped), `unreadable`, `not-captured` (before
    the first line of an imported log).

    Attributes:
        after_sentinel: The last sentinel that is known to have come before the hole; None when there is none.

    """

    KIND: ClassVar[str] = "log.lost"
    stream: str = ""
    reason: str = ""
    after_sentinel: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineUnknown(Event):
    """A line of the app or of its scheduler that no parser knows. Kept and counted; never guessed."""

    KIND: ClassVar[str] = "line.unknown"
    parser: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceLost(Event):
    """The phone, its server or the tunnel to it went away. Part of the history, not a failure of a test."""

    KIND: ClassVar[str] = "device.lost"
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRegained(Event):
    """The phone answers again."""

    KIND: ClassVar[str] = "device.regained"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioBegan(Event):
    """A scenario began. `needs` and `disruption` are what it declared."""

    KIND: ClassVar[str] = "scenario.began"
    name: str = ""
    needs: tuple[str, ...] = ()
    disruption: str = "observe"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOpened(Event):
    """From here on the scenario measures. What was done to the phone before is preparation."""

    KIND: ClassVar[str] = "window.opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowClosed(Event):
    """The scenario has stopped measuring; what follows is asking and healing."""

    KIND: ClassVar[str] = "window.closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunWanted(Event):
    """The scenario expects a run of a task from here on: the environment is nudged, the task is due or forced.

    Opens R1 (or F1 after an accepted force). `within_ns` is the bound that the profile or the app file states.
    """

    KIND: ClassVar[str] = "run.wanted"
    task: str = ""
    unique_name: str | None = None
    within_ns: int = 0
    stimulus: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioEnded(Event):
    """A scenario ended. `outcome`: `done`, `unsupported` or `broken`; `reason` says why for the last two."""

    KIND: ClassVar[str] = "scenario.ended"
    outcome: str = "done"
    reason: str = ""
