"""What becomes of the times of a job that has run: backoff after a failure, the next window of a periodic job.

Source: y36 JobSchedulerService.getRescheduleJobForFailureLocked and getRescheduleJobForPeriodic; JobInfo minimums.
Pure: milliseconds and attempts in, milliseconds out.
"""

from __future__ import annotations

MIN_BACKOFF_MS = 10_000
MAX_BACKOFF_MS = 5 * 3_600_000
SYSTEM_STOP_TO_FAILURE_RATIO = 3
MIN_PERIOD_MS = 15 * 60_000
MIN_FLEX_MS = 5 * 60_000
_MINUTE = 60_000
_WINDOW_BUFFER_MS = 30 * _MINUTE


def backoff_delay_ms(initial_ms: int, *, exponential: bool, failures: int, system_stops: int) -> int:
    """Give how long a job that failed waits; 0 for not at all."""
    attempts = failures + system_stops // SYSTEM_STOP_TO_FAILURE_RATIO
    if attempts == 0:
        return 0
    backoff = max(initial_ms, MIN_BACKOFF_MS)
    delay = backoff * 2 ** min(attempts - 1, 40) if exponential else backoff * attempts
    return min(delay, MAX_BACKOFF_MS)


def first_window(period_ms: int, flex_ms: int | None, now_ms: int) -> tuple[int, int]:
    """Give earliest and latest time of the first run of a periodic job."""
    period, flex = clamp_period(period_ms, flex_ms)
    return now_ms + period - flex, now_ms + period


def next_window(period_ms: int, flex_ms: int | None, original_latest_ms: int, now_ms: int) -> tuple[int, int]:
    """Give earliest and latest time of the next run: skipped windows are skipped, a late run leaves a buffer."""
    period, flex = clamp_period(period_ms, flex_ms)
    distance, buffer = abs(now_ms - original_latest_ms), 0
    if now_ms > original_latest_ms:
        skipped = distance // period + 1
        if period != flex and period - flex - distance % period <= flex // 6:
            skipped += 1
        latest = original_latest_ms + period * skipped
    else:
        latest = original_latest_ms + period
        if distance < _WINDOW_BUFFER_MS and distance < period // 6:
            buffer = min(_WINDOW_BUFFER_MS, period // 6 - distance)
    return latest - min(flex, period - buffer), latest


def added_window(period_ms: int, flex_ms: int | None, latest_ms: int, _now_ms: int) -> tuple[int, int]:
    """Give the next window as API 28 does: one period after the last, even if that is over (a28:1441-1464)."""
    period, flex = clamp_period(period_ms, flex_ms)
    return latest_ms + period - flex, latest_ms + period


def clamp_period(period_ms: int, flex_ms: int | None) -> tuple[int, int]:
    """Give period and flex as JobScheduler takes them: at least 15 and 5 minutes, flex at least 5 % of the period."""
    period = max(period_ms, MIN_PERIOD_MS)
    flex = period if flex_ms is None else min(period, max(flex_ms, MIN_FLEX_MS, period * 5 // 100))
    return period, flex
