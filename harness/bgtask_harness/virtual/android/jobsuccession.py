"""Which JobStatus follows: from a JobInfo that is scheduled, after a failure, for the next period, after a boot.

Source: y36 JobStatus.createFromJobInfo, JobSchedulerService.getRescheduleJobForFailureLocked,
getRescheduleJobForPeriodic. Times since boot in nanoseconds; `Clock` values are both clocks at once.
"""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_harness.virtual.android.jobexecution import Completion
from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.level import Level
from bgtask_harness.virtual.android.rescheduling import added_window
from bgtask_harness.virtual.android.rescheduling import backoff_delay_ms
from bgtask_harness.virtual.android.rescheduling import first_window
from bgtask_harness.virtual.android.rescheduling import next_window
from bgtask_harness.virtual.android.stopreasons import InternalReason
from bgtask_harness.virtual.android.stopreasons import StopReason

MS = 1_000_000

_FAILURES = frozenset(
    {
        InternalReason.SUCCESSFUL_FINISH,
        InternalReason.TIMEOUT,
        InternalReason.ANR,
        InternalReason.TIMEOUT_ABANDONED,
    }
)
"""Internal reasons after which a rescheduled job counts as failed; others are stops of the system's."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Both clocks at one time."""

    boot_ns: int
    wall_ns: int


def scheduled(uid: int, package: str, level: Level, job: JobInfo, now: Moment) -> JobStatus:
    """Give the status of a job that an app schedules now."""
    if job.period_ms is not None:
        earliest, latest = first_window(job.period_ms, job.flex_ms, now.boot_ns // MS)
        return JobStatus(job, uid, package, level, now.boot_ns, earliest * MS, latest * MS, latest * MS)
    earliest_ns = _later(now.boot_ns, job.minimum_latency_ms)
    latest_ns = _later(now.boot_ns, job.override_deadline_ms)
    return JobStatus(job, uid, package, level, now.boot_ns, earliest_ns, latest_ns, latest_ns)


def after_failure(job: JobStatus, completion: Completion, now: Moment) -> JobStatus:
    """Give what follows a job that is to be done again: it waits for its backoff, and has no deadline any more."""
    ours = completion.internal_reason in _FAILURES or completion.stop_reason == StopReason.USER
    failed = ours or not job.level.has("counts_system_stops")
    failures, stops = job.num_failures + failed, job.num_system_stops + (not failed)
    abandoned = job.num_abandoned + (completion.internal_reason == InternalReason.TIMEOUT_ABANDONED)
    info, aggressive = job.job, abandoned > job.level.limits.abandoned_before_aggressive > 0
    delay = backoff_delay_ms(
        info.backoff_ms, exponential=info.backoff_exponential or aggressive, failures=failures, system_stops=stops
    )
    earliest = now.boot_ns + delay * MS if delay else None
    again = JobStatus(info, job.uid, job.package, job.level, now.boot_ns, earliest, None)
    again.original_latest_ns = job.original_latest_ns if job.periodic else None
    again.num_failures, again.num_system_stops, again.num_abandoned = failures, stops, abandoned
    again.changed_uris = job.changed_uris
    again.trigger_since_ns, again.trigger_last_ns = job.trigger_since_ns, job.trigger_last_ns
    again.demoted = job.demoted or completion.stop_reason == StopReason.USER or _ran_too_long(job)
    again.last_successful_wall_ns, again.last_failed_wall_ns = job.last_successful_wall_ns, now.wall_ns
    again.cumulative_ns = job.cumulative_ns
    return again


def _ran_too_long(job: JobStatus) -> bool:
    most = job.level.limits.cumulative_longest_ms
    return job.job.user_initiated and most > 0 and job.cumulative_ns >= most * MS


def next_period(job: JobStatus, now: Moment) -> JobStatus:
    """Give the next run of a periodic job."""
    info = job.job
    anchor = (job.original_latest_ns or now.boot_ns) // MS
    following = next_window if job.level.has("anchored_periods") else added_window
    earliest, latest = following(info.period_ms or 0, info.flex_ms, anchor, now.boot_ns // MS)
    again = JobStatus(info, job.uid, job.package, job.level, now.boot_ns, earliest * MS, latest * MS, latest * MS)
    again.last_successful_wall_ns, again.last_failed_wall_ns = now.wall_ns, job.last_failed_wall_ns
    return again


def after_boot(job: JobStatus, down: Moment, now: Moment) -> JobStatus:
    """Give a persisted job after a boot: it keeps its place on the wall clock and is in no backoff."""
    shift = now.boot_ns - down.boot_ns - (now.wall_ns - down.wall_ns)
    again = JobStatus(job.job, job.uid, job.package, job.level, now.boot_ns, job.earliest_ns, job.latest_ns)
    again.earliest_ns = None if job.earliest_ns is None else job.earliest_ns + shift
    again.latest_ns = None if job.latest_ns is None else job.latest_ns + shift
    again.original_latest_ns = again.latest_ns
    return again


def _later(now_ns: int, delay_ms: int | None) -> int | None:
    return None if delay_ms is None else now_ns + delay_ms * MS
