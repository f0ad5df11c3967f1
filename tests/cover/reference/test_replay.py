"""The reference implementation, replayed on a recording port."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_reference.contract import Failure
from bgtask_reference.contract import PeriodicTaskRequest
from bgtask_reference.contract import Retry
from bgtask_reference.contract import Success
from bgtask_reference.contract import TaskConstraints
from bgtask_reference.contract import WorkerResult
from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import UniqueName
from bgtask_reference.oracle.replay import CANCELLED
from bgtask_reference.oracle.replay import CRASH
from bgtask_reference.oracle.replay import NETWORK_ERROR
from bgtask_reference.oracle.replay import RecordingWorkManager
from bgtask_reference.oracle.replay import ScriptedServer
from bgtask_reference.oracle.replay import expected_calls
from bgtask_reference.oracle.replay import request_of
from bgtask_reference.oracle.replay import run_to_its_end
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.work_manager import NetworkType
from bgtask_reference.reference.android_scheduler import AndroidTaskScheduler
from bgtask_reference.reference.initializers import TaskInitializer
from bgtask_reference.reference.workers import EndpointWorker
from bgtask_reference.reference.workers import Workers

HOUR_NS = 3_600_000_000_000
ROOT = Path(__file__).parents[3]


def task(network: Network = Network.CONNECTED, *, executes: bool = False) -> TaskSpec:
    names = (UniqueName("t", periodic=True), UniqueName("t_immediate", periodic=False))
    return TaskSpec("t", interval_ns=HOUR_NS, unique_names=names, network=network, executes_at_once=executes)


@pytest.mark.parametrize(
    "spec", load_app("tvmaniac@fixed", SearchPath.standard(cwd=ROOT)).spec.tasks, ids=lambda spec: spec.title
)
def test_the_shipped_app_file_declares_what_the_reference_enqueues(spec: TaskSpec) -> None:
    calls = expected_calls(spec, execute=True)

    assert {call.name: call.verb == "enqueue-periodic" for call in calls} == {
        unique.name: unique.periodic for unique in spec.unique_names
    }
    assert {call.request.worker_class for call in calls if call.request} == {spec.worker_class}
    assert next(call.request.interval_ms for call in calls if call.request) == (spec.interval_ns or 0) // 1_000_000


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        (Network.NOT_REQUIRED, NetworkType.NOT_REQUIRED),
        (Network.CONNECTED, NetworkType.CONNECTED),
        (Network.UNMETERED, NetworkType.UNMETERED),
    ],
)
def test_the_network_constraint_is_the_stricter_one(network: Network, expected: NetworkType) -> None:
    (call,) = expected_calls(task(network))

    assert call.request is not None
    assert call.request.constraints.required_network_type is expected
    assert (call.verb, call.policy) == ("enqueue-periodic", "UPDATE")


def test_running_now_delays_the_first_period_by_one_interval() -> None:
    periodic, once = expected_calls(task(executes=True))

    assert periodic.request is not None
    assert periodic.request.initial_delay_ms == periodic.request.interval_ms
    assert (once.name, once.policy) == ("t_immediate", "REPLACE")


def test_cancelling_touches_nobody_else() -> None:
    recorder = RecordingWorkManager()
    scheduler = AndroidTaskScheduler(recorder, "Worker", ("a", "b"))
    scheduler.cancel_all()
    scheduler.reschedule_background_task()

    assert [(call.verb, call.name) for call in recorder.calls] == [
        ("cancel", name) for name in ("a", "a_immediate", "b", "b_immediate")
    ]


def test_what_never_repeats_is_not_in_the_contract() -> None:
    with pytest.raises(ValueError, match="never repeats"):
        request_of(TaskSpec("t"))


def run(server: ScriptedServer) -> WorkerResult:
    worker = EndpointWorker(server, "t", "e", lambda app: app.state("provider") != "")  # type: ignore[arg-type]
    return run_to_its_end(worker.do_work())


@pytest.mark.parametrize(
    ("answer", "result"),
    [("ok", Success()), ("error", Failure("error")), (NETWORK_ERROR, Retry(NETWORK_ERROR)), (CRASH, Failure(CRASH))],
)
def test_a_worker_has_a_result_for_everything(answer: str, result: WorkerResult) -> None:
    assert run(ScriptedServer({"provider": "x"}, {"e": answer})) == result


def test_a_worker_without_need_is_done() -> None:
    server = ScriptedServer({}, {"e": CRASH})

    assert run(server) == Success()
    assert server.requested == []


def test_a_worker_passes_its_cancellation_on() -> None:
    with pytest.raises(Cancelled):
        run(ScriptedServer({"provider": "x"}, {"e": CANCELLED}))


def test_a_coroutine_that_waits_cannot_be_replayed() -> None:
    with pytest.raises(RuntimeError, match="outside"):
        run_to_its_end(asyncio.sleep(0))


def test_two_workers_of_one_name_are_a_mistake() -> None:
    worker = EndpointWorker(ScriptedServer({}, {}), "t", "e", lambda _: True)  # type: ignore[arg-type]

    with pytest.raises(ValueError, match="two workers are called t"):
        Workers((worker, worker))
    assert Workers((worker,)).worker_names == ("t",)
    assert Workers((worker,)).create_worker("t") is worker
    assert Workers((worker,)).create_worker("other") is None


class Settings:
    """Stored settings that survive a process, and their observers, which do not."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.observers: list[tuple[str, Callable[[str], None]]] = []

    def state(self, name: str) -> str:
        return self.values.get(name, "")

    def store(self, name: str, value: str) -> None:
        self.values[name] = value

    def observe(self, name: str, collector: Callable[[str], None]) -> None:
        self.observers.append((name, collector))

    def set(self, name: str, value: str) -> None:
        self.store(name, value)
        for observed, collector in self.observers:
            if observed == name:
                collector(value)


def test_an_initializer_runs_at_once_only_when_the_task_becomes_wanted() -> None:
    app, recorder = Settings(), RecordingWorkManager()
    scheduler = AndroidTaskScheduler(recorder, "Worker", ("t",))
    request = PeriodicTaskRequest("t", 3_600_000, TaskConstraints())
    initializer = TaskInitializer(app, scheduler, request, ("user",), lambda values: values[0] != "", executes=True)  # type: ignore[arg-type]
    initializer.start()

    for user in ("", "me", "me", "", ""):
        app.set("user", user)

    verbs = [call.verb for call in recorder.calls]
    assert verbs == ["enqueue-periodic", "enqueue", "enqueue-periodic", "cancel", "cancel"]
