"""An iOS app made from a list of tasks: what the contract promises of BackgroundTasks, and nothing else.

Each task has a state of its own. While it is on, a request of the task is pending: first after some minutes, then after
each launch an interval later. What is asked for is stored, so that a process which the system starts asks again too.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.app import Job
from bgtask_reference.ports.app import NetworkError
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosAppPort
from bgtask_reference.ports.background_tasks import OSLogType
from bgtask_reference.ports.background_tasks import RequestKind

ON = "on"
FIRST_MS = 300_000
_NS_PER_MS = 1_000_000
_TAG = "GeneratedTasks"


def state_of(task: TaskSpec) -> str:
    """Give the state that has a task asked for."""
    return f"wanted.{task.id}"


@dataclass(frozen=True, slots=True)
class Program:
    """An `IosProgram` for a list of tasks; those of `refresh` ask for an app refresh, the others for processing."""

    tasks: tuple[TaskSpec, ...]
    refresh: frozenset[str] = frozenset()

    def __call__(self, app: IosAppPort, tasks: BGTaskSchedulerPort) -> GeneratedApp:
        return GeneratedApp(self, app, tasks)


class GeneratedApp:
    """One process of it. Implements `IosApplication`."""

    def __init__(self, program: Program, app: IosAppPort, tasks: BGTaskSchedulerPort) -> None:
        self._program = program
        self._specs = {task.id: task for task in program.tasks}
        self._app, self._tasks = app, tasks
        self._attempts = itertools.count(1)
        self._jobs: dict[str, Job] = {}
        for name in self._specs:
            self._tasks.register(name, self._handle)

    def did_finish_launching(self) -> None:
        for task in self._specs.values():
            self._follow(task)

    def did_enter_background(self) -> None:
        """Ask again for what the system has lost, or would not take before."""
        self._ask_for_missing()

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        if command in {"ping", "state", "server"}:
            return "ok"
        task = self._specs.get(arguments.get("task", ""))
        if task is None or command not in {"schedule", "cancel"}:
            return f"error: cannot {command} {arguments.get('task')!r}"
        if command == "schedule":
            self._ask_unless_there(task)
        else:
            self._cancel(task)
        return "ok"

    def _follow(self, task: TaskSpec) -> None:
        def told(value: str) -> None:
            if value == ON:
                self._ask_unless_there(task)
            elif self._is_asked(task):
                self._cancel(task)

        self._app.observe(state_of(task), told)

    def _is_asked(self, task: TaskSpec) -> bool:
        return bool(self._app.state(_asked(task)))

    def _ask_unless_there(self, task: TaskSpec) -> None:
        """One-time work is asked for once for each time that its state goes on; what is pending is left alone."""
        if task.interval_ns is None and self._is_asked(task):
            return
        if not self._is_asked(task):
            self._app.store(_asked(task), "yes")
            self._submit(task, _first_ms(task))
            return
        self._ask_for_missing()

    def _ask_for_missing(self) -> None:
        wanted = [task for task in self._specs.values() if task.interval_ns is not None and self._is_asked(task)]

        def answered(pending: tuple[BGTaskRequest, ...]) -> None:
            there = {each.identifier for each in pending}
            for task in wanted:
                if task.id not in there and task.id not in self._jobs and self._is_asked(task):
                    self._submit(task, _first_ms(task))

        if wanted:
            self._tasks.get_pending(answered)

    def _cancel(self, task: TaskSpec) -> None:
        self._app.store(_asked(task), "")
        self._tasks.cancel(task.id)
        if job := self._jobs.pop(task.id, None):
            job.cancel()

    def _submit(self, task: TaskSpec, delay_ms: int) -> None:
        refresh = task.id in self._program.refresh
        request = BGTaskRequest(
            task.id,
            RequestKind.APP_REFRESH if refresh else RequestKind.PROCESSING,
            self._app.now_ms() + delay_ms,
            requires_network_connectivity=not refresh and task.network is not Network.NOT_REQUIRED,
            requires_external_power=not refresh and task.constraints.charging,
        )
        error = self._tasks.submit(request)
        if error is not None:
            text = f'submit failed: Error Domain={error.domain} Code={error.code} "{error.description or "(null)"}"'
            self._app.os_log(OSLogType.ERROR, text, subsystem=self._app.package, category=_TAG, public=True)

    def _handle(self, task: BGTask) -> None:
        spec = self._specs[task.identifier]
        if spec.interval_ns is not None and self._is_asked(spec):
            self._submit(spec, spec.interval_ns // _NS_PER_MS)
        complete = _once(task)
        job = self._jobs[spec.id] = self._app.spawn(self._work(spec, complete), spec.id)

        def expired() -> None:
            job.cancel()
            complete(False)

        task.set_expiration_handler(expired)

    async def _work(self, task: TaskSpec, complete: Callable[[bool], None]) -> None:
        fields: dict[str, str | int | None] = {
            "task": task.id,
            "attempt_id": f"{task.id}@{self._app.now_ms()}.{next(self._attempts)}",
            "run_attempt": 1,
            "process": self._app.process_reason,
        }
        self._app.beacon("start", fields)
        try:
            result = await self._call(task)
        except Cancelled:
            self._app.beacon("stop", fields | {"reason": "cancelled"})
            complete(False)
            raise
        self._app.beacon("end", fields | {"result": result})
        if result == "retry" and task.interval_ns is not None and self._is_asked(task):
            self._submit(task, FIRST_MS)
        self._jobs.pop(task.id, None)
        complete(result == "success")

    async def _call(self, task: TaskSpec) -> str:
        try:
            status = await self._app.request(task.id)
        except NetworkError:
            return "retry"
        return "success" if status == "ok" else "failure"


def _once(task: BGTask) -> Callable[[bool], None]:
    """Give what completes a task the first time that it is called."""
    ended: list[bool] = []

    def complete(success: bool) -> None:
        if not ended:
            ended.append(success)
            task.set_task_completed(success)

    return complete


def _first_ms(task: TaskSpec) -> int:
    """Some minutes, but never longer than an interval."""
    delay = task.initial_delay_ns // _NS_PER_MS or FIRST_MS
    return delay if task.interval_ns is None else min(delay, task.interval_ns // _NS_PER_MS)


def _asked(task: TaskSpec) -> str:
    return f"asked.{task.id}"
