"""The workers before U6, where they did something else (git history of TvManiac)."""

from __future__ import annotations

from collections.abc import Awaitable

from bgtask_reference.contract import Failure
from bgtask_reference.contract import Success
from bgtask_reference.contract import WorkerResult
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.workers import LibrarySyncWorker
from bgtask_reference.lineage.tvmaniac.workers import ask
from bgtask_reference.ports.app import AppPort

_LAST_SYNC = "last_sync_timestamp"
_LOCAL_STEP_NS = 5_000_000
"""Arming alarms from what is cached: a suspending step, so one that a cancellation reaches."""


class EarlyLibrarySyncWorker(LibrarySyncWorker):
    """LibrarySyncWorker.kt @8772ef8af: also stores when it last succeeded."""

    def _synced(self) -> None:
        self._app.store(_LAST_SYNC, str(self._app.now_ms()))
        super()._synced()


class EarlyEpisodeNotificationWorker:
    """EpisodeNotificationWorker.kt @8772ef8af: season refresh, calendar sync, schedule; each in `runCatching`.

    `runCatching` catches cancellation too: a stopped run logs three errors and answers failure to nobody.
    """

    worker_name = names.EPISODE_NOTIFICATIONS
    _tag = "EpisodeNotificationWorker"
    _steps: tuple[tuple[str, str], ...] = (
        ("Season details refresh", names.SEASONS_ENDPOINT),
        ("Calendar sync", names.CALENDAR_ENDPOINT),
    )

    def __init__(self, app: AppPort, logger: KermitLogger) -> None:
        self._app = app
        self._logger = logger

    async def do_work(self) -> WorkerResult:
        self._logger.d(self._tag, "Episode notification worker running")
        for step, endpoint in self._steps:
            await self._caught(step, ask(self._app, endpoint))
        error = await self._caught("Notification scheduling", self._app.sleep(_LOCAL_STEP_NS))
        return Success() if error is None else Failure(str(error))

    async def _caught(self, step: str, work: Awaitable[None]) -> Exception | None:
        try:
            await work
        except Exception as error:  # noqa: BLE001 - published: runCatching catches everything, cancellation too
            self._logger.e(self._tag, f"{step} failed: {error}")
            return error
        return None
