"""JobSchedulerService: which jobs there are, when each may run, and what becomes of it.

Source: y36 apex/jobscheduler/service JobSchedulerService.java. A fault replaces this class by a subclass; the methods
that it may override, with a meaning that stays, are `is_ready`, `must_stop`, `due_at`, `longest_ms` and `on_finished`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import TYPE_CHECKING

from bgtask_harness.virtual.android import jobenvironment
from bgtask_harness.virtual.android.heartbeats import Heartbeats
from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobexecution import Completion
from bgtask_harness.virtual.android.jobexecution import Execution
from bgtask_harness.virtual.android.jobexpedited import ExpeditedTime
from bgtask_harness.virtual.android.jobhistory import START
from bgtask_harness.virtual.android.jobhistory import STOP
from bgtask_harness.virtual.android.jobhistory import HistoryEvent
from bgtask_harness.virtual.android.jobhistory import JobHistory
from bgtask_harness.virtual.android.jobrestrictions import too_hot
from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.jobs import TooManyJobs
from bgtask_harness.virtual.android.jobslots import Slots
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.jobstatus import Key
from bgtask_harness.virtual.android.jobstatus import Override
from bgtask_harness.virtual.android.jobsuccession import Moment
from bgtask_harness.virtual.android.jobsuccession import after_boot
from bgtask_harness.virtual.android.jobsuccession import after_failure
from bgtask_harness.virtual.android.jobsuccession import next_period
from bgtask_harness.virtual.android.jobsuccession import scheduled
from bgtask_harness.virtual.android.packages import PackageRecord
from bgtask_harness.virtual.android.processes import ProcessRecord
from bgtask_harness.virtual.android.quota import Limits
from bgtask_harness.virtual.android.quota import Quota
from bgtask_harness.virtual.android.standby import Bucket
from bgtask_harness.virtual.android.stopreasons import InternalReason
from bgtask_harness.virtual.android.stopreasons import StopReason
from bgtask_harness.virtual.android.stopreasons import internal_name
from bgtask_harness.virtual.android.stopreasons import of_constraint
from bgtask_harness.virtual.kernel import Timer

if TYPE_CHECKING:
    from bgtask_harness.virtual.android.system import System

MS = 1_000_000
NUM_COMPLETED_JOB_HISTORY = 20


class JobScheduler:
    """The jobs of the phone. As `JobSchedulerPort` it is what apps call."""

    def __init__(self, system: System) -> None:
        self._system = system
        self.kernel = system.kernel
        self.processes = system.processes
        self.level = system.level
        self.limits = self.level.limits
        self.quota = Quota(_limits(self.level.quota), self.level.rate_limit)
        self.expedited = ExpeditedTime({Bucket[name.upper()]: ms for name, ms in self.level.expedited.items()})
        self.heartbeats = Heartbeats(self.level.heartbeat) if self.level.heartbeat else None
        self.slots = Slots(self.limits.slots)
        self.history = JobHistory()
        self.recent: deque[tuple[int, JobStatus]] = deque(maxlen=NUM_COMPLETED_JOB_HISTORY)
        self._jobs: dict[Key, JobStatus] = {}
        self._running: dict[Key, Execution] = {}
        self._pending: list[JobStatus] = []
        self._serial = 0
        self._dirty = False
        self._alarm: Timer | None = None
        self._down = self._moment()
        self.processes.on_death.append(self._process_died)

    # --- the app's door -------------------------------------------------------------------------------------------

    def schedule(self, package: str, job: JobInfo) -> bool:
        """Schedule or replace a job; True is RESULT_SUCCESS.

        Raises:
            TooManyJobs: The app has too many jobs already (`IllegalStateException`).

        """
        uid = self._system.uid_of(package)
        known = self._jobs.get((uid, job.namespace, job.job_id))
        if known is None and sum(status.uid == uid for status in self._jobs.values()) >= self.limits.max_jobs:
            # JobSchedulerService.scheduleAsPackage: MAX_JOBS_PER_APP
            self.slog("W", "JobScheduler", f"Too many jobs for uid {uid}")
            raise TooManyJobs(f"Apps may not schedule more than {self.limits.max_jobs} distinct jobs")
        if known is not None:
            self._forget(known, StopReason.CANCELLED_BY_APP, InternalReason.CANCELED)
        self._track(scheduled(uid, package, self.level, job, self._moment()))
        return True

    def cancel(self, package: str, job_id: int, namespace: str | None) -> None:
        """Cancel a job; stops it when it runs."""
        self.cancel_job((self._system.uid_of(package), namespace, job_id), StopReason.CANCELLED_BY_APP)

    def pending(self, package: str, namespace: str | None) -> tuple[JobInfo, ...]:
        """`getAllPendingJobs` of that namespace; those that run are among them."""
        uid = self._system.uid_of(package)
        return tuple(status.job for status in self.jobs() if (status.uid, status.job.namespace) == (uid, namespace))

    # --- the methods that a fault may override --------------------------------------------------------------------

    def is_ready(self, job: JobStatus) -> bool:
        """Say whether a job may be started now, given what is met (`job.satisfied`)."""
        return job.ready()

    def must_stop(self, job: JobStatus) -> bool:
        """Say whether a job that runs is to be stopped now, because what it needs is no longer met."""
        return not self.is_ready(job)

    def longest_ms(self, job: JobStatus) -> int:
        """Give how long a job may run, unless what is guaranteed to it is longer."""
        if job.treated_as_user_initiated:
            return self.limits.user_initiated_longest_ms
        if not self.level.has("free_quota_runs_longer"):
            return self.limits.longest_ms
        if self._system.power.charging and job.effective_bucket is not Bucket.RESTRICTED:
            return self.limits.longest_ms
        if job.treated_as_expedited:
            return self.expedited.remaining_ms(job.package, job.effective_bucket, self._now())
        return self.quota.remaining_ms(job.package, job.effective_bucket, self._now())

    def due_at(self, job: JobStatus) -> int | None:
        """Give the time since boot before which its delay or backoff holds it back; None for no such time."""
        return job.earliest_ns

    def on_finished(self, job: JobStatus, reschedule: bool, completion: Completion) -> None:
        """A job has ended: track what comes next of it, if anything."""
        if reschedule:
            self._track(after_failure(job, completion, self._moment()))
        elif job.periodic:
            self._track(next_period(job, self._moment()))

    # --- what there is --------------------------------------------------------------------------------------------

    def jobs(self) -> tuple[JobStatus, ...]:
        """All jobs, by uid and id."""
        return tuple(sorted(self._jobs.values(), key=lambda job: (job.uid, job.job.job_id)))

    def find(self, key: Key) -> JobStatus | None:
        """Give a job."""
        return self._jobs.get(key)

    def executions(self) -> tuple[Execution, ...]:
        """All that run, in the order in which they began."""
        return tuple(self._running.values())

    def is_running(self, job: JobStatus) -> bool:
        """Say whether an execution under its key is under way."""
        return job.key in self._running

    def is_pending(self, job: JobStatus) -> bool:
        """Say whether it waits for a free slot."""
        return job in self._pending

    def pending_queue(self) -> tuple[JobStatus, ...]:
        """What waits for a free slot."""
        return tuple(self._pending)

    def may_execute(self, job: JobStatus) -> bool:
        """`isReadyToBeExecutedLocked`: ready and neither pending nor running, nor held by its bucket's heartbeat."""
        idle = not self.is_pending(job) and not self.is_running(job)
        held = self.is_restricted(job) or self._held_by_heartbeat(job)
        return self.is_ready(job) and idle and not held

    def is_restricted(self, job: JobStatus) -> bool:
        """`checkIfRestricted`: say whether the phone is too hot for it."""
        if not self._system.thermal.status:
            return False
        execution = self._running.get(job.key)
        overtime = execution is not None and self._now() - execution.started_ns >= execution.min_ns
        return too_hot(job, self._system.thermal.status, running=execution is not None, overtime=overtime)

    # --- the system's door ----------------------------------------------------------------------------------------

    def cancel_job(self, key: Key, reason: StopReason) -> bool:
        """Cancel one job; False when there is none."""
        job = self._jobs.get(key)
        if job is None:
            return False
        self._forget(job, reason, InternalReason.CANCELED)
        return True

    def cancel_all(self, uid: int, reason: StopReason, internal: InternalReason) -> bool:
        """Cancel every job of a uid; False when there was none."""
        mine = [job for job in self.jobs() if job.uid == uid]
        for job in mine:
            self._forget(job, reason, internal)
        return bool(mine)

    def force(self, job: JobStatus, override: Override) -> None:
        """`cmd jobscheduler run`, first half: set the override and look again at what is met."""
        job.override = override
        self._refresh(job)

    def run_ready(self) -> None:
        """Queue and start whatever is ready, batched or not."""
        for job in self.jobs():
            self._refresh(job)
        self._queue([job for job in self.jobs() if self.may_execute(job)])
        self._start_pending()

    def stop_dozing(self) -> None:
        """The phone begins to doze: stop what is not exempt."""
        for execution in self.executions():
            if not (execution.job.doze_exempt or execution.job.privileged):
                execution.stop(StopReason.DEVICE_STATE, InternalReason.DEVICE_IDLE)

    @property
    def reports_active(self) -> bool:
        """`mReportedActive`: a job waits for its slot, or one runs that Doze would stop."""
        return bool(self._pending) or any(
            not (execution.job.doze_exempt or execution.job.privileged) for execution in self.executions()
        )

    def content_changed(self, uri: str) -> None:
        """Some content has changed: jobs that wait for it will see."""
        for job in self.jobs():
            job.content_changed(uri, self._now())
        self.changed()

    def reboot(self) -> None:
        """Power off: only persisted jobs are there again; what ran is forgotten."""
        for execution in self.executions():
            execution.abandon()
        self._running.clear()
        self._pending.clear()
        self._jobs = {key: job for key, job in self._jobs.items() if job.job.persisted}
        self._down = self._moment()
        self.history.clear()
        self.recent.clear()
        self.quota.clear()
        self.expedited.clear()
        self.slots.clear()
        if self.heartbeats:
            self.heartbeats.reset()

    def restore(self) -> None:
        """After a boot: persisted jobs keep their place on the wall clock."""
        for job in tuple(self._jobs.values()):
            self._jobs[job.key] = after_boot(job, self._down, self._moment())
        self.changed()

    def changed(self) -> None:
        """Something that jobs depend on has changed: look again soon."""
        if not self._dirty:
            self._dirty = True
            self.kernel.soon(self._evaluate)

    # --- Host of executions ---------------------------------------------------------------------------------------

    def slog(self, priority: str, tag: str, message: str) -> None:
        """Write to the system log."""
        self._system.system_log(priority, tag, message)

    def crash(self, pid: int, error: Exception) -> None:
        """An exception escaped from a callback of the app."""
        self._system.crash(pid, error)

    def completed(self, execution: Execution, completion: Completion) -> None:
        """`onJobCompletedLocked`."""
        job, now = execution.job, self._now()
        del self._running[job.key]
        job.cumulative_ns += now - execution.started_ns
        if not job.started_in_front:
            (self.expedited if job.started_expedited else self.quota).stopped(job.package, now)
        reason = completion.debug_reason or internal_name(completion.internal_reason)
        self._note(STOP, job, reason)
        self.slots.release(execution, now, reason)
        self.recent.append((now, job))
        if self._jobs.get(job.key) is job:
            del self._jobs[job.key]
            self.on_finished(job, completion.reschedule, completion)
        self.changed()

    # --- deciding -------------------------------------------------------------------------------------------------

    def _evaluate(self) -> None:
        self._dirty = False
        if not self._system.online:
            return
        for job in self.jobs():
            self._refresh(job)
        self._stop_unready()
        self._queue_ready()
        self._start_pending()
        self._set_alarm()
        self._system.device_idle.jobs_changed()

    def _refresh(self, job: JobStatus) -> None:
        jobenvironment.refresh(job, self._system, self.quota, self.due_at(job))

    def _held_by_heartbeat(self, job: JobStatus) -> bool:
        """Charging is parole: no bucket holds a job back then."""
        if self.heartbeats is None or job.uid_active or self._system.power.charging:
            return False
        held = self.heartbeats.holds(job.package, job.bucket, self._now())
        if held and not job.deferred_ns:
            job.deferred_ns = self._now()
        return held

    def _stop_unready(self) -> None:
        for execution in self.executions():
            job = execution.job
            if self._jobs.get(job.key) is not job:
                continue
            if self.must_stop(job):
                execution.stop(*_why(job))
            elif self.is_restricted(job):
                execution.stop(StopReason.DEVICE_STATE, InternalReason.THERMAL)

    def _queue_ready(self) -> None:
        ready = [job for job in self.jobs() if self.may_execute(job)]
        batched = [job for job in ready if _force_batched(job)] if self.limits.batch_jobs > 1 else []
        for job in batched:
            job.force_batched_ns = job.force_batched_ns or self._now()
        enough = len(batched) >= self.limits.batch_jobs
        waited = any(self._batch_end(job) <= self._now() for job in batched)
        if len(batched) < len(ready) or enough or waited:
            self._queue(ready)

    def _queue(self, jobs: list[JobStatus]) -> None:
        for job in jobs:
            job.pending_since_ns = self._now()
        self._pending.extend(jobs)

    def _start_pending(self) -> None:
        waiting, self._pending = self._pending, []
        for job in waiting:
            if self._jobs.get(job.key) is not job or self.is_running(job) or not self.is_ready(job):
                continue
            if self.is_restricted(job):
                continue
            running = sum(execution.job.package == job.package for execution in self.executions())
            if running >= self.limits.max_running_per_app:
                self._pending.append(job)
            else:
                self._start(job)

    def _start(self, job: JobStatus) -> None:
        package = self._system.packages.find(job.package)
        if package is None:
            return
        now = self._now()
        guarantee = self._guarantee_ms(job) * MS
        limit = max(guarantee, self.longest_ms(job) * MS)
        execution = Execution(self, job, package, guarantee, limit, now)
        self._running[job.key] = execution
        self.slots.take(execution)
        job.started_expedited = job.treated_as_expedited
        job.started_in_front = job.uid_active and self.level.has("free_when_started_in_front")
        if not job.started_in_front:
            (self.expedited if job.started_expedited else self.quota).started(job.package, now)
        if self.heartbeats:
            self.heartbeats.ran(job.package, now)
        self._note(START, job, None)
        execution.begin()

    def _guarantee_ms(self, job: JobStatus) -> int:
        if job.treated_as_user_initiated:
            return self.limits.user_initiated_guarantee_ms
        return self.limits.expedited_guarantee_ms if job.treated_as_expedited else self.limits.guarantee_ms

    def _set_alarm(self) -> None:
        times = [time for job in self.jobs() for time in self._wake_times(job) if time is not None]
        later = [time for time in times if time > self._now()]
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = self.kernel.at(self._system.clocks.kernel_at(min(later)), self.changed) if later else None

    def _wake_times(self, job: JobStatus) -> list[int | None]:
        times = [self.due_at(job), job.latest_ns, job.trigger_due_ns]
        if job.job.expedited and not job.expedited_approved:
            times.append(self.expedited.next_change(job.package, self._now()))
        if job.force_batched_ns:
            times.append(self._batch_end(job))
        if self.heartbeats and job.deferred_ns:
            times.append(self.heartbeats.next_beat_ns(self._now()))
        if self.level.has("quota") and not job.satisfied & Constraint.WITHIN_QUOTA:
            times.append(self.quota.next_change(job.package, job.effective_bucket, self._now()))
        return times

    def _batch_end(self, job: JobStatus) -> int:
        return job.force_batched_ns + self.limits.batch_delay_ms * MS

    # --- keeping --------------------------------------------------------------------------------------------------

    def _now(self) -> int:
        return self._system.clocks.boot_ns()

    def _track(self, job: JobStatus) -> None:
        self._serial += 1
        job.serial = self._serial
        job.enqueue_ns = self._now()
        job.base_heartbeat = self.heartbeats.current(self._now()) if self.heartbeats else 0
        self._jobs[job.key] = job
        self._refresh(job)
        self.changed()

    def _forget(self, job: JobStatus, reason: StopReason, internal: InternalReason) -> None:
        del self._jobs[job.key]
        if job in self._pending:
            self._pending.remove(job)
        execution = self._running.get(job.key)
        if execution is not None and execution.job is job:
            execution.stop(reason, internal)

    def _moment(self) -> Moment:
        return Moment(self._now(), self._system.clocks.wall_ns())

    def _note(self, label: str, job: JobStatus, reason: str | None) -> None:
        event = HistoryEvent(self._now(), label, job.periodic, job.uid, job.job.job_id, job.battery_name, reason)
        self.history.add(event)

    def _process_died(self, process: ProcessRecord) -> None:
        for execution in self.executions():
            execution.process_died(process)

    def force_stopped(self, package: PackageRecord) -> None:
        """`am force-stop`: the jobs of the app are removed."""
        self.cancel_all(package.uid, StopReason.USER, InternalReason.CANCELED)


def _why(job: JobStatus) -> tuple[StopReason, InternalReason]:
    """Stop reasons of a job that is no longer ready (stopNonReadyActiveJobsLocked)."""
    reason = of_constraint(job.lost, job.required)
    by_bucket = reason is StopReason.APP_STANDBY and job.effective_bucket is Bucket.RESTRICTED
    return reason, InternalReason.RESTRICTED_BUCKET if by_bucket else InternalReason.CONSTRAINTS


def _force_batched(job: JobStatus) -> bool:
    if job.override is not Override.NONE or job.treated_as_expedited or job.treated_as_user_initiated:
        return False
    if job.effective_bucket is Bucket.RESTRICTED:
        return True
    if job.num_failures + job.num_system_stops > 0:
        return False
    return job.effective_bucket not in {Bucket.ACTIVE, Bucket.EXEMPTED}


def _limits(table: Mapping[str, Mapping[str, int]]) -> dict[Bucket, Limits]:
    return {
        Bucket[name.upper()]: Limits(row["allowed_ms"], row["window_ms"], row["jobs"], row["sessions"])
        for name, row in table.items()
    }
