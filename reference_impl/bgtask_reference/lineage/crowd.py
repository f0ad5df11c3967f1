"""An app of our own that asks for more work than WorkManager has slots for: one worker class, a name for each task.

Nobody publishes it. It is there for the limits: `Configuration.MAX_SCHEDULER_LIMIT` slots at JobScheduler (20 unless an
app asks for more), and the jobs that JobScheduler lets one app have. `device_profiles/apps/crowd.toml` declares it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bgtask_reference.lineage.attempts import Attempts
from bgtask_reference.lineage.every_kind.application import OneWorker
from bgtask_reference.lineage.every_kind.application import Scheduler
from bgtask_reference.lineage.every_kind.tasks import HOUR_MS
from bgtask_reference.lineage.every_kind.tasks import TASK
from bgtask_reference.lineage.every_kind.tasks import WORKER_CLASS
from bgtask_reference.lineage.every_kind.tasks import Kind
from bgtask_reference.lineage.hook import TaskHook
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import WorkerParameters
from bgtask_reference.ports.work_manager import WorkManagerPort

SIZE = 24
WANTED = "wanted"
YES = "yes"
KINDS = {
    f"errand-{number:02}": Kind(f"errand-{number:02}", 2 * HOUR_MS, policy=ExistingPeriodicWorkPolicy.KEEP)
    for number in range(1, SIZE + 1)
}


def app(app: AppPort, work_manager: WorkManagerPort) -> Crowd:
    """Make one process of it."""
    return Crowd(app, work_manager)


class Crowd:
    """Implements `AndroidApplication`. Asks for everything at once when it becomes wanted."""

    def __init__(self, app: AppPort, work_manager: WorkManagerPort) -> None:
        self._app, self._scheduler = app, Scheduler(app, work_manager)
        self._attempts = Attempts(app)
        commands = {
            "schedule": lambda task: self._scheduler.schedule(KINDS[task]),
            "cancel": lambda task: self._scheduler.cancel(KINDS[task]),
        }
        self._hook = TaskHook(app, tuple(KINDS), commands, self._run_here)

    def on_create(self) -> None:
        self._app.observe(WANTED, self._wanted)

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> OneWorker | None:
        kind = KINDS.get(parameters.input_data.get(TASK, ""))
        if class_name != WORKER_CLASS or kind is None:
            return None
        return OneWorker(self._app, kind, self._attempts.of(kind.id, parameters))

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        return self._hook.answer(command, arguments)

    def _wanted(self, value: str) -> None:
        for kind in KINDS.values():
            if value == YES:
                self._scheduler.schedule(kind)
            else:
                self._scheduler.cancel(kind)

    async def _run_here(self, task: str) -> None:
        await OneWorker(self._app, KINDS[task], self._attempts.of(task, None)).do_work()
