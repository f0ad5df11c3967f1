"""R8, R9, R12, R14, R15 on iOS: requests are within limits, keep their date, are told of when refused, and go on."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence

from bgtask_reference.events import ActivityCancelled
from bgtask_reference.events import ActivitySubmitted
from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import Clock
from bgtask_reference.events import Norm
from bgtask_reference.events import PendingTaskRequestsListed
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import Source
from bgtask_reference.events import SubmitErrorSurfaced
from bgtask_reference.events import TaskCompleted
from bgtask_reference.events import TaskLaunched
from bgtask_reference.events import TaskRequestCancelled
from bgtask_reference.events import TaskRequestRefused
from bgtask_reference.events import TaskRequestSubmitted
from bgtask_reference.oracle.clocks import WALL_FAMILY
from bgtask_reference.oracle.clocks import elapsed
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.ios_record import DASD
from bgtask_reference.oracle.rules.ios_record import FRAMEWORK
from bgtask_reference.oracle.rules.ios_record import IOS
from bgtask_reference.oracle.rules.ios_record import Life
from bgtask_reference.oracle.rules.ios_record import Pending
from bgtask_reference.oracle.rules.ios_record import Seen
from bgtask_reference.oracle.rules.ios_record import is_whole
from bgtask_reference.oracle.rules.ios_record import is_whole_for
from bgtask_reference.oracle.rules.ios_record import lives
from bgtask_reference.oracle.rules.ios_record import story_of
from bgtask_reference.oracle.rules.ios_record import with_pending
from bgtask_reference.oracle.rules.ios_record import within
from bgtask_reference.oracle.rules.rule import SENTINELS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.rules.timing import seconds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.platform import constants

THE_APP = frozenset({Source.APP_LOG, Source.BEACON})
TOO_MANY = 2
TELLS_OF_REQUESTS = (PendingTaskRequestsListed, TaskRequestSubmitted, TaskRequestCancelled, TaskLaunched, PhoneBooted)
PROCESSING = frozenset({BGTaskKind.PROCESSING, BGTaskKind.HEALTH_RESEARCH})
CLEARS_DATA = "app.clear-data"


def limits(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """The app never has more requests pending than the system takes."""
    most = constants.row("ios", "pending", None)
    for each in story_of(outside, task.task.identifier):
        event = each.event
        if isinstance(event, TaskRequestRefused) and event.code == TOO_MANY:
            reason = "its request was refused: there were too many pending already"
            yield Finding("R14.pending", Word.BROKEN, reason, (each.index,))
        elif isinstance(event, PendingTaskRequestsListed) and any(
            one.identifier == task.task.identifier for one in event.requests
        ):
            kinds = [one.request for one in event.requests]
            refresh, processing = kinds.count(BGTaskKind.APP_REFRESH), sum(kind in PROCESSING for kind in kinds)
            if refresh > most["refresh"] or processing > most["processing"]:
                reason = f"{refresh} refresh and {processing} processing requests were pending"
                yield Finding("R14.pending", Word.BROKEN, reason, (each.index,))
            else:
                yield held("R14.pending")
        elif isinstance(event, TaskRequestSubmitted):
            yield held("R14.pending")


def surfaced(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A submit that failed is told of by the app."""
    told_within = constants.allowance_ns("error_surfaces")
    story = story_of(outside, task.task.identifier)
    for position, each in enumerate(story):
        if isinstance(each.event, TaskRequestRefused):
            later = story[position + 1 :]
            told = [
                one for one in later if isinstance(one.event, SubmitErrorSurfaced) and within(each, one, told_within)
            ]
            if any(_is_sure(one) for one in told):
                yield held("R14.surfaced")
            elif told:
                reason = "a submit failed, and the app then logged an error whose text the system withholds"
                yield Finding("R14.surfaced", Word.OPEN, reason, (each.index, told[0].index), missing=THE_APP)
            elif not outside.saw(THE_APP):
                reason = "a submit failed, and the app's own log is not to be seen"
                yield Finding("R14.surfaced", Word.OPEN, reason, (each.index,), missing=THE_APP)
            elif is_whole_for(outside, each, told_within):
                code = "" if each.event.code is None else f" with code {each.event.code}"
                reason = f"a submit failed{code}, and the app kept it to itself"
                yield Finding("R14.surfaced", Word.BROKEN, reason, (each.index,))
            else:
                reason = "the log is not proven whole for long enough after a submit failed"
                yield Finding("R14.surfaced", Word.OPEN, reason, (each.index,), missing=SENTINELS)


def _is_sure(told: Seen) -> bool:
    return isinstance(told.event, SubmitErrorSurfaced) and not told.event.withheld


