"""U1 to U5: what tells them from U6 and from each other, line by line and run by run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from virtual_bench import HOUR
from virtual_bench import Bench

from bgtask_harness.profiles import AppFile
from bgtask_reference.contract import TaskConstraints
from bgtask_reference.lineage.tvmaniac import requests
from bgtask_reference.lineage.tvmaniac.names import EPISODE_NOTIFICATIONS as NOTIFICATIONS
from bgtask_reference.lineage.tvmaniac.names import LIBRARY_SYNC as LIBRARY
from bgtask_reference.lineage.tvmaniac.names import TOKEN_REFRESH as TOKEN
from bgtask_reference.lineage.tvmaniac.scheduler import constraints_of
from bgtask_reference.ports.work_manager import WorkerParameters
from bgtask_reference.ports.work_manager import WorkRequest

Said = Callable[..., list[tuple[str, str, str]]]
BenchOf = Callable[..., Bench]
SCHEDULER, DISPATCH = "AndroidTaskScheduler", "SchedulerDispatchWorker"


def logged_in(bench_of: BenchOf, generation: str) -> Bench:
    bench = bench_of(f"tvmaniac@{generation}")
    bench.log_in()
    bench.run(10)
    return bench


def test_u1_speaks_as_the_blog_s_code_does(bench_of: BenchOf, said: Said) -> None:
    bench = logged_in(bench_of, "U1")

    assert said(bench) == [
        ("D", SCHEDULER, f"Scheduling periodic work: {TOKEN}"),
        ("D", SCHEDULER, f"Scheduling periodic work: {LIBRARY}"),
        ("D", "NotificationTasksInitializer", "Cancelling episode notifications"),
        ("D", SCHEDULER, f"Cancelling work: {NOTIFICATIONS}"),
        ("D", DISPATCH, f"Dispatching work to: {TOKEN}"),
        ("D", "TokenRefreshWorker", "Token refresh running"),
        ("D", DISPATCH, f"Dispatching work to: {LIBRARY}"),
        ("D", "LibrarySyncWorker", "Library sync worker starting"),
        ("D", "LibrarySyncWorker", "Library sync completed successfully"),
    ]


def test_u1_says_what_it_cancels_and_executes_before_it_does(bench_of: BenchOf, said: Said) -> None:
    bench = logged_in(bench_of, "U1")
    now = bench.now
    bench.hook("execute", task=LIBRARY)
    bench.hook("cancel", task=LIBRARY)

    assert [message for _, tag, message in said(bench, since=now) if tag == SCHEDULER] == [
        f"Scheduling periodic work: {LIBRARY}",
        f"Scheduling immediate work: {LIBRARY}",
        f"Cancelling work: {LIBRARY}",
    ]


@pytest.mark.parametrize("generation", ["U2", "U3"])
def test_u2_and_u3_have_the_later_lines_and_name_no_workers(bench_of: BenchOf, said: Said, generation: str) -> None:
    bench = logged_in(bench_of, generation)

    assert said(bench) == [
        ("D", SCHEDULER, f"Scheduled periodic task [{TOKEN}]"),
        ("D", SCHEDULER, f"Scheduled periodic task [{LIBRARY}]"),
        ("D", "NotificationTasksInitializer", "Cancelling episode notifications"),
        ("D", SCHEDULER, f"Cancelled task [{NOTIFICATIONS}]"),
        ("D", DISPATCH, f"Starting task [{TOKEN}]"),
        ("D", "TokenRefreshWorker", "Token refresh running"),
        ("D", DISPATCH, f"Starting task [{LIBRARY}]"),
        ("D", "LibrarySyncWorker", "Library sync worker starting"),
        ("D", DISPATCH, f"Task [{TOKEN}] completed successfully"),
        ("D", "LibrarySyncWorker", "Library sync completed successfully"),
        ("D", DISPATCH, f"Task [{LIBRARY}] completed successfully"),
    ]


@pytest.mark.parametrize("generation", ["U4", "U5", "U6"])
def test_from_u4_on_the_workers_are_named(bench_of: BenchOf, said: Said, generation: str) -> None:
    bench = logged_in(bench_of, generation)

    registered = f"Registered workers: [{TOKEN}, {LIBRARY}, {NOTIFICATIONS}]"
    assert said(bench)[0] == ("D", "DefaultWorkerFactory", registered)


def test_a_failure_and_a_retry_of_u2_line_by_line(bench_of: BenchOf, said: Said) -> None:
    bench = bench_of("tvmaniac@U2")
    bench.server("trakt/token", "network_error")
    bench.server("trakt/library", "error")
    bench.log_in()
    bench.run(10)

    assert [line for line in said(bench) if line[1] == DISPATCH] == [
        ("D", DISPATCH, f"Starting task [{TOKEN}]"),
        ("D", DISPATCH, f"Starting task [{LIBRARY}]"),
        ("D", DISPATCH, f"Task [{TOKEN}] requested retry"),
        ("E", DISPATCH, f"Task [{LIBRARY}] failed"),
    ]


@pytest.mark.parametrize("generation", ["U1", "U2", "U3"])
def test_finding_a_throwing_worker_is_dead_for_good_before_u4(bench_of: BenchOf, generation: str) -> None:
    bench = bench_of(f"tvmaniac@{generation}")
    bench.state("token_expires_at_ms", "soon")
    bench.log_in()
    bench.run(10)
    assert any("failed because it threw" in line for line in bench.messages("WM-WorkerWrapper"))

    bench.state("token_expires_at_ms", "")
    bench.kill()
    bench.open()
    bench.run(130 * HOUR)

    assert bench.row(TOKEN).state == "FAILED"
    assert [run.result for run in bench.runs(TOKEN)] == ["failure"]
    assert len(bench.runs(LIBRARY)) == 11


@pytest.mark.parametrize("generation", ["G0", "G1b", "U1"])
def test_what_escapes_a_run_by_the_hook_ends_that_run_and_not_the_process(
    bench_of: BenchOf, app_file: Callable[[str], AppFile], generation: str
) -> None:
    bench = logged_in(bench_of, generation)
    bench.state("token_expires_at_ms", "soon")
    task = app_file(f"tvmaniac@{generation}").spec.tasks[0].id
    now = bench.now
    assert bench.hook("run", task=task) == "ok"
    bench.run(5)

    assert [run.result for run in bench.runs(task, since=now)] == ["failure"]
    assert bench.messages("AndroidRuntime") == []


@pytest.mark.parametrize("generation", ["U4", "U5"])
def test_a_throwing_worker_lives_on_from_u4(bench_of: BenchOf, said: Said, generation: str) -> None:
    bench = bench_of(f"tvmaniac@{generation}")
    bench.state("token_expires_at_ms", "soon")
    bench.log_in()
    bench.run(10)
    assert ("E", DISPATCH, f"Task [{TOKEN}] threw: expiry 'soon' is no time") in said(bench)

    bench.state("token_expires_at_ms", "")
    bench.run(5 * HOUR)
    assert [run.result for run in bench.runs(TOKEN)] == ["failure", "success"]


@pytest.mark.parametrize(("generation", "hours"), [("U1", 120), ("U2", 120), ("U3", 5), ("U4", 5), ("U5", 5)])
def test_token_refresh_comes_each_five_days_then_each_five_hours(
    bench_of: BenchOf, generation: str, hours: int
) -> None:
    bench = logged_in(bench_of, generation)
    bench.run((hours + 0.1) * HOUR)

    assert [round(run.begin / HOUR, 1) for run in bench.runs(TOKEN)] == [0, hours]


@pytest.mark.parametrize("generation", ["U1", "U2", "U3", "U4", "U5"])
def test_before_u6_a_login_and_a_process_start_execute_nothing(bench_of: BenchOf, generation: str) -> None:
    bench = logged_in(bench_of, generation)
    bench.kill()
    bench.open()
    bench.run(10)

    assert len(bench.runs(TOKEN)) == 1
    assert bench.app.storage.database.named(f"{TOKEN}_immediate") == []


@pytest.mark.parametrize(
    ("generation", "executes"), [("U1", True), ("U2", True), ("U3", True), ("U4", False), ("U5", False)]
)
def test_the_switch_of_notifications_executes_until_u3(bench_of: BenchOf, generation: str, executes: bool) -> None:
    bench = logged_in(bench_of, generation)
    bench.state("episode_notifications_enabled", "true")
    bench.run(5)

    assert bool(bench.app.storage.database.named(f"{NOTIFICATIONS}_immediate")) is executes


def test_background_sync_rules_notifications_before_u6(bench_of: BenchOf) -> None:
    for generation, state in (("U5", "CANCELLED"), ("U6", "ENQUEUED")):
        bench = logged_in(bench_of, generation)
        bench.state("episode_notifications_enabled", "true")
        bench.state("background_sync_enabled", "false")
        assert bench.row(NOTIFICATIONS).state == state


def test_notifications_wait_for_a_network_before_u6(bench_of: BenchOf) -> None:
    for generation, runs in (("U5", 0), ("U6", 2)):
        bench = logged_in(bench_of, generation)
        bench.network(on=False)
        bench.state("episode_notifications_enabled", "true")
        bench.run(HOUR)
        assert len(bench.runs(NOTIFICATIONS)) == runs


def test_finding_a_stopped_notification_run_of_u1_goes_on_to_its_end(bench_of: BenchOf, said: Said) -> None:
    bench = logged_in(bench_of, "U1")
    bench.server("trakt/seasons", "ok", duration_ms="60000")
    bench.hook("schedule", task=NOTIFICATIONS)
    bench.run(5)
    now = bench.now
    bench.hook("cancel", task=NOTIFICATIONS)

    errors = [message.partition(":")[0] for level, _, message in said(bench, since=now) if level == "E"]
    assert errors == ["Season details refresh failed", "Calendar sync failed", "Notification scheduling failed"]
    assert [run.result for run in bench.runs(NOTIFICATIONS)] == ["failure"]


def test_u5_cannot_execute_at_once(bench_of: BenchOf) -> None:
    bench = logged_in(bench_of, "U5")

    assert bench.hook("execute", task=TOKEN) == "error: unknown command 'execute'"
    assert bench.hook("schedule", task=TOKEN) == "ok"


def test_the_older_workers_store_when_library_sync_succeeded(bench_of: BenchOf) -> None:
    assert logged_in(bench_of, "U5").app.storage.settings["last_sync_timestamp"].isdecimal()
    assert "last_sync_timestamp" not in logged_in(bench_of, "U6").app.storage.settings


def test_long_running_came_task_by_task() -> None:
    by_generation = (requests.U1, requests.U2, requests.U3, requests.U4, requests.U6)
    flags = {task: [asked[task].long_running for asked in by_generation] for task in (TOKEN, LIBRARY, NOTIFICATIONS)}
    assert flags == {
        TOKEN: [False, False, False, True, True],
        LIBRARY: [False, False, False, False, True],
        NOTIFICATIONS: [False, True, True, True, False],
    }


@pytest.mark.parametrize("name", ["G0", "G1b", "U1", "U4"])
def test_a_dispatch_without_a_worker_is_a_failure_and_a_line(bench_of: BenchOf, said: Said, name: str) -> None:
    bench = logged_in(bench_of, name)
    process = bench.phone.processes.find("com.thomaskioko.tvmaniac")
    assert process is not None
    app: Any = process.app
    application = app.application
    prefix = "com.thomaskioko.tvmaniac.core.tasks.implementation"
    worker_class = f"{prefix}.{'DispatchingWorker' if name == 'G1b' else 'SchedulerDispatchWorker'}"
    parameters = [WorkerParameters("w", data, (), 0) for data in ({}, {"worker_name": "gone"})]
    workers = [application.create_worker(worker_class, each) for each in parameters]
    if name == "G0":
        assert workers == [None, None]
        return
    ends: list[str] = []
    for worker in workers:
        bench.phone.kernel.spawn(worker.do_work(), "test", lambda task: ends.append(str(task.error)))
    bench.run(1)

    tag = worker_class.rpartition(".")[2]
    assert ends == ["None", "None"]
    assert said(bench)[-2:] == [
        ("E", tag, "No worker name in input data"),
        ("E", tag, "No registered worker for name: gone"),
    ]


@pytest.mark.parametrize(
    ("generation", "line"),
    [("U1", "Cancelling all work"), ("U2", "Cancelled all tasks"), ("U6", "Cancelled all tasks")],
)
def test_finding_cancel_all_takes_foreign_work_with_it(bench_of: BenchOf, generation: str, line: str) -> None:
    bench = logged_in(bench_of, generation)
    process: Any = bench.phone.processes.find("com.thomaskioko.tvmaniac")
    process.app.work_manager.enqueue(WorkRequest("some.library.Worker", initial_delay_ms=60_000))
    process.app.application.scheduler.cancel_all()
    bench.run(1)

    assert bench.app.storage.database.unfinished() == []
    assert bench.messages(SCHEDULER)[-1] == line


def test_an_unmetered_network_wins_over_a_connected_one() -> None:
    both = TaskConstraints(requires_network=True, requires_unmetered_network=True)
    assert constraints_of(both).required_network_type == "UNMETERED"
    assert constraints_of(TaskConstraints()).required_network_type == "NOT_REQUIRED"
