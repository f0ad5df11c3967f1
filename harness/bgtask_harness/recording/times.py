"""A recorded phone's time: readings of its clocks, with the host's beside them, and what passed between. Pure."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Moment:
    """One reading of the phone's clocks: the host's monotonic clock beside it, nanoseconds each."""

    host_ns: int
    boot_ns: int
    wall_ns: int
    boot_id: str


@dataclass(frozen=True, slots=True)
class Times:
    """The phone's time since something was first said to it.

    Attributes:
        moments: Readings of its clocks, in order; at least one.
        began_ns: When something was first said, on the host's clock.

    """

    moments: tuple[Moment, ...]
    began_ns: int

    @property
    def uptime_ns(self) -> int:
        """The boot clock at the begin."""
        return max(0, self.moments[0].boot_ns - self._before_first)

    @property
    def wall_ns(self) -> int:
        """The wall clock at the begin."""
        return self.moments[0].wall_ns - self._before_first

    @property
    def _before_first(self) -> int:
        return max(0, self.moments[0].host_ns - self.began_ns)

    def elapsed_ns(self, host_ns: int) -> int:
        """How much of the phone's time had passed at a moment since the begin."""
        at = bisect_right(self.moments, host_ns, key=lambda moment: moment.host_ns) - 1
        if at < 0:
            return max(0, self._before_first - (self.moments[0].host_ns - host_ns))
        passed = self._before_first + sum(_passed(*pair) for pair in zip(self.moments, self.moments[1 : at + 1]))  # noqa: B905 - the second is shorter
        return passed + host_ns - self.moments[at].host_ns


def _passed(one: Moment, two: Moment) -> int:
    """Phone time between two readings; the host's across a reboot, where the boot clock began anew."""
    return two.boot_ns - one.boot_ns if one.boot_id == two.boot_id else two.host_ns - one.host_ns
