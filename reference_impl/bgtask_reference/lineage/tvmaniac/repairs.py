"""U6 with its findings repaired: `fixed`. The list of repairs is in the docstring of the package."""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.contract import Failure
from bgtask_reference.contract import PeriodicTaskRequest
from bgtask_reference.contract import Retry
from bgtask_reference.contract import WorkerFactory
from bgtask_reference.contract import WorkerResult
from bgtask_reference.lineage.attempts import Attempt
from bgtask_reference.lineage.tvmaniac.dispatch import Dispatcher
from bgtask_reference.lineage.tvmaniac.factory import DefaultWorkerFactory
from bgtask_reference.lineage.tvmaniac.initializers import Initializers
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.requests import U6 as REQUESTS
from bgtask_reference.lineage.tvmaniac.scheduler import AndroidTaskScheduler
from bgtask_reference.lineage.tvmaniac.scheduler import immediate_name
from bgtask_reference.lineage.tvmaniac.workers import EpisodeNotificationWorker
from bgtask_reference.lineage.tvmaniac.workers import LibrarySyncWorker
from bgtask_reference.lineage.tvmaniac.workers import TokenRefreshWorker
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.app import NetworkError
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkManagerPort

_TURN_NS = 50_000_000
"""How often a run that waits for its turn looks again (Kotlin: a Mutex a task)."""


class TidyTaskScheduler(AndroidTaskScheduler):
    """Repairs 1, 2 and 3. What was asked for last is stored, for the next process."""

    def __init__(self, app: AppPort, work_manager: WorkManagerPort, logger: KermitLogger) -> None:
        super().__init__(work_manager, logger)
        self._app = app
        self._logger = logger

    def schedule_periodic(self, request: PeriodicTaskRequest) -> None:
        self._enqueue_periodic(request, self._policy(request))
        self._remember(request)

    def schedule_and_execute(self, request: PeriodicTaskRequest) -> None:
        self._enqueue_periodic(request, self._policy(request), initial_delay_ms=request.interval_ms)
        self._remember(request)
        self._execute_now(request)

    def cancel(self, task_id: str) -> None:
        super().cancel(task_id)
        self._app.store(_asked(task_id), "")

    def cancel_all(self) -> None:
        for task_id in REQUESTS:
            self._work_manager.cancel_unique_work(task_id)
            self._work_manager.cancel_unique_work(immediate_name(task_id))
            self._app.store(_asked(task_id), "")
        self._logger.d("AndroidTaskScheduler", "Cancelled all tasks")

    def _policy(self, request: PeriodicTaskRequest) -> ExistingPeriodicWorkPolicy:
        unchanged = self._app.state(_asked(request.id)) == _text(request)
        return ExistingPeriodicWorkPolicy.KEEP if unchanged else ExistingPeriodicWorkPolicy.UPDATE

    def _remember(self, request: PeriodicTaskRequest) -> None:
        self._app.store(_asked(request.id), _text(request))


class SteadyInitializers(Initializers):
    """Repair 4: runs at once only on a change to wanted, which survives the process."""

    def execute(self, request: PeriodicTaskRequest) -> None:
        if self._app.state(_acted(request.id)):
            self._scheduler.schedule_periodic(request)
            return
        self._app.store(_acted(request.id), "executed")
        self._scheduler.schedule_and_execute(request)

    def forget(self, task_id: str) -> None:
        self._app.store(_acted(task_id), "")
        self._scheduler.cancel(task_id)


class OneAtATimeDispatcher(Dispatcher):
    """Repair 5: two requests of one task take turns, whatever names they were made under."""

    def __init__(self, app: AppPort, workers: WorkerFactory, logger: KermitLogger) -> None:
        super().__init__(app, workers, logger)
        self._app = app
        self._running: set[str] = set()

    async def run(self, name: str, worker: BackgroundWorker, attempt: Attempt) -> ListenableWorkerResult:
        while name in self._running:
            await self._app.sleep(_TURN_NS)
        self._running.add(name)
        try:
            return await super().run(name, worker, attempt)
        finally:
            self._running.discard(name)


class StrictWorkerFactory(DefaultWorkerFactory):
    """Repair 8."""

    def __init__(self, workers: Sequence[BackgroundWorker], logger: KermitLogger | None) -> None:
        seen = [worker.worker_name for worker in workers]
        twice = sorted({name for name in seen if seen.count(name) > 1})
        if twice:
            raise ValueError(f"two workers are called {', '.join(twice)}")
        super().__init__(workers, logger)


class GuardedTokenRefreshWorker(TokenRefreshWorker):
    """Repair 6."""

    async def do_work(self) -> WorkerResult:
        try:
            return await super().do_work()
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - the boundary: nothing of ours may escape into WorkManager
            self._logger.e(self._tag, f"Token refresh failed: {error}")
            return Failure(str(error))


class HonestLibrarySyncWorker(LibrarySyncWorker):
    """Repairs 7 and 9."""

    def _cancelled(self, cancelled: Cancelled) -> WorkerResult:
        self._logger.d(self._tag, f"Library sync cancelled: {cancelled}")
        raise cancelled

    def _failed(self, error: Exception) -> WorkerResult:
        return Retry(str(error)) if isinstance(error, NetworkError) else Failure(str(error))


def workers(app: AppPort, logger: KermitLogger) -> tuple[BackgroundWorker, ...]:
    """Give the repaired workers."""
    return (
        GuardedTokenRefreshWorker(app, logger),
        HonestLibrarySyncWorker(app, logger),
        EpisodeNotificationWorker(app, logger),
    )


def _asked(task_id: str) -> str:
    return f"asked_for.{task_id}"


def _acted(task_id: str) -> str:
    return f"acted_on.{task_id}"


def _text(request: PeriodicTaskRequest) -> str:
    """What of a request WorkManager keeps: another interval or constraint is another request."""
    return f"{request.interval_ms} {request.constraints}"
