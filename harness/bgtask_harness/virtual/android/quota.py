"""QuotaController: how long and how often the jobs of an app may run in a window that its bucket sets.

A simple model of y36 QuotaController: execution time, jobs and sessions in the window; free while charging, except for
the RESTRICTED bucket; and how much of it at once. Expedited jobs have time of their own (`jobexpedited`).
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_harness.virtual.android.level import RateLimit
from bgtask_harness.virtual.android.standby import Bucket

MS = 1_000_000
DAY_MS = 86_400_000
"""MAX_PERIOD_MS."""


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


@dataclass(frozen=True, slots=True)
class _AtOnce:
    """What was counted in a window that ends at a time since boot."""

    ends_ns: int
    count: int


_NOTHING = _AtOnce(0, 0)


@dataclass(frozen=True, slots=True)
class Usage:
    """`ExecutionStats`: what an app has used in its bucket's window and in a day."""

    limits: Limits
    expires_ns: int
    """Until when these numbers hold at most: the oldest session of the day leaves it."""
    window_ms: int
    window_jobs: int
    window_sessions: int
    day_ms: int
    day_jobs: int
    jobs_until_ns: int
    jobs_at_once: int
    sessions_until_ns: int
    sessions_at_once: int


class Quota:
    """Sessions of each app and what they leave."""

    def __init__(self, limits: Mapping[Bucket, Limits], rate: RateLimit) -> None:
        self._limits = limits
        self._rate = rate
        self._jobs_at_once: dict[str, _AtOnce] = {}
        self._sessions_at_once: dict[str, _AtOnce] = {}
        self._sessions: dict[str, list[Session]] = {}
        self._open: dict[str, tuple[int, int, int]] = {}

    def started(self, package: str, boot_ns: int) -> None:
        """A job of the app starts."""
        start, running, jobs = self._open.get(package, (boot_ns, 0, 0))
        self._open[package] = (start, running + 1, jobs + 1)
        self._count(self._jobs_at_once, package, boot_ns)

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
        self._count(self._sessions_at_once, package, boot_ns)

    def _count(self, counters: dict[str, _AtOnce], package: str, boot_ns: int) -> None:
        """`incrementJobCountLocked`: the first of a window opens it."""
        known = counters.get(package)
        if known is None or known.ends_ns <= boot_ns:
            known = _AtOnce(boot_ns + self._rate.window_ms * MS, 0)
        counters[package] = _AtOnce(known.ends_ns, known.count + 1)

    def clear(self, package: str | None = None) -> None:
        """Forget what an app used, or what all did (a reboot)."""
        for name in list(self._sessions) if package is None else [package]:
            for known in (self._sessions, self._jobs_at_once, self._sessions_at_once):
                known.pop(name, None)
        if package is None:
            self._open.clear()
            self._jobs_at_once.clear()
            self._sessions_at_once.clear()

    def remaining_ms(self, package: str, bucket: Bucket, boot_ns: int) -> int:
        """Give the execution time that is left in the window."""
        limits = self._limits_of(bucket)
        if limits is None:
            return 0
        used = sum(session.end_ns - session.start_ns for session in self._window(package, limits, boot_ns))
        return max(0, limits.allowed_ms - used // MS)

    def within(self, package: str, bucket: Bucket, boot_ns: int, *, charging: bool, running: bool = False) -> bool:
        """Say whether a job of the app may start now, or go on when it is `running`: then only its time counts.

        That counts of jobs and sessions stop nothing that runs is UNCONFIRMED below 36.
        """
        limits = self._limits_of(bucket)
        if limits is None:
            return False
        if charging and bucket is not Bucket.RESTRICTED:
            return True
        if self.remaining_ms(package, bucket, boot_ns) <= 0:
            return False
        return running or self._under_counts(package, limits, boot_ns)

    def _under_counts(self, package: str, limits: Limits, boot_ns: int) -> bool:
        if self._limited_until(package, boot_ns) is not None:
            return False
        sessions = self._window(package, limits, boot_ns)
        over = sessions[:-1] if package in self._open else sessions
        return sum(session.jobs for session in sessions) < limits.jobs and self._distinct(over) < limits.sessions

    def _limited_until(self, package: str, boot_ns: int) -> int | None:
        """Give the time until which the app has used enough at once; None when it has not."""
        jobs, sessions = self._jobs_at_once.get(package), self._sessions_at_once.get(package)
        ends = [
            known.ends_ns
            for known, most in ((jobs, self._rate.jobs), (sessions, self._rate.sessions))
            if known is not None and known.ends_ns > boot_ns and known.count >= most
        ]
        return max(ends, default=None)

    def _distinct(self, sessions: list[Session]) -> int:
        """Count sessions; one that begins soon after another is no other one."""
        gap = self._rate.coalescing_ms * MS
        return len(sessions) - sum(
            later.start_ns - earlier.end_ns <= gap for earlier, later in itertools.pairwise(sessions) if gap
        )

    def next_change(self, package: str, bucket: Bucket, boot_ns: int) -> int | None:
        """Give the boot time at which the oldest session leaves the window; None when there is none."""
        limited = self._limited_until(package, boot_ns)
        if limited is not None:
            return limited
        limits = self._limits_of(bucket)
        sessions = [] if limits is None else self._window(package, limits, boot_ns)
        return None if limits is None or not sessions else sessions[0].end_ns + limits.window_ms * MS

    def packages(self) -> tuple[str, ...]:
        """Apps that used any of it, by name."""
        return tuple(sorted({*self._sessions, *self._open}))

    def saved(self, package: str) -> tuple[Session, ...]:
        """The sessions of an app that are over, oldest first."""
        return tuple(self._sessions.get(package, ()))

    def open_since(self, package: str) -> tuple[int, int] | None:
        """Since when an app has jobs running, and how many; None for none."""
        opened = self._open.get(package)
        return None if opened is None else opened[:2]

    def usage(self, package: str, bucket: Bucket, boot_ns: int) -> Usage:
        """Give what an app has used, as the numbers that a dump shows."""
        limits = self._limits_of(bucket) or Limits(0, 0, 0, 0)
        day = self._window(package, Limits(0, DAY_MS, 0, 0), boot_ns)
        window = self._window(package, limits, boot_ns)
        jobs, sessions = self._jobs_at_once.get(package, _NOTHING), self._sessions_at_once.get(package, _NOTHING)
        return Usage(
            limits=limits,
            expires_ns=(day[0].start_ns if day else boot_ns) + DAY_MS * MS,
            window_ms=_length_ms(window),
            window_jobs=sum(session.jobs for session in window),
            window_sessions=self._distinct(window[:-1] if package in self._open else window),
            day_ms=_length_ms(day),
            day_jobs=sum(session.jobs for session in day),
            jobs_until_ns=jobs.ends_ns,
            jobs_at_once=jobs.count,
            sessions_until_ns=sessions.ends_ns,
            sessions_at_once=sessions.count,
        )

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


def _length_ms(sessions: list[Session]) -> int:
    return sum(session.end_ns - session.start_ns for session in sessions) // MS
