"""`androidx.work.WorkManager` 2.11 in one process of an app: the library layer of a virtual phone.

Facts: android.md C and D, seed-system.md 2.2, and the files of androidx/androidx that the modules name. What a fault
may override is listed in `docs/virtual-phones.md`; those methods keep their names and meaning: `backoff_delay_ms`,
`next_run_ms`, `may_start`, `on_result`, `re_arm`, `on_cancel`, `normalise`, `unmet`, `hand_over`, `reconcile`,
`recover`, `parameters`, `tells_of_stop`.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.workmanager import constraints
from bgtask_harness.virtual.workmanager import enqueue
from bgtask_harness.virtual.workmanager import force_stop
from bgtask_harness.virtual.workmanager import schedule
from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.constants import NS_PER_MS
from bgtask_harness.virtual.workmanager.database import NOT_SCHEDULED
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_harness.virtual.workmanager.database import WorkDatabase
from bgtask_harness.virtual.workmanager.database import WorkState
from bgtask_harness.virtual.workmanager.greedy import GreedyScheduler
from bgtask_harness.virtual.workmanager.host import Configuration
from bgtask_harness.virtual.workmanager.host import Host
from bgtask_harness.virtual.workmanager.logger import Logger
from bgtask_harness.virtual.workmanager.processor import Processor
from bgtask_harness.virtual.workmanager.processor import Token
from bgtask_harness.virtual.workmanager.system_job import SystemJobScheduler
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkerParameters
from bgtask_reference.ports.work_manager import WorkRequest

_PERIODIC_AS_ONE_TIME = {
    ExistingPeriodicWorkPolicy.KEEP: ExistingWorkPolicy.KEEP,
    ExistingPeriodicWorkPolicy.CANCEL_AND_REENQUEUE: ExistingWorkPolicy.REPLACE,
}


class WorkManager:
    """Implements `WorkManagerPort`. Lives as long as its process; its rows live in the database."""

    def __init__(self, host: Host, database: WorkDatabase, configuration: Configuration) -> None:
        self.host = host
        self.database = database
        self.configuration = configuration
        self.log = Logger(configuration.minimum_log_level, host.log)
        self.processor = Processor(self)
        self.system_jobs = SystemJobScheduler(self)
        self.greedy = GreedyScheduler(self)
        self._cancelled: set[str] = set()
        self.processor.listeners += [self.greedy, _Rescheduling(self)]
        self.log.d("Schedulers", "Created SystemJobScheduler and enabled SystemJobService")
        database.prune(self.now_ms())
        host.execute(lambda: force_stop.run(self))

    # What a fault may override.

    def backoff_delay_ms(self, work: Work) -> int:
        """Give how long work waits after a try that asked for another one, or that was stopped."""
        return schedule.backoff_delay_ms(work)

    def next_run_ms(self, work: Work) -> int:
        """Give the wall time in milliseconds from which it may run."""
        return schedule.next_run_ms(work, self.backoff_delay_ms(work))

    def may_start(self, work: Work) -> bool:
        """Tell whether enqueued work may start now: not before its time, if it repeats or is backed off."""
        timed = work.periodic or work.backed_off
        return not timed or self.now_ms() >= self.next_run_ms(work)

    def on_result(self, work: Work, result: ListenableWorkerResult) -> bool:
        """Take a worker's result. True: whoever started it should start it again (it asked for a retry)."""
        self.log.i("WorkerWrapper", f"Worker result {result.value} for {work.description}")
        if result is ListenableWorkerResult.RETRY:
            self.enqueue_again(work)
            return True
        if work.periodic:
            work.state = WorkState.SUCCEEDED
            self.re_arm(work)
        elif result is ListenableWorkerResult.SUCCESS:
            self._succeed(work)
        else:
            self.fail(work)
        return False

    def re_arm(self, work: Work) -> None:
        """Enqueue the next period of periodic work that has just finished, well or badly."""
        work.state = WorkState.ENQUEUED
        work.last_enqueue_ms = self.now_ms()
        work.run_attempt_count = 0
        work.period_count += 1
        work.schedule_requested_ms = NOT_SCHEDULED

    def on_cancel(self, work: Work) -> None:
        """Cancel unfinished work and what waits for it: the row, the run, the job."""
        for row in self._with_dependents(work):
            if row.state not in {WorkState.SUCCEEDED, WorkState.FAILED}:
                row.state = WorkState.CANCELLED
        self._cancelled.add(work.id)
        self.processor.stop_and_cancel(work.id, CONSTANTS.stop_reason.cancelled_by_app)
        self.cancel_in_schedulers(work.id)

    def normalise(self, request: WorkRequest) -> WorkRequest:
        """Give a request within the library's limits, with the warnings that it logs."""
        return schedule.normalise(request, lambda text: self.log.w("WorkSpec", text))

    def unmet(self, work: Work) -> int | None:
        """Give the stop reason of the first constraint that the library sees not to hold; None when all hold."""
        return constraints.unmet(work.request.constraints, self.host.phone, self.host.package)

    def hand_over(self, work: Work, job: JobInfo) -> JobInfo | None:
        """Give the job that JobScheduler gets for a row; None hands over none."""
        del work
        return job

    def reconcile(self) -> bool:
        """At the start of a process: have rows scheduled again whose job is lost. True when there was one."""
        return self.system_jobs.reconcile()

    def recover(self, work: Work) -> None:
        """Put a row back that was running when the last process died."""
        work.state = WorkState.ENQUEUED
        work.stop_reason = CONSTANTS.stop_reason.unknown
        work.schedule_requested_ms = NOT_SCHEDULED

    def parameters(self, work: Work) -> WorkerParameters:
        """Give what a worker may know of its run."""
        return WorkerParameters(work.id, dict(work.request.input_data), work.tags, work.run_attempt_count)

    def tells_of_stop(self, work: Work, reason: int) -> bool:
        """Tell whether the worker's coroutine hears that its run is stopped."""
        del work, reason
        return True

    # What an app calls.

    def enqueue_unique_periodic_work(self, name: str, policy: ExistingPeriodicWorkPolicy, request: WorkRequest) -> None:
        if request.interval_ms is None:
            raise ValueError(f"periodic work {name!r} has no interval")
        sound = self.normalise(request)
        if policy is ExistingPeriodicWorkPolicy.UPDATE:
            self.host.execute(lambda: enqueue.update_periodic(self, name, sound))
            return
        one_time = _PERIODIC_AS_ONE_TIME[policy]
        self.host.execute(lambda: enqueue.enqueue_unique(self, name, one_time, sound))

    def enqueue_unique_work(self, name: str, policy: ExistingWorkPolicy, request: WorkRequest) -> None:
        if request.interval_ms is not None:
            raise ValueError(f"one-time work {name!r} has an interval")
        sound = self.normalise(request)
        self.host.execute(lambda: enqueue.enqueue_unique(self, name, policy, sound))

    def enqueue(self, request: WorkRequest) -> None:
        """Enqueue work without a unique name."""
        sound = self.normalise(request)

        def insert() -> None:
            enqueue.insert(self, sound, ())
            self.schedule_all()

        self.host.execute(insert)

    def cancel_unique_work(self, name: str) -> None:
        def cancel() -> None:
            self._cancel([work for work in self.database.named(name) if not work.state.finished])
            self.schedule_all()

        self.host.execute(cancel)

    def cancel_all_work(self) -> None:
        self.host.execute(lambda: self._cancel(self.database.unfinished()))

    # What the library's parts call.

    def now_ms(self) -> int:
        """Wall clock."""
        return self.host.phone.clocks.wall_ns() // NS_PER_MS

    def start(self, token: Token) -> None:
        """Have work started on the executor (`WorkLauncher`)."""
        self.host.execute(lambda: self._start(token))

    def stop(self, token: Token, reason: int) -> None:
        """Have the run of that request stopped on the executor."""
        self.host.execute(lambda: self._stop(token, reason))

    def is_cancelled(self, work_id: str) -> bool:
        """Tell whether this process has cancelled it."""
        return work_id in self._cancelled

    def schedule_all(self) -> None:
        """`Schedulers.schedule`: give what is new to the system, and everything that is enqueued to greedy."""
        fresh = self.database.unscheduled()
        for work in fresh:
            work.schedule_requested_ms = self.now_ms()
        self.system_jobs.schedule(fresh)
        self.greedy.schedule(self.database.enqueued())

    def cancel_in_schedulers(self, work_id: str) -> None:
        """Have both schedulers forget it."""
        self.system_jobs.cancel(work_id)
        self.greedy.cancel(work_id)

    def enqueue_again(self, work: Work) -> None:
        """Put a row back for another try: its backoff counts from now."""
        work.state = WorkState.ENQUEUED
        work.last_enqueue_ms = self.now_ms()
        work.schedule_requested_ms = NOT_SCHEDULED

    def fail(self, work: Work) -> None:
        """Fail a row and what waits for it. For good, periodic or not."""
        for row in self._with_dependents(work):
            if row.state is not WorkState.CANCELLED:
                row.state = WorkState.FAILED

    def _succeed(self, work: Work) -> None:
        work.state = WorkState.SUCCEEDED
        for waiting in self.database.dependents(work):
            others = (self.database.get(work_id) for work_id in waiting.prerequisites)
            done = all(other is None or other.state is WorkState.SUCCEEDED for other in others)
            if waiting.state is WorkState.BLOCKED and done:
                self.log.i("WorkerWrapper", f"Setting status to enqueued for {waiting.id}")
                waiting.state = WorkState.ENQUEUED
                waiting.last_enqueue_ms = self.now_ms()

    def _cancel(self, works: list[Work]) -> None:
        for work in works:
            self.on_cancel(work)

    def _with_dependents(self, work: Work) -> list[Work]:
        found = [work]
        for row in found:
            found += [waiting for waiting in self.database.dependents(row) if waiting not in found]
        return found

    def _start(self, token: Token) -> None:
        self.processor.start_work(token)

    def _stop(self, token: Token, reason: int) -> None:
        stopped = "true" if self.processor.stop_work(token, reason) else "false"
        self.log.d("StopWorkRunnable", f"StopWorkRunnable for {token.work_id}; Processor.stopWork = {stopped}")


