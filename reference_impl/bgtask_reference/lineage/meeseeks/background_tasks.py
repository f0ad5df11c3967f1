"""`BGTaskManager`: the door of Meeseeks for its consumer, made once a process (C RealBGTaskManager.kt)."""

from __future__ import annotations

import dataclasses
import hashlib
import uuid
from collections.abc import Iterable
from typing import Protocol

from bgtask_reference.lineage.meeseeks.database import BackoffPolicy
from bgtask_reference.lineage.meeseeks.database import Database
from bgtask_reference.lineage.meeseeks.database import LogEntry
from bgtask_reference.lineage.meeseeks.database import LogType
from bgtask_reference.lineage.meeseeks.database import TaskSpec
from bgtask_reference.lineage.meeseeks.database import TaskState
from bgtask_reference.lineage.meeseeks.model import Configuration
from bgtask_reference.lineage.meeseeks.model import ExponentialBackoff
from bgtask_reference.lineage.meeseeks.model import Periodic
from bgtask_reference.lineage.meeseeks.model import Priority
from bgtask_reference.lineage.meeseeks.model import RetryPolicy
from bgtask_reference.lineage.meeseeks.model import TaskRequest
from bgtask_reference.ports.app import AppPort

_PRIORITIES = {Priority.LOW: 10, Priority.MEDIUM: 50, Priority.HIGH: 100}
_NS_PER_MS = 1_000_000


class TaskNotFound(LookupError):  # noqa: N818 - reads as what it is
    """There is no task of that id."""


class UnsupportedPrecondition(ValueError):  # noqa: N818 - Kotlin's is an IllegalArgumentException
    """The platform knows no such precondition."""


class Platform(Protocol):
    """`TaskScheduler`: what the manager asks of the platform's own scheduler."""

    def check(self, request: TaskRequest) -> None:
        """Refuse what the platform cannot wait for.

        Raises:
            UnsupportedPrecondition: It cannot.

        """

    def first(self, row: TaskSpec) -> None:
        """Ask for the first activation, unless one is there."""

    def missing(self, row: TaskSpec, now_ms: int) -> None:
        """Ask for one if none is there, for when the row says."""

    def cancel(self, task_id: str) -> None:
        """Cancel a task's."""

    def cancel_all(self, rows: Iterable[TaskSpec]) -> None:
        """Cancel those of all that is there."""


