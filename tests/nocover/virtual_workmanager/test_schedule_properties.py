"""Next-run arithmetic and whole lives of work, over many cases."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from virtual_bench import Bench

from bgtask_harness.virtual.workmanager import schedule
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_harness.virtual.workmanager.database import WorkState
from bgtask_reference.lineage import tvmaniac
from bgtask_reference.ports.work_manager import BackoffPolicy
from bgtask_reference.ports.work_manager import WorkRequest

REQUESTS = st.builds(
    WorkRequest,
    worker_class=st.just("W"),
    interval_ms=st.none() | st.integers(0, 10**9),
    flex_ms=st.none() | st.integers(0, 10**9),
    initial_delay_ms=st.integers(0, 10**9),
    backoff_policy=st.sampled_from(BackoffPolicy),
    backoff_delay_ms=st.integers(0, 10**8),
)


@given(REQUESTS)
def test_a_normalised_request_is_within_the_library_s_limits_and_normal_for_ever(request: WorkRequest) -> None:
    once = schedule.normalise(request, lambda _text: None)
    warnings: list[str] = []

    assert schedule.normalise(once, warnings.append) == once
    assert warnings == []
    assert 10_000 <= once.backoff_delay_ms <= 18_000_000
    if once.interval_ms is not None:
        assert once.flex_ms is not None
        assert 300_000 <= once.flex_ms <= once.interval_ms >= 900_000


@given(REQUESTS, st.integers(1, 200))
def test_backoff_grows_and_never_beyond_five_hours(request: WorkRequest, attempts: int) -> None:
    work = Work("id", schedule.normalise(request, lambda _text: None), (), WorkState.ENQUEUED, 0)
    delays = []
    for attempt in range(1, attempts + 1):
        work.run_attempt_count = attempt
        delays.append(schedule.backoff_delay_ms(work))

    assert delays == sorted(delays)
    assert delays[0] == work.request.backoff_delay_ms
    assert delays[-1] <= 18_000_000


@given(REQUESTS, st.integers(0, 10**12), st.integers(0, 3))
def test_work_never_runs_before_it_was_enqueued(request: WorkRequest, enqueued: int, periods: int) -> None:
    work = Work("id", schedule.normalise(request, lambda _text: None), (), WorkState.ENQUEUED, enqueued)
    work.period_count = periods

    due = schedule.next_run_ms(work, schedule.backoff_delay_ms(work))

    assert due >= enqueued
    if work.periodic and periods:
        assert due == enqueued + (work.request.interval_ms or 0)


STEPS = st.lists(
    st.sampled_from(
        ["in", "out", "kill", "open", "stop", "reboot", "offline", "online", "slow", "bad", "good", "hour", "execute"]
    ),
    max_size=14,
)


@settings(max_examples=40, deadline=None)
@given(STEPS)
def test_fixed_never_overlaps_and_never_runs_while_logged_out(steps: list[str]) -> None:
    bench = Bench(tvmaniac.fixed)
    logged_in, silent_since = False, 0.0
    for step in [*steps, "hour"]:
        if step in {"in", "out"} and (step == "in") != logged_in:
            logged_in = step == "in"
            bench.log_in() if logged_in else bench.log_out()
            silent_since = bench.now
        _take(bench, step, logged_in=logged_in)
        bench.run(7)
        if not logged_in:
            assert bench.runs(since=silent_since) == []

    for task in tvmaniac.names.TOKEN_REFRESH, tvmaniac.names.LIBRARY_SYNC:
        ended = [run for run in bench.runs(task) if run.end is not None]
        assert all(run.end <= later.begin for run, later in itertools.pairwise(ended) if run.end is not None)


def _take(bench: Bench, step: str, *, logged_in: bool) -> None:
    match step:
        case "kill":
            bench.kill()
        case "open":
            bench.open()
        case "stop":
            bench.force_stop()
        case "reboot":
            bench.reboot()
        case "offline" | "online":
            bench.network(on=step == "online")
        case "slow":
            bench.server("trakt/library", "ok", duration_ms="40000")
        case "bad" | "good":
            bench.server("trakt/token", "network_error" if step == "bad" else "ok")
        case "execute" if logged_in:
            bench.hook("execute", task=tvmaniac.names.TOKEN_REFRESH)
        case "hour":
            bench.run(3600)
        case _:
            pass