def one_request(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """An identifier has at most one pending request: a new one replaces the old one."""
    name = task.task.identifier
    for each in story_of(outside, name):
        if isinstance(each.event, PendingTaskRequestsListed):
            count = sum(one.identifier == name for one in each.event.requests)
            if count > 1:
                reason = f"{count} requests of one identifier were pending"
                yield Finding("R8.one-request", Word.BROKEN, reason, (each.index,))
            elif count:
                yield held("R8.one-request")
    yield from _activities(story_of(outside, name), outside)


def _activities(story: Sequence[Seen], outside: Outside) -> Iterator[Finding]:
    """Of two activities of one identifier dasd cancels the first before it takes the second."""
    before: Seen | None = None
    begin: TaskRequestSubmitted | None = None
    asked: TaskRequestSubmitted | None = None
    for each in story:
        if isinstance(each.event, TaskRequestSubmitted):
            asked = each.event
        elif isinstance(each.event, ActivityCancelled | TaskLaunched):
            before = None
        elif isinstance(each.event, ActivitySubmitted):
            if before and begin and _has_come(begin, each):
                before = None  # its time had come: dasd has started the app for it, whose launch is told later
            elif before and is_whole(outside, before.index, each.index):
                reason = "dasd took a second activity of one identifier and had not cancelled the first"
                yield Finding("R8.one-request", Word.BROKEN, reason, (before.index, each.index))
            elif before is None:
                yield held("R8.one-request")
            before, begin = each, asked


def _has_come(asked: TaskRequestSubmitted, each: Seen) -> bool:
    """Say whether a request's begin date had come by then, as far as the log's clock tells; none has come at once."""
    begin_ns, stamp = asked.earliest_begin_ns, each.event.stamp
    return begin_ns is None or (stamp.clock in WALL_FAMILY and stamp.ns + stamp.error_ns >= begin_ns)


def keeps_date(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """Asking again while a request is pending does not push its begin date away."""
    story = story_of(outside, task.task.identifier)
    for _, each, before in with_pending(story, outside):
        if isinstance(each.event, TaskRequestSubmitted) and before:
            moved = (each.event.earliest_begin_ns or 0) - (before.asked.earliest_begin_ns or 0)
            if _has_come(before.asked, each):
                continue  # dasd may have taken it already, and started the app for it
            if not before.is_sure:
                yield before.doubt("R8.begin-date", each)
            elif moved > constants.allowance_ns("begin_date"):
                reason = f"asking again pushed the begin date of its pending request {seconds(moved)} away"
                yield Finding("R8.begin-date", Word.BROKEN, reason, (before.request.index, each.index))
            else:
                yield held("R8.begin-date")


def unit(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A request's begin date lies no further away than one interval."""
    interval = task.task.interval_ns
    for each in story_of(outside, task.task.identifier):
        event, stamp = each.event, each.when.stamp
        if isinstance(event, TaskRequestSubmitted) and event.earliest_begin_ns is not None and interval:
            if stamp.clock not in WALL_FAMILY:
                continue
            away = event.earliest_begin_ns - stamp.ns - stamp.error_ns
            if away > max(interval, task.task.initial_delay_ns) + constants.allowance_ns("begin_date"):
                reason = f"its begin date is {seconds(away)} away, and its interval is {seconds(interval)}"
                yield Finding("R15.begin-date", Word.BROKEN, reason, (each.index,))
            else:
                yield held("R15.begin-date")


def resubmitted(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """After each launch of periodic work a next request exists."""
    if task.task.interval_ns:
        for life in lives(story_of(outside, task.task.identifier)):
            if finding := _resubmitted(life, task.task.identifier, outside):
                yield finding


def _resubmitted(life: Life, name: str, outside: Outside) -> Finding | None:
    rule, settles = "R12.resubmitted", constants.allowance_ns("resubmit_settles")
    completed = next(iter(life.of(TaskCompleted)), None)
    for each in life.after:
        if isinstance(each.event, TaskRequestSubmitted) and (completed is None or within(completed, each, settles)):
            return held(rule)
        if isinstance(each.event, TaskRequestCancelled):
            return None
        if completed and isinstance(each.event, PendingTaskRequestsListed) and each.index > completed.index:
            return _listed(life, name, each.event, completed, each)
    if completed is None:
        return None  # how it ended is another rule's question
    facts = (life.launched.index, completed.index)
    if is_whole_for(outside, completed, settles) and is_whole(outside, life.launched.index, completed.index):
        reason = "it was launched and completed, and nobody submitted its next request"
        return Finding(rule, Word.BROKEN, reason, facts)
    reason = "the log is not proven whole until its next request was due"
    return Finding(rule, Word.OPEN, reason, facts, missing=SENTINELS)


def _listed(life: Life, name: str, listed: PendingTaskRequestsListed, completed: Seen, each: Seen) -> Finding | None:
    if any(one.identifier == name for one in listed.requests):
        return held("R12.resubmitted")
    settled = elapsed(completed.when, each.when).lo > constants.allowance_ns("resubmit_settles")
    if not listed.complete or not settled:
        return None
    reason = "nothing is pending of it after it was launched and completed"
    return Finding("R12.resubmitted", Word.BROKEN, reason, (life.launched.index, completed.index, each.index))


def cancelled(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """What was cancelled is not launched before it is submitted again."""
    gone: Seen | None = None
    settles = constants.allowance_ns("cancel_settles")
    for each in story_of(outside, task.task.identifier):
        if isinstance(each.event, TaskRequestCancelled):
            gone = each
        elif isinstance(each.event, TaskRequestSubmitted):
            if gone:
                yield held("R9.request")
            gone = None
        elif isinstance(each.event, TaskLaunched) and gone:
            facts = (gone.index, each.index)
            if not is_whole(outside, *facts):
                reason = "it was launched after its request had been cancelled, and may have been submitted in a hole"
                yield Finding("R9.request", Word.OPEN, reason, facts, missing=FRAMEWORK)
            elif elapsed(gone.when, each.when).lo > settles:
                reason = "it was launched after its request had been cancelled"
                yield Finding("R9.request", Word.BROKEN, reason, facts)
            gone = None


def kept(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A request that is pending when the app's process dies is pending afterwards."""
    story = story_of(outside, task.task.identifier)
    for position, each, pending in with_pending(story, outside):
        if isinstance(each.event, ProcessDied) and pending:
            after = next((one for one in story[position + 1 :] if isinstance(one.event, TELLS_OF_REQUESTS)), None)
            if after and isinstance(after.event, PendingTaskRequestsListed) and after.event.complete:
                if _may_be_launching(pending, after, after.event, task.task.identifier):
                    continue
                if outside.done((CLEARS_DATA,), pending.request.index, after.index):
                    continue  # on iOS data go with the app alone, and requests with it
                yield _kept(pending, each, after, after.event, task.task.identifier, outside)


def _may_be_launching(pending: Pending, after: Seen, listed: PendingTaskRequestsListed, name: str) -> bool:
    """Say whether it is gone because its time had come: dasd takes it off before the app tells of the launch."""
    gone = not any(one.identifier == name for one in listed.requests)
    begin, stamp = pending.asked.earliest_begin_ns, after.event.stamp
    return gone and (begin is None or stamp.clock is not Clock.LOG or stamp.ns + stamp.error_ns >= begin)


def _kept(
    pending: Pending, died: Seen, after: Seen, listed: PendingTaskRequestsListed, name: str, outside: Outside
) -> Finding:
    if any(one.identifier == name for one in listed.requests):
        return held("R7.pending")
    if not pending.is_sure or not is_whole(outside, died.index, after.index):
        return pending.doubt("R7.pending", after)
    reason = "its request was pending when the process died, and is not any more"
    return Finding("R7.pending", Word.BROKEN, reason, (pending.request.index, died.index, after.index))


RULES = (
    Rule(
        "R7.pending",
        "A request that is pending when the app's process dies is still pending afterwards.",
        Norm.PLATFORM,
        "BGTaskScheduler.h: the system launches the app to run it; requests are kept by dasd",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later; over a reboot: UNCONFIRMED, not judged",
        survey=kept,
    ),
    Rule(
        "R8.one-request",
        "An identifier has at most one pending request: submitting it again replaces the old one.",
        Norm.PLATFORM,
        "BGTaskScheduler.h submitTaskRequest:error:; dasd `CANCELED:` before `Submitted:`",
        (FRAMEWORK | DASD,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=one_request,
    ),
    Rule(
        "R8.begin-date",
        "Asking again for a task whose request is pending does not push its earliest begin date away.",
        Norm.CONTRACT,
        "bgtask_reference.contract BackgroundTaskScheduler.schedule_periodic: asking twice is asking once",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=keeps_date,
    ),
    Rule(
        "R9.request",
        "A task whose request was cancelled is not launched before it is submitted again.",
        Norm.PLATFORM,
        "BGTaskScheduler.h cancelTaskRequestWithIdentifier:, cancelAllTaskRequests",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=cancelled,
    ),
    Rule(
        "R12.resubmitted",
        "After each launch of a periodic task its next request exists: tasks do not repeat by themselves.",
        Norm.CONTRACT,
        "bgtask_reference.contract BackgroundTaskScheduler.schedule_periodic; BGTaskScheduler.h",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=resubmitted,
    ),
    Rule(
        "R14.pending",
        "The app never has more than one refresh and ten processing requests pending.",
        Norm.PLATFORM,
        "BGTaskScheduler.h submitTaskRequest:error: (tooManyPendingTaskRequests)",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=limits,
    ),
    Rule(
        "R14.surfaced",
        "A submit that failed is told of by the app, with what came of it.",
        Norm.CONTRACT,
        "bgtask_reference.contract BackgroundTaskScheduler; field-bugs I32",
        (FRAMEWORK, THE_APP),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=surfaced,
    ),
    Rule(
        "R15.begin-date",
        "The earliest begin date of a request lies no further away than the task's interval.",
        Norm.EXPECTATION,
        "the app file's interval; BGTaskRequest.earliestBeginDate",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=unit,
    ),
)
