"""How long until the next attempt: arithmetic alone (C TaskExecutor.kt, `calculateRetryDelay`, `applyJitter`)."""

from __future__ import annotations

import random

from bgtask_reference.lineage.meeseeks.database import BackoffPolicy
from bgtask_reference.lineage.meeseeks.database import TaskSpec
from bgtask_reference.lineage.meeseeks.errors import suggested_delay_ms

LONGEST_MS = 300_000
"""Five minutes: a hard cap of exponential delays, whatever the policy's own `maxInterval` says."""


def retry_delay_ms(
    row: TaskSpec, error: Exception | None, attempt: int, chance: random.Random, *, min_ms: int, now_ms: int
) -> int:
    """Give the delay after that attempt (from 1): linear, or exponential with jitter; at least `min_ms`."""
    base = suggested_delay_ms(error, row.backoff_delay_ms, now_ms)
    if row.backoff_policy is BackoffPolicy.LINEAR:
        return max(base * attempt, min_ms)
    multiplier = 2.0 if row.backoff_multiplier is None else row.backoff_multiplier
    delay = int(min(base * multiplier ** (attempt - 1), LONGEST_MS))
    return max(jittered_ms(delay, row.backoff_jitter_factor, chance), min_ms)


def jittered_ms(delay_ms: int, factor: float, chance: random.Random) -> int:
    """Give a time around the delay, uniform within its share, never above the cap."""
    spread = int(delay_ms * factor)
    if spread <= 0:
        return delay_ms
    lowest, highest = max(delay_ms - spread, 0), min(delay_ms + spread, LONGEST_MS)
    return chance.randint(lowest, highest) if lowest < highest else lowest


def next_period_ms(row: TaskSpec, chance: random.Random) -> int:
    """Give the delay of a periodic task's next run: somewhere in the flex window that ends its interval."""
    return max(row.interval_ms - row.flex_ms + chance.randint(0, max(row.flex_ms, 0)), 0)
