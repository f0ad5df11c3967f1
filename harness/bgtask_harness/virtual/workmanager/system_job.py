"""WorkManager at JobScheduler: `SystemJobScheduler` gives it one-shot jobs, `SystemJobService` runs them."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.jobs import JobNetwork
from bgtask_harness.virtual.android.jobs import JobParameters
from bgtask_harness.virtual.android.jobs import TooManyJobs
from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.database import NOT_SCHEDULED
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_harness.virtual.workmanager.database import WorkState
from bgtask_harness.virtual.workmanager.processor import Token
from bgtask_reference.ports.work_manager import BackoffPolicy
from bgtask_reference.ports.work_manager import NetworkType

if TYPE_CHECKING:
    from bgtask_harness.virtual.workmanager.library import WorkManager

EXTRA_WORK_SPEC_ID = "EXTRA_WORK_SPEC_ID"
EXTRA_WORK_SPEC_GENERATION = "EXTRA_WORK_SPEC_GENERATION"
EXTRA_IS_PERIODIC = "EXTRA_IS_PERIODIC"

_TAG = "SystemJobScheduler"
_NETWORK = {
    NetworkType.NOT_REQUIRED: JobNetwork.NONE,
    NetworkType.CONNECTED: JobNetwork.ANY,
    NetworkType.UNMETERED: JobNetwork.UNMETERED,
    NetworkType.NOT_ROAMING: JobNetwork.NOT_ROAMING,
}


class SystemJobScheduler:
    """Keeps one job for each row that is enqueued, in the library's namespace where there is one."""

    def __init__(self, manager: WorkManager) -> None:
        self._manager = manager
        self._jobs = manager.host.phone.job_scheduler
        self._package = manager.host.package
        self.namespace = _namespace(manager)

    def schedule(self, works: Iterable[Work]) -> None:
        """Give each enqueued row to JobScheduler under its job id."""
        for work in works:
            if work.state is not WorkState.ENQUEUED:
                gone = "because it is no longer enqueued"
                self._manager.log.w(_TAG, f"Skipping scheduling {work.id} {gone}")
                continue
            job_id = self._manager.database.take_job_id(work)
            self._manager.log.d(_TAG, f"Scheduling work ID {work.id}Job ID {job_id}")
            job = self._manager.hand_over(work, self._convert(work, job_id))
            if job is not None:
                self._hand_in(work, job)

    def _hand_in(self, work: Work, job: JobInfo) -> None:
        """`scheduleInternal`: an app with too many jobs crashes, with what the library knows of it in the message."""
        try:
            if not self._jobs.schedule(self._package, job):
                self._manager.log.w(_TAG, f"Unable to schedule work ID {work.id}")
        except TooManyJobs:
            message = self._too_many()
            self._manager.log.e(_TAG, message)
            raise TooManyJobs(message) from None

    def _too_many(self) -> str:
        """`createErrorMessage` (JobSchedulerExt.kt @a9b06aaf, SystemJobScheduler.java of 2.6); UNCONFIRMED words."""
        most = 150 if self._manager.host.phone.api_level >= _FIRST_API_WITH_150_JOBS else 100
        ours, limit = len(self._pending()), CONSTANTS.scheduler_limit
        tracked = sum(work.schedule_requested_ms != NOT_SCHEDULED for work in self._manager.database.unfinished())
        if self._manager.configuration.version < CONSTANTS.namespace_since_version:
            return (
                f"JobScheduler {most} job limit exceeded.  We count {ours} WorkManager jobs in JobScheduler; "
                f"we have {tracked} tracked jobs in our DB; our Configuration limit is {limit}."
            )
        where = f'{ours} jobs in "{self.namespace}" namespace' if self.namespace else f"{ours} jobs from WorkManager"
        return (
            f"JobScheduler {most} job limit exceeded.\nIn JobScheduler there are {where}.\n"
            f"There are {tracked} jobs tracked by WorkManager's database;\nthe Configuration limit is {limit}."
        )

    def cancel(self, work_id: str) -> None:
        """Cancel the jobs of a row. Its job id is given up only when JobScheduler still had one."""
        self.give_up(work_id, self.job_ids(work_id))

    def job_ids(self, work_id: str) -> tuple[int, ...]:
        """Give the jobs that JobScheduler has for a row now, running ones too (`getPendingJobIds`)."""
        return tuple(job.job_id for job in self._pending() if job.extras.get(EXTRA_WORK_SPEC_ID) == work_id)

    def give_up(self, work_id: str, job_ids: tuple[int, ...]) -> None:
        """Cancel jobs that were found before; one that has ended meanwhile is gone already."""
        for job_id in job_ids:
            self._jobs.cancel(self._package, job_id, self.namespace)
        if job_ids:
            self._manager.database.drop_system_ids(work_id)

    def cancel_all(self) -> None:
        """`cancelAllInAllNamespaces`."""
        for job in self._pending():
            self._jobs.cancel(self._package, job.job_id, self.namespace)

    def reconcile(self) -> bool:
        """Find rows whose job JobScheduler has lost, and have them scheduled again. True when there was one."""
        database = self._manager.database
        known = {job.extras.get(EXTRA_WORK_SPEC_ID) for job in self._pending()}
        expected = list(dict.fromkeys(work_id for work_id, _ in database.system_ids))
        if all(work_id in known for work_id in expected):
            return False
        self._manager.log.d(_TAG, "Reconciling jobs")
        for work_id in expected:
            work = database.get(work_id)
            if work is not None:
                work.schedule_requested_ms = NOT_SCHEDULED
        return True

    def _pending(self) -> tuple[JobInfo, ...]:
        service = self._service()
        return tuple(job for job in self._jobs.pending(self._package, self.namespace) if job.service == service)

    def _service(self) -> str:
        return f"{self._package}/{CONSTANTS.classes.system_job_service}"

    def _convert(self, work: Work, job_id: int) -> JobInfo:
        request, constraints = work.request, work.request.constraints
        latency = max(self._manager.next_run_ms(work) - self._manager.now_ms(), 0)
        always = self._manager.host.phone.api_level <= _LAST_API_THAT_NEEDS_A_CONSTRAINT
        return JobInfo(
            job_id=job_id,
            service=self._service(),
            namespace=self.namespace,
            network=_NETWORK[constraints.required_network_type],
            charging=constraints.requires_charging,
            battery_not_low=constraints.requires_battery_not_low,
            storage_not_low=constraints.requires_storage_not_low,
            device_idle=constraints.requires_device_idle,
            minimum_latency_ms=latency if latency > 0 or always else None,
            backoff_ms=request.backoff_delay_ms,
            backoff_exponential=request.backoff_policy is BackoffPolicy.EXPONENTIAL,
            persisted=False,
            expedited=self._expedited(work, latency),
            extras={
                EXTRA_WORK_SPEC_ID: work.id,
                EXTRA_WORK_SPEC_GENERATION: str(work.generation),
                EXTRA_IS_PERIODIC: "true" if work.periodic else "false",
            },
        )

    def _expedited(self, work: Work, latency_ms: int) -> bool:
        """The flag is there from API 31 on, for a first try that nothing delays."""
        able = self._manager.host.phone.api_level >= _FIRST_API_WITH_EXPEDITED_JOBS
        return able and work.request.expedited and work.run_attempt_count == 0 and latency_ms <= 0


