"""What the demo asks of Meeseeks and what its workers do, on whichever platform.

`refresh` repeats each hour, `upload` is tried again until it succeeds or has had its five attempts, `import` can never
succeed. The id of each task is kept, and the task is rescheduled when it is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

from bgtask_reference.lineage.meeseeks.background_tasks import BGTaskManager
from bgtask_reference.lineage.meeseeks.errors import PermanentValidationError
from bgtask_reference.lineage.meeseeks.errors import ServiceUnavailableError
from bgtask_reference.lineage.meeseeks.errors import TransientNetworkError
from bgtask_reference.lineage.meeseeks.model import MINUTE_MS
from bgtask_reference.lineage.meeseeks.model import Configuration
from bgtask_reference.lineage.meeseeks.model import Periodic
from bgtask_reference.lineage.meeseeks.model import Retry
from bgtask_reference.lineage.meeseeks.model import Success
from bgtask_reference.lineage.meeseeks.model import TaskRequest
from bgtask_reference.lineage.meeseeks.model import TaskResult
from bgtask_reference.lineage.meeseeks.model import Transient
from bgtask_reference.lineage.meeseeks.model import Worker
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import NetworkError

REFRESH, UPLOAD, IMPORT = "refresh", "upload", "import"
CONFIGURATION = Configuration(max_retry_count=5)

REQUESTS = {
    request.payload: request
    for request in (
        TaskRequest(REFRESH, Periodic(60 * MINUTE_MS), requires_network=True),
        TaskRequest(UPLOAD, requires_network=True),
        TaskRequest(IMPORT),
    )
}
"""What the app asks for, by task; `upload` and `import` are one-time, with the default policy of 30 s, doubled."""


class Workers:
    """The three workers; `registry` is Meeseeks' own view of them."""

    def __init__(self, app: AppPort) -> None:
        self._app = app
        self.registry: Mapping[str, Worker] = {
            REFRESH: self._refresh,
            UPLOAD: self._upload,
            IMPORT: self._import,
        }

    async def _refresh(self, _attempt: int) -> TaskResult:
        try:
            status = await self._app.request("demo/refresh")
        except NetworkError as error:
            raise TransientNetworkError(str(error)) from error
        return Success() if status == "ok" else Transient(ServiceUnavailableError("HTTP 503"))

    async def _upload(self, _attempt: int) -> TaskResult:
        try:
            status = await self._app.request("demo/upload")
        except NetworkError:
            return Retry()
        return Success() if status == "ok" else Transient(ServiceUnavailableError("HTTP 503"))

    async def _import(self, _attempt: int) -> TaskResult:
        await self._app.request("demo/import")
        raise PermanentValidationError("payload has no rows")


class Consumer:
    """The app's own code around Meeseeks. `tasks` gives the manager, initialised."""

    def __init__(self, app: AppPort, tasks: Callable[[], BGTaskManager]) -> None:
        self._app = app
        self._tasks = tasks

    def schedule(self, task: str) -> None:
        """Ask for a task; the second time for the same one."""
        known = self._app.state(_id_of(task))
        if known:
            self._tasks().reschedule(known, REQUESTS[task])
        else:
            self._app.store(_id_of(task), self._tasks().schedule(REQUESTS[task]))

    def cancel(self, task: str) -> None:
        """Cancel it."""
        self._tasks().cancel(self._app.state(_id_of(task)))


def _id_of(task: str) -> str:
    return f"demo.task_id.{task}"
