"""QuotaController: how long and how often the jobs of an app may run in a window that its bucket sets.

A simple model of y36 QuotaController: execution time, jobs and sessions in the window; free while charging, except for
the RESTRICTED bucket. Left out: rate limits for one minute, expedited jobs, coalescing of sessions, top-started jobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_harness.virtual.android.standby import Bucket

MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """What a bucket allows in one window."""

    allowed_ms: int
    window_ms: int
    jobs: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Session:
    """A time in which an app had jobs running, boot time in nanoseconds."""

    start_ns: int
    end_ns: int
    jobs: int


class Quota:
    """Sessions of each app and what they leave."""

    def __init__(self, limits: Mapping[Bucket, Limits]) -> None:
        self._limits = limits
        self._sessions: dict[str, list[Session]] = {}
        self._open: dict[str, tuple[int, int, int]] = {}

    def started(self, package: str, boot_ns: int) -> None:
        """A job of the app starts."""
        start, running, jobs = self._open.get(package, (boot_ns, 0, 0))
        self._open[package] = (start, running + 1, jobs + 1)

    def stopped(self, package: str, boot_ns: int) -> None:
        """A job of the app has stopped."""
        if package not in self._open:
            return
        start, running, jobs = self._open[package]
        if running > 1:
            self._open[package] = (start, running - 1, jobs)
            return
        del self._open[package]
        self._sessions.setdefault(package, []).append(Session(start, boot_ns, jobs))

    def clear(self, package: str | None = None) -> None:
        """Forget what an app used, or what all did (a reboot)."""
        for name in list(self._sessions) if package is None else [package]:
            self._sessions.pop(name, None)
        if package is None:
            self._open.clear()

    def remaining_ms(self, package: str, bucket: Bucket, boot_ns: int) -> int:
        """Give the execution time that is left in the window."""
        limits = self._limits_of(bucket)
        if limits is None:
            return 0
        used = sum(session.end_ns - session.start_ns for session in self._window(package, limits, boot_ns))
        return max(0, limits.allowed_ms - used // MS)

    def within(self, package: str, bucket: Bucket, boot_ns: int, *, charging: bool) -> bool:
        """Say whether a job of the app may start now."""
        limits = self._limits_of(bucket)
        if limits is None:
            return False
        if charging and bucket is not Bucket.RESTRICTED:
            return True
        sessions = self._window(package, limits, boot_ns)
        if self.remaining_ms(package, bucket, boot_ns) <= 0:
            return False
        return sum(session.jobs for session in sessions) < limits.jobs and len(sessions) < limits.sessions

    def next_change(self, package: str, bucket: Bucket, boot_ns: int) -> int | None:
        """Give the boot time at which the oldest session leaves the window; None when there is none."""
        limits = self._limits_of(bucket)
        sessions = [] if limits is None else self._window(package, limits, boot_ns)
        return None if limits is None or not sessions else sessions[0].end_ns + limits.window_ms * MS

    def _limits_of(self, bucket: Bucket) -> Limits | None:
        """Give the limits of a bucket; where an exempted app has none of its own it counts as an active one."""
        return self._limits.get(bucket) or (self._limits.get(Bucket.ACTIVE) if bucket is Bucket.EXEMPTED else None)

    def _window(self, package: str, limits: Limits, boot_ns: int) -> list[Session]:
        begin = boot_ns - limits.window_ms * MS
        found = [
            Session(max(session.start_ns, begin), session.end_ns, session.jobs)
            for session in self._sessions.get(package, ())
            if session.end_ns > begin
        ]
        if package in self._open:
            start, _, jobs = self._open[package]
            found.append(Session(max(start, begin), boot_ns, jobs))
        return found
