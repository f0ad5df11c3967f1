"""G0's own lines and ways."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from virtual_bench import HOUR
from virtual_bench import Bench

TOKEN, LIBRARY = "token_refresh_work", "library-sync-worker"
Said = Callable[..., list[tuple[str, str, str]]]


@pytest.fixture
def bench(bench_of: Callable[..., Bench]) -> Bench:
    return bench_of("tvmaniac@G0")


def test_a_login_and_its_first_runs_line_by_line(bench: Bench, said: Said) -> None:
    bench.log_in()
    bench.run(10)

    assert said(bench) == [
        ("D", "AndroidTraktAuthTasks", "Scheduling token refresh work"),
        ("D", "AndroidSyncTasks", "Scheduling library sync work"),
        ("D", "TokenRefreshWorker", "Token refresh running"),
        ("D", "LibrarySyncWorker", "Library sync worker starting"),
        ("D", "LibrarySyncWorker", "Library sync completed successfully"),
    ]


def test_a_logout_line_by_line(bench: Bench, said: Said) -> None:
    bench.log_in()
    bench.run(10)
    now = bench.now
    bench.log_out()

    assert said(bench, since=now) == [
        ("D", "AndroidTraktAuthTasks", "Cancelling token refresh work"),
        ("D", "AndroidSyncTasks", "Cancelling library sync work"),
    ]


def test_a_failure_and_a_cancellation_line_by_line(bench: Bench, said: Said) -> None:
    bench.server("trakt/library", "error")
    bench.log_in()
    bench.run(10)
    failed = ("E", "LibrarySyncWorker", "Library sync failed: HTTP 500 from trakt/library")
    assert failed in said(bench)
    assert [run.result for run in bench.runs(LIBRARY)] == ["failure"]

    bench.log_out()
    bench.server("trakt/library", "ok", duration_ms="60000")
    bench.log_in()
    bench.run(2)
    bench.log_out()
    cancelled = ("D", "LibrarySyncWorker", "Library sync cancelled, will retry when constraints are met")
    assert said(bench).count(cancelled) == 1


def test_nobody_logged_in_is_a_success(bench: Bench, said: Said) -> None:
    assert bench.hook("run", task=LIBRARY) == "ok"
    bench.run(5)

    assert ("D", "LibrarySyncWorker", "User not logged in, skipping sync") in said(bench)
    assert [run.result for run in bench.runs(LIBRARY)] == ["success"]


def test_each_task_has_a_worker_class_of_its_own(bench: Bench) -> None:
    bench.log_in()

    classes = {name: bench.row(name).request.worker_class for name in (TOKEN, LIBRARY)}
    assert {name: path.rpartition(".")[2] for name, path in classes.items()} == {
        TOKEN: "TokenRefreshWorker",
        LIBRARY: "LibrarySyncWorker",
    }


def test_a_metered_network_holds_library_sync_back(bench: Bench) -> None:
    bench.phone.network.change(wifi=False)
    bench.log_in()
    bench.run(HOUR)

    assert [run.result for run in bench.runs(TOKEN)] == ["success"]
    assert bench.runs(LIBRARY) == []


def test_each_word_about_the_account_asks_for_token_refresh_again(bench: Bench) -> None:
    bench.log_in()
    bench.state("active_provider", "SIMKL")

    assert bench.messages("AndroidTraktAuthTasks") == ["Scheduling token refresh work"] * 2
    assert bench.messages("AndroidSyncTasks") == ["Scheduling library sync work"]


def test_what_a_worker_throws_fails_its_row_for_good(bench: Bench) -> None:
    bench.state("token_expires_at_ms", "soon")
    bench.log_in()
    bench.run(10)
    assert bench.row(TOKEN).state == "FAILED"

    bench.kill()
    bench.open()
    bench.run(130 * HOUR)
    assert bench.row(TOKEN).state == "FAILED"
    assert len(bench.runs(TOKEN)) == 1


def test_there_is_nothing_that_executes_at_once(bench: Bench) -> None:
    assert bench.hook("execute", task=TOKEN) == "error: unknown command 'execute'"
    assert bench.hook("cancel", task=TOKEN) == "ok"
    assert bench.hook("cancel", task="librarysync") == "error: unknown task 'librarysync'"
