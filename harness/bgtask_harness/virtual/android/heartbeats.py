"""API 28's standby heartbeats: a job of an app out of use waits until its bucket's next beat.

Source: AOSP 9 JobSchedulerService.advanceHeartbeatLocked, heartbeatWhenJobsLastRun, isReadyToBeExecutedLocked. A simple
model: the beat counts from boot, and a job is not told apart from another one of the same app.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.level import Heartbeat
from bgtask_harness.virtual.android.standby import Bucket

MS = 1_000_000

_UNHELD = frozenset({Bucket.EXEMPTED, Bucket.ACTIVE})


class Heartbeats:
    """The beat of the phone and when the jobs of each app ran last, in beats."""

    def __init__(self, rule: Heartbeat) -> None:
        self._beat_ns = rule.beat_ms * MS
        self._beats = {Bucket.WORKING_SET: rule.working_set, Bucket.FREQUENT: rule.frequent, Bucket.RARE: rule.rare}
        self._never = -rule.rare
        self._advanced = 0
        self._last_run: dict[str, int] = {}

    def current(self, boot_ns: int) -> int:
        """Give the beat of that time since boot."""
        return boot_ns // self._beat_ns + self._advanced

    def advance(self, beats: int) -> None:
        """`cmd jobscheduler heartbeat N`."""
        self._advanced += beats

    def reset(self) -> None:
        """Begin again, as after a boot."""
        self._advanced = 0
        self._last_run.clear()

    def ran(self, package: str, boot_ns: int) -> None:
        """A job of the app has begun."""
        self._last_run[package] = self.current(boot_ns)

    def last_run(self, package: str) -> int:
        """Give the beat at which a job of the app began last; for never, one so early that nothing waits for it."""
        return self._last_run.get(package, self._never)

    def milestone(self, bucket: Bucket, boot_ns: int) -> int:
        """`mNextBucketHeartbeat`: the beat up to which jobs of a bucket wait; 0 for a bucket that never does."""
        beats = self._beats.get(bucket)
        return 0 if beats is None else -(-self.current(boot_ns) // beats) * beats

    def holds(self, package: str, bucket: Bucket, boot_ns: int) -> bool:
        """Say whether the jobs of an app out of use wait now."""
        if bucket in _UNHELD:
            return False
        beats = self._beats.get(bucket)
        if beats is None:  # NEVER: those are never aged into running
            return True
        now, last = self.current(boot_ns), self.last_run(package)
        return now < self.milestone(bucket, boot_ns) and last < now < last + beats

    def last_beat_ns(self, boot_ns: int) -> int:
        """Give the time since boot of the last beat."""
        return boot_ns // self._beat_ns * self._beat_ns

    def next_beat_ns(self, boot_ns: int) -> int:
        """Give the time since boot of the next beat."""
        return self.last_beat_ns(boot_ns) + self._beat_ns
