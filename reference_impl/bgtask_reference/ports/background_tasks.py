"""Apple's BackgroundTasks framework as an app sees it: requests in, tasks out.

Names and meaning are those of `BGTaskScheduler.h`. What a call leads to is the host's business; nothing here says when
a task runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from enum import StrEnum
from typing import Protocol

from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import HookPort


class OSLogType(StrEnum):
    """`os_log_type_t`."""

    DEFAULT = "default"
    INFO = "info"
    DEBUG = "debug"
    ERROR = "error"
    FAULT = "fault"


class IosAppPort(AppPort, Protocol):
    """The phone as one process of an iOS app sees it. `package` is the bundle identifier.

    `log` of the base writes a public line of subsystem `package` and category `tag`, as instrumented builds do;
    published code goes through `os_log` and `ns_log`.
    """

    def os_log(self, kind: OSLogType, message: str, *, subsystem: str = "", category: str = "", public: bool) -> None:
        """Write to the unified log. A message that is not public reads `<private>` to everybody but a debugger."""

    def ns_log(self, message: str) -> None:
        """`NSLog`: public, of the default type, without a subsystem."""


class RequestKind(StrEnum):
    """The class of a request, and of the task that comes of it."""

    APP_REFRESH = "refresh"
    """`BGAppRefreshTaskRequest`."""
    PROCESSING = "processing"
    """`BGProcessingTaskRequest`."""


@dataclass(frozen=True, slots=True)
class BGTaskRequest:
    """`BGTaskRequest`. `earliest_begin_ms` is a date, wall milliseconds since 1970; None means no delay.

    The two requirements are those of `BGProcessingTaskRequest`; an app refresh has none.
    """

    identifier: str
    kind: RequestKind
    earliest_begin_ms: int | None = None
    requires_network_connectivity: bool = False
    requires_external_power: bool = False


class ErrorCode(IntEnum):
    """`BGTaskSchedulerErrorCode`."""

    UNAVAILABLE = 1
    TOO_MANY_PENDING_TASK_REQUESTS = 2
    NOT_PERMITTED = 3
    IMMEDIATE_RUN_INELIGIBLE = 4
    """iOS 26, for continued processing alone."""


ERROR_DOMAIN = "BGTaskSchedulerErrorDomain"


@dataclass(frozen=True, slots=True)
class NSError:
    """What `submitTaskRequest:error:` leaves behind when it answers NO. It is no exception: Kotlin sees none."""

    code: int
    domain: str = ERROR_DOMAIN
    description: str = ""


class ObjectiveCException(BaseException):
    """An `NSException`, such as NSInternalInconsistencyException: no Kotlin `catch` sees it, it ends the process.

    A BaseException on purpose: published code catches `Throwable` around these calls, in vain.
    """


class BGTask(Protocol):
    """A task that the system, or a simulated launch, handed to a launch handler."""

    @property
    def identifier(self) -> str:
        """Of the request that it came from."""

    def set_expiration_handler(self, handler: Callable[[], None]) -> None:
        """Have this called shortly before the time is up."""

    def set_task_completed(self, success: bool) -> None:
        """Say that the work is over. What a second call does is not documented: UNCONFIRMED."""


class BGTaskSchedulerPort(Protocol):
    """`BGTaskScheduler.sharedScheduler`."""

    def register(self, identifier: str, launch_handler: Callable[[BGTask], None]) -> bool:
        """Give a task's launch handler; False when the identifier is not in the app's Info.plist.

        The handler is called on a background queue of its own (`usingQueue: nil`).

        Raises:
            ObjectiveCException: The identifier has a handler already, or the app has finished launching.

        """

    def submit(self, request: BGTaskRequest) -> NSError | None:
        """Ask for a task; a pending request of that identifier is replaced. None when it was taken.

        Raises:
            ObjectiveCException: The identifier is permitted, but nothing registered for it.

        """

    def cancel(self, identifier: str) -> None:
        """Forget the pending request of that identifier. A task that runs goes on."""

    def cancel_all(self) -> None:
        """Forget every pending request of the app, foreign code's too."""

    def get_pending(self, answer: Callable[[tuple[BGTaskRequest, ...]], None]) -> None:
        """`getPendingTaskRequestsWithCompletionHandler:`: asked of the system, answered later on in this process."""


class IosApplication(HookPort, Protocol):
    """One process of an iOS app: made when the process starts, gone when it dies."""

    def did_finish_launching(self) -> None:
        """`application:didFinishLaunchingWithOptions:`: the last moment to register."""

    def did_enter_background(self) -> None:
        """`applicationDidEnterBackground:`."""


IosProgram = Callable[[IosAppPort, BGTaskSchedulerPort], IosApplication]
"""What an app file's `[virtual.ios] program` names: called once per process start."""
