"""Lines of `Job history` in `dumpsys jobscheduler`.

`  -1d02h57m31s562ms   START: #u0a146/0 package/class` and STOP with a reason; no job id and no reason before API 27.
The labels STOP and STOP-P are swapped on API 28 to 32, so whether a job was periodic is not read from them.
"""

from __future__ import annotations

import re

from bgtask_harness.observe.durations import parse_duration
from bgtask_reference.events import JobHistoryRow
from bgtask_reference.events import JobStep

_ROW = re.compile(
    r"\s*(?P<ago>[-+]\S+|0)\s+(?P<step>START|STOP)(?:-P)?: "
    r"(?:#(?P<uid>\w{1,20})/(?P<job>-?\d{1,10})|(?P<old_uid>\w{1,20})) (?P<tag>\S+)(?: (?P<reason>.*))?",
    re.ASCII,
)


def parse_history_row(line: str) -> JobHistoryRow | None:
    """Read one line of the history; None when it is none."""
    match = _ROW.fullmatch(line.rstrip())
    if match is None:
        return None
    ago = parse_duration(match["ago"])
    if ago is None or ago > 0:
        return None
    return JobHistoryRow(
        ago_ns=-ago,
        step=JobStep(match["step"]),
        uid=match["uid"] or match["old_uid"],
        job_id=int(match["job"]) if match["job"] else None,
        tag=match["tag"],
        reason=(match["reason"] or "").strip() or None,
    )


def package_of_tag(tag: str) -> str:
    """Give the package of a job's tag: `@namespace@package/class`, `package/class` or `source-tag:package`."""
    component = tag.rsplit("@", 1)[-1].partition("#")[0]
    return component.partition("/")[0] if "/" in component else component.rpartition(":")[2]
