"""Initializers as the contract wants them: a task is asked for while it is wanted, and run when that begins."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bgtask_reference.contract import BackgroundTaskScheduler
from bgtask_reference.contract import PeriodicTaskRequest
from bgtask_reference.ports.app import AppPort

ASKED = "1"


@dataclass(frozen=True, slots=True)
class TaskInitializer:
    """Keeps one task in step with the app's stored settings.

    Attributes:
        app: The process it runs in.
        scheduler: What is asked.
        request: What is asked for.
        settings: Names of the settings that decide.
        is_wanted: Says whether the task is wanted, from the settings' values in that order.
        executes: True when becoming wanted also asks for one run now.

    """

    app: AppPort
    scheduler: BackgroundTaskScheduler
    request: PeriodicTaskRequest
    settings: tuple[str, ...]
    is_wanted: Callable[[tuple[str, ...]], bool]
    executes: bool = False

    def start(self) -> None:
        """Begin to observe. A process start by itself runs nothing: only becoming wanted does."""
        for name in self.settings:
            self.app.observe(name, self._changed)

    def _changed(self, _value: str) -> None:
        wanted = self.is_wanted(tuple(self.app.state(name) for name in self.settings))
        known = f"asked:{self.request.id}"
        had_asked = self.app.state(known) == ASKED
        if wanted and self.executes and not had_asked:
            self.scheduler.schedule_and_execute(self.request)
        elif wanted:
            self.scheduler.schedule_periodic(self.request)
        elif had_asked:
            self.scheduler.cancel(self.request.id)
        self.app.store(known, ASKED if wanted else "")
