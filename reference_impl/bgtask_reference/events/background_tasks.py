"""What Apple's BackgroundTasks framework and dasd did: handlers, requests, launches, expirations, completions.

Names and meaning are those of `BGTaskScheduler.h` and of the framework's own log lines. A launch that was simulated
(`_simulateLaunchForTaskWithIdentifier:`) needs a pending request, removes it, knows no time limit and never tells how
it ended: rules treat it as another class of run. A simulation that the framework turned away is a `RunRefused` with the
reason `no-pending-request` or `already-running`.

A worker's own body is told by `RunStarted`, `RunFinished` and `RunStopped`, as on Android.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from bgtask_reference.events.base import Event


class BGTaskKind(StrEnum):
    """The class of a request and of the task that comes of it."""

    APP_REFRESH = "refresh"
    """`BGAppRefreshTaskRequest`; dasd's `bgRefresh-`."""
    PROCESSING = "processing"
    """`BGProcessingTaskRequest`; dasd's `bgProcessing-`."""
    HEALTH_RESEARCH = "health-research"
    """`BGHealthResearchTaskRequest`, iOS 17 and later: a processing request of its own kind."""
    CONTINUED_PROCESSING = "continued-processing"
    """`BGContinuedProcessingTaskRequest`, iOS 26 and later."""
    UNKNOWN = "unknown"


class AppStep(StrEnum):
    """Steps of a process of an app that matter to BackgroundTasks."""

    FINISHED_LAUNCHING = "finished-launching"
    """`application:didFinishLaunchingWithOptions:` has returned: too late to register."""
    ENTERED_BACKGROUND = "entered-background"
    ENTERED_FOREGROUND = "entered-foreground"
    SUSPENDED = "suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class BGTaskEvent(Event):
    """An event about one task identifier, exactly as it was printed; empty when the line did not tell it."""

    identifier: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InfoPlistRead(Event):
    """What the installed app's Info.plist declares, as the phone told it.

    Attributes:
        package: The bundle identifier.
        permitted_identifiers: `BGTaskSchedulerPermittedIdentifiers`.
        background_modes: `UIBackgroundModes`: `fetch`, `processing`, ...

    """

    KIND: ClassVar[str] = "bgtask.info-plist"
    package: str = ""
    permitted_identifiers: tuple[str, ...] = ()
    background_modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppStepped(Event):
    """A process of the app took a step of its life."""

    KIND: ClassVar[str] = "bgtask.app-stepped"
    package: str = ""
    pid: int = 0
    step: AppStep = AppStep.FINISHED_LAUNCHING


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchHandlerRegistered(BGTaskEvent):
    """`registerForTaskWithIdentifier:` was called. `accepted` is its answer, None when the source does not tell it."""

    KIND: ClassVar[str] = "bgtask.registered"
    accepted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectiveCExceptionRaised(BGTaskEvent):
    """An uncaught `NSException` ended the process. `name` as printed: `NSInternalInconsistencyException`, ..."""

    KIND: ClassVar[str] = "bgtask.exception"
    name: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequestSubmitted(BGTaskEvent):
    """`submitTaskRequest:error:` was called. Whether it was taken, only `TaskRequestRefused` or dasd tells.

    Attributes:
        request: The class of the request.
        earliest_begin_ns: `earliestBeginDate`, wall nanoseconds since 1970; None for `(null)`: no delay.
        requires_network_connectivity: As printed; None for a request that has no such property.
        requires_external_power: As printed; None for a request that has no such property.

    """

    KIND: ClassVar[str] = "bgtask.submitted"
    request: BGTaskKind = BGTaskKind.UNKNOWN
    earliest_begin_ns: int | None = None
    requires_network_connectivity: bool | None = None
    requires_external_power: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequestRefused(BGTaskEvent):
    """`submitTaskRequest:error:` answered NO.

    Attributes:
        code: `BGTaskSchedulerErrorCode`: 1 unavailable, 2 too many, 3 not permitted, 4 immediate run ineligible; None
            when the line did not tell it.
        domain: `BGTaskSchedulerErrorDomain`, or whatever was printed.
        description: The rest of the error, as printed.

    """

    KIND: ClassVar[str] = "bgtask.submit-refused"
    code: int | None = None
    domain: str = ""
    description: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitErrorSurfaced(BGTaskEvent):
    """The app itself told of a submit that failed: its own log or beacon. `code` as above.

    `withheld`: the app logged an error whose text reads `<private>`; it may be this one, of whatever identifier.
    """

    KIND: ClassVar[str] = "bgtask.submit-error-surfaced"
    code: int | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRequestCancelled(BGTaskEvent):
    """`cancelTaskRequestWithIdentifier:`, or `cancelAllTaskRequests` (`everything`)."""

    KIND: ClassVar[str] = "bgtask.request-cancelled"
    everything: bool = False


