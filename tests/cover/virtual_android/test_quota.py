"""Quota: what a bucket leaves an app, how much of it at once, and what does not count."""

from __future__ import annotations

from typing import Any

import pytest

from bgtask_harness.virtual.android.level import RateLimit
from bgtask_harness.virtual.android.quota import Limits
from bgtask_harness.virtual.android.quota import Quota
from bgtask_harness.virtual.android.standby import Bucket

PACKAGE = "com.example.app"
SECOND, MINUTE, HOUR = 1_000_000_000, 60, 3_600
RARE = Limits(allowed_ms=600_000, window_ms=86_400_000, jobs=48, sessions=3)
RATE = RateLimit(window_ms=60_000, jobs=20, sessions=20, coalescing_ms=5_000)


def used(*sessions: tuple[int, int]) -> Quota:
    quota = Quota({Bucket.RARE: RARE}, RATE)
    for start, end in sessions:
        quota.started(PACKAGE, start * SECOND)
        quota.stopped(PACKAGE, end * SECOND)
    return quota


def within(quota: Quota, at: int, **options: bool) -> bool:
    return quota.within(PACKAGE, Bucket.RARE, at * SECOND, charging=False, **options)


def test_sessions_are_counted_and_those_with_a_short_gap_are_one() -> None:
    assert not within(used((0, 1), (100, 101), (200, 201)), 300)
    assert within(used((0, 1), (100, 101), (104, 105)), 300)


def test_the_session_that_is_open_does_not_count_against_itself() -> None:
    quota = used((0, 1), (100, 101))
    quota.started(PACKAGE, 200 * SECOND)
    assert within(quota, 201, running=True)
    quota.stopped(PACKAGE, 210 * SECOND)
    assert not within(quota, 300)


def test_twenty_jobs_in_a_minute_are_enough_for_that_minute() -> None:
    quota = Quota({Bucket.RARE: RARE}, RATE)
    for number in range(20):
        quota.started(PACKAGE, number * SECOND)
    assert not within(quota, 21)
    assert quota.next_change(PACKAGE, Bucket.RARE, 21 * SECOND) == 60 * SECOND
    assert within(quota, 61)


def test_clearing_forgets_what_was_used_at_once() -> None:
    quota = Quota({Bucket.RARE: RARE}, RATE)
    for number in range(20):
        quota.started(PACKAGE, number * SECOND)
    quota.clear()
    assert within(quota, 21)


def test_the_third_session_of_a_rare_app_runs_and_there_is_no_fourth(at: Any) -> None:
    bench = at(34)
    bench.unplug()
    bench.type(f"am set-standby-bucket {PACKAGE} rare")
    bench.app.work_ns = 30 * SECOND
    for number in range(1, 5):
        bench.app.schedule(job_id=number)
        bench.js("run", PACKAGE, str(number))
        bench.advance(10 * MINUTE)
    assert [start.job_id for start in bench.app.starts] == [1, 2, 3]
    assert bench.app.stops == []
    assert any(line.startswith("Deferred since: -") for line in bench.dump())


@pytest.mark.parametrize(("api", "counted"), [(30, False), (35, False), (36, True)])
def test_a_job_that_starts_while_the_app_is_in_front_is_free_up_to_35(at: Any, api: int, counted: bool) -> None:
    bench = at(api)
    bench.unplug()
    bench.type(f"am start -n {PACKAGE}/.MainActivity")
    bench.advance(1)
    bench.app.work_ns = 60 * SECOND
    bench.app.schedule()
    bench.advance(1)
    assert len(bench.app.starts) == 1
    bench.type("input keyevent HOME")
    bench.type(f"am set-standby-bucket {PACKAGE} rare")
    bench.advance(2 * MINUTE)
    assert bench.app.stops == []
    left = bench.phone.job_scheduler.quota.remaining_ms(PACKAGE, Bucket.RARE, bench.phone.clocks.boot_ns())
    assert left // 1_000 == (539 if counted else 600)
