"""The beacon of a run: start, then end or stop (`docs/app-contract.md`). No published app has one: builds add it."""

from __future__ import annotations

import itertools
from collections.abc import Awaitable
from collections.abc import Callable
from typing import TypeVar

from bgtask_reference.contract import Retry
from bgtask_reference.contract import Success
from bgtask_reference.contract import WorkerResult
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkerParameters

Result = TypeVar("Result")


class Attempt:
    """One run of a task, as the beacon tells it.

    `parameters` is None for a run without WorkManager. `process` says what began it there: the hook, or whatever
    started the process. `number` tells the runs of one process apart that begin in the same millisecond.
    """

    def __init__(
        self, app: AppPort, task: str, parameters: WorkerParameters | None, number: int, process: str | None = "hook"
    ) -> None:
        self._app = app
        work_id = None if parameters is None else parameters.work_id
        self._fields: dict[str, str | int | None] = {
            "task": task,
            "attempt_id": f"{work_id or task}@{app.now_ms()}.{number}",
            "work_id": work_id,
            "run_attempt": 1 if parameters is None else parameters.run_attempt_count + 1,
            "process": process if parameters is None else app.process_reason,
        }

    def note(self, **fields: str | int) -> None:
        """Have what follows say more: fields of the app's own, which a harness keeps and ignores."""
        self._fields |= fields

    async def around(self, body: Awaitable[ListenableWorkerResult]) -> ListenableWorkerResult:
        """Run a worker's body between its start and its end, as the contract's `BeaconWorker` does.

        What escapes the body escapes here as well; the beacon calls it a failure.
        """
        return await self._told(body, lambda result: result.value.lower())

    async def around_worker(self, body: Awaitable[WorkerResult]) -> WorkerResult:
        """Do the same for a worker of the contract, where no WorkManager stands between."""
        return await self._told(body, _word)

    async def around_call(self, body: Awaitable[Result], word: Callable[[Result], str]) -> Result:
        """Do the same for a body whose results are its own; `word` gives the beacon's word for one."""
        return await self._told(body, word)

    async def _told(self, body: Awaitable[Result], word: Callable[[Result], str]) -> Result:
        self._app.beacon("start", self._fields)
        try:
            result = await body
        except Cancelled:
            self._app.beacon("stop", self._fields | {"reason": "cancelled"})
            raise
        except Exception:
            self._ended("failure")
            raise
        self._ended(word(result))
        return result

    def _ended(self, result: str) -> None:
        self._app.beacon("end", self._fields | {"result": result})


def _word(result: WorkerResult) -> str:
    return "success" if isinstance(result, Success) else "retry" if isinstance(result, Retry) else "failure"


class Attempts:
    """Numbers the attempts of one process."""

    def __init__(self, app: AppPort) -> None:
        self._app = app
        self._numbers = itertools.count(1)

    def of(self, task: str, parameters: WorkerParameters | None) -> Attempt:
        """Give the next attempt."""
        return Attempt(self._app, task, parameters, next(self._numbers))

    def of_task(self, task: str, process: str | None) -> Attempt:
        """Give the next attempt of a task that no WorkManager runs."""
        return Attempt(self._app, task, None, next(self._numbers), process)
