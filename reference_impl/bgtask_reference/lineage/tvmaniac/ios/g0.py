"""G0 on iOS (ba761b0af, 2026-02-07): each task with BGTaskScheduler's six steps written out.

IosTraktAuthTasks.kt, IosSyncTasks.kt. The two classes differ in names, lines and dates; here they are two values.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.lineage.hook import TaskHook
from bgtask_reference.lineage.tvmaniac import conditions
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac.flows import observe_distinct
from bgtask_reference.lineage.tvmaniac.ios.early_workers import IosLibrarySync
from bgtask_reference.lineage.tvmaniac.ios.early_workers import IosTokenRefresh
from bgtask_reference.lineage.tvmaniac.ios.foundation import described
from bgtask_reference.lineage.tvmaniac.ios.foundation import next_midnight
from bgtask_reference.lineage.tvmaniac.ios.immediate import WorkerRuns
from bgtask_reference.lineage.tvmaniac.ios.logger import IosKermitLogger
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosAppPort
from bgtask_reference.ports.background_tasks import RequestKind


@dataclass(frozen=True, slots=True)
class Lines:
    """What one `*Tasks` class says; `cancelled` None says nothing. `{id}` and `{date}` are filled in."""

    tag: str
    registered: str
    scheduled: str
    cancelled: str | None
    starting: str
    expired: str
    completed: str


TOKEN_LINES = Lines(
    "IosTraktAuthTasks",
    "Registered task [{id}]",
    "Scheduled task [{id}]",
    None,
    "Starting task [{id}]",
    "Task [{id}] expired",
    "Task [{id}] completed successfully",
)
LIBRARY_LINES = Lines(
    "IosSyncTasks",
    "Registered library sync task [{id}]",
    "Scheduled library sync for {date}",
    "Cancelled library sync task",
    "Starting library sync task",
    "Library sync task expired, cancelling job",
    "Library sync task completed successfully",
)


class TaskOfItsOwn:
    """One task: register, submit, hand over, run, expire, submit again. `begin_ms`: from now to its begin date."""

    def __init__(
        self,
        app: IosAppPort,
        tasks: BGTaskSchedulerPort,
        logger: IosKermitLogger,
        body: BackgroundWorker,
        lines: Lines,
        begin_ms: Callable[[int], int],
    ) -> None:
        self._app = app
        self._tasks = tasks
        self._logger = logger
        self._lines = lines
        self._begin_ms = begin_ms
        self._runs = WorkerRuns(app)
        self.body = body

    def setup(self) -> None:
        """Register; the answer is not read."""
        self._tasks.register(self.body.worker_name, self._handle)
        self._say(self._lines.registered)

    def schedule(self) -> None:
        """Submit; `error = null`, so a refusal looks like success."""
        earliest = self._begin_ms(self._app.now_ms())
        self._tasks.submit(BGTaskRequest(self.body.worker_name, RequestKind.APP_REFRESH, earliest))
        self._say(self._lines.scheduled, described(earliest))

    def cancel(self) -> None:
        """Forget the pending request."""
        self._tasks.cancel(self.body.worker_name)
        if self._lines.cancelled is not None:
            self._say(self._lines.cancelled)

    async def run_by_hook(self) -> None:
        """Run the body here and now."""
        await self._runs.run_by_hook(self.body)

    def _handle(self, task: BGTask) -> None:
        self._say(self._lines.starting)
        job = self._app.spawn(self._joined(task), f"task {task.identifier}")

        def expired() -> None:
            self._say(self._lines.expired)
            task.set_task_completed(success=False)
            job.cancel()

        task.set_expiration_handler(expired)

    async def _joined(self, task: BGTask) -> None:
        """Go on as published after `job.join()`, which neither a cancelled nor a failed job makes throw.

        So an expired task is completed a second time, with success, and so is one whose work threw.
        """
        try:
            await self._runs.run(self.body)
        except Cancelled:
            pass
        except Exception:  # noqa: BLE001 - the scope's CoroutineExceptionHandler (LoggingInitializer.kt:16-32)
            self._logger.e("UncaughtCoroutineException", "Uncaught coroutine exception")
        task.set_task_completed(success=True)
        self._say(self._lines.completed)
        self.schedule()

    def _say(self, line: str, date: str = "") -> None:
        self._logger.d(self._lines.tag, line.format(id=self.body.worker_name, date=date))


class TvManiacIosG0:
    """Implements `IosApplication`."""

    def __init__(self, app: IosAppPort, tasks: BGTaskSchedulerPort) -> None:
        logger = IosKermitLogger(app)
        self._app = app
        self._logger = logger
        token = IosTokenRefresh(app, logger)
        library = IosLibrarySync(app, logger, LIBRARY_LINES.tag)
        self._token = TaskOfItsOwn(app, tasks, logger, token, TOKEN_LINES, lambda now: now + 120 * names.HOUR_MS)
        self._library = TaskOfItsOwn(app, tasks, logger, library, LIBRARY_LINES, next_midnight)
        self._tasks = {names.TOKEN_REFRESH: self._token, names.LIBRARY_SYNC: self._library}
        commands = {
            "schedule": lambda name: self._tasks[name].schedule(),
            "cancel": lambda name: self._tasks[name].cancel(),
        }
        due = functools.partial(conditions.forget_token, app)
        self._hook = TaskHook(app, tuple(self._tasks), commands, self._run, server_changed=due)

    def did_finish_launching(self) -> None:
        self._logger.set_up()
        for task in self._tasks.values():
            task.setup()
        self._app.observe(names.ACTIVE_PROVIDER, lambda _provider: self._account_changed())
        wanted = functools.partial(conditions.library_sync_wanted, self._app)
        observe_distinct(self._app, conditions.LIBRARY_SYNC_SETTINGS, wanted, self._sync_changed)

    def did_enter_background(self) -> None:
        """G0 does nothing here."""

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        return self._hook.answer(command, arguments)

    def _account_changed(self) -> None:
        if conditions.is_logged_in(self._app):
            self._token.schedule()
        else:
            self._token.cancel()

    def _sync_changed(self, wanted: bool) -> None:
        if wanted:
            self._library.schedule()
        else:
            self._library.cancel()

    async def _run(self, task: str) -> None:
        await self._tasks[task].run_by_hook()
