"""G1 (#759, 2026-02-08 to 02-19): the first approach, a registry of workers. G1a has two tasks, G1b three.

AndroidTraktAuthTasks.kt @77cc3b278, AndroidLibrarySyncTask.kt @77cc3b278, AndroidNotificationTasks.kt @539d3ba88.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from collections.abc import Mapping

from bgtask_reference.contract import Retry
from bgtask_reference.contract import WorkerResult
from bgtask_reference.lineage.hook import TaskHook
from bgtask_reference.lineage.tvmaniac import conditions
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac.early_workers import EarlyEpisodeNotificationWorker
from bgtask_reference.lineage.tvmaniac.early_workers import EarlyLibrarySyncWorker
from bgtask_reference.lineage.tvmaniac.flows import observe_distinct
from bgtask_reference.lineage.tvmaniac.g1_scheduler import DISPATCHING_WORKER
from bgtask_reference.lineage.tvmaniac.g1_scheduler import Dispatching
from bgtask_reference.lineage.tvmaniac.g1_scheduler import DispatchingWorker
from bgtask_reference.lineage.tvmaniac.g1_scheduler import RegisteredWorker
from bgtask_reference.lineage.tvmaniac.g1_scheduler import WorkManagerScheduler
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.workers import TokenRefreshWorker
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.work_manager import NetworkType
from bgtask_reference.ports.work_manager import WorkerParameters
from bgtask_reference.ports.work_manager import WorkManagerPort

TOKEN_REFRESH = "token_refresh_worker"  # noqa: S105 - the name of a worker
LIBRARY_SYNC = "library_sync_worker"
EPISODE_NOTIFICATIONS = "episode_notification_worker"

_INITIALIZERS = "NotificationTasksInitializer"


class G1TokenRefreshWorker(TokenRefreshWorker):
    """`AndroidTraktAuthTasks` is scheduler and worker in one, and logs as itself."""

    worker_name = TOKEN_REFRESH
    _tag = "AndroidTraktAuthTasks"


class G1LibrarySyncWorker(EarlyLibrarySyncWorker):
    """`AndroidLibrarySyncTask`."""

    worker_name = LIBRARY_SYNC
    _tag = "AndroidLibrarySyncTask"

    def _cancelled(self, cancelled: Cancelled) -> WorkerResult:
        self._logger.d(self._tag, f"Library sync cancelled, will retry when constraints are met. : {cancelled}")
        return Retry()


class G1EpisodeNotificationWorker(EarlyEpisodeNotificationWorker):
    """`AndroidNotificationTasks`: the calendar comes before the seasons."""

    worker_name = EPISODE_NOTIFICATIONS
    _tag = "AndroidNotificationTasks"
    _steps = tuple(reversed(EarlyEpisodeNotificationWorker._steps))  # noqa: SLF001 - of its own base class


def registered(app: AppPort, logger: KermitLogger) -> tuple[RegisteredWorker, ...]:
    """Give the workers of G1b, in the order in which their initializers are set up (the order is inferred)."""
    token, library = G1TokenRefreshWorker(app, logger), G1LibrarySyncWorker(app, logger)
    notifications = G1EpisodeNotificationWorker(app, logger)
    return (
        RegisteredWorker(TOKEN_REFRESH, 120 * names.HOUR_MS, NetworkType.CONNECTED, token),
        RegisteredWorker(LIBRARY_SYNC, 12 * names.HOUR_MS, NetworkType.UNMETERED, library),
        RegisteredWorker(EPISODE_NOTIFICATIONS, 6 * names.HOUR_MS, NetworkType.CONNECTED, notifications),
    )


class TvManiacG1:
    """Implements `AndroidApplication`.

    `tasks` are the names of this generation's workers. `setup_delay_ns` None: initializers run inside
    `Application.onCreate`, as `AppInitializers` did then (AppInitializers.kt @b25e38258); else on the app's scope, that
    much later.
    """

    def __init__(
        self, app: AppPort, work_manager: WorkManagerPort, tasks: tuple[str, ...], setup_delay_ns: int | None = None
    ) -> None:
        logger = KermitLogger(app)
        self._app = app
        self._logger = logger
        self._workers = [worker for worker in registered(app, logger) if worker.worker_name in tasks]
        self._setup_delay_ns = setup_delay_ns
        self._scheduler = scheduler = WorkManagerScheduler(work_manager, logger)
        self._dispatching = Dispatching(app, scheduler, logger)
        commands = {
            "schedule": scheduler.schedule_periodic,
            "execute": scheduler.schedule_and_execute,
            "cancel": scheduler.cancel,
        }
        due = functools.partial(conditions.forget_token, app)
        self._hook = TaskHook(app, tasks, commands, self._run, switched=self._switched, server_changed=due)

    def on_create(self) -> None:
        if self._setup_delay_ns is None:
            self._initialize()
        else:
            self._app.spawn(self._initialize_later(self._setup_delay_ns), "AppInitializers")

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> DispatchingWorker | None:
        """`TvManiacWorkerFactory.createWorker`: one class is known."""
        return DispatchingWorker(self._dispatching, parameters) if class_name == DISPATCHING_WORKER else None

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        return self._hook.answer(command, arguments)

    async def _initialize_later(self, delay_ns: int) -> None:
        await self._app.sleep(delay_ns)
        self._initialize()

    def _initialize(self) -> None:
        """Each initializer sets up its task, then observes: token refresh every word about the account."""
        observers: dict[str, Callable[[], None]] = {
            TOKEN_REFRESH: self._observe_account,
            LIBRARY_SYNC: self._observe_library_sync,
            EPISODE_NOTIFICATIONS: self._observe_notifications,
        }
        for worker in self._workers:
            self._scheduler.register(worker)
            observers[worker.worker_name]()

    def _observe_account(self) -> None:
        self._app.observe(
            names.ACTIVE_PROVIDER, lambda _provider: self._token_refresh(conditions.is_logged_in(self._app))
        )

    def _observe_library_sync(self) -> None:
        app = self._app
        wanted = functools.partial(conditions.library_sync_wanted, app)
        observe_distinct(app, conditions.LIBRARY_SYNC_SETTINGS, wanted, self._library_sync)

    def _observe_notifications(self) -> None:
        app = self._app
        wanted = functools.partial(conditions.notifications_wanted, app)
        observe_distinct(app, conditions.NOTIFICATION_SETTINGS, wanted, self._notifications)

    def _token_refresh(self, wanted: bool) -> None:
        act = self._scheduler.schedule_periodic if wanted else self._scheduler.cancel
        act(TOKEN_REFRESH)

    def _library_sync(self, wanted: bool) -> None:
        act = self._scheduler.schedule_periodic if wanted else self._scheduler.cancel
        act(LIBRARY_SYNC)

    def _notifications(self, wanted: bool) -> None:
        if wanted:
            self._logger.d(_INITIALIZERS, "Scheduling episode notifications")
            self._scheduler.schedule_and_execute(EPISODE_NOTIFICATIONS)
        else:
            self._logger.d(_INITIALIZERS, "Cancelling episode notifications")
            self._scheduler.cancel(EPISODE_NOTIFICATIONS)

    def _switched(self, setting: str, value: str) -> None:
        """`ToggleEpisodeNotificationsInteractor`: the switch asks by itself, beside the initializer."""
        known = any(worker.worker_name == EPISODE_NOTIFICATIONS for worker in self._workers)
        on = setting == names.EPISODE_NOTIFICATIONS_ENABLED and value == "true"
        if known and on and conditions.is_logged_in(self._app):
            self._scheduler.schedule_and_execute(EPISODE_NOTIFICATIONS)

    async def _run(self, task: str) -> None:
        await self._dispatching.dispatch(task, None)
