"""Values alone: everybody but the virtual phones may import them.

The vocabulary is listed in `docs/events.md`; the decision behind its shape is `docs/adr/0001-events.md`.
"""

from bgtask_reference.events.background_tasks import ActivityCancelled
from bgtask_reference.events.background_tasks import ActivityScored
from bgtask_reference.events.background_tasks import ActivitySubmitted
from bgtask_reference.events.background_tasks import AppStep
from bgtask_reference.events.background_tasks import AppStepped
from bgtask_reference.events.background_tasks import BGTaskKind
from bgtask_reference.events.background_tasks import InfoPlistRead
from bgtask_reference.events.background_tasks import LaunchHandlerRegistered
from bgtask_reference.events.background_tasks import ObjectiveCExceptionRaised
from bgtask_reference.events.background_tasks import PendingTaskRequest
from bgtask_reference.events.background_tasks import PendingTaskRequestsListed
from bgtask_reference.events.background_tasks import SubmitErrorSurfaced
from bgtask_reference.events.background_tasks import TaskCompleted
from bgtask_reference.events.background_tasks import TaskExpired
from bgtask_reference.events.background_tasks import TaskLaunched
from bgtask_reference.events.background_tasks import TaskRequestCancelled
from bgtask_reference.events.background_tasks import TaskRequestRefused
from bgtask_reference.events.background_tasks import TaskRequestSubmitted
from bgtask_reference.events.base import NO_STAMP
from bgtask_reference.events.base import NOBODY
from bgtask_reference.events.base import Event
from bgtask_reference.events.base import Source
from bgtask_reference.events.base import Subject
from bgtask_reference.events.base import TaskEvent
from bgtask_reference.events.history import AppEvidence
from bgtask_reference.events.history import AppSpec
from bgtask_reference.events.history import DeviceSpec
from bgtask_reference.events.history import Entry
from bgtask_reference.events.history import Header
from bgtask_reference.events.history import History
from bgtask_reference.events.jobs import JobHistoryRow
from bgtask_reference.events.jobs import JobRow
from bgtask_reference.events.jobs import JobScheduled
from bgtask_reference.events.jobs import JobsListed
from bgtask_reference.events.jobs import JobStep
from bgtask_reference.events.phone import ClockSampled
from bgtask_reference.events.phone import EnvironmentChanged
from bgtask_reference.events.phone import EnvironmentSampled
from bgtask_reference.events.phone import PhoneBooted
from bgtask_reference.events.phone import ProcessDied
from bgtask_reference.events.phone import ProcessStarted
from bgtask_reference.events.record import CaptureClosed
from bgtask_reference.events.record import CaptureOpened
from bgtask_reference.events.record import DeviceLost
from bgtask_reference.events.record import DeviceRegained
from bgtask_reference.events.record import LineUnknown
from bgtask_reference.events.record import LogLost
from bgtask_reference.events.record import RunWanted
from bgtask_reference.events.record import ScenarioBegan
from bgtask_reference.events.record import ScenarioEnded
from bgtask_reference.events.record import SentinelSeen
from bgtask_reference.events.record import WindowClosed
from bgtask_reference.events.record import WindowOpened
from bgtask_reference.events.stamps import NS_PER_MS
from bgtask_reference.events.stamps import NS_PER_S
from bgtask_reference.events.stamps import Clock
from bgtask_reference.events.stamps import Stamp
from bgtask_reference.events.stimuli import ForceLevel
from bgtask_reference.events.stimuli import Outcome
from bgtask_reference.events.stimuli import Refusal
from bgtask_reference.events.stimuli import StimulusAnswered
from bgtask_reference.events.stimuli import StimulusSent
from bgtask_reference.events.tasks import Backoff
from bgtask_reference.events.tasks import Constraints
from bgtask_reference.events.tasks import ExistingWork
from bgtask_reference.events.tasks import Network
from bgtask_reference.events.tasks import Norm
from bgtask_reference.events.tasks import TaskSpec
from bgtask_reference.events.tasks import UniqueName
from bgtask_reference.events.verdicts import Judgement
from bgtask_reference.events.verdicts import Verdict
from bgtask_reference.events.work import RequestCancelled
from bgtask_reference.events.work import RequestKind
from bgtask_reference.events.work import RequestMade
from bgtask_reference.events.work import Result
from bgtask_reference.events.work import RunFinished
from bgtask_reference.events.work import RunRefused
from bgtask_reference.events.work import RunStarted
from bgtask_reference.events.work import RunStopped
from bgtask_reference.events.work import WorkListed
from bgtask_reference.events.work import WorkRow
from bgtask_reference.events.work import WorkState

