"""What every event has, whatever it tells."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from enum import StrEnum
from typing import ClassVar

from bgtask_reference.events.stamps import Clock
from bgtask_reference.events.stamps import Stamp


class Source(StrEnum):
    """Who saw it. `oracle.evidence` says what each source can decide."""

    HARNESS = "harness"
    """The harness itself: what it sent, what it waited for, what it lost."""
    WORK_MANAGER_INFO = "wm-info"
    """WM-* log lines of level INFO and above: printed by every app that left the level alone."""
    WORK_MANAGER_DEBUG = "wm-debug"
    """WM-* log lines of level DEBUG: printed when the app's Configuration asks for them."""
    DIAGNOSTICS = "wm-diagnostics"
    """WorkManager's answer to the diagnostics broadcast. Asking wakes the process."""
    JOB_DUMP = "dumpsys-jobscheduler"
    SYSTEM_LOG = "system-log"
    """Lines of the system's own processes: ActivityManager, JobScheduler, chatty."""
    SYSTEM_DUMP = "system-dump"
    """State that was asked for: battery, device idle, buckets, settings."""
    APP_LOG = "app-log"
    """Lines that the app file's templates describe."""
    BEACON = "beacon"
    """The public JSON lines of `docs/app-contract.md`."""
    BACKGROUND_TASKS = "background-tasks"
    """Lines of Apple's BackgroundTasks framework within the app's process."""
    DASD = "dasd"
    """Lines of dasd, which decides when an iPhone's background tasks run."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Which piece of work an event is about, as far as whoever saw it could tell. Every field may be unknown (None).

    Attributes:
        task: The unified API's task id, for example `com.thomaskioko.tvmaniac.tokenrefresh`.
        unique_name: WorkManager's unique work name.
        work_id: WorkManager's WorkSpec id, a UUID in lower case.
        generation: WorkManager's generation, raised by each UPDATE.
        job_id: JobScheduler's job id within uid and namespace.
        namespace: JobScheduler's namespace, None for the default one.
        attempt_id: The beacon's id of one attempt.

    `bgtask_reference.oracle.correlate` joins them: a diagnostics row names a work id, its job id and its unique name.

    """

    task: str | None = None
    unique_name: str | None = None
    work_id: str | None = None
    generation: int | None = None
    job_id: int | None = None
    namespace: str | None = None
    attempt_id: str | None = None


NOBODY = Subject()
NO_STAMP = Stamp(Clock.HOST, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that was seen, once, by one source.

    Attributes:
        stamp: When, on the clock of whoever saw it.
        source: Who saw it.
        raw: The line or lines that it was read from, exactly as they came. Empty for events of the harness.

    `KIND` is the event's name in a journal: dotted, lower case, never reused for something else.

    """

    KIND: ClassVar[str] = ""
    stamp: Stamp = NO_STAMP
    source: Source = Source.HARNESS
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEvent(Event):
    """An event that is about one piece of work."""

    subject: Subject = field(default=NOBODY)
