"""One process of the app: its scheduler, its one worker, and the debug hook."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from bgtask_reference.lineage.attempts import Attempt
from bgtask_reference.lineage.attempts import Attempts
from bgtask_reference.lineage.every_kind.tasks import FOREIGN
from bgtask_reference.lineage.every_kind.tasks import KINDS
from bgtask_reference.lineage.every_kind.tasks import TASK
from bgtask_reference.lineage.every_kind.tasks import WORKER_CLASS
from bgtask_reference.lineage.every_kind.tasks import Kind
from bgtask_reference.lineage.hook import TaskHook
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import NetworkError
from bgtask_reference.ports.app import Priority
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkerParameters
from bgtask_reference.ports.work_manager import WorkManagerPort

_KINDS = {kind.id: kind for kind in KINDS}
WANTED = "wanted."
"""Before a task's id: the setting that says `yes` while a person wants it. Builds without a hook start with it."""
_ASKED = "asked."
YES = "yes"
_TURN_NS = 50_000_000
"""How often a run that waits for another of its task looks whether it has ended."""


class EveryKind:
    """Implements `AndroidApplication`. Asks for a task when it becomes wanted, and forgets it when no more."""

    def __init__(self, app: AppPort, work_manager: WorkManagerPort) -> None:
        self._app, self._scheduler = app, Scheduler(app, work_manager)
        self._attempts = Attempts(app)
        self._running: set[str] = set()
        commands = {
            "schedule": lambda task: self._scheduler.schedule(_KINDS[task]),
            "execute": lambda task: self._scheduler.execute(_KINDS[task]),
            "cancel": lambda task: self._scheduler.cancel(_KINDS[task]),
        }
        self._hook = TaskHook(app, tuple(_KINDS), commands, self._run_here, cancel_all=self._scheduler.cancel_all)

    def on_create(self) -> None:
        for kind in KINDS:
            self._app.observe(WANTED + kind.id, functools.partial(self._wanted, kind))

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> OneWorker | None:
        kind = _KINDS.get(parameters.input_data.get(TASK, ""))
        if class_name != WORKER_CLASS or kind is None:
            return None
        return OneWorker(self._app, kind, self._attempts.of(kind.id, parameters), self._running)

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        return self._hook.answer(command, arguments)

    def _wanted(self, kind: Kind, value: str) -> None:
        """Ask once for each time that it becomes wanted: some policies would begin anew at each process start."""
        if value == self._app.state(_ASKED + kind.id):
            return
        self._app.store(_ASKED + kind.id, value)
        if value == YES:
            self._scheduler.schedule(kind)
        else:
            self._scheduler.cancel(kind)

    async def _run_here(self, task: str) -> None:
        await OneWorker(self._app, _KINDS[task], self._attempts.of(task, None), self._running).do_work()


class Scheduler:
    """Asks WorkManager by unique name, in the lines of the unified scheduler."""

    def __init__(self, app: AppPort, work_manager: WorkManagerPort) -> None:
        self._app, self._work_manager = app, work_manager

    def schedule(self, kind: Kind) -> None:
        """Ask for its periodic work, or for a run of it when it never repeats."""
        if kind.interval_ms is None:
            self._once(kind)
        else:
            self._periodic(kind, None)

    def execute(self, kind: Kind) -> None:
        """Ask for one run now, and for its periodic work from one interval on."""
        if kind.interval_ms is not None:
            self._periodic(kind, kind.interval_ms)
        if kind.once is not None:
            self._once(kind)

    def cancel(self, kind: Kind) -> None:
        """Forget both of its names."""
        self._work_manager.cancel_unique_work(kind.id)
        if kind.once is not None and kind.once_name != kind.id:
            self._work_manager.cancel_unique_work(kind.once_name)
        self._say(f"Cancelled task [{kind.id}]")

    def cancel_all(self) -> None:
        """Forget every task of this scheduler, and nothing of anybody else."""
        for kind in KINDS:
            if kind.id != FOREIGN:
                self.cancel(kind)

    def _periodic(self, kind: Kind, delay_ms: int | None) -> None:
        self._work_manager.enqueue_unique_periodic_work(kind.id, kind.policy, kind.periodic_request(delay_ms))
        self._say(f"Scheduled periodic task [{kind.id}]")

    def _once(self, kind: Kind) -> None:
        assert kind.once is not None
        self._work_manager.enqueue_unique_work(kind.once_name, kind.once, kind.once_request())
        self._say(f"Scheduled immediate execution of [{kind.id}]")

    def _say(self, text: str) -> None:
        if self._app.debug_build:
            self._app.log(Priority.DEBUG, "TaskScheduler", text)


class OneWorker:
    """Calls the endpoint of its task: out of reach is a reason to try again, any other trouble is a failure."""

    def __init__(self, app: AppPort, kind: Kind, attempt: Attempt, running: set[str] | None = None) -> None:
        """`running` holds the tasks of this process that run now: two requests of one take turns. None: none do."""
        self._app, self._kind, self._attempt = app, kind, attempt
        self._running = set() if running is None else running

    async def do_work(self) -> ListenableWorkerResult:
        while self._kind.id in self._running:
            await self._app.sleep(_TURN_NS)
        self._running.add(self._kind.id)
        try:
            self._say(f"Starting task [{self._kind.id}]")
            return await self._attempt.around(self._work())
        finally:
            self._running.discard(self._kind.id)

    async def _work(self) -> ListenableWorkerResult:
        result, words = await self._call()
        self._say(f"Task [{self._kind.id}] {words}")
        return result

    async def _call(self) -> tuple[ListenableWorkerResult, str]:
        try:
            status = await self._app.request(self._kind.endpoint)
        except NetworkError:
            return ListenableWorkerResult.RETRY, "requested retry"
        if status == "ok":
            return ListenableWorkerResult.SUCCESS, "completed successfully"
        return ListenableWorkerResult.FAILURE, "failed"

    def _say(self, text: str) -> None:
        if self._app.debug_build:
            self._app.log(Priority.DEBUG, "OneWorker", text)
