"""Lines of Apple's BackgroundTasks framework within an app's process: matched by text, whatever the subsystem.

Formats: the catalogue of the corpus (31_log_format_catalogue.tsv) and its samples. Older frameworks write the simulated
ones by NSLog, without a subsystem; Xcode's console prints `<decode: missing data>` for an argument that it lost: then
the identifier is unknown, and stays so.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from bgtask_harness.observe.ios.os_log import OsLogLine
from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import Event
from bgtask_reference.events import LaunchHandlerRegistered
from bgtask_reference.events import ObjectiveCExceptionRaised
from bgtask_reference.events import PendingTaskRequest
from bgtask_reference.events import PendingTaskRequestsListed
from bgtask_reference.events import RunRefused
from bgtask_reference.events import Source
from bgtask_reference.events import Subject
from bgtask_reference.events import SubmitErrorSurfaced
from bgtask_reference.events import TaskCompleted
from bgtask_reference.events import TaskExpired
from bgtask_reference.events import TaskLaunched
from bgtask_reference.events import TaskRequestCancelled
from bgtask_reference.events import TaskRequestRefused
from bgtask_reference.events import TaskRequestSubmitted

SENDER = "BackgroundTasks"
SUBSYSTEM = "com.apple.BackgroundTasks"

_LOST = "<decode: missing data>"
_NS_PER_S = 1_000_000_000
_ERRORS = frozenset({"error", "fault"})
_KINDS = {
    "BGAppRefreshTask": BGTaskKind.APP_REFRESH,
    "BGProcessingTask": BGTaskKind.PROCESSING,
    "BGHealthResearchTask": BGTaskKind.HEALTH_RESEARCH,
    "BGContinuedProcessingTask": BGTaskKind.CONTINUED_PROCESSING,
}
_ACTIVITY_KINDS = {"bgRefresh": BGTaskKind.APP_REFRESH, "bgProcessing": BGTaskKind.PROCESSING}
_TASK = r"(?:<(?P<class>BG\w+Task): (?P<id>[^>]+)>|<decode: missing data>)"
_REQUEST = (
    r"<(?P<class>BG\w+Task)Request: (?P<id>[^,>]+), earliestBeginDate: (?P<begin>\(null\)|[\d: +-]+)"
    r"(?:, requiresExternalPower=(?P<power>[01]), requiresNetworkConnectivity=(?P<network>[01]))?[^>]*>"
)
_ERROR = r"Error Domain=(?P<domain>\S+) Code=(?P<code>-?\d{1,9})(?P<rest>.*)"

Read = Callable[[re.Match[str], OsLogLine], Event | None]


def observe_background_tasks(line: OsLogLine) -> tuple[Event, ...] | None:
    """Give the events of a line; nothing for one that tells nothing of its own; None when nobody knows it."""
    for pattern, read in _LINES:
        match = pattern.fullmatch(line.message)
        if match is not None:
            event = read(match, line)
            return () if event is None else (event,)
    return None


def names_activities(message: str) -> list[str]:
    """Give the names in a printed set of activities, one a line between `{(` and `)}`."""
    inner = message.strip().removeprefix("{(").removesuffix(")}")
    return [name.strip() for name in inner.split(",") if name.strip()]


def kind_of_activity(prefix: str) -> BGTaskKind:
    """Give the class of request that an activity's prefix stands for."""
    return _ACTIVITY_KINDS.get(prefix, BGTaskKind.UNKNOWN)


def _identifier(match: re.Match[str]) -> str:
    found = match.groupdict().get("id") or ""
    return "" if found == _LOST else found


def _kind(match: re.Match[str]) -> BGTaskKind:
    return _KINDS.get(match.groupdict().get("class") or "", BGTaskKind.UNKNOWN)


def _nothing(_match: re.Match[str], _line: OsLogLine) -> None:
    return None


def _submitted(match: re.Match[str], line: OsLogLine) -> Event:
    flags = {"0": False, "1": True}
    return TaskRequestSubmitted(
        stamp=line.stamp,
        source=Source.BACKGROUND_TASKS,
        raw=line.raw,
        identifier=_identifier(match),
        request=_kind(match),
        earliest_begin_ns=_date(match["begin"]),
        requires_network_connectivity=flags.get(match["network"] or ""),
        requires_external_power=flags.get(match["power"] or ""),
    )


