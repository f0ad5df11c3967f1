"""Drop markers: lines that logd left out and said so (`chatty`, Android 6 to 11; later versions leave no trace).

Text after `system/core/logd/LogBufferElement.cpp`: `uid=10217(com.example) worker identical 3 lines`.
"""

from __future__ import annotations

import re

from bgtask_harness.observe.logcat import LogLine
from bgtask_reference.events import LogLost
from bgtask_reference.events import Source

TAG = "chatty"
_MARKER = re.compile(r"uid=(?P<uid>\d{1,9})(?:\((?P<name>[^)]*)\))?(?: .*)? (?:identical|expire) \d{1,9} lines?\s*")


def observe_dropped(line: LogLine, package: str, uid: int | None, stream: str) -> tuple[LogLost, ...] | None:
    """Tell of lost lines of the app; nothing when they were certainly another's; None when it is no drop marker.

    `uid` is the app's, None while unknown: then a marker without a name may be the app's and counts as such.
    """
    match = _MARKER.fullmatch(line.message)
    if match is None:
        return None
    if _anothers(match, package, uid):
        return ()
    return (LogLost(stamp=line.stamp, source=Source.SYSTEM_LOG, raw=line.raw, stream=stream, reason="dropped"),)


def _anothers(match: re.Match[str], package: str, uid: int | None) -> bool:
    if uid is not None:
        return int(match["uid"]) != uid
    return match["name"] is not None and match["name"] != package