@dataclass(frozen=True, slots=True)
class PendingTaskRequest:
    """One pending request. `earliest_begin_ns` is wall nanoseconds since 1970; None for none or when not told."""

    identifier: str
    request: BGTaskKind = BGTaskKind.UNKNOWN
    earliest_begin_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingTaskRequestsListed(Event):
    """Every pending request of the app: `Found pending activities`, or what an app's hook answered.

    `complete` is False when the list was cut: then a request that is missing from it proves nothing.
    """

    KIND: ClassVar[str] = "bgtask.pending-listed"
    requests: tuple[PendingTaskRequest, ...] = ()
    complete: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskLaunched(BGTaskEvent):
    """A launch handler was called: `Starting task:`, or `Starting simulated task:` (`simulated`)."""

    KIND: ClassVar[str] = "bgtask.launched"
    request: BGTaskKind = BGTaskKind.UNKNOWN
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskExpired(BGTaskEvent):
    """The system told a task that its time is up.

    `handled` is False when the framework printed that it has no expiration handler, None when no line tells.
    """

    KIND: ClassVar[str] = "bgtask.expired"
    simulated: bool = False
    handled: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskCompleted(BGTaskEvent):
    """`setTaskCompletedWithSuccess:` was called. `success` is None for a simulated task: its line does not tell."""

    KIND: ClassVar[str] = "bgtask.completed"
    success: bool | None = None
    simulated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitySubmitted(BGTaskEvent):
    """Dasd took an activity: `Submitted: bgRefresh-<identifier>:<activity> ... (<begin> - <end>)`.

    Attributes:
        request: By its prefix.
        activity: Six hexadecimal digits, another one for each request.
        begin_ns: Start of its window, wall nanoseconds since 1970; None when private or not printed.
        end_ns: End of its window, likewise.

    """

    KIND: ClassVar[str] = "bgtask.activity-submitted"
    request: BGTaskKind = BGTaskKind.UNKNOWN
    activity: str = ""
    begin_ns: int | None = None
    end_ns: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityCancelled(BGTaskEvent):
    """Dasd dropped an activity: `CANCELED: ...`: replaced, cancelled, or simulated."""

    KIND: ClassVar[str] = "bgtask.activity-cancelled"
    request: BGTaskKind = BGTaskKind.UNKNOWN
    activity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityScored(BGTaskEvent):
    """Dasd decided on an activity.

    Attributes:
        request: By its prefix.
        activity: Six hexadecimal digits.
        decision: `FinalDecision` as printed: `Can Proceed`, `Must Not Proceed`, `Absolutely Must Not Proceed`.
        against: Names of the policies that said no, as printed: `DeviceActivityPolicy`, ...
        rationale: What those printed as `Rationale`, in the same order.

    """

    KIND: ClassVar[str] = "bgtask.activity-scored"
    request: BGTaskKind = BGTaskKind.UNKNOWN
    activity: str = ""
    decision: str = ""
    against: tuple[str, ...] = ()
    rationale: tuple[str, ...] = ()
