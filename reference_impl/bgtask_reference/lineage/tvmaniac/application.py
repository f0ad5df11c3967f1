"""The application: what its parts are, and what it does when a process starts, work runs or the hook speaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_reference.contract import BackgroundTaskScheduler
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac.dispatch import Dispatcher
from bgtask_reference.lineage.tvmaniac.dispatch import SchedulerDispatchWorker
from bgtask_reference.lineage.tvmaniac.initializers import REQUESTS
from bgtask_reference.lineage.tvmaniac.initializers import Initializers
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.work_manager import WorkerParameters

_HANDLED_BY_THE_BUILD = frozenset({"ping", "state"})


@dataclass(frozen=True, slots=True)
class TvManiac:
    """Implements `AndroidApplication`."""

    app: AppPort
    scheduler: BackgroundTaskScheduler
    dispatcher: Dispatcher
    initializers: Initializers

    def on_create(self) -> None:
        self.initializers.start()

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> SchedulerDispatchWorker | None:
        """`TvManiacWorkerFactory.createWorker`: one class is known, any other is left to WorkManager."""
        if class_name != names.DISPATCH_WORKER:
            return None
        return SchedulerDispatchWorker(self.dispatcher, parameters)

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        if command in _HANDLED_BY_THE_BUILD:
            return "ok"
        if command == "server":
            return self._server_changed(arguments.get("endpoint"))
        task = arguments.get("task", "")
        if task not in REQUESTS:
            return f"error: unknown task {task!r}"
        return self._do(command, task)

    def _do(self, command: str, task: str) -> str:
        if command == "schedule":
            self.scheduler.schedule_periodic(REQUESTS[task])
        elif command == "execute":
            self.scheduler.schedule_and_execute(REQUESTS[task])
        elif command == "cancel":
            self.scheduler.cancel(task)
        elif command == "run":
            self.app.spawn(self._run(task), f"hook {task}")
        else:
            return f"error: unknown command {command!r}"
        return "ok"

    async def _run(self, task: str) -> None:
        await self.dispatcher.dispatch(task, None)

    def _server_changed(self, endpoint: str | None) -> str:
        """Have the next token refresh really ask the server: a token that is still good would hide the answer."""
        if endpoint == names.TOKEN_ENDPOINT:
            self.app.store(names.TOKEN_EXPIRES_AT, "")
        return "ok"
