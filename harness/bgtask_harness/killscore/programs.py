"""An app made from a list of tasks: what the contract promises, and nothing else.

Each task has a state of its own. While the state is on, the task is asked for: periodic work with KEEP or UPDATE, so
that asking again changes nothing; one-time work once for each time that the state goes on.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.app import NetworkError
from bgtask_reference.ports.app import Priority
from bgtask_reference.ports.work_manager import BackoffPolicy
from bgtask_reference.ports.work_manager import Constraints
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import NetworkType
from bgtask_reference.ports.work_manager import WorkerParameters
from bgtask_reference.ports.work_manager import WorkManagerPort
from bgtask_reference.ports.work_manager import WorkRequest

WORKER_CLASS = "com.example.generated.Worker"
TASK = "task"
ON = "on"
NS_PER_MS = 1_000_000
_SCHEDULER, _RUNNER = "AndroidTaskScheduler", "SchedulerDispatchWorker"
_NETWORK = {
    Network.NOT_REQUIRED: NetworkType.NOT_REQUIRED,
    Network.CONNECTED: NetworkType.CONNECTED,
    Network.UNMETERED: NetworkType.UNMETERED,
    Network.NOT_ROAMING: NetworkType.NOT_ROAMING,
}


def state_of(task: TaskSpec) -> str:
    """Give the state that has a task asked for."""
    return f"wanted.{task.id}"


def request_for(task: TaskSpec) -> WorkRequest:
    """Give what WorkManager is asked for."""
    wanted = task.constraints
    return WorkRequest(
        WORKER_CLASS,
        interval_ms=_milliseconds(task.interval_ns),
        flex_ms=_milliseconds(task.flex_ns),
        initial_delay_ms=task.initial_delay_ns // NS_PER_MS,
        constraints=Constraints(
            _NETWORK[task.network],
            requires_charging=wanted.charging,
            requires_battery_not_low=wanted.battery_not_low,
            requires_storage_not_low=wanted.storage_not_low,
            requires_device_idle=wanted.device_idle,
        ),
        input_data={TASK: task.id},
        backoff_policy=BackoffPolicy.EXPONENTIAL if task.backoff.exponential else BackoffPolicy.LINEAR,
        backoff_delay_ms=task.backoff.initial_ns // NS_PER_MS,
    )


@dataclass(frozen=True, slots=True)
class Program:
    """An `AndroidProgram` for a list of tasks, whose periodic work is asked for with that policy."""

    tasks: tuple[TaskSpec, ...]
    policy: ExistingPeriodicWorkPolicy = ExistingPeriodicWorkPolicy.KEEP

    def __call__(self, app: AppPort, work_manager: WorkManagerPort) -> GeneratedApp:
        return GeneratedApp(self, app, work_manager)


class GeneratedApp:
    """One process of it. Implements `AndroidApplication`."""

    def __init__(self, program: Program, app: AppPort, work_manager: WorkManagerPort) -> None:
        self._tasks, self._policy = {task.id: task for task in program.tasks}, program.policy
        self._app, self._work_manager = app, work_manager
        self._attempts = itertools.count(1)

    def on_create(self) -> None:
        for task in self._tasks.values():
            self._follow(task)

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> GeneratedWorker | None:
        if class_name != WORKER_CLASS:
            return None
        return GeneratedWorker(self._app, parameters, next(self._attempts))

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        if command in {"ping", "state", "server"}:
            return "ok"
        task = self._tasks.get(arguments.get("task", ""))
        if task is None or command not in {"schedule", "cancel"}:
            return f"error: cannot {command} {arguments.get('task')!r}"
        if command == "schedule":
            self._ask(task)
        else:
            self._cancel(task)
        return "ok"

    def _follow(self, task: TaskSpec) -> None:
        def told(value: str) -> None:
            if value == ON:
                self._wanted(task)
            elif self._app.state(_asked(task)):
                self._app.store(_asked(task), "")
                self._cancel(task)

        self._app.observe(state_of(task), told)

    def _wanted(self, task: TaskSpec) -> None:
        if task.interval_ns is None and self._app.state(_asked(task)):
            return
        self._app.store(_asked(task), "yes")
        self._ask(task)

    def _ask(self, task: TaskSpec) -> None:
        name, request = task.unique_names[0].name, request_for(task)
        if task.interval_ns is None:
            self._work_manager.enqueue_unique_work(name, ExistingWorkPolicy.REPLACE, request)
            self._say(_SCHEDULER, f"Scheduled immediate execution of [{task.id}]")
        else:
            self._work_manager.enqueue_unique_periodic_work(name, self._policy, request)
            self._say(_SCHEDULER, f"Scheduled periodic task [{task.id}]")

    def _cancel(self, task: TaskSpec) -> None:
        self._work_manager.cancel_unique_work(task.unique_names[0].name)
        self._say(_SCHEDULER, f"Cancelled task [{task.id}]")

    def _say(self, tag: str, text: str) -> None:
        if self._app.debug_build:
            self._app.log(Priority.DEBUG, tag, text)


class GeneratedWorker:
    """Calls its server: out of reach is a reason to try again, any other trouble is a failure."""

    def __init__(self, app: AppPort, parameters: WorkerParameters, number: int) -> None:
        self._app = app
        self._task = parameters.input_data.get(TASK, "")
        self._beacon: dict[str, str | int | None] = {
            "task": self._task,
            "attempt_id": f"{parameters.work_id}@{app.now_ms()}.{number}",
            "work_id": parameters.work_id,
            "run_attempt": parameters.run_attempt_count + 1,
            "process": app.process_reason,
        }

    async def do_work(self) -> ListenableWorkerResult:
        if not self._task:
            return ListenableWorkerResult.FAILURE
        self._say(f"Starting task [{self._task}]")
        self._app.beacon("start", self._beacon)
        try:
            result, words = await self._call()
        except Cancelled:
            self._app.beacon("stop", self._beacon | {"reason": "cancelled"})
            raise
        self._say(f"Task [{self._task}] {words}")
        self._app.beacon("end", self._beacon | {"result": result.value.lower()})
        return result

    async def _call(self) -> tuple[ListenableWorkerResult, str]:
        try:
            status = await self._app.request(self._task)
        except NetworkError:
            return ListenableWorkerResult.RETRY, "requested retry"
        if status == "ok":
            return ListenableWorkerResult.SUCCESS, "completed successfully"
        return ListenableWorkerResult.FAILURE, "failed"

    def _say(self, text: str) -> None:
        if self._app.debug_build:
            self._app.log(Priority.DEBUG, _RUNNER, text)


def _milliseconds(ns: int | None) -> int | None:
    return None if ns is None else ns // NS_PER_MS


def _asked(task: TaskSpec) -> str:
    return f"asked.{task.id}"