class _Rescheduling:
    """`Schedulers.registerRescheduling`: after each run every scheduler forgets the row and all rows are looked at.

    On a phone this races with `jobFinished`. Here it always finds the job before it has finished and cancels it after
    that, so that the job's history says `app called jobFinished` and the row gets a new job id: one of the outcomes
    that real phones show.

    Two rows that end together race as well: the first one's look schedules the second, whose own look then cancels that
    job. Read from the code, a row can be left enqueued without a job that way (UNCONFIRMED on a phone; the field's
    A09). A healthy phone here schedules it again.
    """

    def __init__(self, manager: WorkManager) -> None:
        self._manager = manager

    def on_executed(self, work_id: str, generation: int, *, reschedule: bool) -> None:
        """Find its jobs now; act on the executor, after the job service has told JobScheduler."""
        del generation, reschedule
        job_ids = self._manager.system_jobs.job_ids(work_id)
        self._manager.host.execute(lambda: self._look_again(work_id, job_ids))

    def _look_again(self, work_id: str, job_ids: tuple[int, ...]) -> None:
        self._manager.system_jobs.give_up(work_id, job_ids)
        work = self._manager.database.get(work_id)
        if work is not None and job_ids and work.state is WorkState.ENQUEUED:
            work.schedule_requested_ms = NOT_SCHEDULED
        self._manager.greedy.cancel(work_id)
        self._manager.schedule_all()