KINDS: dict[str, type[Event]] = {
    kind.KIND: kind
    for kind in (
        ActivityCancelled,
        ActivityScored,
        ActivitySubmitted,
        AppStepped,
        CaptureClosed,
        CaptureOpened,
        ClockSampled,
        DeviceLost,
        DeviceRegained,
        EnvironmentChanged,
        EnvironmentSampled,
        InfoPlistRead,
        JobScheduled,
        JobsListed,
        LaunchHandlerRegistered,
        LineUnknown,
        LogLost,
        ObjectiveCExceptionRaised,
        PendingTaskRequestsListed,
        PhoneBooted,
        ProcessDied,
        ProcessStarted,
        RequestCancelled,
        RequestMade,
        RunFinished,
        RunRefused,
        RunStarted,
        RunStopped,
        RunWanted,
        ScenarioBegan,
        ScenarioEnded,
        SentinelSeen,
        StimulusAnswered,
        StimulusSent,
        SubmitErrorSurfaced,
        TaskCompleted,
        TaskExpired,
        TaskLaunched,
        TaskRequestCancelled,
        TaskRequestRefused,
        TaskRequestSubmitted,
        WindowClosed,
        WindowOpened,
        WorkListed,
    )
}
"""Every event by the name that a journal gives it."""

__all__ = [
    "KINDS",
    "NOBODY",
    "NO_STAMP",
    "NS_PER_MS",
    "NS_PER_S",
    "ActivityCancelled",
    "ActivityScored",
    "ActivitySubmitted",
    "AppEvidence",
    "AppSpec",
    "AppStep",
    "AppStepped",
    "BGTaskKind",
    "Backoff",
    "CaptureClosed",
    "CaptureOpened",
    "Clock",
    "ClockSampled",
    "Constraints",
    "DeviceLost",
    "DeviceRegained",
    "DeviceSpec",
    "Entry",
    "EnvironmentChanged",
    "EnvironmentSampled",
    "Event",
    "ExistingWork",
    "ForceLevel",
    "Header",
    "History",
    "InfoPlistRead",
    "JobHistoryRow",
    "JobRow",
    "JobScheduled",
    "JobStep",
    "JobsListed",
    "Judgement",
    "LaunchHandlerRegistered",
    "LineUnknown",
    "LogLost",
    "Network",
    "Norm",
    "ObjectiveCExceptionRaised",
    "Outcome",
    "PendingTaskRequest",
    "PendingTaskRequestsListed",
    "PhoneBooted",
    "ProcessDied",
    "ProcessStarted",
    "Refusal",
    "RequestCancelled",
    "RequestKind",
    "RequestMade",
    "Result",
    "RunFinished",
    "RunRefused",
    "RunStarted",
    "RunStopped",
    "RunWanted",
    "ScenarioBegan",
    "ScenarioEnded",
    "SentinelSeen",
    "Source",
    "Stamp",
    "StimulusAnswered",
    "StimulusSent",
    "Subject",
    "SubmitErrorSurfaced",
    "TaskCompleted",
    "TaskEvent",
    "TaskExpired",
    "TaskLaunched",
    "TaskRequestCancelled",
    "TaskRequestRefused",
    "TaskRequestSubmitted",
    "TaskSpec",
    "UniqueName",
    "Verdict",
    "WindowClosed",
    "WindowOpened",
    "WorkListed",
    "WorkRow",
    "WorkState",
]
