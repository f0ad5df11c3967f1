"""Meeseeks' tables (commonMain/sqldelight: TaskSpec.sq, TaskLog.sq), kept in the app's stored settings.

A row is one setting, so that a process that dies between two writes leaves what a transaction would have left.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from enum import StrEnum

from bgtask_reference.ports.app import AppPort

_ROWS = "meeseeks.taskSpec"
_LOG = "meeseeks.taskLogEntity"


class TaskState(StrEnum):
    """`TaskState`."""

    ENQUEUED = "ENQUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"

    @property
    def terminal(self) -> bool:
        """Nothing follows it."""
        return self in {TaskState.SUCCEEDED, TaskState.FAILED, TaskState.CANCELLED}


class BackoffPolicy(StrEnum):
    """`BackoffPolicy`."""

    EXPONENTIAL = "EXPONENTIAL"
    LINEAR = "LINEAR"


class LogType(StrEnum):
    """`TaskResult.Type`: what became of an attempt, or of the task."""

    SUCCESS = "Success"
    SUCCESS_AND_SCHEDULED_NEXT = "SuccessAndScheduledNext"
    RETRY = "Retry"
    TRANSIENT_FAILURE = "TransientFailure"
    PERMANENT_FAILURE = "PermanentFailure"
    CANCELLED = "Cancelled"

    @property
    def terminal(self) -> bool:
        """It is replayed: the task has ended."""
        return self in {LogType.SUCCESS, LogType.PERMANENT_FAILURE, LogType.CANCELLED}


@dataclass(frozen=True, slots=True)
class TaskSpec:
    """One row of `taskSpec`. Times in milliseconds; wall times since 1970. `interval_ms` is 0 for one-time tasks.

    `platform_id` is left out: a request of the port has no id to keep.
    """

    id: str
    state: TaskState
    created_at_ms: int
    payload_type_id: str
    next_run_time_ms: int
    run_attempt_count: int = 0
    priority: int = 50
    requires_network: bool = False
    requires_charging: bool = False
    requires_battery_not_low: bool = False
    initial_delay_ms: int = 0
    interval_ms: int = 0
    flex_ms: int = 0
    backoff_policy: BackoffPolicy = BackoffPolicy.EXPONENTIAL
    backoff_delay_ms: int = 30_000
    max_retries: int = 3
    backoff_multiplier: float | None = 2.0
    backoff_jitter_factor: float = 0.1

    @property
    def periodic(self) -> bool:
        """It repeats."""
        return self.interval_ms > 0


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One row of `taskLogEntity`. `id` counts from 1 over all tasks."""

    id: int
    task_id: str
    created_ms: int
    type: LogType
    attempt: int
    message: str


class Database:
    """Both tables of one app."""

    def __init__(self, app: AppPort) -> None:
        self._app = app

    def insert(self, row: TaskSpec) -> None:
        """Add a row."""
        self._app.store(_ROWS, f"{self._app.state(_ROWS)} {row.id}".strip())
        self.update(row)

    def update(self, row: TaskSpec) -> None:
        """Write a row over the one of its id."""
        self._app.store(f"{_ROWS}.{row.id}", json.dumps(dataclasses.asdict(row)))

    def get(self, task_id: str) -> TaskSpec | None:
        """Give a row."""
        text = self._app.state(f"{_ROWS}.{task_id}")
        if not text:
            return None
        read = json.loads(text)
        return TaskSpec(
            **read | {"state": TaskState(read["state"]), "backoff_policy": BackoffPolicy(read["backoff_policy"])}
        )

    def rows(self) -> tuple[TaskSpec, ...]:
        """Give every row, oldest first."""
        found = (self.get(task_id) for task_id in self._app.state(_ROWS).split())
        return tuple(row for row in found if row is not None)

    def in_state(self, *states: TaskState) -> tuple[TaskSpec, ...]:
        """Give the rows in any of these states, the next to run first."""
        return tuple(sorted((row for row in self.rows() if row.state in states), key=_next_run))

    def change(
        self, row: TaskSpec, state: TaskState, *, attempts: int | None = None, next_run_time_ms: int | None = None
    ) -> TaskSpec:
        """Write a row's state, and what else changes with it; give the row as it is then."""
        changed = dataclasses.replace(
            row,
            state=state,
            run_attempt_count=row.run_attempt_count if attempts is None else attempts,
            next_run_time_ms=row.next_run_time_ms if next_run_time_ms is None else next_run_time_ms,
        )
        self.update(changed)
        return changed

    def log(self, task_id: str, kind: LogType, attempt: int, message: str) -> None:
        """Add a row to the log."""
        number = int(self._app.state(_LOG) or 0) + 1
        entry = LogEntry(number, task_id, self._app.now_ms(), kind, attempt, message)
        self._app.store(f"{_LOG}.{number}", json.dumps(dataclasses.asdict(entry)))
        self._app.store(_LOG, str(number))

    def log_entries(self, since: int = 0) -> tuple[LogEntry, ...]:
        """Give the log's rows after that id."""
        last = int(self._app.state(_LOG) or 0)
        return tuple(self._log_entry(number) for number in range(since + 1, last + 1))

    def _log_entry(self, number: int) -> LogEntry:
        read = json.loads(self._app.state(f"{_LOG}.{number}"))
        return LogEntry(**read | {"type": LogType(read["type"])})


def _next_run(row: TaskSpec) -> int:
    return row.next_run_time_ms
