"""`AndroidTaskScheduler`: the contract's calls as WorkManager calls (ATS:29-92)."""

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
    """U2 to U6 (3484c25c6), as published. `TidyTaskScheduler` of `repairs` is what `fixed` uses.

    U5 is without `schedule_and_execute` (bb21e99c1 .. e7f1530bc): nothing there calls it, not even the hook.
    """

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
        self._put_periodic(request, policy, initial_delay_ms)
        self._logger.d(_TAG, f"Scheduled periodic task [{request.id}]")

    def _execute_now(self, request: PeriodicTaskRequest) -> None:
        self._logger.d(_TAG, f"Scheduling immediate work: {request.id}")
        self._put_once(request)
        self._logger.d(_TAG, f"Scheduled immediate execution of [{request.id}]")

    def _put_periodic(
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

    def _put_once(self, request: PeriodicTaskRequest) -> None:
        once = WorkRequest(
            DISPATCH_WORKER,
            constraints=constraints_of(request.constraints),
            input_data={WORKER_NAME: request.id},
        )
        self._work_manager.enqueue_unique_work(immediate_name(request.id), ExistingWorkPolicy.REPLACE, once)


class BlogTaskScheduler(AndroidTaskScheduler):
    """U1 (eb0d24c63): the same calls, other lines, each before its call."""

    def schedule_periodic(self, request: PeriodicTaskRequest) -> None:
        self._logger.d(_TAG, f"Scheduling periodic work: {request.id}")
        self._put_periodic(request, ExistingPeriodicWorkPolicy.UPDATE)

    def cancel(self, task_id: str) -> None:
        self._logger.d(_TAG, f"Cancelling work: {task_id}")
        self._work_manager.cancel_unique_work(task_id)
        self._work_manager.cancel_unique_work(immediate_name(task_id))

    def cancel_all(self) -> None:
        self._logger.d(_TAG, "Cancelling all work")
        self._work_manager.cancel_all_work()

    def _execute_now(self, request: PeriodicTaskRequest) -> None:
        self._logger.d(_TAG, f"Scheduling immediate work: {request.id}")
        self._put_once(request)
