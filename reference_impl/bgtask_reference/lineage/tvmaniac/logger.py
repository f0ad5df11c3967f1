"""A Kermit-like logger: debug builds say everything from Debug on, others errors alone (KermitLogger.kt:13-15)."""

from __future__ import annotations

from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Priority


class KermitLogger:
    """The severity filter is the app's own: the phone prints whatever it is given."""

    def __init__(self, app: AppPort) -> None:
        self._app = app

    def d(self, tag: str, text: str) -> None:
        """Say it in debug builds."""
        if self._app.debug_build:
            self._app.log(Priority.DEBUG, tag, text)

    def e(self, tag: str, text: str) -> None:
        """Say it in every build."""
        self._app.log(Priority.ERROR, tag, text)