def _refused(match: re.Match[str], line: OsLogLine) -> Event:
    return TaskRequestRefused(
        stamp=line.stamp,
        source=Source.BACKGROUND_TASKS,
        raw=line.raw,
        identifier=_identifier(match),
        code=int(match["code"]),
        domain=match["domain"],
        description=match["rest"].strip(),
    )


def _surfaced(match: re.Match[str], line: OsLogLine) -> Event:
    return SubmitErrorSurfaced(stamp=line.stamp, source=Source.APP_LOG, raw=line.raw, code=int(match["code"]))


def _registered(match: re.Match[str], line: OsLogLine) -> Event:
    return LaunchHandlerRegistered(
        stamp=line.stamp, source=Source.BACKGROUND_TASKS, raw=line.raw, identifier=_identifier(match)
    )


def _cancelled(match: re.Match[str], line: OsLogLine) -> Event:
    identifier = _identifier(match)
    return TaskRequestCancelled(
        stamp=line.stamp,
        source=Source.BACKGROUND_TASKS,
        raw=line.raw,
        identifier=identifier,
        everything="id" not in match.groupdict(),
    )


def _listed(match: re.Match[str], line: OsLogLine) -> Event:
    requests = []
    for name in names_activities(match["set"]):
        found = re.fullmatch(r"(?P<kind>\w+)-(?P<id>.+):[0-9A-F]{6}", name)
        if found is not None:
            requests.append(PendingTaskRequest(found["id"], kind_of_activity(found["kind"])))
    return PendingTaskRequestsListed(
        stamp=line.stamp,
        source=Source.BACKGROUND_TASKS,
        raw=line.raw,
        requests=tuple(requests),
        complete=match["set"].rstrip().endswith(")}"),
    )


def _launched(match: re.Match[str], line: OsLogLine, *, simulated: bool) -> Event:
    return TaskLaunched(
        stamp=line.stamp,
        source=Source.BACKGROUND_TASKS,
        raw=line.raw,
        identifier=_identifier(match),
        request=_kind(match),
        simulated=simulated,
    )


def _completed(match: re.Match[str], line: OsLogLine, *, simulated: bool) -> Event:
    success = None if simulated else match["success"] == "1"
    return TaskCompleted(
        stamp=line.stamp,
        source=Source.BACKGROUND_TASKS,
        raw=line.raw,
        identifier=_identifier(match),
        success=success,
        simulated=simulated,
    )


def _expired(match: re.Match[str], line: OsLogLine, *, simulated: bool = False, handled: bool | None = None) -> Event:
    return TaskExpired(
        stamp=line.stamp,
        source=Source.BACKGROUND_TASKS,
        raw=line.raw,
        identifier=_identifier(match),
        simulated=simulated,
        handled=handled,
    )


def _simulation_refused(match: re.Match[str], line: OsLogLine, *, reason: str) -> Event:
    subject = Subject(task=_identifier(match) or None)
    return RunRefused(stamp=line.stamp, source=Source.BACKGROUND_TASKS, raw=line.raw, subject=subject, reason=reason)


def _raised(match: re.Match[str], line: OsLogLine) -> Event:
    reason = match["reason"]
    about = re.search(r"identifier (?P<id>\S+)", reason)
    return ObjectiveCExceptionRaised(
        stamp=line.stamp,
        source=Source.SYSTEM_LOG,
        raw=line.raw,
        identifier=about["id"] if about else "",
        name=match["name"],
        reason=reason,
    )


def _date(text: str) -> int | None:
    try:
        moment = dt.datetime.strptime(text.strip(), "%Y-%m-%d %H:%M:%S %z")
    except ValueError:
        return None
    return int(moment.timestamp()) * _NS_PER_S


def _line(pattern: str, read: Read) -> tuple[re.Pattern[str], Read]:
    return re.compile(pattern, re.DOTALL), read


