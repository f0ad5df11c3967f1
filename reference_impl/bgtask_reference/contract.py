"""The unified scheduler's API: one worker interface, one scheduler interface, for both platforms.

Modelled on TvManiac's `core/tasks/api` (thomaskioko/tv-maniac at d81865cff; seed-system facts in
`docs/seed-system.md`). Names follow Python's style; a Kotlin reader finds every one of them:

=========================  ==========================================
Kotlin                     here
=========================  ==========================================
BackgroundWorker           `BackgroundWorker` (`worker_name`, `do_work`)
WorkerResult               `Success`, `Retry`, `Failure`
TaskConstraints            `TaskConstraints`
PeriodicTaskRequest        `PeriodicTaskRequest`
BackgroundTaskScheduler    `BackgroundTaskScheduler`
WorkerFactory              `WorkerFactory`
=========================  ==========================================
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Success:
    """The work is done."""


@dataclass(frozen=True, slots=True)
class Retry:
    """The work should be tried again by the operating system."""

    message: str | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """The work failed and should not be tried again before its next period."""

    message: str | None = None


WorkerResult = Success | Retry | Failure


class BackgroundWorker(Protocol):
    """A piece of work. One instance serves every run, so it keeps nothing between them."""

    @property
    def worker_name(self) -> str:
        """Reverse-DNS name; the request's id, and the permitted identifier on iOS."""

    async def do_work(self) -> WorkerResult:
        """Do it once."""


@dataclass(frozen=True, slots=True)
class TaskConstraints:
    """What must hold while the work runs. Unmetered implies network, and so does not roaming.

    Of these the published API has the first two; the others are WorkManager's, by its names, for apps of one's own.
    """

    requires_network: bool = False
    requires_unmetered_network: bool = False
    requires_not_roaming_network: bool = False
    requires_charging: bool = False
    requires_battery_not_low: bool = False
    requires_storage_not_low: bool = False
    requires_device_idle: bool = False


@dataclass(frozen=True, slots=True)
class PeriodicTaskRequest:
    """Ask for a worker to run again and again.

    Attributes:
        id: The worker's name.
        interval_ms: Milliseconds between runs. Android raises anything below 15 minutes to 15 minutes.
        constraints: What must hold.
        long_running: iOS only: a processing task instead of an app refresh.

    """

    id: str
    interval_ms: int
    constraints: TaskConstraints = field(default=TaskConstraints())
    long_running: bool = False


class BackgroundTaskScheduler(Protocol):
    """Fire and forget: no call returns anything and none reports an error to its caller."""

    def schedule_periodic(self, request: PeriodicTaskRequest) -> None:
        """Have it run once a period from now on. Asking again updates the request and keeps its period."""

    def schedule_and_execute(self, request: PeriodicTaskRequest) -> None:
        """Have it run once a period, and once now as soon as its constraints hold."""

    def cancel(self, task_id: str) -> None:
        """Forget a task: no run of it starts after this."""

    def cancel_all(self) -> None:
        """Forget every task."""

    def reschedule_background_task(self) -> None:
        """Submit again what the system may have lost. Does nothing on Android."""


class WorkerFactory(Protocol):
    """Finds a worker by name."""

    @property
    def worker_names(self) -> tuple[str, ...]:
        """Every name that it knows."""

    def create_worker(self, name: str) -> BackgroundWorker | None:
        """Give the worker of that name, None for an unknown one."""
