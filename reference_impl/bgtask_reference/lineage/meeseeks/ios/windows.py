"""`BGTaskRegistry`, `NativeTaskCoordinator`: what happens in an execution window (NativeTaskCoordinator.kt:45-167)."""

from __future__ import annotations

from collections import deque

from bgtask_reference.lineage.meeseeks.database import Database
from bgtask_reference.lineage.meeseeks.database import TaskSpec
from bgtask_reference.lineage.meeseeks.database import TaskState
from bgtask_reference.lineage.meeseeks.ios.requests import PROCESSING
from bgtask_reference.lineage.meeseeks.ios.requests import REFRESH
from bgtask_reference.lineage.meeseeks.ios.requests import Requests
from bgtask_reference.lineage.meeseeks.ios.runner import BGTaskRunner
from bgtask_reference.ports.app import Job
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosAppPort


class Windows:
    """One window at a time: a second one waits for the mutex, and has no expiration handler until then."""

    def __init__(
        self, app: IosAppPort, tasks: BGTaskSchedulerPort, database: Database, runner: BGTaskRunner, requests: Requests
    ) -> None:
        self._app = app
        self._tasks = tasks
        self._database = database
        self._runner = runner
        self._requests = requests
        self._waiting: deque[BGTask] = deque()
        self._open = False

    def register(self) -> None:
        """Register both identifiers (BGTaskRegistry.kt)."""
        for identifier in (REFRESH, PROCESSING):
            if not self._tasks.register(identifier, self._coordinate):
                words = (
                    f"Failed to register BGTaskScheduler identifier: {identifier}. Ensure it is listed in Info.plist."
                )
                self._app.ns_log(f"[Meeseeks] {words}")

    def _coordinate(self, task: BGTask) -> None:
        self._waiting.append(task)
        self._next()

    def _next(self) -> None:
        if self._waiting and not self._open:
            self._open = True
            Window(self, self._waiting.popleft())

    def ended(self) -> None:
        """Ask for windows for what remains, and let the next one in."""
        remaining = self._database.in_state(TaskState.ENQUEUED)
        if remaining:
            self._requests.remaining(remaining)
        self._open = False
        self._next()

    def eligible(self, identifier: str) -> list[TaskSpec]:
        """`selectNextEligibleTasks` (TaskSpec.sq:61-71): what is due and may run there, by priority, then by time."""
        now, processing = self._app.now_ms(), identifier == PROCESSING
        due = [row for row in self._database.in_state(TaskState.ENQUEUED) if row.next_run_time_ms <= now]
        fit = [row for row in due if processing or not (row.requires_network or row.requires_charging)]
        return sorted(fit, key=lambda row: (-row.priority, row.next_run_time_ms))

    def say(self, text: str) -> None:
        """`NSLog`."""
        self._app.ns_log(f"[Meeseeks] {text}")

    def spawn(self, window: Window) -> Job:
        """Run a window on a scope of its own."""
        return self._app.spawn(window.work(self._runner), f"window {window.identifier}")


class Window:
    """`executeWithinWindow`: opened as soon as it is made."""

    def __init__(self, windows: Windows, task: BGTask) -> None:
        self._windows = windows
        self._task = task
        self._expired = False
        windows.say(f"Execution window opened for: {task.identifier}")
        self._job = windows.spawn(self)
        task.set_expiration_handler(self._expire)

    @property
    def identifier(self) -> str:
        """Of the task that opened it."""
        return self._task.identifier

    async def work(self, runner: BGTaskRunner) -> None:
        """Run what is eligible, one after the other, until the time is up. It is completed with success otherwise."""
        for row in self._windows.eligible(self.identifier):
            if self._expired:
                break
            await runner.run(row.id)
        if not self._expired:
            self._task.set_task_completed(success=True)
        self._windows.ended()

    def _expire(self) -> None:
        """Cancel the scope: the worker's cancellation is one more transient failure of its task."""
        self._windows.say(f"Execution window expiring for {self.identifier}. Canceling scope.")
        self._expired = True
        self._job.cancel()
        self._task.set_task_completed(success=False)
