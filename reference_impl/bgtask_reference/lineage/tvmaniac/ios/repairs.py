"""U6's `IosTaskScheduler` with its findings repaired. The list of repairs is in the docstring of the package."""

from __future__ import annotations

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.contract import PeriodicTaskRequest
from bgtask_reference.contract import Retry
from bgtask_reference.contract import Success
from bgtask_reference.contract import WorkerFactory
from bgtask_reference.contract import WorkerResult
from bgtask_reference.lineage.tvmaniac.ios.immediate import WorkerRuns
from bgtask_reference.lineage.tvmaniac.ios.scheduler import INITIAL_DELAY_MS
from bgtask_reference.lineage.tvmaniac.ios.scheduler import TAG
from bgtask_reference.lineage.tvmaniac.ios.scheduler import IosTaskScheduler
from bgtask_reference.lineage.tvmaniac.ios.scheduler import Ways
from bgtask_reference.lineage.tvmaniac.ios.scheduler import in_kotlin
from bgtask_reference.lineage.tvmaniac.ios.window import Window
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.requests import U6 as REQUESTS
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.app import Job
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosAppPort
from bgtask_reference.ports.background_tasks import NSError

_TURN_NS = 50_000_000
"""How often a run that waits for its turn looks again (Kotlin: a Mutex a task)."""


class OneAtATimeRuns(WorkerRuns):
    """Repair 8."""

    def __init__(self, app: AppPort) -> None:
        super().__init__(app)
        self._phone = app
        self._running: set[str] = set()

    async def _around(self, worker: BackgroundWorker, process: str | None) -> WorkerResult:
        while worker.worker_name in self._running:
            await self._phone.sleep(_TURN_NS)
        self._running.add(worker.worker_name)
        try:
            return await super()._around(worker, process)
        finally:
            self._running.discard(worker.worker_name)


class TidyIosTaskScheduler(IosTaskScheduler):
    """Repairs 1 to 7, 10 and, with its logger, 11. What was asked for is stored, for the next process."""

    def __init__(
        self, app: IosAppPort, tasks: BGTaskSchedulerPort, workers: WorkerFactory, logger: KermitLogger, ways: Ways
    ) -> None:
        self._jobs: dict[str, Job] = {}
        super().__init__(app, tasks, workers, logger, ways)

    def schedule_periodic(self, request: PeriodicTaskRequest) -> None:
        self.ensure_registered(request.id)
        if request.id not in self._registered:
            return
        unchanged = self._app.state(_asked(request.id)) == _text(request)
        self._app.store(_asked(request.id), _text(request))
        self._active[request.id] = request
        if unchanged:
            self._tasks.get_pending(lambda pending: self._submit_unless_there(request, pending))
        else:
            self.submit(request, INITIAL_DELAY_MS)

    def cancel(self, task_id: str) -> None:
        self._app.store(_asked(task_id), "")
        super().cancel(task_id)
        job = self._jobs.pop(task_id, None)
        if job is not None:
            job.cancel()

    def cancel_all(self) -> None:
        for task_id in REQUESTS:
            self.cancel(task_id)
        self._logger.d(TAG, "Cancelled all tasks")

    def ensure_registered(self, task_id: str) -> None:
        if task_id in self._registered:
            return
        if self._tasks.register(task_id, self.handle):
            self._registered.add(task_id)
            self._logger.d(TAG, f"Registered background task [{task_id}]")
        else:
            self._logger.e(TAG, f"Not registered [{task_id}]: it is not a permitted identifier of the Info.plist")

    def told(self, error: NSError) -> str:
        """Give an error as it describes itself."""
        return f"Error Domain={error.domain} Code={error.code} {error.description}"

    def known_request(self, task_id: str) -> PeriodicTaskRequest | None:
        """Give what was asked for under that name, in whatever process."""
        return REQUESTS.get(task_id) if self._app.state(_asked(task_id)) else None

    def execute_within_window(self, task: BGTask, worker: BackgroundWorker) -> None:
        """Expiry completes the task and cancels the worker."""
        window = Window(task)
        name = window.identifier
        self._logger.d(TAG, f"Starting task [{name}]")
        job = self._jobs[name] = self._app.spawn(self.work(window, worker), f"task {name}")

        def expired() -> None:
            self._logger.d(TAG, f"Task [{name}] expired, cancelling")
            job.cancel()
            window.complete(success=False)

        task.set_expiration_handler(expired)

    async def work(self, window: Window, worker: BackgroundWorker) -> None:
        """Run the worker; the task is completed on every way out, and after what a `Retry` asks for."""
        try:
            result = await self.runs.run(worker)
        except Cancelled:
            window.complete(success=False)
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: nothing of a worker may escape
            window.complete(success=False)
            self._logger.e(TAG, f"Task [{window.identifier}] failed: {error}")
        else:
            self._retried(window.identifier, result)
            window.complete(isinstance(result, Success))
            self._logger.d(TAG, f"Task [{window.identifier}] completed with result: {in_kotlin(result)}")

    def _retried(self, task_id: str, result: WorkerResult) -> None:
        request = self.known_request(task_id)
        if isinstance(result, Retry) and request is not None:
            self.submit(request, INITIAL_DELAY_MS)

    def _submit_unless_there(self, request: PeriodicTaskRequest, pending: tuple[BGTaskRequest, ...]) -> None:
        if self._active.get(request.id) is request and request.id not in {each.identifier for each in pending}:
            self.submit(request, INITIAL_DELAY_MS)

    def _make_runs(self) -> WorkerRuns:
        return OneAtATimeRuns(self._app)


def _asked(task_id: str) -> str:
    return f"asked_for.{task_id}"


def _text(request: PeriodicTaskRequest) -> str:
    return f"{request.interval_ms} {request.constraints} {request.long_running}"
