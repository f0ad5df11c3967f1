"""How Foundation prints what BackgroundTasks logs: sets, dates, requests, tasks, errors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import NSError
from bgtask_reference.ports.background_tasks import RequestKind

TASK_CLASSES = {RequestKind.APP_REFRESH: "BGAppRefreshTask", RequestKind.PROCESSING: "BGProcessingTask"}
_ACTIVITY_PREFIXES = {RequestKind.APP_REFRESH: "bgRefresh", RequestKind.PROCESSING: "bgProcessing"}


def date(wall_ms: int) -> str:
    """`NSDate.description`, in UTC (corpus 05)."""
    moment = dt.datetime.fromtimestamp(wall_ms // 1000, tz=dt.UTC)
    return moment.strftime("%Y-%m-%d %H:%M:%S +0000")


def window_date(wall_ms: int) -> str:
    """A date as dasd prints a window's (corpus 14): `Sun Aug  9 21:57:42 2026`."""
    moment = dt.datetime.fromtimestamp(wall_ms // 1000, tz=dt.UTC)
    return f"{moment:%a %b} {moment.day:2} {moment:%H:%M:%S %Y}"


def a_set(names: Sequence[str]) -> str:
    """`NSSet.description` (corpus 05): one a line."""
    return "{(\n" + ",\n".join(f"    {name}" for name in names) + ("\n)}" if names else ")}")


def request(asked: BGTaskRequest) -> str:
    """`BGTaskRequest.description` (corpus 05 for processing; the refresh's is the same without its own fields)."""
    begin = "(null)" if asked.earliest_begin_ms is None else date(asked.earliest_begin_ms)
    own = ""
    if asked.kind is RequestKind.PROCESSING:
        power, network = int(asked.requires_external_power), int(asked.requires_network_connectivity)
        own = f", requiresExternalPower={power}, requiresNetworkConnectivity={network}"
    return f"<{TASK_CLASSES[asked.kind]}Request: {asked.identifier}, earliestBeginDate: {begin}{own}>"


def task(kind: RequestKind, identifier: str) -> str:
    """`BGTask.description` (corpus 03)."""
    return f"<{TASK_CLASSES[kind]}: {identifier}>"


def activity(kind: RequestKind, identifier: str, digits: str) -> str:
    """Name of the activity that dasd makes of a request (corpus 05)."""
    return f"{_ACTIVITY_PREFIXES[kind]}-{identifier}:{digits}"


def error(problem: NSError) -> str:
    """`NSError.description` (corpus 10)."""
    return f'Error Domain={problem.domain} Code={problem.code} "{problem.description or "(null)"}"'
