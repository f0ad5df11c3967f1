"""JobRestriction: jobs that wait, or are stopped, because the phone is hot (ThermalStatusRestriction).

Source: a30, a31:50-62, a33:33-100 and y36 ThermalStatusRestriction.java; which rule a level has is in `levels.toml`.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobs import PRIORITY_HIGH
from bgtask_harness.virtual.android.jobs import PRIORITY_LOW
from bgtask_harness.virtual.android.jobs import PRIORITY_MIN
from bgtask_harness.virtual.android.jobstatus import JobStatus

NONE, LIGHT, MODERATE, SEVERE = 0, 1, 2, 3
"""`PowerManager.THERMAL_STATUS_*`, as far as they matter here."""


def too_hot(job: JobStatus, status: int, *, running: bool, overtime: bool) -> bool:
    """Say whether a job is held at a thermal status. `overtime`: it has run longer than was guaranteed to it."""
    if job.level.thermal == "network":
        return status >= SEVERE and bool(job.required & Constraint.CONNECTIVITY)
    if job.level.thermal == "all":
        return status >= SEVERE
    return job.level.thermal == "priority" and _by_priority(job, status, settled=running and not overtime)


def _by_priority(job: JobStatus, status: int, *, settled: bool) -> bool:
    if job.uid_active or status < LIGHT:
        return False
    if status >= SEVERE:
        return True
    if status >= MODERATE:
        return _at_moderate(job, settled=settled)
    priority = job.effective_priority
    return priority <= PRIORITY_MIN or (priority == PRIORITY_LOW and not settled)


def _at_moderate(job: JobStatus, *, settled: bool) -> bool:
    if job.treated_as_user_initiated:
        return False
    if job.treated_as_expedited:
        return job.num_failures + job.num_system_stops > 0 or (job.started_expedited and not settled)
    return not (job.effective_priority == PRIORITY_HIGH and settled)
