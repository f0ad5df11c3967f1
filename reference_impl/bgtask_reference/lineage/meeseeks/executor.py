"""`TaskExecutor`: one attempt of one task, from the claim to what follows (C TaskExecutor.kt).

ENQUEUED -claim-> RUNNING -> SUCCEEDED, FAILED, CANCELLED, or back to ENQUEUED with another time. Two things of the
published code stand out: nothing ever sets `run_attempt_count` back, not even a period that went well, so the attempts
of a periodic task add up over its life; and whatever escapes a worker is transient, its cancellation too.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_reference.lineage.meeseeks.database import Database
from bgtask_reference.lineage.meeseeks.database import LogType
from bgtask_reference.lineage.meeseeks.database import TaskSpec
from bgtask_reference.lineage.meeseeks.database import TaskState
from bgtask_reference.lineage.meeseeks.errors import classify
from bgtask_reference.lineage.meeseeks.errors import is_permanent
from bgtask_reference.lineage.meeseeks.model import Configuration
from bgtask_reference.lineage.meeseeks.model import Permanent
from bgtask_reference.lineage.meeseeks.model import Retry
from bgtask_reference.lineage.meeseeks.model import Success
from bgtask_reference.lineage.meeseeks.model import TaskResult
from bgtask_reference.lineage.meeseeks.model import Transient
from bgtask_reference.lineage.meeseeks.model import Worker
from bgtask_reference.lineage.meeseeks.retry_delay import next_period_ms
from bgtask_reference.lineage.meeseeks.retry_delay import retry_delay_ms
from bgtask_reference.ports.app import AppPort


@dataclass(frozen=True, slots=True)
class Terminal:
    """The task is over, or this attempt was not its."""

    success: bool


@dataclass(frozen=True, slots=True)
class NextActivation:
    """It is to be activated again, that long from now."""

    row: TaskSpec
    delay_ms: int


Execution = Terminal | NextActivation


async def attempted(worker: Worker, attempt: int) -> TaskResult:
    """Run a worker and give its result, or what stands for the error that escaped it."""
    try:
        return await worker(attempt)
    except Exception as error:  # noqa: BLE001 - published: catch (error: Throwable), cancellation included
        return failed(error)


def failed(error: Exception) -> TaskResult:
    """Give the result that an error stands for."""
    return Permanent(error) if is_permanent(error) else Transient(error)


class TaskExecutor:
    """Executes tasks of one app. `workers` is the registry: a worker by payload type."""

    def __init__(
        self, app: AppPort, database: Database, workers: Mapping[str, Worker], configuration: Configuration
    ) -> None:
        self._app = app
        self._database = database
        self._workers = workers
        self._configuration = configuration

    async def execute(self, task_id: str, platform_attempt: int) -> Execution:
        """Execute the task once. `platform_attempt` is WorkManager's count, from 0."""
        claimed = self._claim(task_id)
        if claimed is None:
            return self._turned_away(task_id)
        attempt = max(platform_attempt, claimed.run_attempt_count)
        result = await attempted(self._workers[claimed.payload_type_id], attempt)
        row = self._database.get(task_id)
        if row is None or row.state is not TaskState.RUNNING:
            return Terminal(success=False)  # cancelled meanwhile: that beats any outcome (#79)
        return self._settle(row, result, attempt)

    def _claim(self, task_id: str) -> TaskSpec | None:
        row = self._database.get(task_id)
        running = len(self._database.in_state(TaskState.RUNNING))
        if row is None or row.state is not TaskState.ENQUEUED or running >= self._configuration.max_parallel_tasks:
            return None
        return self._database.change(row, TaskState.RUNNING, attempts=row.run_attempt_count + 1)

    def _turned_away(self, task_id: str) -> Execution:
        """Come back later when only a place is missing; the attempt does not count."""
        row = self._database.get(task_id)
        if row is None or row.state is not TaskState.ENQUEUED:
            return Terminal(success=False)
        return self._again(row, self._configuration.min_backoff_ms)

    def _settle(self, row: TaskSpec, result: TaskResult, attempt: int) -> Execution:
        exhausted = isinstance(result, Retry | Transient) and attempt >= row.max_retries
        kind, message = _logged(row, result, attempt, exhausted=exhausted)
        self._database.log(row.id, kind, attempt, message)
        if isinstance(result, Success):
            return self._succeeded(row, attempt)
        if exhausted or isinstance(result, Permanent):
            self._database.change(row, TaskState.FAILED)
            return Terminal(success=False)
        return self._again(row, self._retry_delay_ms(row, result, attempt))

    def _succeeded(self, row: TaskSpec, attempt: int) -> Execution:
        if row.periodic:
            return self._again(row, next_period_ms(row, self._chance(row, attempt)))
        self._database.change(row, TaskState.SUCCEEDED)
        return Terminal(success=True)

    def _again(self, row: TaskSpec, delay_ms: int) -> NextActivation:
        due = self._app.now_ms() + delay_ms
        return NextActivation(self._database.change(row, TaskState.ENQUEUED, next_run_time_ms=due), delay_ms)

    def _retry_delay_ms(self, row: TaskSpec, result: TaskResult, attempt: int) -> int:
        error = result.error if isinstance(result, Transient) else None
        floor, now = self._configuration.min_backoff_ms, self._app.now_ms()
        return retry_delay_ms(row, error, attempt, self._chance(row, attempt), min_ms=floor, now_ms=now)

    def _chance(self, row: TaskSpec, attempt: int) -> random.Random:
        return random.Random(f"{self._configuration.seed}/{row.id}/{attempt}")  # noqa: S311 - jitter, no secret


def _logged(row: TaskSpec, result: TaskResult, attempt: int, *, exhausted: bool) -> tuple[LogType, str]:
    """Give the log row of an attempt. Only what ends the task is replayed, so an exhausted one is permanent."""
    of = f"(attempt {attempt}/{row.max_retries})"
    match result:
        case Success():
            return (LogType.SUCCESS_AND_SCHEDULED_NEXT if row.periodic else LogType.SUCCESS), "Success"
        case Retry():
            what = "Max retries exceeded" if exhausted else "Explicit retry requested"
            return (LogType.PERMANENT_FAILURE if exhausted else LogType.RETRY), f"{what} {of}"
        case Transient(error):
            what = "Max retries exceeded" if exhausted else "Transient failure"
            kind = LogType.PERMANENT_FAILURE if exhausted else LogType.TRANSIENT_FAILURE
            return kind, f"{what} [{classify(error)}] {of}: {_text(error)}"
        case Permanent(error):
            return LogType.PERMANENT_FAILURE, f"Permanent failure [{classify(error)}]: {_text(error)}"


def _text(error: Exception | None) -> str:
    """Kotlin's `error?.message`."""
    return "null" if error is None else str(error)
