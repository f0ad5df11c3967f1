"""All clocks of a phone in one command, and the sentinel that the same command writes to the log."""

from __future__ import annotations

import time
from decimal import Decimal
from decimal import InvalidOperation

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.errors import HarnessError
from bgtask_reference.events import NS_PER_S

LOG_TAG = "bgtask-harness"
UPTIME_GRAIN_NS = 10_000_000
"""`/proc/uptime` has two decimals, cut off (linux `fs/proc/uptime.c`)."""


class UnreadableClocks(HarnessError):  # noqa: N818 - reads as what it is
    """The phone answered something else than its clocks."""


def clock_command(sentinel: str) -> str:
    """Give the one command: boot id, uptime, wall clock, then the log entry."""
    return f"cat /proc/sys/kernel/random/boot_id /proc/uptime; date +%s%N; log -p i -t {LOG_TAG} '{sentinel}'"


def read_clocks(link: Link, number: int, sentinel: str, deadline: Deadline) -> ClockReading:
    """Run it and give the reading.

    Raises:
        UnreadableClocks: The answer has another shape; the sentence holds it.

    """
    before = time.monotonic_ns()
    done = link.shell(clock_command(sentinel), deadline)
    return parse_clocks(done.stdout, number, before, time.monotonic_ns())


def parse_clocks(text: str, number: int, before_ns: int, after_ns: int) -> ClockReading:
    """Read the command's output; `before_ns` and `after_ns` are the host's monotonic clock around it.

    The phone read its clocks one after the other, somewhere in between: they may lie as far apart as the whole command
    took, and each has its grain. A value that was cut off is given as the middle of what it can mean.

    Raises:
        UnreadableClocks: The text has another shape.

    """
    lines = text.split("\n")
    try:
        boot_id, uptime, wall = lines[0].strip(), Decimal(lines[1].split()[0]), lines[2].strip()
        boot_ns = int(uptime * NS_PER_S) + UPTIME_GRAIN_NS // 2
        wall_ns, wall_error_ns = _wall(wall)
    except (IndexError, InvalidOperation, ValueError, OverflowError) as error:
        raise UnreadableClocks(
            f"the phone's clocks are unreadable: expected three lines, got {text[:200]!r}"
        ) from error
    return ClockReading(
        number=number,
        boot_id=boot_id,
        boot_ns=boot_ns,
        wall_ns=wall_ns,
        error_ns=(after_ns - before_ns) + UPTIME_GRAIN_NS // 2 + wall_error_ns,
        host_ns=(before_ns + after_ns) // 2,
    )


def _wall(text: str) -> tuple[int, int]:
    """Read `date +%s%N`. A toybox without %N prints the letter, and seconds are all there is."""
    if text.endswith("N"):
        return int(text[:-1].removesuffix("%")) * NS_PER_S + NS_PER_S // 2, NS_PER_S // 2
    return int(text), 0
