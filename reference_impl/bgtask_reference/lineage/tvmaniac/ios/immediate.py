"""`scheduleAndExecute`'s second half on iOS: the worker at once, in this process, which nothing keeps alive.

IosTaskScheduler.kt:178-195: constraints are not looked at and the result is dropped.
"""

from __future__ import annotations

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.contract import WorkerResult
from bgtask_reference.lineage.attempts import Attempts
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled


class WorkerRuns:
    """Runs workers of the contract and tells the beacon. One for the whole process."""

    def __init__(self, app: AppPort) -> None:
        self._app = app
        self._attempts = Attempts(app)

    async def run(self, worker: BackgroundWorker) -> WorkerResult:
        """Run it for the system."""
        return await self._around(worker, self._app.process_reason)

    async def run_by_hook(self, worker: BackgroundWorker) -> WorkerResult:
        """Run it because the debug hook says so."""
        return await self._around(worker, "hook")

    async def _around(self, worker: BackgroundWorker, process: str | None) -> WorkerResult:
        return await self._attempts.of_task(worker.worker_name, process).around_worker(worker.do_work())


class ImmediateRuns:
    """`executeImmediately`, with the tag of whichever class has it."""

    def __init__(self, app: AppPort, runs: WorkerRuns, logger: KermitLogger, tag: str) -> None:
        self._app = app
        self._runs = runs
        self._logger = logger
        self._tag = tag

    def begin(self, worker: BackgroundWorker) -> None:
        """Start it on the app's scope."""
        self._logger.d(self._tag, f"Starting immediate execution of [{worker.worker_name}]")
        self._app.spawn(self._execute(worker), f"immediate {worker.worker_name}")

    async def _execute(self, worker: BackgroundWorker) -> None:
        name = worker.worker_name
        try:
            await self._runs.run(worker)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - published: any other Throwable is logged
            self._logger.e(self._tag, f"Immediate execution of [{name}] failed: {error}")
        else:
            self._logger.d(self._tag, f"Immediate execution of [{name}] completed")