_LAST_API_THAT_NEEDS_A_CONSTRAINT = 28
"""Up to there a job without any constraint is refused (SystemJobInfoConverter @ff5f304c)."""


_FIRST_API_WITH_EXPEDITED_JOBS = 31
"""JobInfo.Builder.setExpedited; before it WorkManager runs expedited work as any other, or as a foreground service."""


_FIRST_API_WITH_150_JOBS = 31
_FIRST_API_WITH_STOP_REASONS = 31
"""JobParameters.getStopReason; before it the reason is STOP_REASON_UNKNOWN (SystemJobService.java @a9b06aaf)."""


class SystemJobService:
    """The JobService. Hangs on to a job until its row was executed, by whichever scheduler began first."""

    def __init__(self, manager: WorkManager) -> None:
        self._manager = manager
        self._jobs: dict[tuple[str, int], Callable[[bool], None]] = {}
        self._tokens: dict[tuple[str, int], Token] = {}
        manager.processor.listeners.append(self)

    def on_start_job(self, parameters: JobParameters, finished: Callable[[bool], None]) -> bool:
        """Start the work of that job."""
        key = _work_of(parameters)
        log = self._manager.log
        if key is None:
            log.e("SystemJobService", "WorkSpec id not found!")
            return False
        if key in self._jobs:
            log.d("SystemJobService", f"Job is already being executed by SystemJobService: {_text(key)}")
            return False
        log.d("SystemJobService", f"onStartJob for {_text(key)}")
        self._jobs[key] = finished
        self._tokens.setdefault(key, Token(*key))
        self._manager.start(self._tokens[key])
        return True

    def on_stop_job(self, parameters: JobParameters) -> bool:
        """Stop it; it is wanted again unless it was cancelled."""
        key = _work_of(parameters)
        if key is None:
            self._manager.log.e("SystemJobService", "WorkSpec id not found!")
            return False
        self._manager.log.d("SystemJobService", f"onStopJob for {_text(key)}")
        self._jobs.pop(key, None)
        token = self._tokens.pop(key, None)
        if token is not None:
            self._manager.stop(token, _stop_reason(parameters.stop_reason, self._manager.host.phone.api_level))
        return not self._manager.is_cancelled(key[0])

    def on_executed(self, work_id: str, generation: int, *, reschedule: bool) -> None:
        """Tell JobScheduler that the job is done."""
        self._manager.log.d("SystemJobService", f"{work_id} executed on JobScheduler")
        finished = self._jobs.pop((work_id, generation), None)
        self._tokens.pop((work_id, generation), None)
        if finished is not None:
            finished(reschedule)


def _namespace(manager: WorkManager) -> str | None:
    new_enough = manager.configuration.version >= CONSTANTS.namespace_since_version
    api = manager.host.phone.api_level >= CONSTANTS.namespace_since_api
    return CONSTANTS.namespace if new_enough and api else None


def _work_of(parameters: JobParameters) -> tuple[str, int] | None:
    work_id = parameters.extras.get(EXTRA_WORK_SPEC_ID)
    if work_id is None:
        return None
    return work_id, int(parameters.extras.get(EXTRA_WORK_SPEC_GENERATION, "0"))


def _text(key: tuple[str, int]) -> str:
    return f"WorkGenerationalId(workSpecId={key[0]}, generation={key[1]})"


def _stop_reason(reason: int, api_level: int) -> int:
    told = api_level >= _FIRST_API_WITH_STOP_REASONS and 0 <= reason <= CONSTANTS.stop_reason.highest_known
    return reason if told else CONSTANTS.stop_reason.unknown
