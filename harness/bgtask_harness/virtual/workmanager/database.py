"""WorkManager's database: rows that outlive the process. Queries are named for those of `WorkSpecDao`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from enum import StrEnum

from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_reference.ports.work_manager import WorkRequest

NOT_SCHEDULED = -1
"""`WorkSpec.SCHEDULE_NOT_REQUESTED_YET`."""


class WorkState(StrEnum):
    """`androidx.work.WorkInfo.State`."""

    ENQUEUED = "ENQUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    BLOCKED = "BLOCKED"
    CANCELLED = "CANCELLED"

    @property
    def finished(self) -> bool:
        """True for SUCCEEDED, FAILED and CANCELLED."""
        return self in _FINISHED


_FINISHED = frozenset({WorkState.SUCCEEDED, WorkState.FAILED, WorkState.CANCELLED})


@dataclass(slots=True, eq=False)
class Work:
    """One row: a WorkSpec with its names and tags. Wall times in milliseconds since 1970.

    `request` has been through `schedule.normalise`: its times are within the library's limits and `flex_ms` is set for
    periodic work.
    """

    id: str
    request: WorkRequest
    names: tuple[str, ...]
    state: WorkState
    last_enqueue_ms: int
    run_attempt_count: int = 0
    """How often a worker was started since the row was enqueued or its period began."""
    period_count: int = 0
    generation: int = 0
    schedule_requested_ms: int = NOT_SCHEDULED
    stop_reason: int = CONSTANTS.stop_reason.not_stopped
    prerequisites: tuple[str, ...] = ()

    @property
    def periodic(self) -> bool:
        """It repeats."""
        return self.request.interval_ms is not None

    @property
    def backed_off(self) -> bool:
        """It was started before and waits for another try."""
        return self.state is WorkState.ENQUEUED and self.run_attempt_count > 0

    @property
    def tags(self) -> tuple[str, ...]:
        """Its tags; the worker class is always the first."""
        return (self.request.worker_class, *self.request.tags)

    @property
    def description(self) -> str:
        """How WorkerWrapper names it in the log (`createWorkDescription`)."""
        return f"Work [ id={self.id}, tags={{ {','.join(self.tags)} }} ]"

    @property
    def generational_id(self) -> str:
        """How a `WorkGenerationalId` prints."""
        return f"WorkGenerationalId(workSpecId={self.id}, generation={self.generation})"


@dataclass(slots=True)
class WorkDatabase:
    """All rows of one app. `new_id` gives the UUID of a new row."""

    new_id: Callable[[], str]
    rows: dict[str, Work] = field(default_factory=dict)
    system_ids: dict[tuple[str, int], int] = field(default_factory=dict)
    """`SystemIdInfo`: (work id, generation) to job id."""
    next_job_id: int = 0

    def get(self, work_id: str) -> Work | None:
        """Give a row."""
        return self.rows.get(work_id)

    def has(self, work: Work) -> bool:
        """Tell whether this row is still there."""
        return self.rows.get(work.id) is work

    def insert(self, work: Work) -> None:
        """Add a row."""
        self.rows[work.id] = work

    def delete(self, work: Work) -> None:
        """Remove a row and its job ids."""
        self.rows.pop(work.id, None)
        self.drop_system_ids(work.id)

    def drop_system_ids(self, work_id: str) -> None:
        """`removeSystemIdInfo`."""
        for key in [key for key in self.system_ids if key[0] == work_id]:
            del self.system_ids[key]

    def job_id(self, work: Work) -> int | None:
        """Give the job id of the row's present generation."""
        return self.system_ids.get((work.id, work.generation))

    def take_job_id(self, work: Work) -> int:
        """Give the job id of the row's present generation, a new one when it has none."""
        key = (work.id, work.generation)
        if key not in self.system_ids:
            self.system_ids[key] = self.next_job_id
            self.next_job_id += 1
        return self.system_ids[key]

    def named(self, name: str) -> list[Work]:
        """Every row of a unique name."""
        return [work for work in self.rows.values() if name in work.names]

    def unfinished(self) -> list[Work]:
        """`getAllUnfinishedWork`."""
        return [work for work in self.rows.values() if not work.state.finished]

    def running(self) -> list[Work]:
        """`getRunningWork`."""
        return [work for work in self.rows.values() if work.state is WorkState.RUNNING]

    def dependents(self, work: Work) -> list[Work]:
        """Rows that wait for this one."""
        return [other for other in self.rows.values() if work.id in other.prerequisites]

    def enqueued(self) -> list[Work]:
        """`getAllEligibleWorkSpecsForScheduling`: oldest first, 200 at most."""
        found = [work for work in self.rows.values() if work.state is WorkState.ENQUEUED]
        return sorted(found, key=_enqueue_time)[: CONSTANTS.greedy_limit]

    def unscheduled(self) -> list[Work]:
        """`getEligibleWorkForScheduling`: what may be given to the system now, within the limit of slots."""
        taken = sum(work.schedule_requested_ms != NOT_SCHEDULED for work in self.unfinished())
        free = max(CONSTANTS.scheduler_limit - taken, 0)
        return [work for work in self.enqueued() if work.schedule_requested_ms == NOT_SCHEDULED][:free]

    def recently_completed(self, since_ms: int) -> list[Work]:
        """`getRecentlyCompletedWork`: newest first."""
        found = [work for work in self.rows.values() if work.state.finished and work.last_enqueue_ms >= since_ms]
        return sorted(found, key=_enqueue_time, reverse=True)

    def prune(self, now_ms: int) -> None:
        """Do what opening the database does: forget what finished long ago and nobody waits for."""
        old = now_ms - CONSTANTS.prune_after_ms
        for work in list(self.rows.values()):
            waited_for = any(not other.state.finished for other in self.dependents(work))
            if work.state.finished and work.last_enqueue_ms < old and not waited_for:
                self.delete(work)

    def clear(self) -> None:
        """Forget everything."""
        self.rows.clear()
        self.system_ids.clear()
        self.next_job_id = 0


def _enqueue_time(work: Work) -> int:
    return work.last_enqueue_ms
