"""`WorkManagerScheduler` and `DispatchingWorker` of G1 (77cc3b278): a registry in memory, workers found by name."""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.lineage.attempts import Attempts
from bgtask_reference.lineage.tvmaniac.dispatch import mapped
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.names import PACKAGE
from bgtask_reference.lineage.tvmaniac.names import WORKER_NAME
from bgtask_reference.lineage.tvmaniac.scheduler import immediate_name
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.work_manager import Constraints
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import NetworkType
from bgtask_reference.ports.work_manager import WorkerParameters
from bgtask_reference.ports.work_manager import WorkManagerPort
from bgtask_reference.ports.work_manager import WorkRequest

DISPATCHING_WORKER = f"{PACKAGE}.core.tasks.implementation.DispatchingWorker"


@dataclass(frozen=True, slots=True)
class RegisteredWorker:
    """G1's `BackgroundWorker`: it knows its own interval and constraint (`WorkerConstraints`)."""

    worker_name: str
    interval_ms: int
    network: NetworkType
    body: BackgroundWorker

    async def execute(self) -> ListenableWorkerResult:
        """Do it once. G1's `WorkerResult` has WorkManager's three values and no message."""
        return mapped(await self.body.do_work())


class WorkManagerScheduler:
    """Knows the workers that were registered with it in this process, and no others."""

    _tag = "WorkManagerScheduler"

    def __init__(self, work_manager: WorkManagerPort, logger: KermitLogger) -> None:
        self._work_manager = work_manager
        self._logger = logger
        self._registered: dict[str, RegisteredWorker] = {}

    def register(self, worker: RegisteredWorker) -> None:
        """Make a worker known; of two with one name the last one counts."""
        self._registered[worker.worker_name] = worker
        self._logger.d(self._tag, f"Registered worker: {worker.worker_name}")

    def worker(self, name: str) -> RegisteredWorker | None:
        """Give a registered worker."""
        return self._registered.get(name)

    def schedule_periodic(self, name: str) -> None:
        """Have it run once a period."""
        worker = self._to_schedule(name)
        if worker is None:
            return
        self._logger.d(self._tag, f"Scheduling periodic work: {name}")
        request = _request(worker, interval_ms=worker.interval_ms)
        self._work_manager.enqueue_unique_periodic_work(name, ExistingPeriodicWorkPolicy.UPDATE, request)

    def schedule_immediate(self, name: str) -> None:
        """Have it run once, as soon as its constraint holds."""
        worker = self._to_schedule(name)
        if worker is None:
            return
        self._logger.d(self._tag, f"Scheduling immediate work: {name}")
        request = _request(worker, interval_ms=None)
        self._work_manager.enqueue_unique_work(immediate_name(name), ExistingWorkPolicy.REPLACE, request)

    def schedule_and_execute(self, name: str) -> None:
        """Do both; the immediate one first, the other way round than in the unified generations."""
        self.schedule_immediate(name)
        self.schedule_periodic(name)

    def cancel(self, name: str) -> None:
        """Forget both."""
        self._logger.d(self._tag, f"Cancelling work: {name}")
        self._work_manager.cancel_unique_work(name)
        self._work_manager.cancel_unique_work(immediate_name(name))

    def _to_schedule(self, name: str) -> RegisteredWorker | None:
        worker = self._registered.get(name)
        if worker is None:
            self._logger.e(self._tag, f"Cannot schedule unregistered worker: {name}")
        return worker


class Dispatching:
    """What `DispatchingWorker` does. What a worker throws escapes into WorkManager."""

    _tag = "DispatchingWorker"

    def __init__(self, app: AppPort, scheduler: WorkManagerScheduler, logger: KermitLogger) -> None:
        self._scheduler = scheduler
        self._logger = logger
        self._attempts = Attempts(app)

    async def dispatch(self, name: str | None, parameters: WorkerParameters | None) -> ListenableWorkerResult:
        """Run the worker that is registered under that name in this process."""
        if name is None:
            self._logger.e(self._tag, "No worker name in input data")
            return ListenableWorkerResult.FAILURE
        worker = self._scheduler.worker(name)
        if worker is None:
            self._logger.e(self._tag, f"No registered worker for name: {name}")
            return ListenableWorkerResult.FAILURE
        self._logger.d(self._tag, f"Dispatching work to: {name}")
        return await self._attempts.of(name, parameters).around(worker.execute())


class DispatchingWorker:
    """Made anew for each run."""

    def __init__(self, dispatching: Dispatching, parameters: WorkerParameters) -> None:
        self._dispatching = dispatching
        self._parameters = parameters

    async def do_work(self) -> ListenableWorkerResult:
        return await self._dispatching.dispatch(self._parameters.input_data.get(WORKER_NAME), self._parameters)


def _request(worker: RegisteredWorker, interval_ms: int | None) -> WorkRequest:
    constraints = Constraints(worker.network)
    named = {WORKER_NAME: worker.worker_name}
    return WorkRequest(DISPATCHING_WORKER, interval_ms=interval_ms, constraints=constraints, input_data=named)
