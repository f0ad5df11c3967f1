"""`SchedulerDispatchWorker` (SDW:27-63): the one WorkManager worker, which runs the contract's workers by name."""

from __future__ import annotations

import itertools

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.contract import Retry
from bgtask_reference.contract import Success
from bgtask_reference.contract import WorkerFactory
from bgtask_reference.contract import WorkerResult
from bgtask_reference.lineage.tvmaniac.attempts import Attempt
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.names import WORKER_NAME
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkerParameters

_TAG = "SchedulerDispatchWorker"


class Dispatcher:
    """Runs a worker of the contract and says what became of it. One for the whole process."""

    def __init__(self, app: AppPort, workers: WorkerFactory, logger: KermitLogger) -> None:
        self._app = app
        self._workers = workers
        self._logger = logger
        self._attempts = itertools.count(1)

    async def dispatch(self, name: str | None, parameters: WorkerParameters | None) -> ListenableWorkerResult:
        """Run the worker of that name; the messages of its result are dropped, as published."""
        if name is None:
            self._logger.e(_TAG, "No worker name in input data")
            return ListenableWorkerResult.FAILURE
        worker = self._workers.create_worker(name)
        if worker is None:
            self._logger.e(_TAG, f"No registered worker for name: {name}")
            return ListenableWorkerResult.FAILURE
        return await self.run(name, worker, Attempt(self._app, name, parameters, next(self._attempts)))

    async def run(self, name: str, worker: BackgroundWorker, attempt: Attempt) -> ListenableWorkerResult:
        """Run a worker, telling the beacon."""
        self._logger.d(_TAG, f"Starting task [{name}]")
        attempt.started()
        try:
            result = self._mapped(name, await worker.do_work())
        except Cancelled:
            attempt.stopped()
            raise
        except Exception as error:  # noqa: BLE001 - published: any Throwable becomes a failure
            self._logger.e(_TAG, f"Task [{name}] threw: {error}")
            result = ListenableWorkerResult.FAILURE
        attempt.ended(result)
        return result

    def _mapped(self, name: str, result: WorkerResult) -> ListenableWorkerResult:
        if isinstance(result, Success):
            self._logger.d(_TAG, f"Task [{name}] completed successfully")
            return ListenableWorkerResult.SUCCESS
        if isinstance(result, Retry):
            self._logger.d(_TAG, f"Task [{name}] requested retry")
            return ListenableWorkerResult.RETRY
        self._logger.e(_TAG, f"Task [{name}] failed")
        return ListenableWorkerResult.FAILURE


class SchedulerDispatchWorker:
    """Made anew for each run by `TvManiacWorkerFactory`."""

    def __init__(self, dispatcher: Dispatcher, parameters: WorkerParameters) -> None:
        self._dispatcher = dispatcher
        self._parameters = parameters

    async def do_work(self) -> ListenableWorkerResult:
        return await self._dispatcher.dispatch(self._parameters.input_data.get(WORKER_NAME), self._parameters)
