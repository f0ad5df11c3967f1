"""JobSchedulerService: which jobs there are, when each may run, and what becomes of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bgtask_harness.virtual.android.jobs import JobInfo

if TYPE_CHECKING:
    from bgtask_harness.virtual.android.system import System

Key = tuple[int, str | None, int]
"""What tells jobs apart: uid, namespace, id."""


class JobScheduler:
    """The jobs of the phone."""

    def __init__(self, system: System) -> None:
        self._system = system
        self._jobs: dict[Key, JobInfo] = {}

    def schedule(self, package: str, job: JobInfo) -> bool:
        """Schedule or replace a job."""
        self._jobs[self._system.uid_of(package), job.namespace, job.job_id] = job
        return True

    def cancel(self, package: str, job_id: int, namespace: str | None) -> None:
        """Cancel a job."""
        self._jobs.pop((self._system.uid_of(package), namespace, job_id), None)

    def pending(self, package: str, namespace: str | None) -> tuple[JobInfo, ...]:
        """`getAllPendingJobs` of that namespace."""
        uid = self._system.uid_of(package)
        return tuple(job for (owner, space, _), job in self._jobs.items() if (owner, space) == (uid, namespace))
