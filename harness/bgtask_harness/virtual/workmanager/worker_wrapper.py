"""`androidx.work.impl.WorkerWrapper` (coroutine version, @07c97258): one execution of one row, from check to result.

What a worker's result means is `WorkManager.on_result`; whether it may start is `WorkManager.may_start`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from typing import Any

from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.database import NOT_SCHEDULED
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_harness.virtual.workmanager.database import WorkState
from bgtask_harness.virtual.workmanager.diagnostics import DiagnosticsWorker
from bgtask_harness.virtual.workmanager.logger import stack_trace
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.app import Job
from bgtask_reference.ports.app import NetworkError
from bgtask_reference.ports.work_manager import ListenableWorker
from bgtask_reference.ports.work_manager import ListenableWorkerResult

if TYPE_CHECKING:
    from bgtask_harness.virtual.workmanager.library import WorkManager

_TAG = "WorkerWrapper"


class WorkerWrapper:
    """Executes a row once. `on_ended(wrapper, reschedule)` is called exactly once."""

    def __init__(self, manager: WorkManager, work: Work, on_ended: Callable[[WorkerWrapper, bool], None]) -> None:
        self._manager = manager
        self._log = manager.log
        self._on_ended = on_ended
        self._task: Job | None = None
        self._settled = False
        self.work = work
        self.generation = work.generation

    def launch(self) -> None:
        """Begin soon."""
        self._manager.host.execute(self._begin)

    def interrupt(self, reason: int) -> None:
        """Stop: the worker's coroutine is cancelled, and what it still returns no longer counts."""
        if self._settled:
            return
        self._settled = True
        if self._task is not None and self._manager.tells_of_stop(self.work, reason):
            self._task.cancel()
            frame = "androidx.work.impl.WorkerWrapper.interrupt"
            trace = stack_trace("androidx.work.impl.WorkerStoppedException", frame)
            self._log.i(_TAG, f"{self.work.description} was cancelled", trace)
        self._manager.host.post(lambda: self._finish(self._reset(reason)))

    def _begin(self) -> None:
        if self._settled:
            return
        if not self._may_start():
            self._settle(lambda: self._reset(CONSTANTS.stop_reason.not_stopped))
            return
        worker = self._create()
        if worker is None:
            self._settle(self._fail)
            return
        self.work.state = WorkState.RUNNING
        self.work.run_attempt_count += 1
        self.work.stop_reason = CONSTANTS.stop_reason.not_stopped
        self._log.d(_TAG, f"Starting work for {self.work.request.worker_class}")
        self._task = self._manager.host.launch(worker.do_work(), self.work.request.worker_class, self._worker_ended)

    def _may_start(self) -> bool:
        name = self.work.request.worker_class
        if self.work.state is not WorkState.ENQUEUED:
            self._log.d(_TAG, f"{name} is not in ENQUEUED state. Nothing more to do")
            return False
        if not self._manager.may_start(self.work):
            self._log.d(_TAG, f"Delaying execution for {name} because it is being executed before schedule.")
            return False
        return True

    def _create(self) -> ListenableWorker | None:
        parameters = self._manager.parameters(self.work)
        name = self.work.request.worker_class
        worker = self._manager.host.create_worker(name, parameters)
        if worker is not None:
            return worker
        if name == CONSTANTS.classes.diagnostics_worker:
            return DiagnosticsWorker(self._manager)
        trace = stack_trace(f"java.lang.ClassNotFoundException: {name}", "java.lang.Class.classForName")
        self._log.e("WorkerFactory", f"Invalid class: {name}", trace)
        self._log.e(_TAG, f"Could not create Worker {name}")
        return None

    def _worker_ended(self, result: Any, error: Exception | None) -> None:
        if self._settled:
            return
        if error is None:
            self._settle(lambda: self._finished(ListenableWorkerResult(result)))
            return
        if isinstance(error, Cancelled):
            frame = "kotlinx.coroutines.JobSupport.cancel"
            trace = stack_trace("java.util.concurrent.CancellationException", frame)
            self._log.i(_TAG, f"{self.work.description} was cancelled", trace)
        else:
            trace = stack_trace(_throwable(error), f"{self.work.request.worker_class}.doWork")
            self._log.e(_TAG, f"{self.work.description} failed because it threw an exception/error", trace)
        self._settle(self._escaped)

    def _settle(self, resolution: Callable[[], bool]) -> None:
        self._settled = True
        reschedule = resolution()
        self._manager.host.post(lambda: self._finish(reschedule))

    def _finish(self, reschedule: bool) -> None:
        self._on_ended(self, reschedule)

    def _finished(self, result: ListenableWorkerResult) -> bool:
        if not self._manager.database.has(self.work):
            return False
        if self.work.state is WorkState.RUNNING:
            return self._manager.on_result(self.work, result)
        if self.work.state.finished:
            return False
        self._manager.enqueue_again(self.work)
        return True

    def _escaped(self) -> bool:
        if self._manager.configuration.version >= CONSTANTS.coroutine_wrapper_since_version:
            return self._fail()
        return self._finished(ListenableWorkerResult.FAILURE)

    def _fail(self) -> bool:
        self._manager.fail(self.work)
        return False

    def _reset(self, reason: int) -> bool:
        work = self.work
        known = self._manager.database.has(work)
        if not known or work.state.finished:
            state = work.state if known else "null"
            self._log.d(_TAG, f"Status for {work.id} is {state} ; not doing any work")
            return False
        later = "not doing any work and rescheduling for later execution"
        self._log.d(_TAG, f"Status for {work.id} is {work.state}; {later}")
        work.state = WorkState.ENQUEUED
        work.stop_reason = reason
        work.schedule_requested_ms = NOT_SCHEDULED
        return True


def _throwable(error: Exception) -> str:
    kind = "java.io.IOException" if isinstance(error, NetworkError) else "java.lang.IllegalStateException"
    return f"{kind}: {error}" if str(error) else kind
