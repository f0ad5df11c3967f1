"""The diagnostics broadcast: a stimulus that runs work and prints tables."""

from __future__ import annotations

import pytest
from scripted_app import Script
from virtual_bench import Bench

from bgtask_harness.observe import LogObserver
from bgtask_reference.events import WorkListed
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkRequest

DIAGNOSTICS = "androidx.work.impl.workers.DiagnosticsWorker"


@pytest.fixture
def bench() -> Bench:
    script = Script()

    async def succeed(_app: object, _parameters: object) -> ListenableWorkerResult:
        return ListenableWorkerResult.SUCCESS

    script.bodies["app.W"] = succeed
    bench = Bench(script)
    bench.open()
    request = WorkRequest("app.W", interval_ms=900_000, tags=("a", "b"))
    script.now.work_manager.enqueue_unique_periodic_work("every quarter", ExistingPeriodicWorkPolicy.KEEP, request)
    bench.run(5)
    return bench


def test_each_section_is_a_heading_and_a_table_in_entries_of_their_own(bench: Bench) -> None:
    bench.diagnostics()

    row = bench.row("every quarter")
    header = "\n Id \t Class Name\t Job Id\t State\t Unique Name\t Tags\t"
    headings = bench.messages("WM-DiagnosticsWrkr")
    assert headings[0] == "Running work:\n\n"
    assert headings[1].startswith(header + "\n")
    assert f"\t {DIAGNOSTICS}\t 2\t RUNNING\t \t {DIAGNOSTICS}\t" in headings[1]
    assert headings[2] == "Enqueued work:\n\n"
    assert headings[3] == f"{header}\n{row.id}\t app.W\t 1\t ENQUEUED\t every quarter\t app.W,a,b\t"


def test_it_shows_up_in_its_own_tables_the_next_time(bench: Bench) -> None:
    bench.diagnostics()
    bench.lines.clear()
    bench.diagnostics()

    completed = bench.messages("WM-DiagnosticsWrkr")[:2]
    assert completed[0] == "Recently completed work:\n\n"
    assert f"\t {DIAGNOSTICS}\t null\t SUCCEEDED\t \t {DIAGNOSTICS}\t" in completed[1]


def test_it_wakes_a_dead_process(bench: Bench) -> None:
    bench.kill()
    bench.lines.clear()
    bench.diagnostics()

    assert [beacon["process"] for _, beacon in bench.beacons()] == ["broadcast"]
    assert bench.messages("WM-DiagnosticsWrkr")


def test_job_ids_are_those_that_the_system_has(bench: Bench) -> None:
    bench.diagnostics()
    bench.diagnostics()

    listed = bench.messages("WM-DiagnosticsWrkr")[-1]
    assert {line.split("\t ")[2] for line in listed.splitlines()[2:]} == {str(job.job_id) for job in bench.jobs}


def test_the_first_tables_had_no_job_ids_and_said_null_for_no_name() -> None:
    script = Script()
    bench = Bench(script, version="2.3.4")
    bench.open()
    bench.diagnostics()

    headings = bench.messages("WM-DiagnosticsWrkr")
    assert headings[1].startswith("\n Id \t Class Name\t State\t Unique Name\t Tags\t\n")
    assert headings[1].endswith(f"\t {DIAGNOSTICS}\t RUNNING\t null\t {DIAGNOSTICS}\t")


def test_the_old_tables_are_read_like_the_new_ones() -> None:
    listed = {}
    for version in ("2.3.4", "2.11.2"):
        bench = Bench(Script(), version=version)
        bench.open()
        bench.diagnostics()
        shell = [entry for entry in bench.phone.logs.read(["main"]) if entry.tag == "WM-DiagnosticsWrkr"]
        observer = LogObserver(bench.app.package)
        lines = [
            f"1790090107.000000 {entry.pid:5d} {entry.tid:5d} I {entry.tag}: {text}"
            for entry in shell
            for text in entry.message.rstrip("\n").split("\n")
        ]
        events = [event for line in lines for event in observer.feed(line)] + observer.flush()
        (answer,) = [event for event in events if isinstance(event, WorkListed)]
        listed[version] = [(row.worker_class, row.state) for row in answer.rows]
    assert listed["2.3.4"] == listed["2.11.2"]