_ID = r"(?P<id>.+?)"
_LINES = (
    _line(rf"submitTaskRequest: {_REQUEST}", _submitted),
    _line(rf"submitTaskRequest:completionHandler: {_REQUEST}", _submitted),
    _line(rf"Error submitting task request: {_REQUEST}, error: {_ERROR}", _refused),
    _line(rf"{_ID} is not advertised in the application's Info\.plist", _nothing),  # the refusal has its own line
    _line(r".* requested an unsupported set of resources: .*", _nothing),
    _line(rf"registerForTaskWithIdentifier: {_ID}", _registered),
    _line(rf"cancelTaskRequestWithIdentifier: {_ID}", _cancelled),
    _line(r"cancelAllTaskRequests", _cancelled),
    _line(r"Getting pending task requests", _nothing),
    _line(r"Found pending activities: (?P<set>\{\(.*)", _listed),
    _line(r"Error fetching activities: .*", _nothing),
    _line(r"Handling app launch", _nothing),
    _line(r"Application launched for activities: .*", _nothing),
    _line(r"Calling handlers for activities: .*", _nothing),
    _line(rf"Running task: {_TASK}", _nothing),
    _line(rf"Starting task: {_TASK}", lambda match, line: _launched(match, line, simulated=False)),
    _line(rf"Starting simulated task: {_TASK}", lambda match, line: _launched(match, line, simulated=True)),
    _line(
        rf"Marking task {_TASK} complete with success: (?P<success>[01])",
        lambda match, line: _completed(match, line, simulated=False),
    ),
    _line(rf"Marking simulated task complete: {_TASK}", lambda match, line: _completed(match, line, simulated=True)),
    _line(r"Simulating (?:launch|expiration) for task with identifier .*", _nothing),
    _line(
        rf"No task request with identifier {_ID} has been scheduled",
        lambda match, line: _simulation_refused(match, line, reason="no-pending-request"),
    ),
    _line(
        rf"Task with identifier {_ID} is already running",
        lambda match, line: _simulation_refused(match, line, reason="already-running"),
    ),
    _line(r"Task with identifier .* is not currently being simulated", _nothing),
    _line(rf"Expiring simulated task: {_TASK}", lambda match, line: _expired(match, line, simulated=True)),
    _line(rf"No expiration handler for task: {_TASK}", lambda match, line: _expired(match, line, handled=False)),
    _line(r"Will (?:expire activities|handle lifecycle events): .*", _nothing),
    _line(r"Calling expiration handlers for (?:activities|lifecycle events|tasks): .*", _nothing),
    _line(rf"Expiring task: {_TASK}", _expired),
    _line(r"Unknown activities expired, completing immediately: .*", _nothing),
    _line(r"Handling suspension for activities: .*", _nothing),
)
"""`handled` of an expiration comes with a line of its own, after the expiration's: rules join them by identifier."""

EXCEPTION = re.compile(
    r"\*\*\* Terminating app due to uncaught exception '(?P<name>[^']+)', reason: '(?P<reason>.*)'", re.DOTALL
)
"""CoreFoundation's line, of whatever sender."""

SURFACED = re.compile(rf"(?:.*?){_ERROR}", re.DOTALL)
"""An error of BGTaskScheduler that the app itself prints."""


def observe_exception(line: OsLogLine) -> tuple[Event, ...]:
    """Give the exception that ended the process, if this line tells of one."""
    match = EXCEPTION.match(line.message)
    return (_raised(match, line),) if match else ()


def observe_surfaced(line: OsLogLine) -> tuple[Event, ...]:
    """Give the error of a submit that the app itself printed, if this line has one."""
    match = SURFACED.match(line.message) if "BGTaskSchedulerErrorDomain" in line.message else None
    return (_surfaced(match, line),) if match and match["domain"] == "BGTaskSchedulerErrorDomain" else ()


def observe_withheld(line: OsLogLine) -> tuple[Event, ...]:
    """Give what an error of the app may be whose text the system withholds: that a submit failed."""
    if line.kind not in _ERRORS or line.sender != line.process:
        return ()
    return (SubmitErrorSurfaced(stamp=line.stamp, source=Source.APP_LOG, raw=line.raw, withheld=True),)
