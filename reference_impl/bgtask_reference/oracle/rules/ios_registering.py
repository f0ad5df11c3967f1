"""R13, R17 on iOS: what is asked for is permitted, and has a launch handler in time, once."""

from __future__ import annotations

from collections.abc import Iterator

from bgtask_reference.events import AppStep
from bgtask_reference.events import AppStepped
from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import InfoPlistRead
from bgtask_reference.events import LaunchHandlerRegistered
from bgtask_reference.events import Norm
from bgtask_reference.events import ObjectiveCExceptionRaised
from bgtask_reference.events import Source
from bgtask_reference.events import TaskLaunched
from bgtask_reference.events import TaskRequestRefused
from bgtask_reference.events import TaskRequestSubmitted
from bgtask_reference.oracle.findings import Finding
from bgtask_reference.oracle.findings import Word
from bgtask_reference.oracle.findings import held
from bgtask_reference.oracle.outside import Outside
from bgtask_reference.oracle.rules.ios_record import FRAMEWORK
from bgtask_reference.oracle.rules.ios_record import IOS
from bgtask_reference.oracle.rules.ios_record import NEW_PROCESS
from bgtask_reference.oracle.rules.ios_record import Seen
from bgtask_reference.oracle.rules.ios_record import is_whole
from bgtask_reference.oracle.rules.ios_record import story_of
from bgtask_reference.oracle.rules.rule import Rule
from bgtask_reference.oracle.rules.rule import Worlds
from bgtask_reference.oracle.slices import TaskSlice

INSTALLED = frozenset({Source.SYSTEM_DUMP})
TELLS_LAUNCHING = frozenset({Source.BEACON, Source.APP_LOG})
NOT_ADVERTISED = "not advertised in the application's Info.plist"
NO_MODES = "No relevant background execution modes"
TWICE = "has already been registered"
MODES = {
    BGTaskKind.APP_REFRESH: "fetch",
    BGTaskKind.PROCESSING: "processing",
    BGTaskKind.HEALTH_RESEARCH: "processing",
}


