"""Sentinels that an app did not answer although it ran: what else its log lacks there nobody knows.

On an iPhone the app itself writes sentinels, as answers to notifications. One that is suspended answers when it runs
again, and one that is not there never does, so a sentinel that is missing proves nothing by itself. It does once the
app has written something else since, in the same process: then its answer was lost, or it has become deaf.
"""

from __future__ import annotations

from bisect import bisect_left
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator

from bgtask_reference.events import Event
from bgtask_reference.events import LaunchHandlerRegistered
from bgtask_reference.events import PendingTaskRequestsListed
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import StimulusSent
from bgtask_reference.events import TaskCompleted
from bgtask_reference.events import TaskExpired
from bgtask_reference.events import TaskLaunched
from bgtask_reference.events import TaskRequestCancelled
from bgtask_reference.events import TaskRequestSubmitted
from bgtask_reference.oracle.clocks import RING
from bgtask_reference.oracle.clocks import Sample
from bgtask_reference.oracle.clocks import Timeline
from bgtask_reference.oracle.record import Record
from bgtask_reference.platform import constants

OF_THE_APP: tuple[type[Event], ...] = (
    LaunchHandlerRegistered,
    PendingTaskRequestsListed,
    TaskCompleted,
    TaskExpired,
    TaskLaunched,
    TaskRequestCancelled,
    TaskRequestSubmitted,
)
"""What BackgroundTasks writes inside the app's process."""
ENDS_PROCESSES = frozenset({"app.kill", "app.crash", "app.force-stop", "app.terminate", "app.update", "reboot"})


def unanswered(record: Record, timeline: Timeline) -> Iterator[Sample]:
    """Give the samples whose sentinel the app did not answer although it ran afterwards."""
    told = [(entry.index, entry.event.stamp.ns) for entry in record.of(*OF_THE_APP)]
    if not told or not timeline.seen:
        return
    ends = _ends(record)
    answers = _answers(record)
    places = [index for index, _ in told]
    first_answer = timeline.seen_at[0]
    for sample in timeline.samples:
        if sample.index < first_answer:
            continue  # nobody knows yet whether this build answers at all
        asked = sample.boot_ns - sample.offset_ns
        settled = asked + sample.error_ns + constants.allowance_ns("sentinel_logged")
        end = bisect_left(ends, sample.index)
        until = ends[end] if end < len(ends) else record.last_index + 1
        later = (ns for index, ns in told[bisect_right(places, sample.index) : bisect_left(places, until)])
        lived = next((ns for ns in later if ns > settled), None)
        if lived is not None and not _has(answers[sample.number % RING], asked - sample.error_ns, lived):
            yield sample


def _ends(record: Record) -> list[int]:
    """Where a process ends or begins, or may."""
    found = {entry.index for entry in record.of(ProcessStarted, ProcessDied, PhoneBooted)}
    found |= {entry.index for entry, event in record.told(StimulusSent) if event.verb in ENDS_PROCESSES}
    return sorted(found)


def _answers(record: Record) -> dict[int, list[int]]:
    """When each name was answered."""
    found: dict[int, list[int]] = defaultdict(list)
    for _, event in record.told(SentinelSeen):
        found[event.number % RING].append(event.stamp.ns)
    return {digit: sorted(found[digit]) for digit in range(RING)}


def _has(answers: list[int], first: int, last: int) -> bool:
    slack = constants.allowance_ns("sentinel_logged")
    at = bisect_left(answers, first - slack)
    return at < len(answers) and answers[at] <= last + slack
