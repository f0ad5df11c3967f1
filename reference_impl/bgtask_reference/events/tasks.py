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
    NOT_ROAMING = "not-roaming"


class ExistingWork(StrEnum):
    """What becomes of unfinished work of the same unique name when it is asked for again.

    `ExistingPeriodicWorkPolicy` knows the first three (`CANCEL_AND_REENQUEUE` is `replace`), `ExistingWorkPolicy` all
    but `update`.
    """

    KEEP = "keep"
    """It stays as it is, and the new request is dropped."""
    REPLACE = "replace"
    """It is cancelled, and the new request takes its place with an id of its own."""
    UPDATE = "update"
    """It gets the new request's terms and keeps its id, its tries and the time when it was enqueued."""
    APPEND = "append"
    """The new request waits until it has succeeded, and fails or is cancelled with it."""
    APPEND_OR_REPLACE = "append-or-replace"
    """The same, but failed or cancelled work is replaced."""


@dataclass(frozen=True, slots=True)
class UniqueName:
    """One unique work name under which a task's requests are enqueued, and of which kind they are.

    `existing` is the policy of those requests; None when it is not known.
    """

    name: str
    periodic: bool
    existing: ExistingWork | None = None


@dataclass(frozen=True, slots=True)
class Constraints:
    """What must hold besides the network while a run goes on (`androidx.work.Constraints`).

    Attributes:
        charging: On a charger.
        battery_not_low: The battery is not low.
        storage_not_low: Storage is not low.
        device_idle: Nobody has used the device for a while. JobScheduler judges that alone; a run that has begun is
            stopped when somebody does.

    """

    charging: bool = False
    battery_not_low: bool = False
    storage_not_low: bool = False
    device_idle: bool = False


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
        constraints: What must hold besides the network. Holds for every request of the task.
        flex_ns: The part at the end of each interval in which it may run; None for the whole interval.
        expedited: Its one-time requests are expedited (`setExpedited`): few conditions, a quota of their own.
        ios_identifier: Under which identifier BackgroundTasks hears of it; its id when None. Several tasks may share
            one, as libraries have it that keep their own list of what is due.

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
    constraints: Constraints = Constraints()
    flex_ns: int | None = None
    expedited: bool = False
    ios_identifier: str | None = None

    @property
    def identifier(self) -> str:
        """What BackgroundTasks calls it."""
        return self.ios_identifier or self.id
