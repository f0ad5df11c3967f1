"""The harness's own numbered lines in the log: `sentinel <handle> <number>`, tag `bgtask-harness`."""

from __future__ import annotations

import re

from bgtask_harness.observe.logcat import LogLine
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source

TAG = "bgtask-harness"
_SENTINEL = re.compile(r"sentinel (?P<handle>[0-9a-f]{8}) (?P<number>\d{1,9})", re.ASCII)


def observe_sentinel(line: LogLine, handle: str | None) -> tuple[SentinelSeen, ...] | None:
    """Give the sentinel of a line; nothing for another handle's; None when it is no sentinel at all.

    `handle` None takes any: for reading a log whose device handle nobody remembers.
    """
    match = _SENTINEL.fullmatch(line.message.rstrip())
    if match is None:
        return None
    if handle is not None and match["handle"] != handle:
        return ()
    return (SentinelSeen(stamp=line.stamp, source=Source.SYSTEM_LOG, raw=line.raw, number=int(match["number"])),)
