"""One bound on everything that a call may wait for."""

from __future__ import annotations

import time
from dataclasses import dataclass

from bgtask_harness.errors import DeadlineExceeded


@dataclass(frozen=True, slots=True)
class Deadline:
    """A point of the host's monotonic clock. Handed down, so that nested waits share one bound.

    >>> Deadline.after(5).remaining() <= 5
    True
    """

    at: float
    """Seconds of `time.monotonic`."""

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Give the deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    def remaining(self) -> float:
        """Seconds left; never negative."""
        return max(0.0, self.at - time.monotonic())

    @property
    def passed(self) -> bool:
        """True once nothing is left."""
        return time.monotonic() >= self.at

    def check(self, doing: str) -> float:
        """Give the seconds left.

        Raises:
            DeadlineExceeded: Nothing is left; `doing` names what was waited for.

        """
        left = self.remaining()
        if left <= 0:
            raise DeadlineExceeded(doing)
        return left
