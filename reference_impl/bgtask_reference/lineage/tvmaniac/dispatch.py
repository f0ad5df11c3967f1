"""`SchedulerDispatchWorker`: the one WorkManager worker, which runs the contract's workers by name."""

from __future__ import annotations

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.contract import Retry
from bgtask_reference.contract import Success
from bgtask_reference.contract import WorkerFactory
from bgtask_reference.contract import WorkerResult
from bgtask_reference.lineage.attempts import Attempt
from bgtask_reference.lineage.attempts import Attempts
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.names import WORKER_NAME
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkerParameters

_TAG = "SchedulerDispatchWorker"


def mapped(result: WorkerResult) -> ListenableWorkerResult:
    """Give WorkManager's word for a result; its message is dropped, as published."""
    if isinstance(result, Success):
        return ListenableWorkerResult.SUCCESS
    return ListenableWorkerResult.RETRY if isinstance(result, Retry) else ListenableWorkerResult.FAILURE


class Dispatcher:
    """Runs a worker of the contract and says what became of it (SDW:27-63). One for the whole process."""

    def __init__(self, app: AppPort, workers: WorkerFactory, logger: KermitLogger) -> None:
        self._workers = workers
        self._logger = logger
        self._attempts = Attempts(app)

    async def dispatch(self, name: str | None, parameters: WorkerParameters | None) -> ListenableWorkerResult:
        """Run the worker of that name."""
        if name is None:
            self._logger.e(_TAG, "No worker name in input data")
            return ListenableWorkerResult.FAILURE
        worker = self._workers.create_worker(name)
        if worker is None:
            self._logger.e(_TAG, f"No registered worker for name: {name}")
            return ListenableWorkerResult.FAILURE
        return await self.run(name, worker, self._attempts.of(name, parameters))

    async def dispatch_by_hook(self, name: str) -> ListenableWorkerResult:
        """Run the worker of that name here and now, without WorkManager."""
        return await self.dispatch(name, None)

    async def run(self, name: str, worker: BackgroundWorker, attempt: Attempt) -> ListenableWorkerResult:
        """Run a worker, telling the beacon."""
        self._logger.d(_TAG, f"Starting task [{name}]")
        return await attempt.around(self.work(name, worker))

    async def work(self, name: str, worker: BackgroundWorker) -> ListenableWorkerResult:
        """Run it; nothing but its cancellation escapes (since 1c47174dd)."""
        try:
            return self.told(name, await worker.do_work())
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - published: any Throwable becomes a failure
            self._logger.e(_TAG, f"Task [{name}] threw: {error}")
            return ListenableWorkerResult.FAILURE

    def told(self, name: str, result: WorkerResult) -> ListenableWorkerResult:
        """Say what a worker answered."""
        listenable = mapped(result)
        if listenable is ListenableWorkerResult.SUCCESS:
            self._logger.d(_TAG, f"Task [{name}] completed successfully")
        elif listenable is ListenableWorkerResult.RETRY:
            self._logger.d(_TAG, f"Task [{name}] requested retry")
        else:
            self._logger.e(_TAG, f"Task [{name}] failed")
        return listenable


class UncaughtDispatcher(Dispatcher):
    """U2 and U3 (3484c25c6): what a worker throws escapes into WorkManager."""

    async def work(self, name: str, worker: BackgroundWorker) -> ListenableWorkerResult:
        return self.told(name, await worker.do_work())


class BlogDispatcher(UncaughtDispatcher):
    """U1 (eb0d24c63): one line before the run, none after it."""

    async def run(self, name: str, worker: BackgroundWorker, attempt: Attempt) -> ListenableWorkerResult:
        self._logger.d(_TAG, f"Dispatching work to: {name}")
        return await attempt.around(self.work(name, worker))

    def told(self, name: str, result: WorkerResult) -> ListenableWorkerResult:
        del name
        return mapped(result)


class SchedulerDispatchWorker:
    """Made anew for each run by `TvManiacWorkerFactory`."""

    def __init__(self, dispatcher: Dispatcher, parameters: WorkerParameters) -> None:
        self._dispatcher = dispatcher
        self._parameters = parameters

    async def do_work(self) -> ListenableWorkerResult:
        return await self._dispatcher.dispatch(self._parameters.input_data.get(WORKER_NAME), self._parameters)
