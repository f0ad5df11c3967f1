"""`AndroidTaskScheduler`: the contract's calls as WorkManager calls (ATS:29-92; seed-system 2.1)."""

from __future__ import annotations

from bgtask_reference.contract import PeriodicTaskRequest
from bgtask_reference.contract import TaskConstraints
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.names import DISPATCH_WORKER
from bgtask_reference.lineage.tvmaniac.names import WORKER_NAME
from bgtask_reference.ports.work_manager import Constraints
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import NetworkType
from bgtask_reference.ports.work_manager import WorkManagerPort
from bgtask_reference.ports.work_manager import WorkRequest

_TAG = "AndroidTaskScheduler"


def immediate_name(task_id: str) -> str:
    """Give the unique name of a task's one-time work."""
    return f"{task_id}_immediate"


def constraints_of(asked: TaskConstraints) -> Constraints:
    """Unmetered wins over connected; nothing else is ever set (ATS:83-92)."""
    if asked.requires_unmetered_network:
        return Constraints(NetworkType.UNMETERED)
    return Constraints(NetworkType.CONNECTED if asked.requires_network else NetworkType.NOT_REQUIRED)


class AndroidTaskScheduler:
    """U6, as published. `TidyTaskScheduler` of `repairs` is what `fixed` uses."""

    def __init__(self, work_manager: WorkManagerPort, logger: KermitLogger) -> None:
        self._work_manager = work_manager
        self._logger = logger

    def schedule_periodic(self, request: PeriodicTaskRequest) -> None:
        self._enqueue_periodic(request, ExistingPeriodicWorkPolicy.UPDATE)

    def schedule_and_execute(self, request: PeriodicTaskRequest) -> None:
        self.schedule_periodic(request)
        self._execute_now(request)

    def cancel(self, task_id: str) -> None:
        self._work_manager.cancel_unique_work(task_id)
        self._work_manager.cancel_unique_work(immediate_name(task_id))
        self._logger.d(_TAG, f"Cancelled task [{task_id}]")

    def cancel_all(self) -> None:
        self._work_manager.cancel_all_work()
        self._logger.d(_TAG, "Cancelled all tasks")

    def reschedule_background_task(self) -> None:
        """IOS alone has something to do here (BTS:45)."""

    def _enqueue_periodic(
        self, request: PeriodicTaskRequest, policy: ExistingPeriodicWorkPolicy, initial_delay_ms: int = 0
    ) -> None:
        periodic = WorkRequest(
            DISPATCH_WORKER,
            interval_ms=request.interval_ms,
            initial_delay_ms=initial_delay_ms,
            constraints=constraints_of(request.constraints),
            input_data={WORKER_NAME: request.id},
        )
        self._work_manager.enqueue_unique_periodic_work(request.id, policy, periodic)
        self._logger.d(_TAG, f"Scheduled periodic task [{request.id}]")

    def _execute_now(self, request: PeriodicTaskRequest) -> None:
        self._logger.d(_TAG, f"Scheduling immediate work: {request.id}")
        once = WorkRequest(
            DISPATCH_WORKER,
            constraints=constraints_of(request.constraints),
            input_data={WORKER_NAME: request.id},
        )
        self._work_manager.enqueue_unique_work(immediate_name(request.id), ExistingWorkPolicy.REPLACE, once)
        self._logger.d(_TAG, f"Scheduled immediate execution of [{request.id}]")
