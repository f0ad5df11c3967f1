"""`IosAppPort` on a virtual iPhone: the phone as one process of the app sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bgtask_harness.virtual.workmanager import beacon
from bgtask_harness.virtual.workmanager.app_port import PhoneApp
from bgtask_reference.ports.background_tasks import OSLogType

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.process import AppProcess


class HostedIosApp(PhoneApp):
    """Implements `IosAppPort`. Everything asked of it ends with the process."""

    def __init__(self, process: AppProcess) -> None:
        super().__init__(process)
        self._iphone_process = process

    def os_log(self, kind: OSLogType, message: str, *, subsystem: str = "", category: str = "", public: bool) -> None:
        self._iphone_process.write(message, kind=kind, subsystem=subsystem, category=category, public=public)

    def ns_log(self, message: str) -> None:
        self._iphone_process.write(message)

    def beacon(self, event: str, fields: Mapping[str, str | int | None]) -> None:
        """Public, of the app's own subsystem, category `bgtask-beacon`."""
        process = self._iphone_process
        if process.mode.has_beacon:
            process.write(beacon.line(event, fields), subsystem=process.package, category=beacon.TAG)
