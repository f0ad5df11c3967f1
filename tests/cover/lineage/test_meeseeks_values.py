"""Meeseeks' arithmetic and tables, apart from any phone. Numbers of the library's own tests are marked as such."""

from __future__ import annotations

import random

import pytest

from bgtask_reference.lineage.meeseeks import errors
from bgtask_reference.lineage.meeseeks.database import BackoffPolicy
from bgtask_reference.lineage.meeseeks.database import TaskSpec
from bgtask_reference.lineage.meeseeks.database import TaskState
from bgtask_reference.lineage.meeseeks.retry_delay import LONGEST_MS
from bgtask_reference.lineage.meeseeks.retry_delay import jittered_ms
from bgtask_reference.lineage.meeseeks.retry_delay import next_period_ms
from bgtask_reference.lineage.meeseeks.retry_delay import retry_delay_ms


class Chance(random.Random):
    """Gives the lowest or the highest number of each range."""

    def __init__(self, *, highest: bool) -> None:
        super().__init__()
        self._highest = highest

    def randint(self, low: int, high: int) -> int:
        return high if self._highest else low


LOW, HIGH = Chance(highest=False), Chance(highest=True)


def row(**values: object) -> TaskSpec:
    return TaskSpec("t", TaskState.RUNNING, 0, "p", 0, **values)  # type: ignore[arg-type]


def delay(spec: TaskSpec, attempt: int, chance: random.Random = LOW, error: Exception | None = None) -> int:
    return retry_delay_ms(spec, error, attempt, chance, min_ms=0, now_ms=1_000_000)


def test_jitter_is_a_tenth_to_either_side() -> None:  # TaskExecutorBackoffJitterTest: 900 and 1100 of 1000
    spec = row(backoff_delay_ms=1_000)

    assert (delay(spec, 1, LOW), delay(spec, 1, HIGH)) == (900, 1_100)
    assert (delay(spec, 3, LOW), delay(spec, 3, HIGH)) == (3_600, 4_400)


def test_five_minutes_cap_everything_exponential() -> None:  # same: clamp, huge jitter
    spec = row(backoff_delay_ms=200_000)

    assert delay(spec, 3, HIGH) == LONGEST_MS
    assert delay(row(backoff_delay_ms=1_000, backoff_jitter_factor=1e6), 1, HIGH) == LONGEST_MS
    assert delay(row(backoff_delay_ms=1_000, backoff_jitter_factor=1e6), 1, LOW) == 0


def test_linear_delays_have_neither_jitter_nor_cap() -> None:  # same: linear ignores jitter, 3000
    spec = row(backoff_policy=BackoffPolicy.LINEAR, backoff_delay_ms=1_000)

    assert delay(spec, 3, HIGH) == 3_000
    assert delay(row(backoff_policy=BackoffPolicy.LINEAR, backoff_delay_ms=200_000), 3) == 600_000


def test_the_least_backoff_is_a_floor() -> None:  # same: minBackoff floor
    assert retry_delay_ms(row(backoff_delay_ms=1_000), None, 1, LOW, min_ms=10_000, now_ms=0) == 10_000
    linear = row(backoff_policy=BackoffPolicy.LINEAR, backoff_delay_ms=1_000)
    assert retry_delay_ms(linear, None, 1, LOW, min_ms=10_000, now_ms=0) == 10_000


def test_no_multiplier_doubles_and_no_jitter_is_exact() -> None:
    assert delay(row(backoff_delay_ms=1_000, backoff_multiplier=None, backoff_jitter_factor=0.0), 3) == 4_000
    assert jittered_ms(5, 0.1, HIGH) == 5
    assert jittered_ms(LONGEST_MS, 0.0, HIGH) == LONGEST_MS


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, 1_000),
        (errors.TransientNetworkError(), 1_000),
        (errors.RateLimitError("slow down"), 5_000),
        (errors.RateLimitError("slow down", 7_000), 7_000),
        (errors.CircuitBreakerOpenError("open"), 10_000),
        (errors.CircuitBreakerOpenError("open", 1_004_000), 4_000),
        (errors.CircuitBreakerOpenError("open", 0), 1_000),
        (errors.TaskTimeoutError(), 2_000),
        (errors.ServiceUnavailableError(), 3_000),
    ],
)
def test_an_error_says_how_long_to_wait(error: Exception | None, expected: int) -> None:
    assert errors.suggested_delay_ms(error, 1_000, 1_000_000) == expected
    assert delay(row(backoff_delay_ms=1_000, backoff_jitter_factor=0.0), 1, LOW, error) == expected


def test_the_next_period_lies_in_the_flex_window_that_ends_the_interval() -> None:
    spec = row(interval_ms=3_600_000, flex_ms=600_000)

    assert (next_period_ms(spec, LOW), next_period_ms(spec, HIGH)) == (3_000_000, 3_600_000)
    assert next_period_ms(row(interval_ms=1_000, flex_ms=5_000), LOW) == 0
    assert next_period_ms(row(interval_ms=1_000), HIGH) == 1_000


@pytest.mark.parametrize(
    ("error", "category"),
    [
        (errors.TransientNetworkError(), "NETWORK"),
        (errors.ResourceUnavailableError(), "RESOURCE_CONTENTION"),
        (errors.TransientConflictError(), "RESOURCE_CONTENTION"),
        (errors.MaxRetriesExceededError(), "MAX_RETRIES_EXCEEDED"),
        (errors.PermanentValidationError(), "UNKNOWN"),
        (ValueError(), "UNKNOWN"),
        (None, "UNKNOWN"),
    ],
)
def test_errors_have_categories(error: Exception | None, category: str) -> None:
    assert errors.classify(error) == category


def test_only_two_errors_are_permanent() -> None:
    assert errors.is_permanent(errors.PermanentValidationError())
    assert errors.is_permanent(errors.MaxRetriesExceededError())
    assert not errors.is_permanent(ValueError())
