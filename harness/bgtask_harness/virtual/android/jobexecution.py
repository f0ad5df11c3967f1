"""JobServiceContext: one execution of a job, from binding to its service until it has finished or was stopped.

Source: y36 apex/jobscheduler/service JobServiceContext.java; the verbs and the words of the stop reasons are its.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any
from typing import Protocol

from bgtask_harness.virtual.android.jobs import JobParameters
from bgtask_harness.virtual.android.jobs import JobService
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.packages import PackageRecord
from bgtask_harness.virtual.android.packages import format_uid
from bgtask_harness.virtual.android.processes import Processes
from bgtask_harness.virtual.android.processes import ProcessRecord
from bgtask_harness.virtual.android.stopreasons import InternalReason
from bgtask_harness.virtual.android.stopreasons import StopReason
from bgtask_harness.virtual.kernel import Kernel
from bgtask_harness.virtual.kernel import Timer

SECOND = 1_000_000_000
BIND_TIMEOUT_NS = 18 * SECOND
"""OP_BIND_TIMEOUT_MILLIS."""
OPERATION_TIMEOUT_NS = 8 * SECOND
"""OP_TIMEOUT_MILLIS: how long an app may take to answer onStartJob or onStopJob."""


class Verb(Enum):
    """How far it has come."""

    BINDING = "binding"
    STARTING = "starting"
    EXECUTING = "executing"
    STOPPING = "stopping"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class Completion:
    """How an execution ended: what the app or the system wants of the job, and why."""

    reschedule: bool
    stop_reason: int
    internal_reason: int
    debug_reason: str | None


class Host(Protocol):
    """What an execution needs of the scheduler and the phone."""

    kernel: Kernel
    processes: Processes

    def slog(self, priority: str, tag: str, message: str) -> None:
        """Write to the system log."""

    def crash(self, pid: int, error: Exception) -> None:
        """An exception escaped from the app."""

    def completed(self, execution: Execution, completion: Completion) -> None:
        """It has ended."""


class _Finisher:
    """What an app gets to call `jobFinished` with."""

    def __init__(self, execution: Execution) -> None:
        self._execution = execution

    def __call__(self, wants_reschedule: bool) -> None:
        self._execution.finished(wants_reschedule)


class Execution:
    """One execution. `min_ns` is guaranteed to it, `max_ns` the longest it may take; both since its start."""

    def __init__(
        self, host: Host, job: JobStatus, package: PackageRecord, min_ns: int, max_ns: int, started_ns: int
    ) -> None:
        self.job = job
        self.verb = Verb.BINDING
        self.min_ns, self.max_ns, self.started_ns = min_ns, max_ns, started_ns
        self.timeout_ns = 0
        self._host = host
        self._package = package
        self._kernel_start = host.kernel.now
        self._process: ProcessRecord | None = None
        self._service: JobService | None = None
        self._timer: Timer | None = None
        self._cancelled = False
        self._abandoned = False
        self._watch: weakref.finalize[Any, _Finisher] | None = None
        self._stop_reason: int = StopReason.UNDEFINED
        self._internal: int = InternalReason.UNKNOWN

    # --- binding and starting -------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Bind to the service, starting the app's process if need be."""
        self._arm(BIND_TIMEOUT_NS, self._bind_timed_out)
        self._package.stopped = False
        component = f"{{{self.job.job.service}}}"
        self._host.processes.ensure(self._package, "service", component, self._bound)

    def _bound(self, process: ProcessRecord | None) -> None:
        if self.verb is not Verb.BINDING or process is None or process.app is None:
            return  # a process that died while it started: the time-out says so
        if self._cancelled:
            self._close(reschedule=True, reason="cancelled while waiting for bind")
            return
        service = process.app.job_service(self.job.job.service.partition("/")[2])
        if service is None:
            self._close(reschedule=False, reason="null binding")
            return
        self._process, self._service = process, service
        process.jobs += 1
        self.verb = Verb.STARTING
        self._arm(OPERATION_TIMEOUT_NS, self._start_timed_out)
        self._call(lambda: self._acknowledge_start(service.on_start_job(self._parameters(), self._finisher())))

    def _finisher(self) -> Callable[[bool], None]:
        """What the app calls when it is done. An app that lets go of it before has abandoned the job."""
        finisher = _Finisher(self)
        if self.job.level.has("abandoned_jobs"):
            self._watch = weakref.finalize(finisher, self._let_go)
            self._watch.atexit = False
        return finisher

    def _let_go(self) -> None:
        self._abandoned = self.verb in {Verb.STARTING, Verb.EXECUTING}

    def _acknowledge_start(self, ongoing: bool) -> None:
        if self.verb is not Verb.STARTING:
            return
        self.verb = Verb.EXECUTING
        if not ongoing:
            self._close(reschedule=False, reason="onStartJob returned false")
        elif self._cancelled:
            self._send_stop()
        else:
            self._arm(self._left(self.min_ns), self._guarantee_over)

    def finished(self, wants_reschedule: bool) -> None:
        """`jobFinished`: the app says that it is done."""
        self._host.kernel.soon(lambda: self._on_finished(wants_reschedule))

    def _on_finished(self, wants_reschedule: bool) -> None:
        if self.verb not in {Verb.EXECUTING, Verb.STOPPING}:
            return
        self._stop_reason, self._internal = StopReason.UNDEFINED, InternalReason.SUCCESSFUL_FINISH
        self._close(reschedule=wants_reschedule, reason="app called jobFinished")

    # --- stopping -------------------------------------------------------------------------------------------------

    def stop(self, reason: int, internal: int) -> None:
        """`doCancel`: have the app stop; too late once it is stopping."""
        if self.verb in {Verb.STOPPING, Verb.FINISHED}:
            return
        self._stop_reason, self._internal = reason, internal
        if self.verb is Verb.EXECUTING:
            self._send_stop()
        else:
            self._cancelled = True

    def _send_stop(self) -> None:
        self.verb = Verb.STOPPING
        self._arm(OPERATION_TIMEOUT_NS, self._stop_timed_out)
        service = self._service
        if service is not None:
            self._host.kernel.soon(lambda: self._deliver_stop(service))

    def _deliver_stop(self, service: JobService) -> None:
        if self.verb is Verb.STOPPING:
            self._call(lambda: self._acknowledge_stop(service.on_stop_job(self._parameters())))

    def _acknowledge_stop(self, reschedule: bool) -> None:
        if self.verb is Verb.STOPPING:
            self._close(reschedule=reschedule, reason=None)

    def process_died(self, process: ProcessRecord) -> None:
        """The process that it runs in has gone: it will be done again."""
        if process is self._process and self.verb is not Verb.FINISHED:
            self._close(reschedule=True, reason="unexpectedly disconnected")

    @property
    def limits(self) -> tuple[int, int]:
        """What is guaranteed to it and the longest it may take, since its start."""
        return self.min_ns, self.max_ns

    def abandon(self) -> None:
        """The phone goes down: nobody is told any more."""
        self.verb = Verb.FINISHED
        self._disarm()

    # --- time-outs ------------------------------------------------------------------------------------------------

    def _guarantee_over(self) -> None:
        if self._left(self.max_ns) <= 0:
            self._time_out()
            return
        self._info(f"Letting {self.short_name} continue to run past min execution time")
        self._arm(self._left(self.max_ns), self._time_out)

    def _time_out(self) -> None:
        self._info(
            f"Client timed out while executing (no jobFinished received). Sending onStop: {self.short_name}",
        )
        if self._abandoned:
            self.stop(StopReason.TIMEOUT_ABANDONED, InternalReason.TIMEOUT_ABANDONED)
        else:
            self.stop(StopReason.TIMEOUT, InternalReason.TIMEOUT)

    def _bind_timed_out(self) -> None:
        self._slow("timed out while binding", "Timed out while trying to bind", reschedule=True)

    def _start_timed_out(self) -> None:
        self._slow("timed out while starting", "No response to onStartJob", reschedule=False)

    def _stop_timed_out(self) -> None:
        self._host.slog("W", "JobServiceContext", f"No response to onStopJob for {self.short_name}")
        self._close(reschedule=True, reason="timed out while stopping")

    def _slow(self, reason: str, message: str, *, reschedule: bool) -> None:
        self._host.slog("W", "JobServiceContext", f"{message} for {self.short_name}")
        self._stop_reason, self._internal = StopReason.UNDEFINED, InternalReason.ANR
        self._close(reschedule=reschedule, reason=reason)

    # --- details --------------------------------------------------------------------------------------------------

    @property
    def short_name(self) -> str:
        """`JobStatus.toShortString`."""
        namespace = self.job.job.namespace
        space = "" if namespace is None else f" {{{namespace}}}"
        name = self.job.battery_name
        return f"{self.job.identity}{space} #{format_uid(self.job.uid)}/{self.job.job.job_id} {name}"

    def _call(self, operation: Callable[[], None]) -> None:
        process = self._process
        if process is not None and not self._host.processes.needed(process):
            return  # the call lies in a frozen process: the time-out says so
        try:
            operation()
        except Exception as error:  # noqa: BLE001 - what escapes a callback of the app crashes the app
            if process is not None:
                self._host.crash(process.pid, error)

    def _close(self, *, reschedule: bool, reason: str | None) -> None:
        if self.verb is Verb.FINISHED:
            return
        self.verb = Verb.FINISHED
        self._disarm()
        if self._watch is not None:
            self._watch.detach()
        if self._process is not None:
            self._process.jobs -= 1
        self._host.completed(self, Completion(reschedule, self._stop_reason, self._internal, reason))

    def _parameters(self) -> JobParameters:
        job = self.job
        late = job.latest_ns is not None and job.latest_ns < self.started_ns
        return JobParameters(
            job.job.job_id, job.job.namespace, job.job.extras, late, self._stop_reason, job.changed_uris
        )

    def _info(self, message: str) -> None:
        self._host.slog("I", "JobServiceContext", message)

    def _left(self, limit_ns: int) -> int:
        return self._kernel_start + limit_ns - self._host.kernel.now

    def _arm(self, delay_ns: int, action: Callable[[], None]) -> None:
        self._disarm()
        self._timer = self._host.kernel.after(max(delay_ns, 0), action)
        self.timeout_ns = self.started_ns + self._host.kernel.now - self._kernel_start + delay_ns

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
