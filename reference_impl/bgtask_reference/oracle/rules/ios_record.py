"""What a history holds of each task identifier of BackgroundTasks, in recorded order, and what follows from it.

Pure, and told by nobody but the phone: a request is pending from its submission until it is refused, launched,
cancelled or replaced. Where the log has a hole nobody knows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Sequence
from functools import lru_cache

from bgtask_reference.events import ActivityCancelled
from bgtask_reference.events import ActivityScored
from bgtask_reference.events import ActivitySubmitted
from bgtask_reference.events import AppStepped
from bgtask_reference.events import Event
from bgtask_reference.events import LaunchHandlerRegistered
from bgtask_reference.events import ObjectiveCExceptionRaised
from bgtask_reference.events import PendingTaskRequestsListed
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import Source
from bgtask_reference.events import SubmitErrorSurfaced
from bgtask_reference.events import TaskCompleted
from bgtask_reference.events import TaskExpired
from bgtask_reference.events import TaskLaunched
from bgtask_reference.events import TaskRequestCancelled
from bgtask_reference.events import TaskRequestRefused
from bgtask_reference.events import TaskRequestSubmitted
from bgtask_reference.oracle.clocks import When
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.value import value

IOS = ("ios",)
FRAMEWORK = frozenset({Source.BACKGROUND_TASKS})
DASD = frozenset({Source.DASD})
OF_ONE = (
    LaunchHandlerRegistered,
    ObjectiveCExceptionRaised,
    TaskRequestSubmitted,
    TaskRequestRefused,
    SubmitErrorSurfaced,
    TaskLaunched,
    TaskExpired,
    TaskCompleted,
    ActivitySubmitted,
    ActivityCancelled,
    ActivityScored,
)
OF_ALL = (PendingTaskRequestsListed, ProcessStarted, ProcessDied, PhoneBooted, AppStepped)
NEW_PROCESS = (ProcessStarted, ProcessDied, PhoneBooted)


@value
class Seen:
    """An event, and when it happened."""

    when: When
    event: Event

    @property
    def index(self) -> int:
        """Its place in the journal."""
        return self.when.index


@lru_cache(maxsize=1)
def _by_identifier(outside: Outside) -> dict[str, list[Seen]]:
    found: dict[str, list[Seen]] = defaultdict(list)
    for entry in outside.record.of(*OF_ONE, TaskRequestCancelled):
        found[getattr(entry.event, "identifier", "")].append(Seen(outside.timeline.place(entry), entry.event))
    return found


@lru_cache(maxsize=1)
def _of_all(outside: Outside) -> list[Seen]:
    return [Seen(outside.timeline.place(entry), entry.event) for entry in outside.record.of(*OF_ALL)]


Story = tuple[Seen, ...]
"""What concerns one identifier, in recorded order."""


def _of_nobody(each: Seen) -> bool:
    """Say whether something that names no identifier concerns every one."""
    event = each.event
    return isinstance(event, SubmitErrorSurfaced) or (isinstance(event, TaskRequestCancelled) and event.everything)


@lru_cache(maxsize=1)
def story_of(outside: Outside, identifier: str) -> Story:
    """Give everything that is about an identifier, and what is about all of them, in recorded order."""
    of_everything = [each for each in _by_identifier(outside).get("", ()) if _of_nobody(each)]
    mine = [*_by_identifier(outside).get(identifier, ()), *of_everything, *_of_all(outside)]
    return tuple(sorted(mine, key=lambda each: each.index))


def is_whole(outside: Outside, first: int, last: int) -> bool:
    """Say whether no line is missing between two journal indices."""
    return outside.coverage.hole_between(first, last) is None


def is_whole_for(outside: Outside, seen: Seen, ns: int) -> bool:
    """Say whether the log is proven whole from an event on for a while."""
    proof = outside.coverage.proof_from(seen.index)
    known = seen.when.known and proof is not None and proof.first.boot == seen.when.boot
    return bool(known and proof and proof.until_ns > seen.when.hi + ns)


def within(a: Seen, b: Seen, ns: int) -> bool:
    """Say whether one event may have followed another within a while."""
    return elapsed(a.when, b.when).lo <= ns


@value
class Pending:
    """The request that is pending as far as the log shows, and whether the log is whole since."""

    request: Seen
    asked: TaskRequestSubmitted
    is_sure: bool

    def doubt(self, rule: str, each: Seen) -> Finding:
        """Say that nobody knows whether it was still pending."""
        reason = "the log has a hole since its request, which may have been launched, cancelled or replaced there"
        return Finding(rule, Word.OPEN, reason, (self.request.index, each.index), missing=FRAMEWORK)


def with_pending(story: Story, outside: Outside) -> Iterator[tuple[int, Seen, Pending | None]]:
    """Go through a story: each place, what happened there, and the request that was pending just before it."""
    asked: tuple[Seen, TaskRequestSubmitted] | None = None
    for position, each in enumerate(story):
        sure = asked is not None and is_whole(outside, asked[0].index, each.index)
        yield position, each, Pending(*asked, is_sure=sure) if asked else None
        event = each.event
        if isinstance(event, TaskRequestSubmitted):
            asked = each, event
        elif isinstance(event, TaskRequestRefused | TaskLaunched | TaskRequestCancelled | PhoneBooted):
            asked = None


def launches(story: Story, outside: Outside) -> Iterator[tuple[Seen, list[Pending]]]:
    """Go through the launches of a story: each with the requests that it may be of, oldest first.

    dasd takes a request off its list and starts the app for it; what the app submits on its way up comes before the
    framework tells of the launch. An older request is out only once dasd has said that it dropped one. Whether requests
    outlive a restart of the phone nobody knows, so a launch after one may be of an earlier request.
    """
    found: list[tuple[Seen, TaskRequestSubmitted]] = []
    for each in story:
        event = each.event
        if isinstance(event, TaskLaunched):
            yield each, [Pending(one, asked, is_sure=is_whole(outside, one.index, each.index)) for one, asked in found]
        if isinstance(event, TaskRequestSubmitted):
            found.append((each, event))
        elif isinstance(event, TaskRequestRefused):
            found = found[:-1]
        elif isinstance(event, ActivityCancelled | TaskLaunched):
            found = found[1:] if len(found) > 1 or isinstance(event, TaskLaunched) else found
        elif isinstance(event, TaskRequestCancelled):
            found = []


@value
class Life:
    """One launch of a task and what followed, until the next launch or the end of its process."""

    launched: Seen
    kind: TaskLaunched
    after: tuple[Seen, ...]
    ended_by: Seen | None
    """The next launch, or what ended the process; None at the end of the record."""

    def of(self, *kinds: type[Event]) -> list[Seen]:
        """Give what followed of some kinds."""
        return [each for each in self.after if isinstance(each.event, kinds)]


def lives(story: Sequence[Seen]) -> Iterator[Life]:
    """Go through the launches of a task."""
    for position, each in enumerate(story):
        if isinstance(each.event, TaskLaunched):
            rest = story[position + 1 :]
            ends = next((n for n, other in enumerate(rest) if _ends(other.event)), len(rest))
            yield Life(each, each.event, tuple(rest[:ends]), rest[ends] if ends < len(rest) else None)


def _ends(event: Event) -> bool:
    return isinstance(event, TaskLaunched | ProcessDied | PhoneBooted | ObjectiveCExceptionRaised)
