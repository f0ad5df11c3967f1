from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bgtask_harness.virtual.android.durations import duration
from bgtask_harness.virtual.android.durations import padded
from bgtask_harness.virtual.android.rescheduling import backoff_delay_ms
from bgtask_harness.virtual.android.rescheduling import clamp_period
from bgtask_harness.virtual.android.rescheduling import next_window

times = st.integers(0, 10**12)
periods = st.integers(1, 10**10)


@given(st.integers(0, 10**9), st.booleans(), st.integers(0, 200), st.integers(0, 200))
def test_backoff_never_shrinks_and_never_exceeds_five_hours(
    initial: int, exponential: bool, failures: int, stops: int
) -> None:
    now = backoff_delay_ms(initial, exponential=exponential, failures=failures, system_stops=stops)
    later = backoff_delay_ms(initial, exponential=exponential, failures=failures + 1, system_stops=stops)
    assert 0 <= now <= later <= 5 * 3_600_000
    assert (now == 0) == (failures + stops // 3 == 0)


@given(periods, st.none() | periods, times, times)
def test_the_next_window_of_a_period_lies_ahead_and_is_no_wider_than_its_flex(
    period: int, flex: int | None, latest: int, now: int
) -> None:
    earliest, end = next_window(period, flex, latest, now)
    whole, width = clamp_period(period, flex)
    assert end > now
    assert 0 < end - earliest <= width <= whole
    assert (end - latest) % whole == 0


@given(st.integers(-(10**12), 10**12))
def test_a_padded_duration_says_the_same_as_the_short_one(milliseconds: int) -> None:
    short, long = duration(milliseconds), padded(milliseconds)
    digits = list(long.strip().lstrip("+-"))
    assert len(long) >= 19
    assert [c for c in short if c.isalpha()] == [c for c in digits if c.isalpha()]
