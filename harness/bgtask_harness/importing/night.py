"""What device idle's own history says of a moment.

`Idling history:` of `dumpsys deviceidle` (AOSP DeviceIdleController.dump): a ring of 100 changes, oldest first.
"""

from __future__ import annotations

import re
from datetime import datetime
from datetime import timedelta

from bgtask_harness.importing.material import Dump
from bgtask_harness.observe.durations import parse_duration

_ROW = re.compile(
    r"\s*(?P<state>normal|light-idle|light-maint|deep-idle|deep-maint): (?P<ago>[-+]\S+|0)(?: \((?P<why>.*)\))?\s*",
    re.ASCII,
)
_WORDS = {
    "normal": "not dozing",
    "light-idle": "light doze",
    "light-maint": "a maintenance window of light doze",
    "deep-idle": "deep doze",
    "deep-maint": "a maintenance window of deep doze",
}


def idling_at(dump: Dump, moment: datetime) -> str | None:
    """Give the state at a local time before the dump; None when the ring does not reach back to it."""
    if dump.ended is None or moment > dump.ended:
        return None
    state: str | None = None
    for line in dump.text.splitlines():
        row = _ROW.fullmatch(line)
        ago = parse_duration(row["ago"]) if row else None
        if row is None or ago is None:
            continue
        began = dump.ended + timedelta(microseconds=ago // 1000)
        if began > moment:
            break
        state = f"{_WORDS[row['state']]} since {began:%Y-%m-%d %H:%M:%S}"
    return state
