"""Names of TvManiac at d81865cff: tasks, classes, stored settings, endpoints of its server."""

from __future__ import annotations

PACKAGE = "com.thomaskioko.tvmaniac"
TOKEN_REFRESH = f"{PACKAGE}.tokenrefresh"
LIBRARY_SYNC = f"{PACKAGE}.librarysync"
EPISODE_NOTIFICATIONS = f"{PACKAGE}.episodenotifications"

DISPATCH_WORKER = f"{PACKAGE}.core.tasks.implementation.SchedulerDispatchWorker"
WORKER_NAME = "worker_name"

ACTIVE_PROVIDER = "active_provider"
TRAKT = "TRAKT"
BACKGROUND_SYNC_ENABLED = "background_sync_enabled"
"""True when never set (DefaultDatastoreRepository.observeBackgroundSyncEnabled)."""
EPISODE_NOTIFICATIONS_ENABLED = "episode_notifications_enabled"
"""False when never set (DefaultDatastoreRepository.observeEpisodeNotificationsEnabled)."""
TOKEN_EXPIRES_AT = "token_expires_at_ms"  # noqa: S105 - the name of a setting
"""Wall milliseconds; empty right after a login: the token that a login leaves here is about to expire."""

TOKEN_ENDPOINT = "trakt/token"  # noqa: S105 - the name of an endpoint
LIBRARY_ENDPOINT = "trakt/library"
SEASONS_ENDPOINT = "trakt/seasons"
CALENDAR_ENDPOINT = "trakt/calendar"

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
