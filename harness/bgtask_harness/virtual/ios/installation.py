"""An app on a virtual iPhone: what is the same in each of its processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bgtask_harness.virtual.ios import hook
from bgtask_harness.virtual.ios.port import InstalledApp
from bgtask_harness.virtual.workmanager.modes import Mode
from bgtask_harness.virtual.workmanager.storage import Storage
from bgtask_reference.ports.background_tasks import IosProgram

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.process import AppProcess


@dataclass(slots=True, eq=False)
class Installation:
    """The installed app, the program that it runs, and what it keeps."""

    app: InstalledApp
    program: IosProgram
    mode: Mode
    storage: Storage

    def launched(self, process: AppProcess) -> None:
        """A process has finished launching: an instrumented build now registers its hook."""
        if self.mode.has_hook:
            hook.register(process)
