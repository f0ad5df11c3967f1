"""What every generation does, by its app file: login, first runs, period, retry, cancel, process restart."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from virtual_bench import HOUR
from virtual_bench import SECOND
from virtual_bench import Bench

from bgtask_harness.profiles import AppFile
from bgtask_reference.events import TaskSpec

BenchOf = Callable[..., Bench]
AppNamed = Callable[[str], AppFile]
Unknown = Callable[[Bench, AppFile], list[str]]

GENERATIONS = ["G0", "G1a", "G1b", "U1", "U2", "U3", "U4", "U5", "U6", "fixed"]
NETWORKS = {"not-required": "NOT_REQUIRED", "connected": "CONNECTED", "unmetered": "UNMETERED"}

everywhere = pytest.mark.parametrize("generation", [f"tvmaniac@{name}" for name in GENERATIONS])


def switch_everything_on(bench: Bench, app: AppFile) -> None:
    for name, state in app.control.states.items():
        if name not in app.control.throws.values():
            bench.state(state.name, state.on)


def titled(app: AppFile, title: str) -> TaskSpec:
    (task,) = [task for task in app.spec.tasks if task.title == title]
    return task


@everywhere
def test_what_is_asked_of_work_manager_is_what_the_app_file_says(
    bench_of: BenchOf, app_file: AppNamed, generation: str
) -> None:
    bench, app = bench_of(generation), app_file(generation)
    switch_everything_on(bench, app)

    for task in app.spec.tasks:
        (name,) = [name.name for name in task.unique_names if name.periodic]
        request = bench.row(name).request
        assert request.interval_ms == (task.interval_ns or 0) // 1_000_000
        assert request.constraints.required_network_type == NETWORKS[task.network.value]
        assert request.worker_class == task.worker_class
        assert (request.tags, request.flex_ms) == ((), request.interval_ms)
        assert (request.backoff_policy, request.backoff_delay_ms) == ("EXPONENTIAL", 30_000)


@everywhere
def test_unique_names_are_those_of_the_app_file(bench_of: BenchOf, app_file: AppNamed, generation: str) -> None:
    bench, app = bench_of(generation), app_file(generation)
    switch_everything_on(bench, app)
    for task in app.spec.tasks:
        bench.hook("execute", task=task.id)
    bench.run(60)

    used = {name for work in bench.app.storage.database.rows.values() for name in work.names}
    named = {name.name for task in app.spec.tasks for name in task.unique_names}
    assert used <= named
    assert {name.name for task in app.spec.tasks for name in task.unique_names if name.periodic} <= used


@everywhere
def test_each_task_runs_at_login_and_once_a_period(bench_of: BenchOf, app_file: AppNamed, generation: str) -> None:
    bench, app = bench_of(generation), app_file(generation)
    switch_everything_on(bench, app)
    bench.run(121 * HOUR)

    for task in app.spec.tasks:
        period = (task.interval_ns or 0) / SECOND
        last_of = {round(run.begin / period): run for run in bench.runs(task.id)}
        assert list(last_of) == list(range(int(121 * HOUR // period) + 1))
        assert all(run.begin == pytest.approx(n * period, abs=120) for n, run in last_of.items())
        assert {run.result for run in last_of.values()} == {"success"}


@everywhere
def test_a_lost_server_is_retried_with_a_doubling_backoff(
    bench_of: BenchOf, app_file: AppNamed, generation: str
) -> None:
    bench, app = bench_of(generation), app_file(generation)
    task = titled(app, "token refresh")
    assert task.id in app.control.retries
    bench.server(app.control.endpoints[task.id], "network_error")
    bench.log_in()
    bench.run(500)

    by_work = [run for run in bench.runs(task.id) if run.work_id == bench.runs(task.id)[0].work_id]
    pauses = [round(later.begin - run.end) for run, later in itertools.pairwise(by_work) if run.end]
    assert pauses == [30, 60, 120, 240]
    assert [run.attempt for run in by_work] == [1, 2, 3, 4, 5]
    assert {run.result for run in by_work} == {"retry"}


@everywhere
def test_a_task_that_was_cancelled_is_gone(bench_of: BenchOf, app_file: AppNamed, generation: str) -> None:
    bench, app = bench_of(generation), app_file(generation)
    switch_everything_on(bench, app)
    bench.run(60)
    bench.log_out()
    cancelled_at = bench.now
    bench.run(130 * HOUR)

    assert bench.jobs == ()
    assert bench.runs(since=cancelled_at) == []
    assert {work.state.value for work in bench.app.storage.database.rows.values()} <= {"CANCELLED", "SUCCEEDED"}


@everywhere
def test_a_cancel_in_mid_run_leaves_nothing_behind(bench_of: BenchOf, app_file: AppNamed, generation: str) -> None:
    bench, app = bench_of(generation), app_file(generation)
    for endpoint in app.control.endpoints.values():
        bench.server(endpoint, "ok", duration_ms="30000")
    switch_everything_on(bench, app)
    bench.run(5)
    begun = len(bench.runs())
    bench.log_out()
    bench.run(130 * HOUR)

    assert len(bench.runs()) == begun
    assert all(run.end is not None and run.end < 15 for run in bench.runs())
    assert bench.jobs == ()


@everywhere
def test_a_process_that_was_killed_comes_back_to_one_job_a_task(
    bench_of: BenchOf, app_file: AppNamed, generation: str
) -> None:
    bench, app = bench_of(generation), app_file(generation)
    switch_everything_on(bench, app)
    bench.run(60)
    bench.kill()
    bench.open()
    bench.run(60)

    assert len(bench.jobs) == len(app.spec.tasks)
    for task in app.spec.tasks:
        (name,) = [name.name for name in task.unique_names if name.periodic]
        assert bench.row(name).state == "ENQUEUED"


@everywhere
def test_a_job_that_starts_the_process_runs_its_task(bench_of: BenchOf, app_file: AppNamed, generation: str) -> None:
    bench, app = bench_of(generation), app_file(generation)
    task = titled(app, "library sync")
    bench.log_in()
    bench.run(60)
    bench.kill()
    bench.run(12.5 * HOUR)

    again = bench.runs(task.id)[-1]
    assert again.begin == pytest.approx(12 * HOUR, abs=10)
    assert again.result == "success"


@everywhere
def test_every_line_of_the_app_is_known_to_its_file(
    bench_of: BenchOf, app_file: AppNamed, unknown_lines: Unknown, generation: str
) -> None:
    bench, app = bench_of(generation), app_file(generation)
    switch_everything_on(bench, app)
    bench.run(60)
    for reply in ("error", "network_error"):
        for endpoint in app.control.endpoints.values():
            bench.server(endpoint, reply)
        for task in app.spec.tasks:
            for command in ("execute", "run", "schedule"):
                bench.hook(command, task=task.id)
        bench.run(60)
    bench.state("token_expires_at_ms", "soon")
    bench.hook("schedule", task=titled(app, "token refresh").id)
    bench.run(13 * HOUR)
    for endpoint in app.control.endpoints.values():
        bench.server(endpoint, "ok", duration_ms="30000")
    bench.log_out()
    bench.log_in()
    bench.run(5)
    bench.log_out()
    bench.kill()
    bench.run(HOUR)

    assert unknown_lines(bench, app) == []


@everywhere
def test_a_release_build_prints_errors_alone(bench_of: BenchOf, generation: str) -> None:
    bench = bench_of(generation, mode="release")
    bench.app.storage.settings["active_provider"] = "TRAKT"
    bench.open()
    bench.run(60)

    assert any(line.tag == "WM-WorkerWrapper" for line in bench.lines)
    assert [line for line in bench.lines if line.priority in "VD"] == []
    assert bench.messages("bgtask-beacon") == []