def permitted(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """An identifier that is registered or submitted is in the app's Info.plist."""
    plist = _plist(outside)
    name = task.task.identifier
    for each in story_of(outside, name):
        if isinstance(each.event, LaunchHandlerRegistered) and each.event.accepted is False:
            reason = "its launch handler was not accepted: its identifier is not permitted"
            yield Finding("R13.permitted", Word.BROKEN, reason, (each.index,))
        elif isinstance(each.event, TaskRequestRefused) and NOT_ADVERTISED in each.event.description:
            reason = "its request was refused: its identifier is not advertised in the app's Info.plist"
            yield Finding("R13.permitted", Word.BROKEN, reason, (each.index,))
        elif isinstance(each.event, LaunchHandlerRegistered | TaskRequestSubmitted):
            yield _permitted(name, each, plist)


def _permitted(name: str, each: Seen, plist: tuple[int, InfoPlistRead] | None) -> Finding:
    if plist is None:
        reason = "nobody read which identifiers the app's Info.plist permits"
        return Finding("R13.permitted", Word.OPEN, reason, (each.index,), missing=INSTALLED)
    if any(_matches(one, name) for one in plist[1].permitted_identifiers):
        return held("R13.permitted")
    reason = "its identifier is not among BGTaskSchedulerPermittedIdentifiers"
    return Finding("R13.permitted", Word.BROKEN, reason, tuple(sorted({plist[0], each.index})))


def _matches(permitted_: str, name: str) -> bool:
    return permitted_ == name or (permitted_.endswith(".*") and name.startswith(permitted_[:-1]))


def background_mode(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """The app declares the background mode that a request needs."""
    plist = _plist(outside)
    for each in story_of(outside, task.task.identifier):
        if isinstance(each.event, TaskRequestRefused) and NO_MODES in each.event.description:
            reason = "dasd refused its request: the app declares no background mode for it"
            yield Finding("R13.background-mode", Word.BROKEN, reason, (each.index,))
        elif isinstance(each.event, TaskRequestSubmitted) and (mode := MODES.get(each.event.request)):
            if plist is None:
                reason = "nobody read which background modes the app's Info.plist declares"
                yield Finding("R13.background-mode", Word.OPEN, reason, (each.index,), missing=INSTALLED)
            elif mode in plist[1].background_modes:
                yield held("R13.background-mode")
            else:
                reason = f"its {each.event.request.value} request needs the background mode {mode}"
                yield Finding("R13.background-mode", Word.BROKEN, reason, tuple(sorted({plist[0], each.index})))


def _plist(outside: Outside) -> tuple[int, InfoPlistRead] | None:
    return next(((entry.index, told) for entry, told in outside.record.told(InfoPlistRead)), None)


def in_time(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A launch handler is registered before the app has finished launching."""
    story = story_of(outside, task.task.identifier)
    launched: Seen | None = None
    tells = any(_is_launched(each) for each in story)
    for each in story:
        if isinstance(each.event, NEW_PROCESS):
            launched = None
        elif _is_launched(each):
            launched = each
        elif isinstance(each.event, LaunchHandlerRegistered):
            if launched and not is_whole(outside, launched.index, each.index):
                launched = None  # a process may have begun in the hole
            yield _in_time(each, launched, tells=tells)


def _is_launched(each: Seen) -> bool:
    return isinstance(each.event, AppStepped) and each.event.step is AppStep.FINISHED_LAUNCHING


def _in_time(each: Seen, launched: Seen | None, *, tells: bool) -> Finding:
    if launched:
        reason = "its launch handler was registered after the app had finished launching"
        return Finding("R13.registered-in-time", Word.BROKEN, reason, (launched.index, each.index))
    if tells:
        return held("R13.registered-in-time")
    reason = "nobody tells when the app had finished launching"
    return Finding("R13.registered-in-time", Word.OPEN, reason, (each.index,), missing=TELLS_LAUNCHING)


def once(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """A process registers one launch handler an identifier."""
    before: Seen | None = None
    for each in story_of(outside, task.task.identifier):
        if isinstance(each.event, ObjectiveCExceptionRaised) and TWICE in each.event.reason:
            reason = "its launch handler was registered twice in one process, which ended it"
            yield Finding("R13.registered-once", Word.BROKEN, reason, (each.index,))
        elif isinstance(each.event, NEW_PROCESS):
            before = None
        elif isinstance(each.event, LaunchHandlerRegistered):
            if before and is_whole(outside, before.index, each.index):
                reason = "its launch handler was registered twice in one process"
                yield Finding("R13.registered-once", Word.BROKEN, reason, (before.index, each.index))
            elif before is None:
                yield held("R13.registered-once")
            before = each


def handler(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """What is submitted or launched has a launch handler in that process."""
    registered: Seen | None = None
    for each in story_of(outside, task.task.identifier):
        if isinstance(each.event, NEW_PROCESS):
            registered = None
        elif isinstance(each.event, LaunchHandlerRegistered) and each.event.accepted is not False:
            registered = each
        elif isinstance(each.event, ObjectiveCExceptionRaised) and "No launch handler" in each.event.reason:
            reason = "it was submitted or launched in a process that had registered no launch handler for it"
            yield Finding("R13.handler", Word.BROKEN, reason, (each.index,))
        elif isinstance(each.event, TaskRequestSubmitted | TaskLaunched) and registered:
            yield held("R13.handler")


def exception(task: TaskSlice, outside: Outside, _worlds: Worlds) -> Iterator[Finding]:
    """No call of BackgroundTasks ends the process."""
    for each in story_of(outside, task.task.identifier):
        if isinstance(each.event, ObjectiveCExceptionRaised):
            reason = f"{each.event.name} ended the app's process: {each.event.reason}"
            yield Finding("R17.exception", Word.BROKEN, reason, (each.index,))
        elif isinstance(each.event, LaunchHandlerRegistered | TaskRequestSubmitted):
            yield held("R17.exception")


RULES = (
    Rule(
        "R13.permitted",
        "An identifier that is registered or submitted is among the app's BGTaskSchedulerPermittedIdentifiers.",
        Norm.PLATFORM,
        "BGTaskScheduler.h registerForTaskWithIdentifier:, submitTaskRequest:error: (notPermitted)",
        (FRAMEWORK, INSTALLED),
        platforms=IOS,
        versions="iOS 13 and later; wildcards: iOS 26, continued processing",
        survey=permitted,
    ),
    Rule(
        "R13.background-mode",
        "The app declares the background mode that a request needs: fetch for a refresh, processing for processing.",
        Norm.PLATFORM,
        "BGTaskScheduler.h BGTaskSchedulerErrorCodeNotPermitted; BGAppRefreshTaskRequest, BGProcessingTaskRequest",
        (FRAMEWORK, INSTALLED),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=background_mode,
    ),
    Rule(
        "R13.registered-in-time",
        "A launch handler is registered before the app has finished launching.",
        Norm.PLATFORM,
        "BGTaskScheduler.h: every launch handler is registered before the end of the app's launch sequence",
        (FRAMEWORK, TELLS_LAUNCHING),
        platforms=IOS,
        versions="iOS 13 and later; continued processing of iOS 26 is exempt and not judged",
        survey=in_time,
    ),
    Rule(
        "R13.registered-once",
        "A process registers at most one launch handler for an identifier.",
        Norm.PLATFORM,
        "BGTaskScheduler.h: the system kills the app on the second registration",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=once,
    ),
    Rule(
        "R13.handler",
        "An identifier that is submitted or launched has a launch handler in that process.",
        Norm.PLATFORM,
        "BackgroundTasks: `No launch handler registered for task with identifier ...`",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=handler,
    ),
    Rule(
        "R17.exception",
        "No call of BackgroundTasks ends the app's process.",
        Norm.EXPECTATION,
        "BGTaskScheduler.h; NSInternalInconsistencyException is caught by no Kotlin catch",
        (FRAMEWORK,),
        platforms=IOS,
        versions="iOS 13 and later",
        survey=exception,
    ),
)
