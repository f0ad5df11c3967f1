"""When work may run next: arithmetic alone (`WorkSpec.calculateNextRunTime` and its setters)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_reference.ports.work_manager import BackoffPolicy
from bgtask_reference.ports.work_manager import WorkRequest


def backoff_delay_ms(work: Work) -> int:
    """Give how long it waits after its last try: linear or doubled with each try, five hours at most."""
    initial, tries = work.request.backoff_delay_ms, work.run_attempt_count
    linear = work.request.backoff_policy is BackoffPolicy.LINEAR
    delay = initial * tries if linear else initial * 2 ** min(tries - 1, 32)
    return min(delay, CONSTANTS.maximum_backoff_ms)


def next_run_ms(work: Work, backoff_ms: int) -> int:
    """Give the wall time from which it may run (WorkSpec.kt @a9b06aaf, android.md D.1)."""
    request = work.request
    if work.backed_off:
        return work.last_enqueue_ms + backoff_ms
    if request.interval_ms is None:
        return work.last_enqueue_ms + request.initial_delay_ms
    if work.period_count > 0:
        return work.last_enqueue_ms + request.interval_ms
    flex = request.interval_ms if request.flex_ms is None else request.flex_ms
    return work.last_enqueue_ms + request.initial_delay_ms + (request.interval_ms - flex)


def normalise(request: WorkRequest, warn: Callable[[str], None]) -> WorkRequest:
    """Give the request within the library's limits, with the warnings that WorkSpec's setters log."""
    backoff = _backoff(request.backoff_delay_ms, warn)
    if request.interval_ms is None:
        return dataclasses.replace(request, backoff_delay_ms=backoff)
    lowest = CONSTANTS.minimum_interval_ms
    if request.interval_ms < lowest:
        warn(f"Interval duration lesser than minimum allowed value; Changed to {lowest}")
    interval = max(request.interval_ms, lowest)
    flex = interval if request.flex_ms is None else _flex(request.flex_ms, interval, warn)
    return dataclasses.replace(request, interval_ms=interval, flex_ms=flex, backoff_delay_ms=backoff)


def _backoff(delay_ms: int, warn: Callable[[str], None]) -> int:
    if delay_ms > CONSTANTS.maximum_backoff_ms:
        warn("Backoff delay duration exceeds maximum value")
    if delay_ms < CONSTANTS.minimum_backoff_ms:
        warn("Backoff delay duration less than minimum value")
    return min(max(delay_ms, CONSTANTS.minimum_backoff_ms), CONSTANTS.maximum_backoff_ms)


def _flex(flex_ms: int, interval_ms: int, warn: Callable[[str], None]) -> int:
    lowest = CONSTANTS.minimum_flex_ms
    if flex_ms < lowest:
        warn(f"Flex duration lesser than minimum allowed value; Changed to {lowest}")
    if flex_ms > interval_ms:
        warn(f"Flex duration greater than interval duration; Changed to {interval_ms}")
    return min(max(flex_ms, lowest), interval_ms)
