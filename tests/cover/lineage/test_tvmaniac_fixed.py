"""`fixed` on a virtual phone: what healthy means."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from virtual_bench import HOUR
from virtual_bench import PACKAGE
from virtual_bench import Bench

from bgtask_reference.lineage import tvmaniac
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.ports.work_manager import WorkRequest

TOKEN, LIBRARY, NOTIFICATIONS = names.TOKEN_REFRESH, names.LIBRARY_SYNC, names.EPISODE_NOTIFICATIONS


@pytest.fixture
def bench() -> Bench:
    return Bench(tvmaniac.fixed)


def test_the_first_login_runs_token_refresh_and_library_sync_once_each(bench: Bench) -> None:
    bench.log_in()
    bench.run(60)

    assert [(run.task, run.result) for run in bench.runs()] == [(TOKEN, "success"), (LIBRARY, "success")]


def test_a_switch_turns_notifications_on_and_runs_them_once(bench: Bench) -> None:
    bench.log_in()
    bench.state("episode_notifications_enabled", "true")
    bench.run(60)

    assert [run.result for run in bench.runs(NOTIFICATIONS)] == ["success"]
    assert "Scheduling episode notifications" in bench.messages("NotificationTasksInitializer")


def test_each_task_runs_once_a_period(bench: Bench) -> None:
    bench.log_in()
    bench.state("episode_notifications_enabled", "true")
    bench.run(60.5 * HOUR)

    assert [round(run.begin / HOUR) for run in bench.runs(TOKEN)] == [0, *range(5, 61, 5)]
    assert [round(run.begin / HOUR) for run in bench.runs(LIBRARY)] == [0, 12, 24, 36, 48, 60]
    assert [round(run.begin / HOUR) for run in bench.runs(NOTIFICATIONS)] == [0, *range(6, 61, 6)]


def test_a_lost_network_is_retried_with_a_doubling_backoff(bench: Bench) -> None:
    bench.server("trakt/token", "network_error")
    bench.log_in()
    bench.run(500)

    runs = bench.runs(TOKEN)
    pauses = [round(later.begin - run.end) for run, later in itertools.pairwise(runs) if run.end]
    assert [run.attempt for run in runs] == [1, 2, 3, 4, 5]
    assert pauses == [30, 60, 120, 240]
    assert {run.result for run in runs} == {"retry"}


def test_a_retry_that_succeeds_ends_it(bench: Bench) -> None:
    bench.server("trakt/token", "network_error")
    bench.log_in()
    bench.run(40)
    bench.server("trakt/token", "ok")
    bench.run(HOUR)

    assert [run.result for run in bench.runs(TOKEN)] == ["retry", "retry", "success"]


def test_the_server_s_error_is_a_failure_and_the_period_goes_on(bench: Bench) -> None:
    bench.server("trakt/library", "error")
    bench.log_in()
    bench.run(13 * HOUR)

    assert [run.result for run in bench.runs(LIBRARY)] == ["failure", "failure"]


def test_after_a_cancel_of_what_is_pending_nothing_runs(bench: Bench) -> None:
    bench.log_in()
    bench.run(60)
    bench.log_out()
    cancelled_at = bench.now
    bench.run(48 * HOUR)

    assert bench.runs(since=cancelled_at) == []
    assert bench.jobs == ()


def test_a_cancel_in_mid_run_stops_it_and_nothing_runs_afterwards(bench: Bench) -> None:
    bench.server("trakt/library", "ok", duration_ms="60000")
    bench.log_in()
    bench.run(5)
    bench.log_out()
    bench.run(48 * HOUR)

    (run,) = bench.runs(LIBRARY)
    assert run.result == "stop"
    assert run.end is not None
    assert run.end < 10


def test_the_network_is_waited_for(bench: Bench) -> None:
    bench.network(on=False)
    bench.log_in()
    bench.run(HOUR)
    assert bench.runs() == []

    bench.network(on=True)
    bench.run(10)
    assert [run.result for run in bench.runs()] == ["success", "success"]


def test_a_process_that_dies_in_mid_run_is_made_up_for(bench: Bench) -> None:
    bench.server("trakt/library", "ok", duration_ms="60000")
    bench.log_in()
    bench.run(5)
    bench.force_stop()
    bench.open()
    bench.run(200)

    assert [(run.attempt, run.result) for run in bench.runs(LIBRARY)] == [(1, None), (2, "success")]


def test_a_reboot_is_survived_without_another_immediate_run(bench: Bench) -> None:
    bench.log_in()
    bench.run(HOUR)
    bench.reboot()
    bench.run(6 * HOUR)

    begins = [run.begin / HOUR for run in bench.runs(TOKEN)]
    assert [round(begin, 1) for begin in begins] == [0, 5]


def test_a_cold_start_by_the_job_runs_the_task_once(bench: Bench) -> None:
    bench.log_in()
    bench.run(60)
    bench.kill()
    bench.run(6 * HOUR)

    assert len(bench.runs(TOKEN)) == 2
    assert bench.runs(TOKEN)[1].begin == pytest.approx(5 * HOUR, abs=5)


def test_a_process_start_leaves_the_system_s_jobs_alone(bench: Bench) -> None:
    bench.log_in()
    bench.run(60)
    before = bench.jobs
    bench.kill()
    bench.open()
    bench.run(5)

    assert [job.job_id for job in bench.jobs] == [job.job_id for job in before]


def test_a_second_login_runs_at_once_again(bench: Bench) -> None:
    bench.log_in()
    bench.run(60)
    bench.log_out()
    bench.log_in()
    bench.run(60)

    assert len(bench.runs(TOKEN)) == 2


def test_runs_of_one_task_never_overlap(bench: Bench) -> None:
    bench.log_in()
    bench.run(5 * HOUR - 5)
    bench.server("trakt/token", "ok", duration_ms="20000")
    bench.run(5)
    assert bench.hook("execute", task=TOKEN) == "ok"
    assert bench.hook("run", task=TOKEN) == "ok"
    bench.run(120)

    runs = bench.runs(TOKEN)
    assert len(runs) == 4
    assert all(run.end is not None and run.end <= later.begin for run, later in itertools.pairwise(runs))


def test_a_failed_row_is_replaced_at_the_next_start(bench: Bench) -> None:
    bench.log_in()
    bench.run(60)
    bench.app.storage.database.named(TOKEN)[0].state = type(bench.row(TOKEN).state).FAILED
    bench.kill()
    bench.open()

    assert bench.row(TOKEN).state == "ENQUEUED"


def test_cancel_all_leaves_foreign_work_alone(bench: Bench) -> None:
    bench.log_in()
    bench.run(5)
    record = bench.phone.processes.find(PACKAGE)
    assert record is not None
    process: Any = record.app
    process.work_manager.enqueue(WorkRequest("some.library.Worker", initial_delay_ms=60_000))
    process.application.scheduler.cancel_all()
    bench.run(1)

    (foreign,) = bench.app.storage.database.unfinished()
    assert foreign.request.worker_class == "some.library.Worker"
    assert "Cancelled all tasks" in bench.messages("AndroidTaskScheduler")


def test_the_hook_speaks_for_itself_about_what_it_does_not_know(bench: Bench) -> None:
    assert bench.hook("ping") == "ok"
    assert bench.hook("schedule", task="nothing") == "error: unknown task 'nothing'"
    assert bench.hook("fly", task=TOKEN) == "error: unknown command 'fly'"
    assert bench.hook("server", endpoint="x", reply="maybe") == (
        "error: reply 'maybe' is not one of ok, error, network_error"
    )
    assert bench.hook("state", value="x") == "error: state wants name and value"


def test_a_run_by_the_hook_needs_no_work_manager(bench: Bench) -> None:
    bench.hook("run", task=LIBRARY)
    bench.run(5)

    beacons = [beacon for _, beacon in bench.beacons() if beacon["event"] != "process"]
    assert [beacon["event"] for beacon in beacons] == ["start", "end"]
    assert {(beacon["work_id"], beacon["process"]) for beacon in beacons} == {(None, "hook")}


def test_a_cancelled_task_is_forgotten_by_the_hook_too(bench: Bench) -> None:
    bench.log_in()
    bench.run(5)
    assert bench.hook("cancel", task=TOKEN) == "ok"
    bench.run(1)

    assert bench.row(TOKEN).state == "CANCELLED"
    assert f"Cancelled task [{TOKEN}]" in bench.messages("AndroidTaskScheduler")
    assert TOKEN.startswith(PACKAGE)
