"""What a consumer of Meeseeks says and hears (C TaskRequest.kt, TaskResult.kt, BGTaskManagerConfig.kt)."""

from __future__ import annotations

from collections.abc import Awaitable
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from enum import StrEnum

SECOND_MS = 1_000
MINUTE_MS = 60 * SECOND_MS


@dataclass(frozen=True, slots=True)
class OneTime:
    """`TaskSchedule.OneTime`."""

    initial_delay_ms: int = 0


@dataclass(frozen=True, slots=True)
class Periodic:
    """`TaskSchedule.Periodic`. No minimum of 15 minutes: each period is one-time work of its own (issue #21)."""

    interval_ms: int = MINUTE_MS
    flex_ms: int = 0
    initial_delay_ms: int = 0


Schedule = OneTime | Periodic


@dataclass(frozen=True, slots=True)
class ExponentialBackoff:
    """`TaskRetryPolicy.ExponentialBackoff`. Its `maxInterval` is left out here: it is never stored."""

    initial_ms: int = 30 * SECOND_MS
    max_retries: int = 5
    multiplier: float = 2.0
    jitter: float = 0.1


@dataclass(frozen=True, slots=True)
class FixedInterval:
    """`TaskRetryPolicy.FixedInterval`; None takes the configuration's number."""

    interval_ms: int
    max_retries: int | None = None


RetryPolicy = ExponentialBackoff | FixedInterval


class Priority(StrEnum):
    """`TaskPriority`: orders rows within an iOS window; WorkManager never hears of it."""

    LOW = "LOW"
    MEDIUM = "MEDIUM"
    HIGH = "HIGH"


@dataclass(frozen=True, slots=True)
class TaskRequest:
    """`TaskRequest`. `payload` names the worker: the registry has one for each payload type."""

    payload: str
    schedule: Schedule = field(default=OneTime())
    retry_policy: RetryPolicy = field(default=ExponentialBackoff())
    requires_network: bool = False
    requires_charging: bool = False
    requires_battery_not_low: bool = False
    priority: Priority = Priority.MEDIUM


@dataclass(frozen=True, slots=True)
class Success:
    """`TaskResult.Success`."""


@dataclass(frozen=True, slots=True)
class Retry:
    """`TaskResult.Retry`."""


@dataclass(frozen=True, slots=True)
class Transient:
    """`TaskResult.Failure.Transient`."""

    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Permanent:
    """`TaskResult.Failure.Permanent`."""

    error: Exception | None = None


TaskResult = Success | Retry | Transient | Permanent

Worker = Callable[[int], Awaitable[TaskResult]]
"""`Worker.run`: given `RuntimeContext.attemptCount`, from 1."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """`BGTaskManagerConfig`, with its defaults (C BGTaskManagerConfig.kt:17-25).

    Attributes:
        max_parallel_tasks: Rows that may be RUNNING at once.
        max_retry_count: Upper limit of any policy's number; it counts attempts, not retries.
        min_backoff_ms: Lower limit of any retry's delay, and the delay of a task that found no place to run.
        watchdog_ms: How often overdue rows are looked for; 0 never.
        seed: Stands for the library's randomness, which ids and jitter come from: the same seed, the same run.

    """

    max_parallel_tasks: int = 2
    max_retry_count: int = 3
    min_backoff_ms: int = 10 * SECOND_MS
    watchdog_ms: int = 5 * MINUTE_MS
    seed: str = "meeseeks"
