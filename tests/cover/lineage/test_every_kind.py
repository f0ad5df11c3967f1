"""The app with a task of every kind asks for what its app file declares, and its lines are known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.profiles import AppFile
from bgtask_reference.events import Constraints
from bgtask_reference.events import ExistingWork
from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import UniqueName
from bgtask_reference.lineage.every_kind.tasks import FOREIGN
from bgtask_reference.lineage.every_kind.tasks import KINDS
from bgtask_reference.lineage.every_kind.tasks import WORKER_CLASS
from bgtask_reference.lineage.every_kind.tasks import Kind
from bgtask_reference.ports.work_manager import BackoffPolicy
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import NetworkType

MS = 1_000_000
NETWORK = {
    NetworkType.NOT_REQUIRED: Network.NOT_REQUIRED,
    NetworkType.CONNECTED: Network.CONNECTED,
    NetworkType.UNMETERED: Network.UNMETERED,
    NetworkType.NOT_ROAMING: Network.NOT_ROAMING,
}
POLICY = {
    ExistingPeriodicWorkPolicy.KEEP: ExistingWork.KEEP,
    ExistingPeriodicWorkPolicy.UPDATE: ExistingWork.UPDATE,
    ExistingPeriodicWorkPolicy.CANCEL_AND_REENQUEUE: ExistingWork.REPLACE,
}


def names(kind: Kind) -> tuple[UniqueName, ...]:
    found = []
    if kind.interval_ms is not None:
        found.append(UniqueName(kind.id, True, POLICY[kind.policy]))
    if kind.once is not None:
        found.append(UniqueName(kind.once_name, False, ExistingWork(kind.once.value.lower().replace("_", "-"))))
    return tuple(found)


@pytest.fixture
def app(app_file: Callable[[str], AppFile]) -> AppFile:
    return app_file("every-kind")


def test_the_app_file_declares_what_the_program_asks_for(app: AppFile) -> None:
    for kind, task in zip(KINDS, app.spec.tasks, strict=True):
        asked = kind.constraints
        flags = (asked.requires_charging, asked.requires_battery_not_low)
        flags += (asked.requires_storage_not_low, asked.requires_device_idle)
        assert (task.id, task.worker_class, task.unique_names) == (kind.id, WORKER_CLASS, names(kind))
        assert (task.network, task.constraints) == (NETWORK[asked.required_network_type], Constraints(*flags))
        assert _times(task) == (kind.interval_ms, kind.flex_ms, kind.initial_delay_ms, kind.backoff_delay_ms)
        assert task.backoff.exponential == (kind.backoff_policy is BackoffPolicy.EXPONENTIAL)
        assert (task.expedited, app.control.endpoints[task.id]) == (kind.expedited, kind.endpoint)


def _times(task: TaskSpec) -> tuple[int | None, int | None, int, int]:
    interval = None if task.interval_ns is None else task.interval_ns // MS
    flex = None if task.flex_ns is None else task.flex_ns // MS
    return interval, flex, task.initial_delay_ns // MS, task.backoff.initial_ns // MS


def wanted(bench: Any, *tasks: str) -> None:
    for task in tasks:
        assert bench.hook("state", name=f"wanted.{task}", value="yes") == "ok"


def test_each_task_becomes_work_under_its_names_and_its_lines_are_known(
    bench_of: Any, app: AppFile, unknown_lines: Any
) -> None:
    bench = bench_of("every-kind")
    wanted(bench, *(kind.id for kind in KINDS))
    bench.run(3 * 60)

    named = {row.names[0] for row in bench.app.storage.database.rows.values()}
    assert named == {name.name for task in app.spec.tasks for name in task.unique_names} - {"executed_immediate"}
    ran = {run.task for run in bench.runs()}
    assert ran == {kind.id for kind in KINDS} - {"idle", "flexible"}
    assert {run.result for run in bench.runs()} == {"success"}
    assert unknown_lines(bench, app) == []


def test_executing_runs_once_now_and_once_an_interval_later(bench_of: Any) -> None:
    bench = bench_of("every-kind")
    assert bench.hook("execute", task="executed") == "ok"
    bench.run(5 * 3600 + 60)

    assert [round(run.begin / 3600) for run in bench.runs()] == [0, 5]


def test_two_requests_of_one_task_take_turns(bench_of: Any) -> None:
    bench = bench_of("every-kind")
    bench.hook("server", endpoint="every-kind/executed", reply="ok", duration_ms="30000")
    wanted(bench, "executed")
    bench.run(5)
    bench.hook("execute", task="executed")
    bench.run(90)

    first, second = bench.runs()
    assert first.end is not None
    assert second.begin >= first.end


def test_cancelling_everything_leaves_foreign_work_alone(bench_of: Any) -> None:
    bench = bench_of("every-kind")
    wanted(bench, "plain", "charging", FOREIGN)
    bench.run(60)
    assert bench.hook("cancel_all") == "ok"
    bench.run(3700)

    states = {row.names[0]: row.state.value for row in bench.app.storage.database.rows.values()}
    assert states == {"plain": "CANCELLED", "charging": "CANCELLED", FOREIGN: "ENQUEUED"}
    assert [run.task for run in bench.runs()] == ["plain", "charging", FOREIGN, FOREIGN]


def test_a_server_out_of_reach_is_tried_again_and_an_error_is_a_failure(bench_of: Any) -> None:
    bench = bench_of("every-kind")
    bench.hook("server", endpoint="every-kind/upload", reply="network_error")
    bench.hook("server", endpoint="every-kind/plain", reply="error")
    wanted(bench, "upload", "plain")
    bench.run(100)

    results = [(run.task, run.result) for run in bench.runs()]
    assert results.count(("upload", "retry")) == 3  # at once, after 30 s and after 60 s: linear
    assert ("plain", "failure") in results
