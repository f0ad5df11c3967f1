"""R2, R3, R10, R11, F1 on iOS: launched when it may be, completed once on every path, halted when its time is up."""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import NS_PER_MS
from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Norm
from bgtask_reference.events import Outcome
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import RunRefused
from bgtask_reference.events import Source
from bgtask_reference.events import TaskCompleted
from bgtask_reference.events import TaskExpired
from bgtask_reference.events import TaskLaunched
from bgtask_reference.events import TaskRequestSubmitted
from bgtask_reference.oracle.clocks import WALL_FAMILY
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.clocks import stepped
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.ios_record import FRAMEWORK
from bgtask_reference.oracle.rules.ios_record import IOS
from bgtask_reference.oracle.rules.ios_record import Life
from bgtask_reference.oracle.rules.ios_record import Pending
from bgtask_reference.oracle.rules.ios_record import Seen
from bgtask_reference.oracle.rules.ios_record import is_whole
from bgtask_reference.oracle.rules.ios_record import is_whole_for
from bgtask_reference.oracle.rules.ios_record import launches
from bgtask_reference.oracle.rules.ios_record import lives
from bgtask_reference.oracle.rules.ios_record import story_of
from bgtask_reference.oracle.rules.ios_record import within
from bgtask_reference.oracle.rules.rule import SENTINELS
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.rules.timing import seconds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.oracle.slices import Want
from bgtask_reference.oracle.steps import Run
from bgtask_reference.platform import constants

BODIES = frozenset({Source.BEACON, Source.APP_LOG})
CRASH_REPORTS = frozenset({Source.SYSTEM_LOG})
ENDS_PROCESSES = ("app.kill", "app.force-stop", "app.terminate", "reboot")
KILLED = ("watchdog", "8badf00d", "background task")
"""Words of the system's reasons for killing a process whose task took too long."""


