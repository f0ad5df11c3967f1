"""G1's own lines and ways: a registry in memory, the immediate request before the periodic one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from virtual_bench import HOUR
from virtual_bench import Bench

from bgtask_reference.lineage import tvmaniac

TOKEN, LIBRARY, NOTIFICATIONS = "token_refresh_worker", "library_sync_worker", "episode_notification_worker"
Said = Callable[..., list[tuple[str, str, str]]]


@pytest.fixture
def bench(bench_of: Callable[..., Bench]) -> Bench:
    return bench_of("tvmaniac@G1b")


def of(said: list[tuple[str, str, str]], *tags: str) -> list[str]:
    return [message for _, tag, message in said if tag in tags]


def test_a_login_and_its_first_runs_line_by_line(bench: Bench, said: Said) -> None:
    bench.log_in()
    bench.run(10)

    assert said(bench) == [
        ("D", "WorkManagerScheduler", f"Registered worker: {TOKEN}"),
        ("D", "WorkManagerScheduler", f"Registered worker: {LIBRARY}"),
        ("D", "WorkManagerScheduler", f"Registered worker: {NOTIFICATIONS}"),
        ("D", "WorkManagerScheduler", f"Scheduling periodic work: {TOKEN}"),
        ("D", "WorkManagerScheduler", f"Scheduling periodic work: {LIBRARY}"),
        ("D", "NotificationTasksInitializer", "Cancelling episode notifications"),
        ("D", "WorkManagerScheduler", f"Cancelling work: {NOTIFICATIONS}"),
        ("D", "DispatchingWorker", f"Dispatching work to: {TOKEN}"),
        ("D", "AndroidTraktAuthTasks", "Token refresh running"),
        ("D", "DispatchingWorker", f"Dispatching work to: {LIBRARY}"),
        ("D", "AndroidLibrarySyncTask", "Library sync worker starting"),
        ("D", "AndroidLibrarySyncTask", "Library sync completed successfully"),
    ]


def test_g1a_knows_two_tasks(bench_of: Callable[..., Bench]) -> None:
    bench = bench_of("tvmaniac@G1a")
    bench.log_in()
    bench.state("episode_notifications_enabled", "true")
    bench.run(10)

    lines = bench.messages("WorkManagerScheduler")
    assert lines[:2] == [f"Registered worker: {TOKEN}", f"Registered worker: {LIBRARY}"]
    assert not any(NOTIFICATIONS in line for line in lines)


def test_the_immediate_request_comes_before_the_periodic_one(bench: Bench) -> None:
    bench.log_in()
    bench.run(10)
    assert bench.hook("execute", task=TOKEN) == "ok"

    assert bench.messages("WorkManagerScheduler")[-2:] == [
        f"Scheduling immediate work: {TOKEN}",
        f"Scheduling periodic work: {TOKEN}",
    ]
    assert bench.row(f"{TOKEN}_immediate").request.interval_ms is None


def test_the_switch_of_notifications_asks_beside_the_initializer(bench: Bench, said: Said) -> None:
    bench.log_in()
    bench.run(10)
    now = bench.now
    bench.state("episode_notifications_enabled", "true")

    asked = of(said(bench, since=now), "WorkManagerScheduler", "NotificationTasksInitializer")
    assert asked == [
        f"Scheduling immediate work: {NOTIFICATIONS}",
        f"Scheduling periodic work: {NOTIFICATIONS}",
        "Scheduling episode notifications",
        f"Scheduling immediate work: {NOTIFICATIONS}",
        f"Scheduling periodic work: {NOTIFICATIONS}",
    ]


def test_finding_a_stopped_notification_run_calls_it_three_failures(bench: Bench, said: Said) -> None:
    bench.server("trakt/calendar", "ok", duration_ms="60000")
    bench.log_in()
    bench.state("episode_notifications_enabled", "true")
    bench.run(5)
    now = bench.now
    bench.log_out()

    told = [(level, message.partition(":")[0]) for level, tag, message in said(bench, since=now) if "Android" in tag]
    of_one = [("E", "Calendar sync failed"), ("E", "Season details refresh failed")]
    assert told[:3] == [*of_one, ("E", "Notification scheduling failed")]


def test_a_schedule_of_a_worker_that_nobody_registered_is_an_error_line(bench: Bench, said: Said) -> None:
    bench.log_in()
    process = bench.phone.processes.find("com.thomaskioko.tvmaniac")
    assert process is not None
    application: Any = process.app
    application.application._scheduler.schedule_and_execute("unknown")
    bench.run(1)

    line = ("E", "WorkManagerScheduler", "Cannot schedule unregistered worker: unknown")
    assert said(bench).count(line) == 2


def test_a_cold_start_finds_its_worker_as_published(bench: Bench) -> None:
    """`AppInitializers` ran inside `Application.onCreate` then, before any job could reach the process."""
    bench.log_in()
    bench.run(60)
    bench.kill()
    bench.run(12.5 * HOUR)

    assert [run.result for run in bench.runs(LIBRARY)] == ["success", "success"]


def test_a_cold_start_before_the_workers_are_registered_loses_the_period(
    bench_of: Callable[..., Bench], said: Said
) -> None:
    bench = bench_of("tvmaniac@G1b-late")
    bench.log_in()
    bench.run(60)
    bench.kill()
    bench.run(12.5 * HOUR)

    assert ("E", "DispatchingWorker", f"No registered worker for name: {LIBRARY}") in said(bench)
    assert len(bench.runs(LIBRARY)) == 1
    assert any("Worker result FAILURE" in line for line in bench.messages("WM-WorkerWrapper"))
    assert (bench.row(LIBRARY).state, bench.row(LIBRARY).period_count) == ("ENQUEUED", 2)


def test_what_a_worker_throws_fails_its_row_for_good(bench: Bench) -> None:
    bench.state("token_expires_at_ms", "soon")
    bench.log_in()
    bench.run(10)
    bench.kill()
    bench.open()
    bench.run(130 * HOUR)

    assert bench.row(TOKEN).state == "FAILED"
    assert [run.result for run in bench.runs(TOKEN)] == ["failure"]


def test_finding_an_upgrade_leaves_rows_that_nobody_can_run(bench_of: Callable[..., Bench]) -> None:
    """G0's rows, then G1's, outlive the classes that ran them: no later version cancels the old names."""
    bench = bench_of("tvmaniac@G0")
    bench.log_in()
    bench.run(60)
    for program in (tvmaniac.g1b, tvmaniac.u1):
        bench.kill()
        bench.app.program = program
        bench.open()
        bench.run(60)
    bench.run(13 * HOUR)

    assert bench.row("library-sync-worker").state == "FAILED"
    assert bench.row(LIBRARY).state == "FAILED"
    assert bench.row("com.thomaskioko.tvmaniac.librarysync").state == "ENQUEUED"
    missing = [line for line in bench.messages("WM-WorkerWrapper") if line.startswith("Could not create Worker")]
    assert len(missing) == 2
