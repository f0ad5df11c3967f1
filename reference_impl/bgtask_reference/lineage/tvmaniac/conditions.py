"""When a task is wanted: the conditions that the initializers of all generations share."""

from __future__ import annotations

from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.ports.app import AppPort

LIBRARY_SYNC_SETTINGS = (names.ACTIVE_PROVIDER, names.BACKGROUND_SYNC_ENABLED)
NOTIFICATION_SETTINGS = (names.ACTIVE_PROVIDER, names.EPISODE_NOTIFICATIONS_ENABLED)


def is_logged_in(app: AppPort) -> bool:
    """Tell whether there is an account (`isConnected`; before U6 a login was Trakt's)."""
    return app.state(names.ACTIVE_PROVIDER) != ""


def forget_token(app: AppPort, endpoint: str) -> None:
    """Have the next token refresh really ask a server that was changed: a token still good would hide its answer."""
    if endpoint == names.TOKEN_ENDPOINT:
        app.store(names.TOKEN_EXPIRES_AT, "")


def library_sync_wanted(app: AppPort) -> bool:
    """There is an account, and background sync is on."""
    return is_logged_in(app) and app.state(names.BACKGROUND_SYNC_ENABLED) in {"", "true"}


def notifications_wanted(app: AppPort) -> bool:
    """There is an account, and notifications are on."""
    return is_logged_in(app) and app.state(names.EPISODE_NOTIFICATIONS_ENABLED) == "true"
