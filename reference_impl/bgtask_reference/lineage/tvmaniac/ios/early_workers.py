"""The tasks' bodies before U1 on iOS, where they are not those of Android's (git history of TvManiac)."""

from __future__ import annotations

from collections.abc import Awaitable

from bgtask_reference.contract import Failure
from bgtask_reference.contract import Success
from bgtask_reference.contract import WorkerResult
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac.conditions import is_logged_in
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.workers import ServerError
from bgtask_reference.lineage.tvmaniac.workers import TokenRefreshWorker
from bgtask_reference.lineage.tvmaniac.workers import ask
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import NetworkError

_LAST_SYNC = "last_sync_timestamp"
_LOOKAHEAD = "1d"
_LOCAL_STEP_NS = 5_000_000


class IosTokenRefresh(TokenRefreshWorker):
    """`IosTraktAuthTasks.performRefresh`: says nothing, and whoever calls it drops its answer."""

    async def do_work(self) -> WorkerResult:
        if not is_logged_in(self._app) or not self.is_expiring_soon():
            return Success()
        try:
            await ask(self._app, names.TOKEN_ENDPOINT)
        except (NetworkError, ServerError) as error:  # `refreshTokens` answers with a result, it does not throw
            return Failure(str(error))
        self.keep_token()
        return Success()


class IosLibrarySync:
    """`IosSyncTasks.performSync`, `IosLibrarySyncTasks.execute`: what goes wrong escapes."""

    worker_name = names.LIBRARY_SYNC

    def __init__(self, app: AppPort, logger: KermitLogger, tag: str) -> None:
        self._app = app
        self._logger = logger
        self._tag = tag

    async def do_work(self) -> WorkerResult:
        if not is_logged_in(self._app):
            self._logger.d(self._tag, "User not logged in, skipping sync")
            return Success()
        await ask(self._app, names.LIBRARY_ENDPOINT)
        self._app.store(_LAST_SYNC, str(self._app.now_ms()))
        return Success()


class IosEpisodeNotifications:
    """`IosNotificationTasks.execute`: three steps in `runCatching`, which catches cancellation too; none decides."""

    worker_name = names.EPISODE_NOTIFICATIONS
    _tag = "IosNotificationTasks"

    def __init__(self, app: AppPort, logger: KermitLogger) -> None:
        self._app = app
        self._logger = logger

    async def do_work(self) -> WorkerResult:
        self._logger.d(self._tag, f"Episode notification task running (lookahead: {_LOOKAHEAD})")
        await self._caught("Season details refresh", ask(self._app, names.SEASONS_ENDPOINT))
        await self._caught("Calendar sync", ask(self._app, names.CALENDAR_ENDPOINT))
        await self._caught("Notification scheduling", self._app.sleep(_LOCAL_STEP_NS))
        self._logger.d(self._tag, "Episode notification task finished")
        return Success()

    async def _caught(self, step: str, work: Awaitable[None]) -> None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - published: runCatching catches everything, cancellation too
            self._logger.e(self._tag, f"{step} failed: {error}")
        else:
            self._logger.d(self._tag, f"{step} completed")
