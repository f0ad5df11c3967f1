"""The three workers of the blog, at U6. What they did before is in `early_workers`."""

from __future__ import annotations

from bgtask_reference.contract import Failure
from bgtask_reference.contract import Retry
from bgtask_reference.contract import Success
from bgtask_reference.contract import WorkerResult
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac.conditions import is_logged_in
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.app import NetworkError

LIFETIME_MS = 86_400_000
"""AuthState's default lifetime: a day."""

_EXPIRING_SHARE = 4  # isExpiringSoon: a quarter of the lifetime or less is left (AuthState.kt:13-23)
_OK = "ok"


class ServerError(Exception):
    """The server answered something else than it was asked for."""


class UnreadableStoreError(Exception):
    """What the auth store holds is no auth state: nobody expects that, so nobody catches it."""


async def ask(app: AppPort, endpoint: str) -> None:
    """Call the server.

    Raises:
        NetworkError: It could not be reached.
        ServerError: It answered with an error.

    """
    status = await app.request(endpoint)
    if status != _OK:
        raise ServerError(f"HTTP 500 from {endpoint}")


class TokenRefreshWorker:
    """TRW:23-46. Nothing is caught here but what the refresh itself reports: the rest escapes."""

    worker_name = names.TOKEN_REFRESH
    _tag = "TokenRefreshWorker"

    def __init__(self, app: AppPort, logger: KermitLogger) -> None:
        self._app = app
        self._logger = logger

    async def do_work(self) -> WorkerResult:
        self._logger.d(self._tag, "Token refresh running")
        if not is_logged_in(self._app) or not self.is_expiring_soon():
            return Success()
        try:
            await ask(self._app, names.TOKEN_ENDPOINT)
        except NetworkError:
            return Retry("Network error during token refresh")
        except ServerError:
            return Failure("Token refresh failed")
        self.keep_token()
        return Success()

    def keep_token(self) -> None:
        """Store when the token that was just given expires."""
        self._app.store(names.TOKEN_EXPIRES_AT, str(self._app.now_ms() + LIFETIME_MS))

    def is_expiring_soon(self) -> bool:
        """A quarter of the token's lifetime or less is left."""
        expires_at = self._app.state(names.TOKEN_EXPIRES_AT)
        if expires_at and not expires_at.isdecimal():
            raise UnreadableStoreError(f"expiry {expires_at!r} is no time")
        return not expires_at or int(expires_at) - self._app.now_ms() <= LIFETIME_MS // _EXPIRING_SHARE


class LibrarySyncWorker:
    """LSW:29-63. Takes its own cancellation for a reason to try again."""

    worker_name = names.LIBRARY_SYNC
    _tag = "LibrarySyncWorker"

    def __init__(self, app: AppPort, logger: KermitLogger) -> None:
        self._app = app
        self._logger = logger

    async def do_work(self) -> WorkerResult:
        self._logger.d(self._tag, "Library sync worker starting")
        if not is_logged_in(self._app):
            self._logger.d(self._tag, "User not logged in, skipping sync")
            return Success()
        try:
            await ask(self._app, names.LIBRARY_ENDPOINT)
        except Cancelled as cancelled:
            return self._cancelled(cancelled)
        except Exception as error:  # noqa: BLE001 - published: catch (e: Exception)
            self._logger.e(self._tag, f"Library sync failed: {error}")
            return self._failed(error)
        self._synced()
        return Success()

    def _synced(self) -> None:
        self._logger.d(self._tag, "Library sync completed successfully")

    def _cancelled(self, cancelled: Cancelled) -> WorkerResult:
        self._logger.d(self._tag, f"Library sync cancelled: {cancelled}")
        return Retry("Cancelled, will retry")

    def _failed(self, error: Exception) -> WorkerResult:
        return Failure(str(error))


class EpisodeNotificationWorker:
    """ENW:29-73: schedule, season refresh, calendar sync, schedule again. The last step alone decides."""

    worker_name = names.EPISODE_NOTIFICATIONS
    _tag = "EpisodeNotificationWorker"

    def __init__(self, app: AppPort, logger: KermitLogger) -> None:
        self._app = app
        self._logger = logger

    async def do_work(self) -> WorkerResult:
        self._logger.d(self._tag, "Episode notification worker running")
        self._schedule_notifications()
        await self._try("Season details refresh", names.SEASONS_ENDPOINT)
        await self._try("Calendar sync", names.CALENDAR_ENDPOINT)
        self._schedule_notifications()
        return Success()

    async def _try(self, step: str, endpoint: str) -> None:
        try:
            await ask(self._app, endpoint)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - published: each error is logged and ignored
            self._logger.e(self._tag, f"{step} failed: {error}")

    def _schedule_notifications(self) -> None:
        """Alarms from what is cached: on a virtual phone that always works."""
