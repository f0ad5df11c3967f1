"""Steps: what the fold reads. Events of several sources about one thing have become one step.

A step names the piece of work as far as the whole journal can tell. Where the unique name stays unknown the step is
*optional* in each slice that it might belong to: it may or may not have happened there.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from bgtask_reference.events import ForceLevel
from bgtask_reference.events import JobsListed
from bgtask_reference.events import RequestKind
from bgtask_reference.events import Result
from bgtask_reference.events import Source
from bgtask_reference.events import WorkRow
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.ordered import InOrder
from bgtask_reference.oracle.value import value


class StepKind(StrEnum):
    """What happened."""

    REQUEST = "request"
    CANCEL = "cancel"
    START = "start"
    FINISH = "finish"
    STOP = "stop"
    REFUSED = "refused"
    ARMED = "armed"
    """WorkManager handed its next run to the system."""
    LISTED = "listed"
    DUMPED = "dumped"
    CLEARED = "cleared"
    """The app's data was deleted: no row is left and no worker runs."""
    DIED = "died"
    """The app's process ended or a new one began: no worker of the old one runs."""
    HOLE = "hole"
    """Lines are missing from the log here: anything may have happened."""


@value
class Identity:
    """Which piece of work, joined from everything that the journal says. None is unknown."""

    task: str | None = None
    name: str | None = None
    work_id: str | None = None
    attempt_id: str | None = None
    foreign: bool = False
    """True when it is surely none of the app file's tasks."""


NOT_KNOWN = Identity()


@value
class Rows:
    """One answer of WorkManager's diagnostics: its rows by unique name, and whether it is the whole answer."""

    by_name: Mapping[str, tuple[WorkRow, ...]]
    complete: bool


@value
class Step:
    """One thing that happened to a task.

    Attributes:
        kind: What.
        when: When, by its most telling source.
        entries: Journal indices of all events that tell of it.
        who: Which piece of work.
        sources: Who saw it.
        request: Kind of a request.
        result: Result of a finish; None when unknown.
        run_attempt: Attempt number of a start, counting from 1; None when nobody told.
        rows: The rows, for `LISTED`.
        jobs: The whole dump, for `DUMPED`.
        run: Number of the run within the journal, for start, finish and stop.
        start_seen: For finish and stop: somebody saw this run start.
        in_app: The app's debug hook ran the worker's body itself: no scheduler was involved.
        everything: For a cancellation: of all tasks of the app.
        reason: For a stop: the source's own word; None when it gave none.
        rebooting: For a hole: a reboot that was asked for made it, so nobody used the app in it.

    """

    kind: StepKind
    when: When
    entries: tuple[int, ...]
    who: Identity = NOT_KNOWN
    sources: frozenset[Source] = frozenset()
    request: RequestKind = RequestKind.UNKNOWN
    result: Result | None = None
    run_attempt: int | None = None
    rows: Rows | None = None
    jobs: JobsListed | None = None
    run: int | None = None
    start_seen: bool = True
    in_app: bool = False
    everything: bool = False
    reason: str | None = None
    rebooting: bool = False

    @property
    def index(self) -> int:
        """Its place in the recorded order."""
        return self.when.index


class Track:
    """The steps of one task, in recorded order, and those of some kinds alone."""

    def __init__(self, steps: Iterable[Step]) -> None:
        self.all = tuple(steps)
        self._of: dict[frozenset[StepKind], InOrder[Step]] = {}

    def __iter__(self) -> Iterator[Step]:
        return iter(self.all)

    def of(self, kinds: frozenset[StepKind]) -> InOrder[Step]:
        """Give the steps of some kinds."""
        found = self._of.get(kinds)
        if found is None:
            found = self._of[kinds] = InOrder(step for step in self.all if step.kind in kinds)
        return found


@value
class Run:
    """One execution of a worker's body, merged from all who saw it. `index` is where it was first seen."""

    index: int
    number: int
    who: Identity
    start: Step | None
    end: Step | None
    extra_ends: tuple[Step, ...] = field(default=())
    """Ends that the same source told again after the first."""
    level: ForceLevel = ForceLevel.NATURAL
    in_app: bool = False

    @property
    def begun(self) -> Step:
        """The earliest step that is known of it."""
        step = self.start or self.end
        assert step is not None
        return step

    @property
    def last(self) -> Step:
        """The latest step that is known of it."""
        return self.end or self.begun

    @property
    def entries(self) -> tuple[int, ...]:
        """Journal indices of everything that tells of it."""
        return (self.start.entries if self.start else ()) + (self.end.entries if self.end else ())
