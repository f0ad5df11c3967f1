"""What a scheduler and a worker did: asked for, listed, started, ended.

One run gives `RunStarted` and one of `RunFinished` or `RunStopped`. A start that the library turned away before the
worker's body began is `RunRefused`: nothing ran.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bgtask_reference.events.base import Event
from bgtask_reference.events.base import TaskEvent


class Result(StrEnum):
    """What a worker said at its end (`ListenableWorker.Result`, `WorkerResult`)."""

    SUCCESS = "success"
    RETRY = "retry"
    FAILURE = "failure"


class WorkState(StrEnum):
    """`androidx.work.WorkInfo.State`."""

    ENQUEUED = "ENQUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    BLOCKED = "BLOCKED"
    CANCELLED = "CANCELLED"


class RequestKind(StrEnum):
    """What was asked for."""

    PERIODIC = "periodic"
    ONE_TIME = "one-time"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestMade(TaskEvent):
    """The app asked its scheduler for work. The scheduler may still have ignored it (KEEP, a FAILED row)."""

    KIND: ClassVar[str] = "request.made"
    request: RequestKind = RequestKind.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestCancelled(TaskEvent):
    """The app told its scheduler to forget a task, or every task of the app (`everything`)."""

    KIND: ClassVar[str] = "request.cancelled"
    everything: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStarted(TaskEvent):
    """A worker's body began. `run_attempt` counts from 1 as WorkManager does; None when the source does not say."""

    KIND: ClassVar[str] = "run.started"
    run_attempt: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFinished(TaskEvent):
    """A worker's body returned. `result` is None when the line told only that it ended."""

    KIND: ClassVar[str] = "run.finished"
    result: Result | None = None
    run_attempt: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStopped(TaskEvent):
    """A worker was stopped from outside: cancelled, timed out, constraint lost, replaced.

    `reason` is the source's own word (`STOP_REASON_TIMEOUT`, `cancelled`), None when it gave none.
    """

    KIND: ClassVar[str] = "run.stopped"
    reason: str | None = None
    run_attempt: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRefused(TaskEvent):
    """The library was told to run it and did not. `reason`: `before-schedule`, `not-created`, `force-stop-check`."""

    KIND: ClassVar[str] = "run.refused"
    reason: str = "before-schedule"


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One row of WorkManager's diagnostics.

    Attributes:
        work_id: WorkSpec id.
        worker_class: Fully qualified class name, as printed.
        job_id: JobScheduler id; None where the table printed `null` or has no such column.
        state: WorkManager's state.
        unique_names: All names of the row; usually one.
        tags: All tags of the row.

    """

    work_id: str
    worker_class: str
    job_id: int | None
    state: WorkState
    unique_names: tuple[str, ...]
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkListed(Event):
    """One whole answer to the diagnostics broadcast: completed (last 24 h), running and enqueued work.

    `complete` is False when a section was cut or 200 rows came back: then a missing row proves nothing. BLOCKED work is
    never listed.
    """

    KIND: ClassVar[str] = "work.listed"
    rows: tuple[WorkRow, ...] = ()
    complete: bool = False
