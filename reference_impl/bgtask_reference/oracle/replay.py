"""Replays the reference implementation on a recording port: what was to be asked of the platform, and what results.

First form: the calls of one request, and the result of one run of a worker.
"""

from __future__ import annotations

from collections.abc import Coroutine
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any
from typing import TypeVar

from bgtask_reference.contract import PeriodicTaskRequest
from bgtask_reference.contract import TaskConstraints
from bgtask_reference.events import NS_PER_MS
from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.app import NetworkError
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import WorkRequest
from bgtask_reference.reference.android_scheduler import AndroidTaskScheduler

Result = TypeVar("Result")
NETWORK_ERROR, CANCELLED, CRASH = "network_error", "cancelled", "crash"


@dataclass(frozen=True, slots=True)
class PlatformCall:
    """One call of WorkManager. `policy` is its name, empty for a cancellation; `request` is None for one."""

    verb: str
    name: str
    policy: str = ""
    request: WorkRequest | None = None


@dataclass(slots=True)
class RecordingWorkManager:
    """A `WorkManagerPort` that does nothing but remember."""

    calls: list[PlatformCall] = field(default_factory=list)

    def enqueue_unique_periodic_work(self, name: str, policy: ExistingPeriodicWorkPolicy, request: WorkRequest) -> None:
        self.calls.append(PlatformCall("enqueue-periodic", name, policy.value, request))

    def enqueue_unique_work(self, name: str, policy: ExistingWorkPolicy, request: WorkRequest) -> None:
        self.calls.append(PlatformCall("enqueue", name, policy.value, request))

    def cancel_unique_work(self, name: str) -> None:
        self.calls.append(PlatformCall("cancel", name))

    def cancel_all_work(self) -> None:
        self.calls.append(PlatformCall("cancel-all", ""))


@dataclass(slots=True)
class ScriptedServer:
    """The part of an `AppPort` that a worker needs: stored settings, and a server that answers as told.

    Answers: `network_error`, `cancelled` and `crash` raise; anything else is the server's status.
    """

    settings: Mapping[str, str]
    answers: Mapping[str, str]
    requested: list[str] = field(default_factory=list)

    def state(self, name: str) -> str:
        """Read a setting; empty when never set."""
        return self.settings.get(name, "")

    async def request(self, endpoint: str) -> str:
        """Answer as told, `ok` by default."""
        self.requested.append(endpoint)
        answer = self.answers.get(endpoint, "ok")
        if answer == NETWORK_ERROR:
            raise NetworkError(answer)
        if answer == CANCELLED:
            raise Cancelled(answer)
        if answer == CRASH:
            raise RuntimeError(answer)
        return answer


def request_of(task: TaskSpec) -> PeriodicTaskRequest:
    """Say in the contract's words what the app file declares.

    Raises:
        ValueError: The task never repeats.

    """
    if task.interval_ns is None:
        raise ValueError(f"{task.id} never repeats, and the contract schedules nothing that does not")
    return PeriodicTaskRequest(task.id, task.interval_ns // NS_PER_MS, _constraints(task))


def _constraints(task: TaskSpec) -> TaskConstraints:
    return TaskConstraints(
        requires_network=task.network is not Network.NOT_REQUIRED,
        requires_unmetered_network=task.network is Network.UNMETERED,
        requires_not_roaming_network=task.network is Network.NOT_ROAMING,
        requires_charging=task.constraints.charging,
        requires_battery_not_low=task.constraints.battery_not_low,
        requires_storage_not_low=task.constraints.storage_not_low,
        requires_device_idle=task.constraints.device_idle,
    )


def expected_calls(task: TaskSpec, *, execute: bool | None = None) -> tuple[PlatformCall, ...]:
    """Give what the reference scheduler asks of WorkManager when a task is asked for.

    `execute` chooses `schedule_and_execute`; None takes what the app file says of the task.
    """
    recorder = RecordingWorkManager()
    scheduler = AndroidTaskScheduler(recorder, task.worker_class or "", (task.id,))
    ask = scheduler.schedule_and_execute if _executes(task, execute) else scheduler.schedule_periodic
    ask(request_of(task))
    return tuple(recorder.calls)


def _executes(task: TaskSpec, execute: bool | None) -> bool:
    return task.executes_at_once if execute is None else execute


def run_to_its_end(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run a coroutine that never waits, on no event loop.

    Raises:
        RuntimeError: It waited for something that nobody here can give.

    """
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: Result = done.value
        return result
    coroutine.close()
    raise RuntimeError("the coroutine waits for something outside of the replay")
