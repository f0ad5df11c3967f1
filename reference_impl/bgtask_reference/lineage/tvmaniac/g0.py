"""G0 (ba761b0af, 2026-02-07): a class for each task and for each worker, before anything was unified.

AndroidTraktAuthTasks.kt, TokenRefreshWorker.kt, AndroidSyncTasks.kt, LibrarySyncWorker.kt, TvManiacWorkerFactory.kt.
The two `*Tasks` classes differ in nothing but names and numbers; here they are two values of one class.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.contract import Retry
from bgtask_reference.contract import WorkerResult
from bgtask_reference.lineage.attempts import Attempt
from bgtask_reference.lineage.attempts import Attempts
from bgtask_reference.lineage.hook import TaskHook
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac.conditions import LIBRARY_SYNC_SETTINGS
from bgtask_reference.lineage.tvmaniac.conditions import forget_token
from bgtask_reference.lineage.tvmaniac.conditions import is_logged_in
from bgtask_reference.lineage.tvmaniac.conditions import library_sync_wanted
from bgtask_reference.lineage.tvmaniac.dispatch import mapped
from bgtask_reference.lineage.tvmaniac.early_workers import EarlyLibrarySyncWorker
from bgtask_reference.lineage.tvmaniac.flows import observe_distinct
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.workers import TokenRefreshWorker
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.work_manager import Constraints
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import NetworkType
from bgtask_reference.ports.work_manager import WorkerParameters
from bgtask_reference.ports.work_manager import WorkManagerPort
from bgtask_reference.ports.work_manager import WorkRequest

TOKEN_REFRESH = "token_refresh_work"  # noqa: S105 - the name of a task
LIBRARY_SYNC = "library-sync-worker"


@dataclass(frozen=True, slots=True)
class TaskOfItsOwn:
    """What one `*Tasks` class has: its log tag, what it calls its work, and how it asks for it.

    `unique_name` is the task's id here as well: G0 has no other.
    """

    tag: str
    noun: str
    unique_name: str
    worker_class: str
    interval_ms: int
    network: NetworkType


TASKS = {
    task.unique_name: task
    for task in (
        TaskOfItsOwn(
            "AndroidTraktAuthTasks",
            "token refresh",
            TOKEN_REFRESH,
            f"{names.PACKAGE}.traktauth.implementation.task.TokenRefreshWorker",
            120 * names.HOUR_MS,
            NetworkType.CONNECTED,
        ),
        TaskOfItsOwn(
            "AndroidSyncTasks",
            "library sync",
            LIBRARY_SYNC,
            f"{names.PACKAGE}.core.tasks.implementation.LibrarySyncWorker",
            12 * names.HOUR_MS,
            NetworkType.UNMETERED,
        ),
    )
}


class PerTaskScheduler:
    """`scheduleTokenRefresh`, `cancelTokenRefresh`, `scheduleLibrarySync`, `cancelLibrarySync`."""

    def __init__(self, work_manager: WorkManagerPort, logger: KermitLogger) -> None:
        self._work_manager = work_manager
        self._logger = logger

    def schedule(self, name: str) -> None:
        """Have it run once a period; asking again updates the request."""
        task = TASKS[name]
        self._logger.d(task.tag, f"Scheduling {task.noun} work")
        request = WorkRequest(task.worker_class, interval_ms=task.interval_ms, constraints=Constraints(task.network))
        self._work_manager.enqueue_unique_periodic_work(name, ExistingPeriodicWorkPolicy.UPDATE, request)

    def cancel(self, name: str) -> None:
        """Forget it."""
        task = TASKS[name]
        self._logger.d(task.tag, f"Cancelling {task.noun} work")
        self._work_manager.cancel_unique_work(name)


class PerTaskLibrarySyncWorker(EarlyLibrarySyncWorker):
    """Its cancellation has another line."""

    def _cancelled(self, cancelled: Cancelled) -> WorkerResult:
        del cancelled
        self._logger.d(self._tag, "Library sync cancelled, will retry when constraints are met")
        return Retry()


class CoroutineWorker:
    """A worker class of its own: WorkManager runs the task's body with nothing in between."""

    def __init__(self, body: BackgroundWorker, attempt: Attempt) -> None:
        self._body = body
        self._attempt = attempt

    async def do_work(self) -> ListenableWorkerResult:
        return await self._attempt.around(self._work())

    async def _work(self) -> ListenableWorkerResult:
        return mapped(await self._body.do_work())


class TvManiacG0:
    """Implements `AndroidApplication`."""

    def __init__(self, app: AppPort, work_manager: WorkManagerPort) -> None:
        logger = KermitLogger(app)
        self._app = app
        self._attempts = Attempts(app)
        self._scheduler = PerTaskScheduler(work_manager, logger)
        self._bodies: dict[str, BackgroundWorker] = {
            TOKEN_REFRESH: TokenRefreshWorker(app, logger),
            LIBRARY_SYNC: PerTaskLibrarySyncWorker(app, logger),
        }
        commands = {"schedule": self._scheduler.schedule, "cancel": self._scheduler.cancel}
        due = functools.partial(forget_token, app)
        self._hook = TaskHook(app, tuple(TASKS), commands, self._run, server_changed=due)

    def on_create(self) -> None:
        self._app.observe(names.ACTIVE_PROVIDER, lambda _provider: self._auth_state_changed())
        observe_distinct(self._app, LIBRARY_SYNC_SETTINGS, lambda: library_sync_wanted(self._app), self._sync_changed)

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> CoroutineWorker | None:
        """`TvManiacWorkerFactory.createWorker`: a switch over the names of the worker classes."""
        for name, task in TASKS.items():
            if task.worker_class == class_name:
                return CoroutineWorker(self._bodies[name], self._attempts.of(name, parameters))
        return None

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        return self._hook.answer(command, arguments)

    def _auth_state_changed(self) -> None:
        """`TokenRefreshInitializer` without `distinctUntilChanged`: each word about the account asks again."""
        act = self._scheduler.schedule if is_logged_in(self._app) else self._scheduler.cancel
        act(TOKEN_REFRESH)

    def _sync_changed(self, wanted: bool) -> None:
        act = self._scheduler.schedule if wanted else self._scheduler.cancel
        act(LIBRARY_SYNC)

    async def _run(self, task: str) -> None:
        await CoroutineWorker(self._bodies[task], self._attempts.of(task, None)).do_work()