def begin_date(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """The system launches no task before its earliest begin date."""
    story = story_of(outside, task.task.identifier)
    for each, requests in launches(story, outside):
        if isinstance(each.event, TaskLaunched) and not each.event.simulated:
            found = [_after_begin_date(one, each) for one in requests]
            told = [finding for finding in found if finding is not None]
            if told and len(told) == len(found):
                yield next((finding for finding in told if finding.word is not Word.BROKEN), told[-1])


def _after_begin_date(pending: Pending, launched: Seen) -> Finding | None:
    asked, request, stamp = pending.asked, pending.request, launched.when.stamp
    if launched.when.boot != request.when.boot:
        return None  # nobody has confirmed that a request outlives a restart
    if not pending.is_sure:
        return pending.doubt("R2.begin-date", launched)
    if asked.earliest_begin_ns is None or stamp.clock not in WALL_FAMILY or stepped(request.when, launched.when):
        return None
    early = asked.earliest_begin_ns - stamp.ns - stamp.error_ns - constants.allowance_ns("begin_date")
    if early <= 0:
        return held("R2.begin-date", ForceLevel.NATURAL)
    reason = f"it was launched {seconds(early)} before its earliest begin date"
    return Finding("R2.begin-date", Word.BROKEN, reason, (request.index, launched.index), level=ForceLevel.NATURAL)


def one_launch(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A request leads to at most one launch; one that dasd took is told of after what the app submits meanwhile."""
    before: Seen | None = None
    story = story_of(outside, task.task.identifier)
    requests_of = {each.index: requests for each, requests in launches(story, outside)}
    for each in story:
        if isinstance(each.event, TaskRequestSubmitted):
            before = None
        elif isinstance(each.event, TaskLaunched):
            if before is None or requests_of[each.index]:
                yield held("R3.request", _level(each.event))
            elif is_whole(outside, before.index, each.index) and outside.saw(FRAMEWORK):
                reason = "it was launched again, and nobody had submitted it again"
                yield Finding("R3.request", Word.BROKEN, reason, (before.index, each.index), level=_level(each.event))
            before = each


def _level(launched: TaskLaunched) -> ForceLevel:
    return ForceLevel.FORCED if launched.simulated else ForceLevel.NATURAL


def completed_once(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A task that was launched is completed at most once."""
    for life in lives(story_of(outside, task.task.identifier)):
        ends = life.of(TaskCompleted)
        if len(ends) > 1 and not is_whole(outside, life.launched.index, ends[1].index):
            yield _unseen("R10.completed-once", (life.launched.index, ends[0].index, ends[1].index))
        elif len(ends) > 1:
            facts = (life.launched.index, ends[0].index, ends[1].index)
            reason = "a task was completed twice"
            yield Finding("R10.completed-once", Word.BROKEN, reason, facts, level=_level(life.kind))
        elif ends:
            yield held("R10.completed-once", _level(life.kind))


def _unseen(rule: str, facts: tuple[int, ...]) -> Finding:
    reason = "the log has a hole, in which another launch of it may have been lost"
    return Finding(rule, Word.OPEN, reason, facts, missing=FRAMEWORK)


def completed(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A task that was launched is completed, in time."""
    for life in lives(story_of(outside, task.task.identifier)):
        yield _completed(life, outside)


def _completed(life: Life, outside: Outside) -> Finding:
    ends = life.of(TaskCompleted)
    return _ended(life, ends[0], outside) if ends else _never_ended(life, outside)


def _ended(life: Life, end: Seen, outside: Outside) -> Finding:
    rule, level, limit = "R10.completed", _level(life.kind), _limit(life)
    facts = (life.launched.index, end.index)
    if not is_whole(outside, *facts):
        return _unseen(rule, facts)
    if limit is None or within(life.launched, end, limit):
        return held(rule, level)
    return Finding(rule, Word.BROKEN, "a task was completed after its time was up", facts, level=level)


def _never_ended(life: Life, outside: Outside) -> Finding:
    rule, level = "R10.completed", _level(life.kind)
    facts = (life.launched.index, *((life.ended_by.index,) if life.ended_by else ()))
    again = life.ended_by and isinstance(life.ended_by.event, TaskLaunched)
    if (again and is_whole(outside, *facts)) or _is_over(life, _limit(life), outside):
        return Finding(rule, Word.BROKEN, "a task was launched and never completed", facts, level=level)
    if life.ended_by and outside.done(ENDS_PROCESSES, *facts):
        return Finding(rule, Word.EXCUSED, "the harness itself ended the process before the task was completed", facts)
    if life.ended_by and not again:
        reason = "the process ended before the task was completed, and nobody knows why it did"
        return Finding(rule, Word.OPEN, reason, facts, missing=CRASH_REPORTS)
    reason = "the log is not proven whole until the task's time was up, or the task has no time that is known"
    return Finding(rule, Word.OPEN, reason, facts, missing=SENTINELS)


def _is_over(life: Life, limit: int | None, outside: Outside) -> bool:
    """Say whether the task's time was surely up while its process lived."""
    if limit is None or not is_whole_for(outside, life.launched, limit):
        return False
    return life.ended_by is None or not within(life.launched, life.ended_by, limit)


def _limit(life: Life) -> int | None:
    """How long a task may take; None for a simulated one, and for processing, whose time nobody states."""
    if life.kind.simulated or life.kind.request is not BGTaskKind.APP_REFRESH:
        return None
    rows = constants.row("ios", "run", None), constants.row("ios", "expiry", None)
    return (rows[0]["refresh_ms"] + rows[1]["grace_ms"]) * NS_PER_MS


def expiry_handled(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A task whose time is up has an expiration handler, and is completed by it."""
    grace = constants.row("ios", "expiry", None)["grace_ms"] * NS_PER_MS
    for life in lives(story_of(outside, task.task.identifier)):
        if expired := next(iter(life.of(TaskExpired)), None):
            yield _handled(life, expired, grace, outside)


def _handled(life: Life, expired: Seen, grace: int, outside: Outside) -> Finding:
    rule, level = "R11.expiry", _level(life.kind)
    ends = [each for each in life.of(TaskCompleted) if each.index > expired.index]
    facts = (life.launched.index, expired.index)
    unhandled = [each.index for each in life.of(TaskExpired) if getattr(each.event, "handled", None) is False]
    if unhandled:
        told = tuple(dict.fromkeys((*facts, *unhandled)))  # the framework says that in a line of its own
        return Finding(rule, Word.BROKEN, "its time was up, and it has no expiration handler", told, level=level)
    if any(each.index < expired.index for each in life.of(TaskCompleted)):
        return held(rule, level)
    if not ends:
        return _never_handled(life, expired, grace, outside)
    if within(expired, ends[0], grace):
        return held(rule, level)
    if not is_whole(outside, expired.index, ends[0].index):
        return _unseen(rule, (*facts, ends[0].index))
    reason = f"it was completed only {seconds(elapsed(expired.when, ends[0].when).lo)} after its time was up"
    return Finding(rule, Word.BROKEN, reason, (*facts, ends[0].index), level=level)


def _never_handled(life: Life, expired: Seen, grace: int, outside: Outside) -> Finding:
    rule, level = "R11.expiry", _level(life.kind)
    facts = (life.launched.index, expired.index, *((life.ended_by.index,) if life.ended_by else ()))
    if life.ended_by and outside.done(ENDS_PROCESSES, expired.index, life.ended_by.index):
        return Finding(rule, Word.EXCUSED, "the harness itself ended the process", facts)
    if _was_killed(life) or _outlived(life, expired, grace, outside):
        return Finding(rule, Word.BROKEN, "its time was up, and nobody completed it", facts, level=level)
    reason = "nobody knows how its process ended, or the log is not proven whole for long enough after its time was up"
    return Finding(rule, Word.OPEN, reason, facts, missing=CRASH_REPORTS)


def _was_killed(life: Life) -> bool:
    """Say whether the system told that it killed the process for being slow."""
    end = life.ended_by.event if life.ended_by else None
    return isinstance(end, ProcessDied) and any(word in (end.why or "").lower() for word in KILLED)


def _outlived(life: Life, expired: Seen, grace: int, outside: Outside) -> bool:
    """Say whether the process lived past the grace."""
    alive = life.ended_by is None or not within(expired, life.ended_by, grace)
    return alive and is_whole_for(outside, expired, grace)


def expiry_halts(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """The work of a task whose time is up halts."""
    grace = constants.row("ios", "expiry", None)["grace_ms"] * NS_PER_MS
    for life in lives(story_of(outside, task.task.identifier)):
        for expired in life.of(TaskExpired):
            for run in task.runs:
                if finding := _halts(run, life, expired, grace):
                    yield finding


def _halts(run: Run, life: Life, expired: Seen, grace: int) -> Finding | None:
    if not run.start or not run.end or not life.launched.index < run.start.index < expired.index < run.end.index:
        return None
    late = elapsed(expired.when, run.end.when).lo
    if late <= grace:
        return held("R11.expiry-halts", _level(life.kind))
    facts = (*run.start.entries[:1], expired.index, *run.end.entries[-1:])
    reason = f"its work went on for {seconds(late)} after its time was up"
    return Finding("R11.expiry-halts", Word.BROKEN, reason, facts, level=_level(life.kind))


def simulated(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A simulated launch that was accepted launches the task."""
    for want in task.wants:
        stimulus = None if want.event.stimulus is None else outside.stimuli.get(want.event.stimulus)
        if stimulus and stimulus.outcome is Outcome.ACCEPTED:
            yield _simulated(want, stimulus.index, task.task.identifier, outside)


def _simulated(want: Want, after: int, name: str, outside: Outside) -> Finding:
    rule, bound = "F1.simulated", want.event.within_ns or outside.device.responds_within_ns
    begins = Seen(want.when, want.event)
    for each in story_of(outside, name):
        if each.index > after and isinstance(each.event, TaskLaunched) and each.event.simulated:
            if within(begins, each, bound):
                return held(rule, ForceLevel.FORCED)
            break
    for entry, refused in outside.record.told(RunRefused):
        if entry.index > after and refused.subject.task in {None, name}:
            reason = f"the framework turned it away: {refused.reason}"
            return Finding(rule, Word.EXCUSED, reason, (after, entry.index))
    if not outside.saw(FRAMEWORK):
        reason = "nobody would have seen it launched"
        return Finding(rule, Word.OPEN, reason, (after, want.when.index), missing=FRAMEWORK)
    if is_whole_for(outside, begins, bound):
        reason = f"a simulated launch was accepted, and nothing was launched within {seconds(bound)}"
        return Finding(rule, Word.BROKEN, reason, (after, want.when.index), level=ForceLevel.FORCED)
    reason = "the log is not proven whole until the bound"
    return Finding(rule, Word.OPEN, reason, (after, want.when.index), missing=SENTINELS)


RULES = (
    Rule(
        "F1.simulated",
        "A simulated launch that was accepted launches the task within the bound that the device's profile states.",
        Norm.EXPECTATION,
        "the profile's responds_within; `Starting simulated task:`",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later; devices alone, no simulators",
        survey=simulated,
    ),
    Rule(
        "R2.begin-date",
        "The system launches no task before the earliest begin date of its request; a simulated launch may.",
        Norm.PLATFORM,
        "BGTaskRequest.h earliestBeginDate",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        mask=("begin-date",),
        survey=begin_date,
    ),
    Rule(
        "R3.request",
        "A request leads to at most one launch.",
        Norm.PLATFORM,
        "BGTaskScheduler.h: tasks do not repeat; `Running task:` removes the pending request",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=one_launch,
    ),
    Rule(
        "R10.completed",
        "A task that was launched is completed on every path, a refresh within its 30 s.",
        Norm.PLATFORM,
        "BGTask.h setTaskCompletedWithSuccess: (constants.toml); how long processing may take is stated nowhere",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later; 30 s: UNCONFIRMED as an exact bound",
        survey=completed,
    ),
    Rule(
        "R10.completed-once",
        "A task that was launched is completed at most once.",
        Norm.PLATFORM,
        "BGTask.h setTaskCompletedWithSuccess:; what a second call does is not documented: UNCONFIRMED",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=completed_once,
    ),
    Rule(
        "R11.expiry",
        "A task whose time is up has an expiration handler, which completes it before the system kills the app.",
        Norm.PLATFORM,
        "BGTask.h expirationHandler (constants.toml); `No expiration handler for task`",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later; 5 s of grace: UNCONFIRMED",
        survey=expiry_handled,
    ),
    Rule(
        "R11.expiry-halts",
        "The work of a task whose time is up halts.",
        Norm.CONTRACT,
        "bgtask_reference.contract BackgroundWorker: cancelled co-operatively; BGTask.h expirationHandler",
        (FRAMEWORK, SHOWS_ENDS & BODIES),
        platforms=IOS,
        versions="iOS 13 and later; 5 s of grace: UNCONFIRMED",
        survey=expiry_halts,
    ),
)
