"""The same small app on iOS: its tasks, workers and hook are Android's."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from bgtask_reference.lineage.attempts import Attempts
from bgtask_reference.lineage.hook import TaskHook
from bgtask_reference.lineage.meeseeks.background_tasks import BGTaskManager
from bgtask_reference.lineage.meeseeks.database import Database
from bgtask_reference.lineage.meeseeks.demo_tasks import CONFIGURATION
from bgtask_reference.lineage.meeseeks.demo_tasks import REQUESTS
from bgtask_reference.lineage.meeseeks.demo_tasks import Consumer
from bgtask_reference.lineage.meeseeks.demo_tasks import Workers
from bgtask_reference.lineage.meeseeks.executor import TaskExecutor
from bgtask_reference.lineage.meeseeks.executor import failed
from bgtask_reference.lineage.meeseeks.ios.requests import Requests
from bgtask_reference.lineage.meeseeks.ios.runner import BGTaskRunner
from bgtask_reference.lineage.meeseeks.ios.windows import Windows
from bgtask_reference.lineage.meeseeks.model import Permanent
from bgtask_reference.lineage.meeseeks.model import Success
from bgtask_reference.lineage.meeseeks.model import TaskResult
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosAppPort


class DemoIos:
    """Implements `IosApplication`. `at_start` False: Meeseeks is initialised when the hook first speaks."""

    def __init__(self, app: IosAppPort, tasks: BGTaskSchedulerPort, *, at_start: bool = True) -> None:
        self._app = app
        self._at_start = at_start
        self._attempts = Attempts(app)
        self._bodies = Workers(app).registry
        self._database = Database(app)
        self._requests = requests = Requests(app, tasks)
        workers = {task: functools.partial(self._told, task, app.process_reason) for task in self._bodies}
        executor = TaskExecutor(app, self._database, workers, CONFIGURATION)
        runner = BGTaskRunner(self._database, executor, requests)
        self._windows = Windows(app, tasks, self._database, runner, requests)
        self._tasks: BGTaskManager | None = None
        consumer = Consumer(app, self.tasks)
        commands = {"schedule": consumer.schedule, "cancel": consumer.cancel}
        self._hook = TaskHook(app, tuple(REQUESTS), commands, self._run)

    def did_finish_launching(self) -> None:
        if self._at_start:
            self.tasks()

    def did_enter_background(self) -> None:
        """Do nothing: Meeseeks has no business there."""

    def tasks(self) -> BGTaskManager:
        """`BGTaskManagerFactory.create`: give Meeseeks, initialised."""
        if self._tasks is None:
            self._windows.register()
            self._tasks = BGTaskManager(self._app, self._database, self._requests, CONFIGURATION)
        return self._tasks

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        self.tasks()
        return self._hook.answer(command, arguments)

    async def _run(self, task: str) -> None:
        await self._told(task, "hook", 1)

    async def _told(self, task: str, process: str | None, attempt: int) -> TaskResult:
        """Run a worker of the demo and have the beacon tell of it."""
        return await self._attempts.of_task(task, process).around_call(self._caught(task, attempt), _word)

    async def _caught(self, task: str, attempt: int) -> TaskResult:
        """Give what Meeseeks will make of an error; a cancellation is the beacon's to see first."""
        try:
            return await self._bodies[task](attempt)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - as `attempted` does
            return failed(error)


def _word(result: TaskResult) -> str:
    return "success" if isinstance(result, Success) else "failure" if isinstance(result, Permanent) else "retry"
