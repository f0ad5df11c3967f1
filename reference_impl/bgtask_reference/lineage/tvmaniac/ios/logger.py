"""Kermit's writer on iOS: the unified log without subsystem or category, private as its default is.

XcodeSeverityWriter.kt:21-37, MessageStringFormatter, OSLogWriter.kt:41-99 @2.1.0: debug is `OS_LOG_TYPE_DEBUG`, which
is not kept, and a text that is not public reads `<private>` to everybody but a debugger.
"""

from __future__ import annotations

from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.ports.background_tasks import IosAppPort
from bgtask_reference.ports.background_tasks import OSLogType


class IosKermitLogger(KermitLogger):
    """Until `LoggingInitializer` has run, Kermit's own default holds: everything is said, in release builds too."""

    _errors_public = False

    def __init__(self, app: IosAppPort) -> None:
        super().__init__(app)
        self._phone = app
        self._set_up = False

    def set_up(self) -> None:
        """`LoggingInitializer`: from here on errors alone, but in debug builds (KermitLogger.kt:13-15)."""
        self._set_up = True

    def d(self, tag: str, text: str) -> None:
        if self._phone.debug_build or not self._set_up:
            self._phone.os_log(OSLogType.DEBUG, f"\U0001f535 ({tag}) {text}", public=False)

    def e(self, tag: str, text: str) -> None:
        self._phone.os_log(OSLogType.ERROR, f"\U0001f534 ({tag}) {text}", public=self._errors_public)


class OutspokenLogger(IosKermitLogger):
    """Repair 11: what an error says is public."""

    _errors_public = True
