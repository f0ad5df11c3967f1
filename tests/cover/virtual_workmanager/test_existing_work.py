"""Work of a name that exists already: updated, kept, replaced, appended to, cancelled."""

from __future__ import annotations

from typing import Any

from bench_work import QUARTER_MS
from bench_work import once
from bench_work import periodic
from scripted_app import Script
from virtual_bench import HOUR
from virtual_bench import Bench

from bgtask_reference.ports.work_manager import ListenableWorkerResult


def test_update_keeps_period_tries_and_identity(bench: Bench, script: Script, work: Any) -> None:
    periodic(bench, script)
    bench.run(10)
    before = (bench.row("p").id, bench.row("p").last_enqueue_ms)
    periodic(bench, script, interval_ms=2 * QUARTER_MS)

    assert (bench.row("p").id, bench.row("p").last_enqueue_ms) == before
    assert bench.row("p").generation == 1
    assert bench.row("p").request.interval_ms == 2 * QUARTER_MS


def test_update_of_running_work_counts_for_the_next_run(bench: Bench, script: Script, work: Any) -> None:
    work.seconds = 60
    periodic(bench, script)
    bench.run(5)
    periodic(bench, script, interval_ms=2 * QUARTER_MS)
    bench.run(HOUR)

    assert work.ends == ["ended", "ended"]
    assert round(work.begins[1] - work.begins[0]) == 60 + 1800


def test_keep_leaves_live_work_alone_and_replaces_dead(bench: Bench, script: Script, work: Any) -> None:
    periodic(bench, script, "KEEP")
    first = bench.row("p").id
    periodic(bench, script, "KEEP")
    assert bench.row("p").id == first

    script.now.work_manager.cancel_unique_work("p")
    periodic(bench, script, "KEEP")
    assert bench.row("p").id != first


def test_cancel_and_reenqueue_begins_a_new_period_with_a_new_row(bench: Bench, script: Script, work: Any) -> None:
    periodic(bench, script)
    bench.run(10)
    first = bench.row("p").id
    periodic(bench, script, "CANCEL_AND_REENQUEUE")
    bench.run(10)

    assert bench.row("p").id != first
    assert len(work.begins) == 2


def test_replace_stops_the_run_of_what_it_replaces(bench: Bench, script: Script, work: Any) -> None:
    work.seconds = 60
    once(bench, script)
    bench.run(5)
    once(bench, script)
    bench.run(120)

    assert work.ends == ["cancelled", "ended"]
    assert bench.row("o").state == "SUCCEEDED"


def test_appended_work_waits_and_then_runs(bench: Bench, script: Script, work: Any) -> None:
    work.seconds = 10
    once(bench, script, "APPEND")
    once(bench, script, "APPEND")
    assert [row.state for row in bench.app.storage.database.named("o")] == ["RUNNING", "BLOCKED"]
    bench.run(60)

    assert [row.state for row in bench.app.storage.database.named("o")] == ["SUCCEEDED", "SUCCEEDED"]
    assert round(work.begins[1] - work.begins[0]) == 10


def test_work_appended_to_failed_work_fails_unless_it_may_replace_it(bench: Bench, script: Script, work: Any) -> None:
    work.result = ListenableWorkerResult.FAILURE
    once(bench, script)
    bench.run(5)
    once(bench, script, "APPEND")
    assert [row.state for row in bench.app.storage.database.named("o")] == ["FAILED", "FAILED"]

    once(bench, script, "APPEND_OR_REPLACE")
    bench.run(5)
    assert len(bench.app.storage.database.named("o")) == 1
    assert len(work.begins) == 2


def test_a_cancel_fails_nobody_and_takes_what_waits_with_it(bench: Bench, script: Script, work: Any) -> None:
    work.seconds = 10
    once(bench, script, "APPEND")
    once(bench, script, "APPEND")
    script.now.work_manager.cancel_all_work()
    bench.run(HOUR)

    assert {row.state for row in bench.app.storage.database.named("o")} == {"CANCELLED"}
    assert work.ends == ["cancelled"]
