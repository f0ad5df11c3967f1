"""The initializers (TRI:20-31, STI:29-46, NTI:25-48): app state in, requests out.

Each is distinct by its own boolean and acts on its first emission: every process start asks or cancels again.
"""

from __future__ import annotations

from collections.abc import Callable

from bgtask_reference.contract import BackgroundTaskScheduler
from bgtask_reference.contract import PeriodicTaskRequest
from bgtask_reference.contract import TaskConstraints
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.ports.app import AppPort

REQUESTS = {
    request.id: request
    for request in (
        PeriodicTaskRequest(names.TOKEN_REFRESH, 5 * names.HOUR_MS, TaskConstraints(requires_network=True), True),
        PeriodicTaskRequest(names.LIBRARY_SYNC, 12 * names.HOUR_MS, TaskConstraints(requires_network=True), True),
        PeriodicTaskRequest(names.EPISODE_NOTIFICATIONS, 6 * names.HOUR_MS),
    )
}
"""What TvManiac asks for at U6, by task id."""


class Initializers:
    """All three. `schedule_and_execute` and `schedule_periodic` of `scheduler` are what they call."""

    def __init__(self, app: AppPort, scheduler: BackgroundTaskScheduler, logger: KermitLogger) -> None:
        self._app = app
        self._scheduler = scheduler
        self._logger = logger

    def start(self) -> None:
        """Begin to observe; the first values arrive later on in this process."""
        both = (names.ACTIVE_PROVIDER, names.BACKGROUND_SYNC_ENABLED)
        self._observe((names.ACTIVE_PROVIDER,), self._token_refresh_wanted, self._token_refresh)
        self._observe(both, self._library_sync_wanted, self._library_sync)
        notifications = (names.ACTIVE_PROVIDER, names.EPISODE_NOTIFICATIONS_ENABLED)
        self._observe(notifications, self._notifications_wanted, self._notifications)

    def execute(self, request: PeriodicTaskRequest) -> None:
        """Ask for a task that is also to run now."""
        self._scheduler.schedule_and_execute(request)

    def forget(self, task_id: str) -> None:
        """Cancel a task."""
        self._scheduler.cancel(task_id)

    def _observe(self, settings: tuple[str, ...], wanted: Callable[[], bool], act: Callable[[bool], None]) -> None:
        """`combine(...).distinctUntilChanged().collect`: begins once every setting has been read."""
        unread = set(settings)
        last: bool | None = None

        def collect(setting: str) -> None:
            nonlocal last
            unread.discard(setting)
            value = wanted()
            if not unread and value is not last:
                last = value
                act(value)

        def collector_of(setting: str) -> Callable[[str], None]:
            return lambda _value: collect(setting)

        for setting in settings:
            self._app.observe(setting, collector_of(setting))

    def _token_refresh_wanted(self) -> bool:
        return self._app.state(names.ACTIVE_PROVIDER) == names.TRAKT

    def _library_sync_wanted(self) -> bool:
        connected = self._app.state(names.ACTIVE_PROVIDER) != ""
        return connected and self._app.state(names.BACKGROUND_SYNC_ENABLED) in {"", "true"}

    def _notifications_wanted(self) -> bool:
        connected = self._app.state(names.ACTIVE_PROVIDER) != ""
        return connected and self._app.state(names.EPISODE_NOTIFICATIONS_ENABLED) == "true"

    def _token_refresh(self, wanted: bool) -> None:
        if wanted:
            self.execute(REQUESTS[names.TOKEN_REFRESH])
        else:
            self.forget(names.TOKEN_REFRESH)

    def _library_sync(self, wanted: bool) -> None:
        if wanted:
            self._scheduler.schedule_periodic(REQUESTS[names.LIBRARY_SYNC])
        else:
            self.forget(names.LIBRARY_SYNC)

    def _notifications(self, wanted: bool) -> None:
        if wanted:
            self._logger.d("NotificationTasksInitializer", "Scheduling episode notifications")
            self.execute(REQUESTS[names.EPISODE_NOTIFICATIONS])
        else:
            self._logger.d("NotificationTasksInitializer", "Cancelling episode notifications")
            self.forget(names.EPISODE_NOTIFICATIONS)
