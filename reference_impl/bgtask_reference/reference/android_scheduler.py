"""`BackgroundTaskScheduler` on WorkManager, as the contract wants it."""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_reference.contract import PeriodicTaskRequest
from bgtask_reference.contract import TaskConstraints
from bgtask_reference.ports.work_manager import Constraints
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import NetworkType
from bgtask_reference.ports.work_manager import WorkManagerPort
from bgtask_reference.ports.work_manager import WorkRequest

WORKER_NAME_KEY = "worker_name"
"""Input data key that says which worker a run is for."""


def immediate_name(task_id: str) -> str:
    """Give the unique name under which a task runs once, now."""
    return f"{task_id}_immediate"


def network_type(constraints: TaskConstraints) -> NetworkType:
    """Give the stricter of what is asked for: unmetered implies network."""
    if constraints.requires_unmetered_network:
        return NetworkType.UNMETERED
    if constraints.requires_not_roaming_network:
        return NetworkType.NOT_ROAMING
    return NetworkType.CONNECTED if constraints.requires_network else NetworkType.NOT_REQUIRED


def constraints_of(asked: TaskConstraints) -> Constraints:
    """Give WorkManager's constraints for the contract's."""
    return Constraints(
        network_type(asked),
        requires_charging=asked.requires_charging,
        requires_battery_not_low=asked.requires_battery_not_low,
        requires_storage_not_low=asked.requires_storage_not_low,
        requires_device_idle=asked.requires_device_idle,
    )


@dataclass(frozen=True, slots=True)
class AndroidTaskScheduler:
    """Asks WorkManager by unique name, so that asking twice is asking once.

    Attributes:
        work_manager: What is asked.
        worker_class: The one worker class, which dispatches by name.
        task_ids: The tasks that are this app's own: `cancel_all` touches nothing else.

    """

    work_manager: WorkManagerPort
    worker_class: str
    task_ids: tuple[str, ...]

    def schedule_periodic(self, request: PeriodicTaskRequest) -> None:
        """Keep what is there and its period; the first period of what is new begins at once."""
        self._periodic(request, initial_delay_ms=0)

    def schedule_and_execute(self, request: PeriodicTaskRequest) -> None:
        """Run once now, and then once a period: the first period ends where the second run is due."""
        self._periodic(request, initial_delay_ms=request.interval_ms)
        once = WorkRequest(
            self.worker_class,
            constraints=constraints_of(request.constraints),
            input_data={WORKER_NAME_KEY: request.id},
        )
        self.work_manager.enqueue_unique_work(immediate_name(request.id), ExistingWorkPolicy.REPLACE, once)

    def cancel(self, task_id: str) -> None:
        """Forget both unique names of a task."""
        self.work_manager.cancel_unique_work(task_id)
        self.work_manager.cancel_unique_work(immediate_name(task_id))

    def cancel_all(self) -> None:
        """Forget every task of this scheduler, and nothing of anybody else."""
        for task_id in self.task_ids:
            self.cancel(task_id)

    def reschedule_background_task(self) -> None:
        """Nothing: WorkManager keeps its work over reboots by itself."""

    def _periodic(self, request: PeriodicTaskRequest, initial_delay_ms: int) -> None:
        work = WorkRequest(
            self.worker_class,
            interval_ms=request.interval_ms,
            initial_delay_ms=initial_delay_ms,
            constraints=constraints_of(request.constraints),
            input_data={WORKER_NAME_KEY: request.id},
        )
        self.work_manager.enqueue_unique_periodic_work(request.id, ExistingPeriodicWorkPolicy.UPDATE, work)
