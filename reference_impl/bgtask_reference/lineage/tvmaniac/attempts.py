"""The beacon of a dispatched run: start, then end or stop (`docs/app-contract.md`). TvManiac itself has none."""

from __future__ import annotations

from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkerParameters


class Attempt:
    """One run of a task, as the beacon tells it. `parameters` is None for a run without WorkManager (the hook's).

    `number` tells the runs of one process apart that begin in the same millisecond.
    """

    def __init__(self, app: AppPort, task: str, parameters: WorkerParameters | None, number: int) -> None:
        self._app = app
        work_id = None if parameters is None else parameters.work_id
        self._fields: dict[str, str | int | None] = {
            "task": task,
            "attempt_id": f"{work_id or task}@{app.now_ms()}.{number}",
            "work_id": work_id,
            "run_attempt": 1 if parameters is None else parameters.run_attempt_count + 1,
            "process": "hook" if parameters is None else app.process_reason,
        }

    def started(self) -> None:
        """The worker's body begins."""
        self._app.beacon("start", self._fields)

    def ended(self, result: ListenableWorkerResult) -> None:
        """It returned, or something escaped it."""
        self._app.beacon("end", self._fields | {"result": result.value.lower()})

    def stopped(self) -> None:
        """It was cancelled."""
        self._app.beacon("stop", self._fields | {"reason": "cancelled"})
