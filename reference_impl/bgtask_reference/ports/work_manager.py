"""WorkManager as an app sees it: requests in, worker classes out.

Names and meaning are androidx.work's. What a call leads to is the host's business; nothing here says when work runs.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from enum import StrEnum
from typing import Protocol

from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import HookPort


class NetworkType(StrEnum):
    """`androidx.work.NetworkType`."""

    NOT_REQUIRED = "NOT_REQUIRED"
    CONNECTED = "CONNECTED"
    UNMETERED = "UNMETERED"
    NOT_ROAMING = "NOT_ROAMING"


class ExistingPeriodicWorkPolicy(StrEnum):
    """`androidx.work.ExistingPeriodicWorkPolicy`."""

    KEEP = "KEEP"
    UPDATE = "UPDATE"
    CANCEL_AND_REENQUEUE = "CANCEL_AND_REENQUEUE"


class ExistingWorkPolicy(StrEnum):
    """`androidx.work.ExistingWorkPolicy`."""

    REPLACE = "REPLACE"
    KEEP = "KEEP"
    APPEND = "APPEND"
    APPEND_OR_REPLACE = "APPEND_OR_REPLACE"


class BackoffPolicy(StrEnum):
    """`androidx.work.BackoffPolicy`."""

    EXPONENTIAL = "EXPONENTIAL"
    LINEAR = "LINEAR"


class ListenableWorkerResult(StrEnum):
    """`androidx.work.ListenableWorker.Result`."""

    SUCCESS = "SUCCESS"
    RETRY = "RETRY"
    FAILURE = "FAILURE"


@dataclass(frozen=True, slots=True)
class Constraints:
    """`androidx.work.Constraints`."""

    required_network_type: NetworkType = NetworkType.NOT_REQUIRED
    requires_charging: bool = False
    requires_battery_not_low: bool = False
    requires_storage_not_low: bool = False
    requires_device_idle: bool = False


@dataclass(frozen=True, slots=True)
class WorkRequest:
    """`androidx.work.WorkRequest`. Times in milliseconds, as its builder takes them.

    `interval_ms` is None for one-time work; `flex_ms` None means the whole interval. `expedited` is `setExpedited` with
    `RUN_AS_NON_EXPEDITED_WORK_REQUEST`: one-time work alone.
    """

    worker_class: str
    interval_ms: int | None = None
    flex_ms: int | None = None
    initial_delay_ms: int = 0
    constraints: Constraints = field(default=Constraints())
    input_data: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    backoff_policy: BackoffPolicy = BackoffPolicy.EXPONENTIAL
    backoff_delay_ms: int = 30_000
    expedited: bool = False


@dataclass(frozen=True, slots=True)
class WorkerParameters:
    """`androidx.work.WorkerParameters`: what a worker may know of its run."""

    work_id: str
    input_data: Mapping[str, str]
    tags: tuple[str, ...]
    run_attempt_count: int
    """0 for the first attempt, as in WorkManager."""


class ListenableWorker(Protocol):
    """`androidx.work.CoroutineWorker`: made anew for each run."""

    async def do_work(self) -> ListenableWorkerResult:
        """Do it once. An exception that escapes fails the work."""


class WorkManagerPort(Protocol):
    """`androidx.work.WorkManager`."""

    def enqueue_unique_periodic_work(self, name: str, policy: ExistingPeriodicWorkPolicy, request: WorkRequest) -> None:
        """Enqueue periodic work under a unique name."""

    def enqueue_unique_work(self, name: str, policy: ExistingWorkPolicy, request: WorkRequest) -> None:
        """Enqueue one-time work under a unique name."""

    def cancel_unique_work(self, name: str) -> None:
        """Cancel the unfinished work of a unique name."""

    def cancel_all_work(self) -> None:
        """Cancel all unfinished work of the app."""


class AndroidApplication(HookPort, Protocol):
    """One process of an Android app: made when the process starts, gone when it dies."""

    def on_create(self) -> None:
        """`Application.onCreate`."""

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> ListenableWorker | None:
        """`WorkerFactory.createWorker`; None leaves it to WorkManager, which then cannot create it."""


AndroidProgram = Callable[[AppPort, WorkManagerPort], AndroidApplication]
"""What an app file's `[virtual] program` names: called once per process start."""
