"""`BGTaskRunner`: one task within a window, and the request for its next time (N BGTaskRunner.kt)."""

from __future__ import annotations

from bgtask_reference.lineage.meeseeks.database import Database
from bgtask_reference.lineage.meeseeks.database import LogType
from bgtask_reference.lineage.meeseeks.database import TaskState
from bgtask_reference.lineage.meeseeks.executor import NextActivation
from bgtask_reference.lineage.meeseeks.executor import TaskExecutor
from bgtask_reference.lineage.meeseeks.ios.requests import Requests


class BGTaskRunner:
    """Runs a row. That a task failed, or was none of its, is never told: it always reports success (60-73)."""

    def __init__(self, database: Database, executor: TaskExecutor, requests: Requests) -> None:
        self._database = database
        self._executor = executor
        self._requests = requests

    async def run(self, task_id: str) -> None:
        """Execute it once; the system counts no attempts."""
        execution = await self._executor.execute(task_id, 0)
        if isinstance(execution, NextActivation):
            self._resubmit(execution)

    def _resubmit(self, following: NextActivation) -> None:
        """Ask for its next time. A refusal that is not for want of room ends the task for good."""
        failure, row = self._requests.following(following.row, following.delay_ms), following.row
        if failure is None:
            kind, message = LogType.SUCCESS_AND_SCHEDULED_NEXT, "Periodic task resubmitted by BGTaskRunner."
            self._database.change(row, TaskState.ENQUEUED)
        else:
            word = "retriable" if failure.retriable else "non-retriable"
            kind = LogType.TRANSIENT_FAILURE if failure.retriable else LogType.PERMANENT_FAILURE
            message = f"Failed to resubmit task ({word}, code {failure.code}): {failure.description}"
            if not failure.retriable:
                self._database.change(row, TaskState.FAILED)
        self._database.log(row.id, kind, row.run_attempt_count, message)
