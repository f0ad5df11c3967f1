"""What passes between a virtual phone's JobScheduler and the apps on it: `android.app.job`, as values.

The operating system (`jobscheduler`) and the library (`virtual.workmanager`) meet only here.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from enum import StrEnum
from typing import Protocol


class JobNetwork(StrEnum):
    """What a job wants of the network."""

    NONE = "none"
    ANY = "any"
    UNMETERED = "unmetered"
    NOT_ROAMING = "not-roaming"


class TooManyJobs(RuntimeError):  # noqa: N818 - stands for Java's IllegalStateException
    """An app has as many jobs as it may have, or its library says so of itself."""

    java_name = "java.lang.IllegalStateException"


PRIORITY_MIN, PRIORITY_LOW, PRIORITY_DEFAULT, PRIORITY_HIGH, PRIORITY_MAX = 100, 200, 300, 400, 500
"""`JobInfo.PRIORITY_*`."""


@dataclass(frozen=True, slots=True)
class TriggerContentUri:
    """`JobInfo.TriggerContentUri`: content whose change starts a job."""

    uri: str
    descendants: bool = True
    """Changes below it count too (FLAG_NOTIFY_FOR_DESCENDANTS)."""

    def meets(self, changed: str) -> bool:
        """Say whether a change of that content is meant."""
        return changed == self.uri or (self.descendants and changed.startswith(self.uri.rstrip("/") + "/"))


@dataclass(frozen=True, slots=True)
class JobInfo:
    """`android.app.job.JobInfo`. Times in milliseconds; None for not set."""

    job_id: int
    service: str
    """`package/class` of its JobService."""
    namespace: str | None = None
    network: JobNetwork = JobNetwork.NONE
    charging: bool = False
    battery_not_low: bool = False
    storage_not_low: bool = False
    device_idle: bool = False
    minimum_latency_ms: int | None = None
    override_deadline_ms: int | None = None
    period_ms: int | None = None
    flex_ms: int | None = None
    backoff_ms: int = 30_000
    backoff_exponential: bool = True
    persisted: bool = False
    expedited: bool = False
    user_initiated: bool = False
    important_while_foreground: bool = False
    priority: int = PRIORITY_DEFAULT
    """Of an ordinary job; an expedited or user-initiated one has the highest."""
    triggers: tuple[TriggerContentUri, ...] = ()
    trigger_update_delay_ms: int | None = None
    trigger_max_delay_ms: int | None = None
    extras: Mapping[str, str] = field(default_factory=dict)
    extras_parcelled: bool = True
    """They came from an app, so that dumps show only how large they are; the system's own are shown."""


@dataclass(frozen=True, slots=True)
class JobParameters:
    """`android.app.job.JobParameters` of one execution. `stop_reason` is set when it is stopped."""

    job_id: int
    namespace: str | None
    extras: Mapping[str, str]
    override_deadline_expired: bool = False
    stop_reason: int = 0
    triggered_uris: tuple[str, ...] = ()
    """What changed, of a job that waits for content."""


class JobService(Protocol):
    """`android.app.job.JobService`, running in the app's process."""

    def on_start_job(self, parameters: JobParameters, finished: Callable[[bool], None]) -> bool:
        """Begin. True: work goes on and `finished(wants_reschedule)` will be called. False: nothing to do."""

    def on_stop_job(self, parameters: JobParameters) -> bool:
        """Stop. True: schedule it again."""


class AppProcess(Protocol):
    """A process of an app, as the operating system runs it. `virtual.workmanager.runtime` makes it."""

    def job_service(self, class_name: str) -> JobService | None:
        """Give the service, None for a class that the app does not have."""

    def on_broadcast(self, receiver: str, action: str, extras: Mapping[str, str]) -> str | None:
        """Deliver a broadcast to a receiver of the manifest; the result data, None when it set none."""

    def on_activity(self) -> None:
        """An activity of the app came to the front."""

    def on_frozen(self, *, frozen: bool) -> None:
        """The kernel holds every thread of it, or lets them go on."""

    def on_killed(self) -> None:
        """The process is gone: nothing of it may run any more."""


@dataclass(frozen=True, slots=True)
class InstalledPackage:
    """What the system knows of an app from its manifest.

    `start_process(pid, why)` runs `Application.onCreate` and gives the process. `receivers` maps a broadcast action to
    the receiver's class; `enabled(receiver)` says whether it is enabled now.
    """

    name: str
    version_code: int
    version_name: str
    launcher_activity: str
    receivers: Mapping[str, str]
    start_process: Callable[[int, str], AppProcess]
    enabled: Callable[[str], bool]
    clear_data: Callable[[], None]
    guarded: Mapping[str, str] = field(default_factory=dict)
    """Receiver class to the permission that a sender needs."""
    debuggable: bool = True
    apk: bytes = b""
    """Its `base.apk`: of a virtual phone, what says which program it is (`virtual.workmanager.apk`)."""
