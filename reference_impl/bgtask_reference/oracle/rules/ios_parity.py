"""R16: the same declaration means the same on iOS, or the difference is one that is written down.

What the contract promises and iOS cannot give: an unmetered network (there is no such condition), conditions of a
refresh (it has none), a retry with a backoff (a request has a date and nothing else). Such a difference is no breach:
the verdict is SUPPRESSED and names it.
"""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import ActivityScored
from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import Network
from bgtask_reference.events import Norm
from bgtask_reference.events import Result
from bgtask_reference.events import TaskRequestSubmitted
from bgtask_reference.oracle.clocks import WALL_FAMILY
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.ios_record import DASD
from bgtask_reference.oracle.rules.ios_record import FRAMEWORK
from bgtask_reference.oracle.rules.ios_record import IOS
from bgtask_reference.oracle.rules.ios_record import Seen
from bgtask_reference.oracle.rules.ios_record import story_of
from bgtask_reference.oracle.rules.rule import SHOWS_ENDS
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.rules.timing import seconds
from bgtask_reference.oracle.slices import TaskSlice
from bgtask_reference.platform import workmanager

PROCEEDS = "Can Proceed"


def network(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A request wants a network exactly when its task declares one."""
    declared = task.task.network
    for each, event in _submitted(task, outside):
        if event.request is BGTaskKind.APP_REFRESH:
            if declared is not Network.NOT_REQUIRED:
                reason = "documented difference: an app refresh has no conditions, so it may be launched offline"
                yield Finding("R16.network", Word.EXCUSED, reason, (each.index,))
            continue
        yield from _flag(
            "R16.network",
            "a network",
            each,
            event.requires_network_connectivity,
            wanted=declared is not Network.NOT_REQUIRED,
        )


def unmetered(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """There is no condition for an unmetered network, or for one that is not roaming."""
    declared = task.task.network
    if declared in {Network.UNMETERED, Network.NOT_ROAMING}:
        for each, _ in _submitted(task, outside):
            reason = f"documented difference: iOS knows no {declared.value} network; any network will do"
            yield Finding("R16.unmetered", Word.EXCUSED, reason, (each.index,))


def power(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A request wants external power exactly when its task declares a charger."""
    wanted = task.task.constraints.charging
    for each, event in _submitted(task, outside):
        if event.request is BGTaskKind.APP_REFRESH:
            if wanted:
                reason = "documented difference: an app refresh has no conditions, so it may be launched uncharged"
                yield Finding("R16.power", Word.EXCUSED, reason, (each.index,))
        else:
            yield from _flag("R16.power", "external power", each, event.requires_external_power, wanted=wanted)


def _submitted(task: TaskSlice, outside: Outside) -> Iterator[tuple[Seen, TaskRequestSubmitted]]:
    for each in story_of(outside, task.task.identifier):
        if isinstance(each.event, TaskRequestSubmitted):
            yield each, each.event


def _flag(rule: str, words: str, each: Seen, told: bool | None, *, wanted: bool) -> Iterator[Finding]:
    if told is None:
        reason = f"nobody tells whether its request requires {words}"
        yield Finding(rule, Word.OPEN, reason, (each.index,), missing=FRAMEWORK)
    elif told is wanted:
        yield held(rule)
    else:
        declares = (
            f"declares {words} and its request does not" if wanted else f"does not declare {words}, its request does"
        )
        yield Finding(rule, Word.BROKEN, f"the task {declares}", (each.index,))


def retry(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """After a retry the next request is due after the task's backoff, or the difference is written down."""
    wait = workmanager.backoff_ns(task.task.backoff, 1, None)
    for run in task.runs:
        if run.end is None or run.end.result is not Result.RETRY:
            continue
        end = run.end
        begun = run.begun.index
        request = next((one for one in _submitted(task, outside) if one[0].index > begun), None)
        if request is None or request[1].earliest_begin_ns is None or end.when.stamp.clock not in WALL_FAMILY:
            continue
        away = request[1].earliest_begin_ns - end.when.stamp.ns
        if away <= wait:
            yield held("R16.retry")
        else:
            reason = (
                f"documented difference: iOS has no backoff; after a retry the next request is {seconds(away)} away"
            )
            yield Finding("R16.retry", Word.EXCUSED, reason, (*end.entries[-1:], request[0].index))


def decided(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """Whatever dasd holds back, it names the policy that says no."""
    for each in story_of(outside, task.task.identifier):
        event = each.event
        if isinstance(event, ActivityScored) and event.decision and event.decision != PROCEEDS:
            if event.against:
                yield held("R22.decided")
            else:
                reason = f"dasd decided {event.decision}, and no policy that says so was printed"
                yield Finding("R22.decided", Word.OPEN, reason, (each.index,), missing=DASD)


RULES = (
    Rule(
        "R16.network",
        "A processing request requires a network exactly when its task declares one; a refresh can require none: a "
        "documented difference.",
        Norm.CONTRACT,
        "bgtask_reference.contract TaskConstraints; BGProcessingTaskRequest.h requiresNetworkConnectivity",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=network,
    ),
    Rule(
        "R16.unmetered",
        "A task that declares an unmetered network, or one that is not roaming, gets any network on iOS: a documented "
        "difference.",
        Norm.CONTRACT,
        "bgtask_reference.contract TaskConstraints; BGProcessingTaskRequest.h has no such property",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=unmetered,
    ),
    Rule(
        "R16.power",
        "A processing request requires external power exactly when its task declares a charger; a refresh can require "
        "none: a documented difference.",
        Norm.CONTRACT,
        "bgtask_reference.contract TaskConstraints; BGProcessingTaskRequest.h requiresExternalPower",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=power,
    ),
    Rule(
        "R16.retry",
        "After a retry the next request is due after the task's backoff; where it waits longer, that is a documented "
        "difference: BackgroundTasks has no backoff.",
        Norm.CONTRACT,
        "bgtask_reference.contract WorkerResult.RETRY; BGTaskRequest.h knows a date and nothing else",
        (FRAMEWORK, SHOWS_ENDS),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=retry,
    ),
    Rule(
        "R22.decided",
        "Whatever dasd holds back, it names the policy that says no.",
        Norm.PLATFORM,
        "dasd, category scoring: `{name: ..., response: {Decision: ..., Rationale: ...}}`, `FinalDecision:`",
        (DASD,),
        platforms=IOS,
        versions="iOS 13 to 26; iOS 27 prints a compact form: UNCONFIRMED",
        survey=decided,
    ),
)
