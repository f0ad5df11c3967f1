"""The iOS application of the unified generations: `AppDelegate`, as far as background tasks go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_reference.lineage.hook import TaskHook
from bgtask_reference.lineage.tvmaniac.initializers import Initializers
from bgtask_reference.lineage.tvmaniac.ios.logger import IosKermitLogger
from bgtask_reference.lineage.tvmaniac.ios.scheduler import IosTaskScheduler


@dataclass(frozen=True, slots=True)
class TvManiacIos:
    """Implements `IosApplication`. The scheduler is made before it: `AppDelegate.init` (AppDelegate.swift:46-49)."""

    scheduler: IosTaskScheduler
    initializers: Initializers
    hook: TaskHook
    logger: IosKermitLogger

    def did_finish_launching(self) -> None:
        self.logger.set_up()
        self.initializers.start()

    def did_enter_background(self) -> None:
        """`applicationDidEnterBackground` (AppDelegate.swift:101-112)."""
        self.scheduler.reschedule_background_task()

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        return self.hook.answer(command, arguments)
