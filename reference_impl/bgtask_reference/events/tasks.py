"""What a task should be: the app file's declaration, as a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Norm(StrEnum):
    """Who promised what a rule demands."""

    PLATFORM = "platform"
    """The operating system and the library."""
    CONTRACT = "contract"
    """The unified scheduler."""
    EXPECTATION = "expectation"
    """The user's app file."""


class Network(StrEnum):
    """Network constraint of a task."""

    NOT_REQUIRED = "not-required"
    CONNECTED = "connected"
    UNMETERED = "unmetered"


@dataclass(frozen=True, slots=True)
class UniqueName:
    """One unique work name under which a task's requests are enqueued, and of which kind they are."""

    name: str
    periodic: bool


@dataclass(frozen=True, slots=True)
class Backoff:
    """WorkManager's backoff. `initial_ns` is clamped to [10 s, 5 h] by the library."""

    initial_ns: int = 30_000_000_000
    exponential: bool = True


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """A task as declared.

    Attributes:
        id: The unified API's id.
        title: What a person calls it.
        interval_ns: Its period as requested; None for work that never repeats.
        unique_names: Where its requests appear on Android.
        network: Its network constraint.
        backoff: Its retry policy.
        initial_delay_ns: Its initial delay.
        worker_class: The worker class that WorkManager shows; None when unknown.
        executes_at_once: True when asking for it also asks for one run now (`scheduleAndExecute`).
        starts_within_ns: `expectation`: once due and in a friendly environment a run starts within this. None: no
            bound.
        ends_within_ns: A run ends within this; the platform's own limit when None.

    """

    id: str
    title: str = ""
    interval_ns: int | None = None
    unique_names: tuple[UniqueName, ...] = ()
    network: Network = Network.NOT_REQUIRED
    backoff: Backoff = Backoff()
    initial_delay_ns: int = 0
    worker_class: str | None = None
    executes_at_once: bool = False
    starts_within_ns: int | None = None
    ends_within_ns: int | None = None
