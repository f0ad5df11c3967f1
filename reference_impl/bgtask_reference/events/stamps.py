"""When something happened, on the clock of whoever saw it.

A phone has three clocks that drift apart and jump on their own, so a stamp always says which one it was read from:

`boot`
    Nanoseconds since boot, sleep included (`SystemClock.elapsedRealtime`, `/proc/uptime`). Starts again at each boot.
`wall`
    Nanoseconds since 1970 UTC (`System.currentTimeMillis`). A person or the network may move it.
`log`
    Wall time as the log has it beside a line. The clock of `wall` on Android, stamped by another process.
`host`
    The harness's own monotonic clock. Good for liveness, never compared by a rule.

Stamps are stored raw. `bgtask_reference.oracle.clocks` places them on the boot axis from the `ClockSampled` events of
the same journal, so that a better mapping can judge an old journal again.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


class Clock(StrEnum):
    """Whose clock a stamp was read from."""

    BOOT = "boot"
    WALL = "wall"
    LOG = "log"
    HOST = "host"


@dataclass(frozen=True, slots=True)
class Stamp:
    """One reading of one clock: the event happened within `[ns - error_ns, ns + error_ns]` of that clock.

    Attributes:
        clock: The clock that was read.
        ns: Its reading in nanoseconds.
        error_ns: Half the width of what the reading can mean. A log line printed with milliseconds has been truncated,
            so its reading is the middle of that millisecond and its error half a millisecond.

    """

    clock: Clock
    ns: int
    error_ns: int = 0
