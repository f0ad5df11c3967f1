"""`BGTaskRegistry` and `BGTaskSchedulerWrapper` of G1 (@7170b636b; G1a's @27a9b3864)."""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.lineage.tvmaniac.ios.foundation import described
from bgtask_reference.lineage.tvmaniac.ios.immediate import ImmediateRuns
from bgtask_reference.lineage.tvmaniac.ios.immediate import WorkerRuns
from bgtask_reference.lineage.tvmaniac.ios.window import Window
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosAppPort
from bgtask_reference.ports.background_tasks import RequestKind

TAG = "BGTaskRegistry"
_WRAPPER = "BGTaskSchedulerWrapper"


@dataclass(frozen=True, slots=True)
class BackgroundTask:
    """`BackgroundTask`: its id is the body's name. `execute()` has no result: whatever the body answers is dropped."""

    body: BackgroundWorker
    interval_ms: int


class BGTaskRegistry:
    """Tasks by id, in memory. `cancels`: completing a task also cancels its scope, as in G1a."""

    def __init__(self, app: IosAppPort, tasks: BGTaskSchedulerPort, logger: KermitLogger, *, cancels: bool) -> None:
        self._app = app
        self._tasks = tasks
        self._logger = logger
        self._cancels = cancels
        self._known: dict[str, BackgroundTask] = {}
        self._runs = WorkerRuns(app)
        self._immediate = ImmediateRuns(app, self._runs, logger, TAG)

    def register(self, task: BackgroundTask) -> None:
        """Register; the system's answer is not read."""
        name = task.body.worker_name
        self._known[name] = task
        self._tasks.register(name, self._handle)
        self._logger.d(_WRAPPER, f"Registered background task [{name}]")

    def schedule(self, name: str) -> None:
        """Submit, to begin an interval from now."""
        task = self._known.get(name)
        if task is None:
            self._logger.e(TAG, f"Cannot schedule unregistered task [{name}]")
        else:
            self._submit(task)

    def schedule_and_execute(self, name: str) -> None:
        """Submit, and run at once in this process."""
        self.schedule(name)
        if name in self._known:
            self._immediate.begin(self._known[name].body)

    def cancel(self, name: str) -> None:
        """Forget the pending request."""
        self._tasks.cancel(name)
        self._logger.d(_WRAPPER, f"Cancelled task [{name}]")

    async def run_by_hook(self, name: str) -> None:
        """Run the body here and now."""
        await self._runs.run_by_hook(self._known[name].body)

    def _submit(self, task: BackgroundTask) -> None:
        name = task.body.worker_name
        earliest = self._app.now_ms() + task.interval_ms
        self._tasks.submit(BGTaskRequest(name, RequestKind.APP_REFRESH, earliest))
        self._logger.d(_WRAPPER, f"Scheduled task [{name}] for {described(earliest)}")

    def _handle(self, handed: BGTask) -> None:
        task = self._known.get(handed.identifier)
        if task is None:
            self._logger.e(TAG, f"Received unknown task [{handed.identifier}]")
            handed.set_task_completed(success=False)
            return
        self._execute_within_window(handed, task)
        self._submit(task)

    def _execute_within_window(self, handed: BGTask, task: BackgroundTask) -> None:
        window = Window(handed)
        self._logger.d(TAG, f"Starting task [{window.identifier}]")
        job = self._app.spawn(self._execute(window, task), f"task {window.identifier}")

        def expired() -> None:
            self._logger.d(TAG, f"Task [{window.identifier}] expired, cancelling")
            if window.complete(success=False) and self._cancels:
                job.cancel()

        handed.set_expiration_handler(expired)

    async def _execute(self, window: Window, task: BackgroundTask) -> None:
        try:
            await self._runs.run(task.body)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - published: any other Throwable
            window.complete(success=False)
            self._logger.e(TAG, f"Task [{window.identifier}] failed: {error}")
        else:
            window.complete(success=True)
            self._logger.d(TAG, f"Task [{window.identifier}] completed successfully")
