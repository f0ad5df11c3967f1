"""The application of the unified generations: what a process does when it starts, runs work, or hears the hook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_reference.lineage.hook import TaskHook
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac.dispatch import Dispatcher
from bgtask_reference.lineage.tvmaniac.dispatch import SchedulerDispatchWorker
from bgtask_reference.lineage.tvmaniac.initializers import Initializers
from bgtask_reference.lineage.tvmaniac.scheduler import AndroidTaskScheduler
from bgtask_reference.ports.work_manager import WorkerParameters


@dataclass(frozen=True, slots=True)
class TvManiac:
    """Implements `AndroidApplication`."""

    scheduler: AndroidTaskScheduler
    dispatcher: Dispatcher
    initializers: Initializers
    hook: TaskHook

    def on_create(self) -> None:
        self.initializers.start()

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> SchedulerDispatchWorker | None:
        """`TvManiacWorkerFactory.createWorker`: one class is known, any other is left to WorkManager."""
        if class_name != names.DISPATCH_WORKER:
            return None
        return SchedulerDispatchWorker(self.dispatcher, parameters)

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        return self.hook.answer(command, arguments)
