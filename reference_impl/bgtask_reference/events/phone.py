"""What happened to the phone and around the app: clocks, environment, processes, boots."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from bgtask_reference.events.base import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSampled(Event):
    """All clocks of the phone, read in one command, and the sentinel that was logged with them.

    Attributes:
        number: The sentinel's number, counting from 1 within a journal.
        boot_id: `/proc/sys/kernel/random/boot_id`; another one means that the phone has booted since.
        boot_ns: The boot clock.
        wall_ns: The wall clock.
        error_ns: How far apart the two readings may lie: the time that the command took plus the clocks' grain.
        host_ns: The host's monotonic clock in the middle of the command.

    """

    KIND: ClassVar[str] = "clock.sampled"
    number: int = 0
    boot_id: str = ""
    boot_ns: int = 0
    wall_ns: int = 0
    error_ns: int = 0
    host_ns: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentSampled(Event):
    """The environment, as asked for. A fact that the phone did not tell is absent, not False.

    Names of facts: `charging` (as JobScheduler sees it), `battery-level`, `battery-not-low`, `battery-frozen`,
    `power` (`none|ac|usb|...`), `network` (`none|wifi|mobile|...`), `metered`, `doze-deep`, `doze-light` (device
    idle's state names), `bucket` (number), `background-restricted`, `battery-saver`, `storage-not-low`, `stopped`
    (the app is in the stopped state), `device-idle` (as JobScheduler sees it: nobody uses the phone), `roaming`,
    `data-saver`.
    """

    KIND: ClassVar[str] = "environment.sampled"
    facts: dict[str, bool | int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentChanged(Event):
    """A transition that the phone itself announced, e.g. in its log."""

    KIND: ClassVar[str] = "environment.changed"
    fact: str = ""
    value: bool | int | str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessStarted(Event):
    """A process of the app started. `why` is the system's word: `service`, `broadcast`, `top-activity`, ..."""

    KIND: ClassVar[str] = "process.started"
    package: str = ""
    pid: int = 0
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessDied(Event):
    """A process of the app ended. `why` is the system's word."""

    KIND: ClassVar[str] = "process.died"
    package: str = ""
    pid: int = 0
    why: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneBooted(Event):
    """The phone has another boot id than before."""

    KIND: ClassVar[str] = "phone.booted"
    boot_id: str = ""
