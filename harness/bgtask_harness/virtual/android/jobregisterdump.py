"""`dumpsys jobscheduler`: a registered job, from its `JOB` line to its `Ready:` line.

Source: JobSchedulerService.dumpInternal of a28, a30 and y36. Values in, lines out: no phone is needed.
"""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_harness.virtual.android.clocks import Clocks
from bgtask_harness.virtual.android.indent import IndentingWriter
from bgtask_harness.virtual.android.jobdump import dump_job
from bgtask_harness.virtual.android.jobdump import unique_id
from bgtask_harness.virtual.android.jobstatus import JobStatus


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a job stands with the scheduler, beside what it says itself."""

    may_execute: bool
    """It would be started now."""
    ready: bool
    """It is ready, whether it waits or runs already."""
    pending: bool
    running: bool
    last_run_heartbeat: int = 0
    restricted: bool = False
    """The phone is too hot for it."""


def header(job: JobStatus) -> str:
    """Give the first line of a registered job."""
    return f"JOB {unique_id(job)}: {job.identity} {job.battery_name}"


def dump_registered(
    out: IndentingWriter, job: JobStatus, standing: Standing, clocks: Clocks, network_id: int | None
) -> None:
    """Print a registered job, from its header to its `Ready:` line."""
    has = job.level.has
    out.line(header(job))
    with out.indented():
        dump_job(out, job, clocks, network_id, full=True)
        if has("job_base_heartbeat"):
            out.line(f"Last run heartbeat: {standing.last_run_heartbeat}")
        if has("job_restricted_due"):
            out.line(f"Restricted due to: {'thermal' if standing.restricted else 'none'}.")
        free = f" !restricted={_java(not standing.restricted)}" if has("job_restricted_due") else ""
        out.line(
            f"Ready: {_java(standing.may_execute)} (job={_java(standing.ready)} user=true"
            f"{free} !pending={_java(not standing.pending)}"
            f" !active={_java(not standing.running)} !backingup=true comp={_java(job.component_present)})"
        )


def _java(value: object) -> str:
    return "true" if value else "false"
