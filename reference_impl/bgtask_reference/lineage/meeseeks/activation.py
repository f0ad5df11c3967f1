"""Activations: what Meeseeks asks of WorkManager (A WorkRequestFactory.android.kt, TaskScheduler.android.kt).

Always one-time work, under a name of the task's id: a period or a retry is another activation.

The port has no query, no cancel by id and none by tag. A name holds one unfinished row at most, so cancelling it is the
same; and `KEEP` does in one step what the library does in two, to look whether work is there and `REPLACE` it if not.
"""

from __future__ import annotations

from collections.abc import Iterable

from bgtask_reference.lineage.meeseeks.database import BackoffPolicy
from bgtask_reference.lineage.meeseeks.database import TaskSpec
from bgtask_reference.lineage.meeseeks.model import TaskRequest
from bgtask_reference.ports.work_manager import BackoffPolicy as WorkBackoffPolicy
from bgtask_reference.ports.work_manager import Constraints
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import NetworkType
from bgtask_reference.ports.work_manager import WorkManagerPort
from bgtask_reference.ports.work_manager import WorkRequest

WORKER = "dev.mattramotar.meeseeks.runtime.internal.BGTaskCoroutineWorker"
TAG = "meeseeks"
TASK_ID = "task_id"
MIN_BACKOFF_MS = 10_000


def unique_name(task_id: str) -> str:
    """Give the unique work name of a task."""
    return f"meeseeks_work_{task_id}"


class Activations:
    """Implements `Platform`: asks for activations and cancels them."""

    def __init__(self, work_manager: WorkManagerPort) -> None:
        self._work_manager = work_manager

    def check(self, request: TaskRequest) -> None:
        """Refuse nothing: WorkManager knows every precondition (`ConstraintCapabilities.ANDROID`)."""

    def first(self, row: TaskSpec) -> None:
        """Ask for the first one, unless one is there."""
        self._enqueue(row, row.initial_delay_ms, ExistingWorkPolicy.KEEP)

    def following(self, row: TaskSpec, delay_ms: int) -> None:
        """Ask for the next one, in place of the one that is ending."""
        self._enqueue(row, delay_ms, ExistingWorkPolicy.REPLACE)

    def missing(self, row: TaskSpec, now_ms: int) -> None:
        """Ask for one if none is there, for when the row says (`TaskRescheduler`)."""
        self._enqueue(row, max(row.next_run_time_ms - now_ms, 0), ExistingWorkPolicy.KEEP)

    def cancel(self, task_id: str) -> None:
        """Cancel it."""
        self._work_manager.cancel_unique_work(unique_name(task_id))

    def cancel_all(self, rows: Iterable[TaskSpec]) -> None:
        """Cancel all of them, as `cancelAllWorkByTag` does."""
        for row in rows:
            self.cancel(row.id)

    def _enqueue(self, row: TaskSpec, delay_ms: int, policy: ExistingWorkPolicy) -> None:
        self._work_manager.enqueue_unique_work(unique_name(row.id), policy, _request(row, delay_ms))


def _request(row: TaskSpec, delay_ms: int) -> WorkRequest:
    linear = row.backoff_policy is BackoffPolicy.LINEAR
    return WorkRequest(
        WORKER,
        initial_delay_ms=delay_ms,
        constraints=Constraints(
            NetworkType.CONNECTED if row.requires_network else NetworkType.NOT_REQUIRED,
            requires_charging=row.requires_charging,
            requires_battery_not_low=row.requires_battery_not_low,
        ),
        input_data={TASK_ID: row.id},
        tags=(TAG,),
        backoff_policy=WorkBackoffPolicy.LINEAR if linear else WorkBackoffPolicy.EXPONENTIAL,
        backoff_delay_ms=max(row.backoff_delay_ms, MIN_BACKOFF_MS),
    )
