"""`BGTaskCoroutineWorker`: the one WorkManager worker of Meeseeks (A BGTaskCoroutineWorker.kt:26-108)."""

from __future__ import annotations

from bgtask_reference.lineage.attempts import Attempt
from bgtask_reference.lineage.meeseeks.activation import TASK_ID
from bgtask_reference.lineage.meeseeks.activation import Activations
from bgtask_reference.lineage.meeseeks.executor import NextActivation
from bgtask_reference.lineage.meeseeks.executor import TaskExecutor
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Priority
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkerParameters

_TAG = "MeeseeksWorker"


class BGTaskCoroutineWorker:
    """Made anew for each run. `executor` is None in a process that has not initialised Meeseeks.

    WorkManager hears success whatever became of the task: a retry is another activation.
    """

    def __init__(
        self,
        app: AppPort,
        executor: TaskExecutor | None,
        activations: Activations,
        parameters: WorkerParameters,
        attempt: Attempt,
    ) -> None:
        self._app = app
        self._executor = executor
        self._activations = activations
        self._parameters = parameters
        self._attempt = attempt

    async def do_work(self) -> ListenableWorkerResult:
        return await self._attempt.around(self._work())

    async def _work(self) -> ListenableWorkerResult:
        if self._executor is None:
            told = "Worker attempting to run before Meeseeks initialization. Retrying later."
            self._app.log(Priority.WARN, _TAG, told)
            return ListenableWorkerResult.RETRY
        task_id = self._parameters.input_data.get(TASK_ID)
        if not task_id:
            self._app.log(Priority.ERROR, _TAG, "Worker started without KEY_TASK_ID.")
            return ListenableWorkerResult.FAILURE
        await self._execute(self._executor, task_id)
        return ListenableWorkerResult.SUCCESS

    async def _execute(self, executor: TaskExecutor, task_id: str) -> None:
        execution = await executor.execute(task_id, self._parameters.run_attempt_count)
        if isinstance(execution, NextActivation):
            self._say(f"Task {task_id} requires next activation in {execution.delay_ms}ms.")
            self._activations.following(execution.row, execution.delay_ms)
        else:
            self._say(f"Task {task_id} is terminal {'success' if execution.success else 'failure'}.")
        await self._app.sleep(0)  # leaving `withContext`: where a run that was cancelled throws after all

    def _say(self, text: str) -> None:
        """`android.util.Log.d`: in every build."""
        self._app.log(Priority.DEBUG, _TAG, text)
