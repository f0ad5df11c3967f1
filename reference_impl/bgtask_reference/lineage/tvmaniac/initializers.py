"""The initializers (TRI:20-31, STI:29-46, NTI:25-48): app state in, requests out.

Each is distinct by its own boolean and acts on its first emission: every process start asks or cancels again.
"""

from __future__ import annotations

from bgtask_reference.contract import BackgroundTaskScheduler
from bgtask_reference.contract import PeriodicTaskRequest
from bgtask_reference.lineage.tvmaniac import conditions
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac.flows import observe_distinct
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.requests import Requests
from bgtask_reference.ports.app import AppPort


class Initializers:
    """All three. `schedule_and_execute` and `schedule_periodic` of `scheduler` are what they call."""

    notification_settings: tuple[str, ...] = conditions.NOTIFICATION_SETTINGS

    def __init__(
        self, app: AppPort, scheduler: BackgroundTaskScheduler, logger: KermitLogger, requests: Requests
    ) -> None:
        self._app = app
        self._scheduler = scheduler
        self._logger = logger
        self._requests = requests

    def start(self) -> None:
        """Begin to observe; the first values arrive later on in this process."""
        observe_distinct(self._app, (names.ACTIVE_PROVIDER,), self.token_refresh_wanted, self._token_refresh)
        observe_distinct(self._app, conditions.LIBRARY_SYNC_SETTINGS, self._library_sync_wanted, self._library_sync)
        observe_distinct(self._app, self.notification_settings, self.notifications_wanted, self._notifications)

    def execute(self, request: PeriodicTaskRequest) -> None:
        """Ask for a task that is also to run now."""
        self._scheduler.schedule_and_execute(request)

    def forget(self, task_id: str) -> None:
        """Cancel a task."""
        self._scheduler.cancel(task_id)

    def token_refresh_wanted(self) -> bool:
        """There is an account whose token wants refreshing."""
        return self._app.state(names.ACTIVE_PROVIDER) == names.TRAKT

    def notifications_wanted(self) -> bool:
        """Tell whether the task of notifications is."""
        return conditions.notifications_wanted(self._app)

    def _library_sync_wanted(self) -> bool:
        return conditions.library_sync_wanted(self._app)

    def _token_refresh(self, wanted: bool) -> None:
        if wanted:
            self.execute(self._requests[names.TOKEN_REFRESH])
        else:
            self.forget(names.TOKEN_REFRESH)

    def _library_sync(self, wanted: bool) -> None:
        if wanted:
            self._scheduler.schedule_periodic(self._requests[names.LIBRARY_SYNC])
        else:
            self.forget(names.LIBRARY_SYNC)

    def _notifications(self, wanted: bool) -> None:
        if wanted:
            self._logger.d("NotificationTasksInitializer", "Scheduling episode notifications")
            self.execute(self._requests[names.EPISODE_NOTIFICATIONS])
        else:
            self._logger.d("NotificationTasksInitializer", "Cancelling episode notifications")
            self.forget(names.EPISODE_NOTIFICATIONS)


class EarlyInitializers(Initializers):
    """U1 to U5: a login is Trakt's, background sync also rules notifications, and nothing is executed at once."""

    notification_settings = (*conditions.NOTIFICATION_SETTINGS, names.BACKGROUND_SYNC_ENABLED)

    def execute(self, request: PeriodicTaskRequest) -> None:
        self._scheduler.schedule_periodic(request)

    def token_refresh_wanted(self) -> bool:
        return conditions.is_logged_in(self._app)

    def notifications_wanted(self) -> bool:
        return super().notifications_wanted() and conditions.library_sync_wanted(self._app)
