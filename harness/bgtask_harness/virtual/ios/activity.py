"""What dasd makes of a request: an activity with a name, a window, and in the end a run."""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_harness.virtual.ios import text
from bgtask_harness.virtual.kernel import Timer
from bgtask_reference.ports.background_tasks import BGTaskRequest


@dataclass(slots=True, eq=False)
class Activity:
    """A pending request. Times are wall nanoseconds since 1970. `timer` is when dasd looks at it next."""

    bundle_id: str
    request: BGTaskRequest
    digits: str
    begin_ns: int
    end_ns: int
    timer: Timer | None = None

    @property
    def identifier(self) -> str:
        """Of the request."""
        return self.request.identifier

    @property
    def name(self) -> str:
        """As every line has it: `bgRefresh-<identifier>:<6 digits>`."""
        return text.activity(self.request.kind, self.identifier, self.digits)


@dataclass(slots=True, eq=False)
class ActivityRun:
    """An activity that the system has launched. `timer` ends its time, and then the process's."""

    activity: Activity
    timer: Timer | None = None
    expired: bool = False
