"""What Meeseeks asks of BackgroundTasks: N NativeTaskScheduler.kt, TaskScheduler.native.kt, BGTaskIdentifiers.kt.

A request is a hint that something is due; which task it was made for is forgotten, and the next one replaces it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bgtask_reference.lineage.meeseeks.background_tasks import UnsupportedPrecondition
from bgtask_reference.lineage.meeseeks.database import TaskSpec
from bgtask_reference.lineage.meeseeks.model import TaskRequest
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import ErrorCode
from bgtask_reference.ports.background_tasks import IosAppPort
from bgtask_reference.ports.background_tasks import NSError
from bgtask_reference.ports.background_tasks import RequestKind

REFRESH = "dev.mattramotar.meeseeks.task.refresh"
PROCESSING = "dev.mattramotar.meeseeks.task.processing"
_MS_PER_S = 1_000
_LINES = {
    ErrorCode.UNAVAILABLE: "BGTaskScheduler unavailable for {id}: {text}",
    ErrorCode.TOO_MANY_PENDING_TASK_REQUESTS: "Too many pending task requests for {id}: {text}",
    ErrorCode.NOT_PERMITTED: "BGTask not permitted for {id}. Check Info.plist UIBackgroundModes. Error: {text}",
}
_UNKNOWN = "Unknown BGTaskScheduler error for {id} (code {code}): {text}"


@dataclass(frozen=True, slots=True)
class Failure:
    """`SubmitRequestResult.Failure`. Only too many requests are worth another try."""

    code: int
    description: str

    @property
    def retriable(self) -> bool:
        """`Failure.Retriable`."""
        return self.code == ErrorCode.TOO_MANY_PENDING_TASK_REQUESTS


class Requests:
    """Implements `Platform`: submits, and hears what came of it. Its callers do not, but for the one after a run."""

    def __init__(self, app: IosAppPort, tasks: BGTaskSchedulerPort) -> None:
        self._app = app
        self._tasks = tasks

    def check(self, request: TaskRequest) -> None:
        """`ConstraintCapabilities.IOS`: network and charging alone."""
        if request.requires_battery_not_low:
            raise UnsupportedPrecondition("requiresBatteryNotLow is not supported on iOS")

    def first(self, row: TaskSpec) -> None:
        """Submit; a refusal is in the log and nowhere else (TaskScheduler.native.kt:26-31)."""
        self._submit(row.requires_network, row.requires_charging, row.initial_delay_ms)

    def missing(self, row: TaskSpec, now_ms: int) -> None:
        """Do nothing: whatever is ENQUEUED counts as scheduled (`isScheduled`, TaskScheduler.native.kt:37-44).

        So nothing on iOS ever asks again for a request that was refused, or used up by a process that died.
        """

    def cancel(self, task_id: str) -> None:
        """Do nothing: requests are shared."""

    def cancel_all(self, rows: Iterable[TaskSpec]) -> None:  # noqa: ARG002 - Android's needs them
        """`cancelAllWorkByTag`: every request of the app, foreign ones too."""
        self._tasks.cancel_all()

    def following(self, row: TaskSpec, delay_ms: int) -> Failure | None:
        """`BGTaskRunner.resubmitTask`: in whole seconds; None when the system took it."""
        return self._submit(row.requires_network, row.requires_charging, delay_ms // _MS_PER_S * _MS_PER_S)

    def remaining(self, rows: Iterable[TaskSpec]) -> None:
        """`rescheduleIfPendingWorkRemains`: windows as soon as may be for all that is enqueued, whenever it is due.

        A processing one wants a network and a charger, whatever its tasks declare: "broad constraints"
        (NativeTaskCoordinator.kt).
        """
        processing = [row.requires_network or row.requires_charging for row in rows]
        if any(processing):
            self._submit(network=True, power=True, delay_ms=0)
        if not all(processing):
            self._submit(network=False, power=False, delay_ms=0)

    def _submit(self, network: bool, power: bool, delay_ms: int) -> Failure | None:
        earliest = self._app.now_ms() + delay_ms if delay_ms > 0 else None
        if network or power:
            request = BGTaskRequest(PROCESSING, RequestKind.PROCESSING, earliest, network, power)
        else:
            request = BGTaskRequest(REFRESH, RequestKind.APP_REFRESH, earliest)
        error = self._tasks.submit(request)
        return None if error is None else self._refused(request.identifier, error)

    def _refused(self, identifier: str, error: NSError) -> Failure:
        line = _LINES.get(ErrorCode(error.code), _UNKNOWN)
        self._app.ns_log(f"[Meeseeks] {line.format(id=identifier, code=error.code, text=error.description)}")
        return Failure(error.code, error.description)
