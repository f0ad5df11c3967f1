"""R2, R18 on iOS: a launch that went well did the task's own work, and the next one is an interval away.

Of tasks that share an identifier a launch does not tell whose it is: nothing is launched by their own names.
"""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import Norm
from bgtask_reference.events import Source
from bgtask_reference.events import TaskCompleted
from bgtask_reference.events import TaskRequestCancelled
from bgtask_reference.events import TaskRequestSubmitted
from bgtask_reference.oracle.clocks import WALL_FAMILY
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.ios_record import FRAMEWORK
from bgtask_reference.oracle.rules.ios_record import IOS
from bgtask_reference.oracle.rules.ios_record import Life
from bgtask_reference.oracle.rules.ios_record import Seen
from bgtask_reference.oracle.rules.ios_record import is_whole
from bgtask_reference.oracle.rules.ios_record import lives
from bgtask_reference.oracle.rules.ios_record import story_of
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.rules.timing import seconds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.platform import constants

BEACON = frozenset({Source.BEACON})


def interval(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """What a launch that went well asks for next is not due before the interval is over."""
    if task.task.interval_ns is None:
        return
    least = task.task.interval_ns - (task.task.flex_ns or 0)
    for life in lives(story_of(outside, task.task.id)):
        completed = _went_well(life)
        asked = next((each for each in life.after if isinstance(each.event, TaskRequestSubmitted)), None)
        if not completed or not asked or _is_taken_back(life, completed):
            continue
        if finding := _interval(life, asked, completed, least, outside):
            yield finding


def _interval(life: Life, asked: Seen, completed: Seen, least: int, outside: Outside) -> Finding | None:
    launched, stamp = life.launched.when.stamp, asked.when.stamp
    if asked.index > completed.index or stamp.clock not in WALL_FAMILY or launched.clock not in WALL_FAMILY:
        return None  # asked for in another place than the launch handler: for whatever reason
    facts = (life.launched.index, asked.index, completed.index)
    if not is_whole(outside, life.launched.index, completed.index):
        reason = "the log has a hole, in which it may have been cancelled and asked for anew"
        return Finding("R2.interval", Word.OPEN, reason, facts, missing=FRAMEWORK)
    assert isinstance(asked.event, TaskRequestSubmitted)
    begin = stamp.ns if asked.event.earliest_begin_ns is None else asked.event.earliest_begin_ns
    early = launched.ns + least - begin - launched.error_ns - constants.allowance_ns("begin_date")
    if early <= 0:
        return held("R2.interval")
    reason = f"its next request may be launched {seconds(early)} before the interval is over"
    return Finding("R2.interval", Word.BROKEN, reason, facts)


def _went_well(life: Life) -> Seen | None:
    """Give the completion of a launch by the system that says that all went well."""
    first = next(iter(life.of(TaskCompleted)), None)
    if first is None or life.kind.simulated or not isinstance(first.event, TaskCompleted) or not first.event.success:
        return None
    return first


def _is_taken_back(life: Life, completed: Seen) -> bool:
    """Say whether the task was cancelled meanwhile, so that what was asked for is another beginning."""
    return any(each.index < completed.index for each in life.of(TaskRequestCancelled))


def worked(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A launch that went well ran the task's own worker."""
    if not outside.saw(BEACON):
        return
    begun = [run.index for run in task.runs]
    for life in lives(story_of(outside, task.task.id)):
        if completed := _went_well(life):
            facts = (life.launched.index, completed.index)
            if any(facts[0] < index < facts[1] for index in begun):
                yield held("R18.worked")
            elif not is_whole(outside, *facts):
                reason = "the log has a hole, in which its worker may have begun"
                yield Finding("R18.worked", Word.OPEN, reason, facts, missing=BEACON)
            else:
                reason = "it was launched and completed with success, and its worker never began"
                yield Finding("R18.worked", Word.BROKEN, reason, facts)


RULES = (
    Rule(
        "R2.interval",
        "After a launch that ended well the next request's begin date lies no earlier than the interval less its flex.",
        Norm.EXPECTATION,
        "the app file's interval; bgtask_reference.contract BackgroundTaskScheduler.schedule_periodic",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later; tasks that have an identifier of their own",
        survey=interval,
    ),
    Rule(
        "R18.worked",
        "A task that was launched and completed with success has run its own worker.",
        Norm.CONTRACT,
        "bgtask_reference.contract BackgroundWorker.do_work; the beacon of docs/app-contract.md",
        (FRAMEWORK, BEACON),
        platforms=IOS,
        versions="iOS 13 and later; tasks that have an identifier of their own",
        survey=worked,
    ),
)