class BGTaskManager:
    """Making one recovers what the last process left: RUNNING rows are enqueued again, then lost activations."""

    def __init__(self, app: AppPort, database: Database, activations: Platform, configuration: Configuration) -> None:
        self._app = app
        self._database = database
        self._activations = activations
        self._configuration = configuration
        for row in database.in_state(TaskState.RUNNING):
            database.change(row, TaskState.ENQUEUED)
        app.spawn(self._reschedule_tasks(), "TaskRescheduler")
        if configuration.watchdog_ms > 0:
            app.spawn(self._watch(), "OrphanedTaskWatchdog")

    def schedule(self, request: TaskRequest) -> str:
        """Insert a task and ask for its first activation; give its id. Each call makes another task.

        Raises:
            UnsupportedPrecondition: The platform cannot wait for what the request wants.

        """
        self._activations.check(request)
        task_id = self._new_task_id(request.payload)
        row = self._normalized(request, task_id)
        self._database.insert(row)
        self._activations.first(row)
        return task_id

    def reschedule(self, task_id: str, request: TaskRequest) -> None:
        """Give a task, in whatever state, another request and enqueue it. Its attempts go on counting.

        Raises:
            TaskNotFound: There is no such task.
            UnsupportedPrecondition: As for `schedule`.

        """
        self._activations.check(request)
        existing = self._database.get(task_id)
        if existing is None:
            raise TaskNotFound(f"Update failed: Task {task_id} not found.")
        self._activations.cancel(task_id)
        row = dataclasses.replace(
            self._normalized(request, task_id),
            created_at_ms=existing.created_at_ms,
            run_attempt_count=existing.run_attempt_count,
        )
        self._database.update(row)
        self._activations.first(row)

    def cancel(self, task_id: str) -> None:
        """Cancel a task. One that has ended keeps its outcome."""
        row = self._database.get(task_id)
        if row is None:
            return
        self._activations.cancel(task_id)
        self._cancel_row(row, "Task cancelled.")

    def cancel_all(self) -> None:
        """Cancel every task."""
        active = self._database.in_state(TaskState.ENQUEUED, TaskState.RUNNING)
        self._activations.cancel_all(active)
        for row in active:
            self._cancel_row(row, "Task cancelled by cancelAll().")

    def status(self, task_id: str) -> TaskState | None:
        """Give a task's state."""
        row = self._database.get(task_id)
        return None if row is None else row.state

    def replay_terminal_events(self, since: int = 0) -> tuple[LogEntry, ...]:
        """Give what ended tasks after that event, at least once each."""
        return tuple(entry for entry in self._database.log_entries(since) if entry.type.terminal)

    def _cancel_row(self, row: TaskSpec, message: str) -> None:
        if row.state.terminal:
            return
        self._database.change(row, TaskState.CANCELLED)
        self._database.log(row.id, LogType.CANCELLED, row.run_attempt_count, message)

    async def _reschedule_tasks(self) -> None:
        for row in self._database.in_state(TaskState.ENQUEUED):
            self._activations.missing(row, self._app.now_ms())

    async def _watch(self) -> None:
        """`OrphanedTaskWatchdog`: tasks that are overdue and unknown to WorkManager are activated again."""
        while True:
            await self._app.sleep(self._configuration.watchdog_ms * _NS_PER_MS)
            now = self._app.now_ms()
            for row in self._database.in_state(TaskState.ENQUEUED):
                if row.next_run_time_ms <= now:
                    self._activations.missing(row, now)

    def _new_task_id(self, payload: str) -> str:
        """`UUID.randomUUID`, from the seed: the nth task of a payload type has the same id in every run."""
        nth = sum(row.payload_type_id == payload for row in self._database.rows()) + 1
        digest = hashlib.sha256(f"{self._configuration.seed}/{payload}/{nth}".encode()).digest()
        return str(uuid.UUID(bytes=digest[:16], version=4))

    def _normalized(self, request: TaskRequest, task_id: str) -> TaskSpec:
        """`TaskMapper.normalizeRequest`."""
        now, schedule = self._app.now_ms(), request.schedule
        row = TaskSpec(
            id=task_id,
            state=TaskState.ENQUEUED,
            created_at_ms=now,
            payload_type_id=request.payload,
            next_run_time_ms=now + schedule.initial_delay_ms,
            priority=_PRIORITIES[request.priority],
            requires_network=request.requires_network,
            requires_charging=request.requires_charging,
            requires_battery_not_low=request.requires_battery_not_low,
            initial_delay_ms=schedule.initial_delay_ms,
            interval_ms=schedule.interval_ms if isinstance(schedule, Periodic) else 0,
            flex_ms=schedule.flex_ms if isinstance(schedule, Periodic) else 0,
        )
        return _with_policy(row, request.retry_policy, self._configuration.max_retry_count)


def _with_policy(row: TaskSpec, policy: RetryPolicy, cap: int) -> TaskSpec:
    if isinstance(policy, ExponentialBackoff):
        return dataclasses.replace(
            row,
            backoff_policy=BackoffPolicy.EXPONENTIAL,
            backoff_delay_ms=policy.initial_ms,
            max_retries=min(policy.max_retries, cap),
            backoff_multiplier=policy.multiplier,
            backoff_jitter_factor=policy.jitter,
        )
    return dataclasses.replace(
        row,
        backoff_policy=BackoffPolicy.LINEAR,
        backoff_delay_ms=policy.interval_ms,
        max_retries=cap if policy.max_retries is None else min(policy.max_retries, cap),
        backoff_multiplier=None,
        backoff_jitter_factor=0.0,
    )
