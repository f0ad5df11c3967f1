"""`u6` as published: its lines, and the findings that `fixed` repairs."""

from __future__ import annotations

import pytest
from virtual_bench import HOUR
from virtual_bench import Bench

from bgtask_reference.lineage import tvmaniac
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.ports.app import Cancelled

TOKEN, LIBRARY, NOTIFICATIONS = names.TOKEN_REFRESH, names.LIBRARY_SYNC, names.EPISODE_NOTIFICATIONS


@pytest.fixture
def bench() -> Bench:
    return Bench(tvmaniac.u6)


def test_a_login_says_what_the_published_code_says(bench: Bench) -> None:
    bench.log_in()

    assert bench.messages("DefaultWorkerFactory") == [f"Registered workers: [{TOKEN}, {LIBRARY}, {NOTIFICATIONS}]"]
    assert bench.messages("AndroidTaskScheduler") == [
        f"Scheduled periodic task [{TOKEN}]",
        f"Scheduling immediate work: {TOKEN}",
        f"Scheduled immediate execution of [{TOKEN}]",
        f"Scheduled periodic task [{LIBRARY}]",
        f"Cancelled task [{NOTIFICATIONS}]",
    ]


def test_a_run_says_what_the_published_code_says(bench: Bench) -> None:
    bench.state("active_provider", "SIMKL")
    bench.run(5)

    said = [line for line in bench.lines if line.tag in {"SchedulerDispatchWorker", "LibrarySyncWorker"}]
    assert [(line.priority, line.message) for line in said] == [
        ("D", f"Starting task [{LIBRARY}]"),
        ("D", "Library sync worker starting"),
        ("D", "Library sync completed successfully"),
        ("D", f"Task [{LIBRARY}] completed successfully"),
    ]
    assert len({line.tid for line in said}) == 1
    assert said[0].tid != said[0].pid


def test_a_failure_is_an_error_in_every_build() -> None:
    bench = Bench(tvmaniac.u6, mode="release")
    bench.app.storage.settings["active_provider"] = "SIMKL"
    bench.network(on=True)
    bench.app.storage.server.replies["trakt/library"] = _error()
    bench.open()
    bench.run(5)

    assert bench.messages("SchedulerDispatchWorker") == [f"Task [{LIBRARY}] failed"]
    assert bench.messages("LibrarySyncWorker") == ["Library sync failed: HTTP 500 from trakt/library"]
    assert bench.messages("bgtask-beacon") == []


def _error() -> object:
    from bgtask_harness.virtual.workmanager.storage import Reply  # noqa: PLC0415 - used by one test

    return Reply("error")


def test_finding_a_first_login_runs_token_refresh_twice_at_once(bench: Bench) -> None:
    bench.log_in()
    bench.run(10)

    first, second = bench.runs(TOKEN)
    assert first.begin == second.begin
    assert first.work_id != second.work_id


def test_finding_each_process_start_executes_again(bench: Bench) -> None:
    bench.log_in()
    bench.run(HOUR)
    bench.kill()
    bench.open()
    bench.run(10)

    assert len(bench.runs(TOKEN)) == 3


def test_finding_library_sync_takes_its_cancellation_for_a_retry(bench: Bench) -> None:
    bench.server("trakt/library", "ok", duration_ms="60000")
    bench.state("active_provider", "SIMKL")
    bench.run(5)
    bench.log_out()

    assert bench.messages("SchedulerDispatchWorker")[-1] == f"Task [{LIBRARY}] requested retry"
    assert any(message.startswith("Library sync cancelled: ") for message in bench.messages("LibrarySyncWorker"))
    assert bench.row(LIBRARY).state == "CANCELLED"


def test_cancelling_stops_a_run_through_work_manager(bench: Bench) -> None:
    bench.server("trakt/token", "ok", duration_ms="60000")
    bench.log_in()
    bench.run(5)
    bench.log_out()
    bench.run(10 * HOUR)

    assert [run.result for run in bench.runs(TOKEN)] == ["stop", "stop"]
    assert any("was cancelled" in message for message in bench.messages("WM-WorkerWrapper"))


def test_notification_errors_are_logged_and_ignored(bench: Bench) -> None:
    bench.log_in()
    bench.server("trakt/calendar", "error")
    bench.server("trakt/seasons", "network_error")
    bench.state("episode_notifications_enabled", "true")
    bench.run(10)

    assert set(bench.messages("EpisodeNotificationWorker")) == {
        "Episode notification worker running",
        "Season details refresh failed: timeout at trakt/seasons",
        "Calendar sync failed: HTTP 500 from trakt/calendar",
    }
    assert {run.result for run in bench.runs(NOTIFICATIONS)} == {"success"}


def test_a_token_that_is_still_good_is_not_refreshed(bench: Bench) -> None:
    bench.log_in()
    bench.run(10)
    bench.app.storage.server.replies["trakt/token"] = _error()  # type: ignore[assignment]
    bench.run(6 * HOUR)

    assert [run.result for run in bench.runs(TOKEN)] == ["success", "success", "success"]


def test_background_sync_can_be_switched_off(bench: Bench) -> None:
    bench.log_in()
    bench.state("background_sync_enabled", "false")

    assert bench.row(LIBRARY).state == "CANCELLED"


def test_cancellation_is_an_ordinary_exception() -> None:
    assert issubclass(Cancelled, Exception)
