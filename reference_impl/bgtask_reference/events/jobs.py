"""What `dumpsys jobscheduler` showed: the jobs that are registered and the ring of what started and stopped."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bgtask_reference.events.base import Event
from bgtask_reference.events.base import TaskEvent


@dataclass(frozen=True, slots=True)
class JobRow:
    """One registered job.

    Attributes:
        uid: As printed: `u0a217` or `1000`.
        job_id: Its id within uid and namespace.
        namespace: `androidx.work.systemjobscheduler` for WorkManager 2.10 and later on API 34 and later; None without.
        component: `package/class` of its service.
        source_package: The package that it counts for.
        required: Names of the constraints that it was given, plus implicit ones, as printed.
        satisfied: As printed.
        unsatisfied: As printed. Never names Doze or background restriction (android.md B.5).
        minimum_latency_ns: The delay that was requested; never counts down. None without a `Minimum latency` line.
        earliest_ns: When its delay is over, relative to the dump (negative: it was over by then). None for `none`.
        enqueued_ns: When it was scheduled, relative to the dump (never positive). None when not printed.
        standby_bucket: `ACTIVE`, `RARE`, ... as printed.
        ready: What the `Ready:` line says; None when not printed.
        not_ready_because: The words of the Ready line that are false, e.g. `("job",)`.
        network: Capabilities that its network must have, as printed (`NOT_METERED`, `NOT_ROAMING`, `INTERNET`, ...);
            None without a `Network type:` line, which is so for a job that needs no network.
        backoff_ns: Initial delay of its backoff, and whether it grows exponentially; None when not printed.
        flags: `JobInfo.getFlags()`; None without a `Flags:` line, which is so for no flags. 16 is expedited.
        period_ns: The period of a job that repeats by itself; WorkManager's jobs never do.
        persisted: It outlives a reboot; WorkManager's jobs never do.

    """

    uid: str
    job_id: int
    namespace: str | None
    component: str
    source_package: str | None = None
    required: tuple[str, ...] = ()
    satisfied: tuple[str, ...] = ()
    unsatisfied: tuple[str, ...] = ()
    minimum_latency_ns: int | None = None
    earliest_ns: int | None = None
    enqueued_ns: int | None = None
    standby_bucket: str | None = None
    ready: bool | None = None
    not_ready_because: tuple[str, ...] = ()
    network: tuple[str, ...] | None = None
    backoff_ns: int | None = None
    backoff_exponential: bool | None = None
    flags: int | None = None
    period_ns: int | None = None
    persisted: bool = False


class JobStep(StrEnum):
    """What a line of `Job history` tells. The STOP labels are inverted on API 28 to 32, so they are not kept."""

    START = "START"
    STOP = "STOP"


@dataclass(frozen=True, slots=True)
class JobHistoryRow:
    """One line of `Job history`. `ago_ns` is how long before the dump, never negative."""

    ago_ns: int
    step: JobStep
    uid: str
    job_id: int | None
    tag: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobsListed(Event):
    """One whole `dumpsys jobscheduler`, for one package or for all.

    Attributes:
        package: The package that was asked for; None for all.
        jobs: The jobs of that package.
        history: Oldest first. The ring holds 100 events of the whole phone, so it may not reach back far enough.
        active: `(namespace, job id)` pairs that run now.
        complete: False when the dump broke off before its last section.

    """

    KIND: ClassVar[str] = "jobs.listed"
    package: str | None = None
    jobs: tuple[JobRow, ...] = ()
    history: tuple[JobHistoryRow, ...] = ()
    active: tuple[tuple[str | None, int], ...] = ()
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class JobScheduled(TaskEvent):
    """WorkManager handed a piece of work to JobScheduler, first or again: the subject joins a work id to a job id.

    Nobody asked for anything by it: an app's request is `RequestMade`.
    """

    KIND: ClassVar[str] = "job.scheduled"
