"""A small app on Meeseeks with three tasks. Not published: the library's own sample has no worker that ever fails."""

from __future__ import annotations

from collections.abc import Mapping

from bgtask_reference.lineage.attempts import Attempts
from bgtask_reference.lineage.hook import TaskHook
from bgtask_reference.lineage.meeseeks.activation import TASK_ID
from bgtask_reference.lineage.meeseeks.activation import WORKER
from bgtask_reference.lineage.meeseeks.activation import Activations
from bgtask_reference.lineage.meeseeks.background_tasks import BGTaskManager
from bgtask_reference.lineage.meeseeks.database import Database
from bgtask_reference.lineage.meeseeks.demo_tasks import CONFIGURATION
from bgtask_reference.lineage.meeseeks.demo_tasks import REQUESTS
from bgtask_reference.lineage.meeseeks.demo_tasks import Consumer
from bgtask_reference.lineage.meeseeks.demo_tasks import Workers
from bgtask_reference.lineage.meeseeks.executor import TaskExecutor
from bgtask_reference.lineage.meeseeks.executor import attempted
from bgtask_reference.lineage.meeseeks.model import Permanent
from bgtask_reference.lineage.meeseeks.model import Success
from bgtask_reference.lineage.meeseeks.worker import BGTaskCoroutineWorker
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkerParameters
from bgtask_reference.ports.work_manager import WorkManagerPort


class Demo:
    """Implements `AndroidApplication`. `at_start` False: Meeseeks is initialised when the hook first speaks."""

    def __init__(self, app: AppPort, work_manager: WorkManagerPort, *, at_start: bool = True) -> None:
        self._app = app
        self._at_start = at_start
        self._database = Database(app)
        self._activations = Activations(work_manager)
        self._attempts = Attempts(app)
        self._tasks: BGTaskManager | None = None
        self._workers = Workers(app).registry
        consumer = Consumer(app, self.tasks)
        commands = {"schedule": consumer.schedule, "cancel": consumer.cancel}
        self._hook = TaskHook(app, tuple(REQUESTS), commands, self._run)

    def on_create(self) -> None:
        if self._at_start:
            self.tasks()

    def tasks(self) -> BGTaskManager:
        """Give Meeseeks, initialised."""
        if self._tasks is None:
            self._tasks = BGTaskManager(self._app, self._database, self._activations, CONFIGURATION)
        return self._tasks

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> BGTaskCoroutineWorker | None:
        """`MeeseeksWorkerFactory`; in a process without Meeseeks WorkManager makes the worker itself."""
        if class_name != WORKER:
            return None
        executor = None
        if self._tasks is not None:
            executor = TaskExecutor(self._app, self._database, self._workers, CONFIGURATION)
        attempt = self._attempts.of(self._task_of(parameters), parameters)
        attempt.note(meeseeks_id=parameters.input_data.get(TASK_ID, ""))
        return BGTaskCoroutineWorker(self._app, executor, self._activations, parameters, attempt)

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        self.tasks()
        return self._hook.answer(command, arguments)

    def _task_of(self, parameters: WorkerParameters) -> str:
        """Give the name that the beacon uses: the payload type, which says more than a generated id."""
        task_id = parameters.input_data.get(TASK_ID, "")
        row = self._database.get(task_id)
        return task_id if row is None else row.payload_type_id

    async def _run(self, task: str) -> None:
        await self._attempts.of(task, None).around(self._listenable(task))

    async def _listenable(self, task: str) -> ListenableWorkerResult:
        result = await attempted(self._workers[task], 1)
        if isinstance(result, Success):
            return ListenableWorkerResult.SUCCESS
        return ListenableWorkerResult.FAILURE if isinstance(result, Permanent) else ListenableWorkerResult.RETRY
