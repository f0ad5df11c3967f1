"""What WorkManager permits: when the next run may begin. It promises no latest time, and none is invented.

`WorkSpec.calculateNextRunTime` (androidx WorkSpec.kt) as a lower bound, with L = `lastEnqueueTime`:

* backed off (n > 0 attempts): L + min(5 h, linear d * n, or exponential d * 2^(n-1)), d clamped to [10 s, 5 h];
* periodic, later periods: L + interval, and L is when the run before *completed*;
* periodic, first period: L + initial delay (flex equal to the interval, as the unified scheduler always asks);
* one-time: L + initial delay.
"""

from __future__ import annotations

from bgtask_reference.events import NS_PER_MS
from bgtask_reference.events import Backoff
from bgtask_reference.events import TaskSpec
from bgtask_reference.platform import constants

LARGEST_SHIFT = 40  # 10 s doubled this often is far above the cap


def backoff_ns(policy: Backoff, attempts: int, work_manager: str | None) -> int:
    """How long a row that has been tried `attempts` (at least 1) times waits after its last result."""
    limits = constants.row("workmanager", "backoff", work_manager)
    least, most = limits["minimum_ms"] * NS_PER_MS, limits["maximum_ms"] * NS_PER_MS
    initial = min(max(policy.initial_ns, least), most)
    grown = initial << min(attempts - 1, LARGEST_SHIFT) if policy.exponential else initial * attempts
    return min(grown, most)


def period_ns(task: TaskSpec, work_manager: str | None) -> int:
    """The effective period: whatever was asked, raised to 15 minutes. 0 for work that never repeats."""
    if task.interval_ns is None:
        return 0
    return max(task.interval_ns, constants.row("workmanager", "period", work_manager)["minimum_ms"] * NS_PER_MS)


def flex_wait_ns(task: TaskSpec, work_manager: str | None) -> int:
    """How long the first period waits for its flex window; 0 where the whole interval is one."""
    if task.interval_ns is None or task.flex_ns is None:
        return 0
    period = period_ns(task, work_manager)
    least = constants.row("workmanager", "period", work_manager)["minimum_flex_ms"] * NS_PER_MS
    return period - min(max(task.flex_ns, least), period)


def scheduler_slots(work_manager: str | None) -> int:
    """How many rows WorkManager keeps registered with JobScheduler at a time."""
    return constants.row("workmanager", "diagnostics", work_manager)["scheduler_slots"]
