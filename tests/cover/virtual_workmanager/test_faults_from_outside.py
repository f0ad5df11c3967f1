"""The three faults of `tests/outside/faults.py` each break what they are called after."""

from __future__ import annotations

from typing import Any

import faults
from virtual_bench import HOUR
from virtual_bench import Bench

from bgtask_harness.virtual.layers import Layers
from bgtask_harness.virtual.layers import load
from bgtask_harness.virtual.workmanager.library import WorkManager
from bgtask_reference.lineage import tvmaniac
from bgtask_reference.lineage.tvmaniac.names import TOKEN_REFRESH


def bench_with(fault: Any) -> Bench:
    layers = fault(Layers(adbd=object, job_scheduler=object, work_manager=WorkManager, program=tvmaniac.fixed))
    return Bench(layers.program, work_manager=layers.work_manager)


def test_a_fault_is_found_by_its_import_path() -> None:
    assert load("faults:backoff_ignored", "fault") is faults.backoff_ignored


def test_backoff_ignored() -> None:
    bench = bench_with(faults.backoff_ignored)
    bench.server("trakt/token", "network_error")
    bench.log_in()
    bench.run(10)

    first, second, *_ = bench.runs(TOKEN_REFRESH)
    assert first.end is not None
    assert second.begin - first.end < 1


def test_a_run_after_cancel() -> None:
    bench = bench_with(faults.run_after_cancel)
    bench.log_in()
    bench.run(60)
    bench.log_out()
    cancelled_at = bench.now
    bench.run(6 * HOUR)

    assert bench.runs(TOKEN_REFRESH, since=cancelled_at)


def test_periodic_work_is_not_re_armed() -> None:
    bench = bench_with(faults.periodic_not_rearmed)
    bench.log_in()
    bench.run(30 * HOUR)

    assert len(bench.runs(TOKEN_REFRESH)) == 2
    assert bench.row(TOKEN_REFRESH).state == "SUCCEEDED"
