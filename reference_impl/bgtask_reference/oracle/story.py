"""Tells a witness in sentences: when, what, and the raw line."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Iterable
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from functools import singledispatch

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import Entry
from bgtask_reference.events import EnvironmentChanged
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Event
from bgtask_reference.events import JobsListed
from bgtask_reference.events import RequestCancelled
from bgtask_reference.events import RequestMade
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import RunWanted
from bgtask_reference.events import StimulusSent
from bgtask_reference.events import Subject
from bgtask_reference.events import WorkListed
from bgtask_reference.oracle.clocks import WALL_FAMILY
from bgtask_reference.oracle.clocks import When

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def tell(entries: Iterable[Entry], place: Callable[[Entry], When]) -> tuple[str, ...]:
    """Give one sentence an event."""
    return tuple(sentence(entry, place(entry)) for entry in entries)


def sentence(entry: Entry, when: When) -> str:
    """Give one event's sentence."""
    words = f"[{entry.index}] {clock(when)}: {what(entry.event)}"
    raw = entry.event.raw.strip()
    return f"{words} ({entry.event.source.value}: {raw})" if raw else f"{words} ({entry.event.source.value})"


def clock(when: When) -> str:
    """Say when: wall time as the phone's log has it, and seconds since boot as far as they are known."""
    boot = f"{when.lo / NS_PER_S:.3f}" if when.known else "?"
    if when.known and when.hi - when.lo > NS_PER_S // 10:
        boot += f" to {when.hi / NS_PER_S:.3f}"
    if when.stamp.clock not in WALL_FAMILY:
        return f"boot {boot} s"
    moment = EPOCH + timedelta(microseconds=when.stamp.ns // 1000)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d} UTC, boot {boot} s"


def name(subject: Subject) -> str:
    """Call a subject by the most telling name that the event itself had."""
    who = subject.unique_name or subject.task or (f"work {subject.work_id}" if subject.work_id else "a task")
    return f"{who} (attempt {subject.attempt_id})" if subject.attempt_id else who


@singledispatch
def what(event: Event) -> str:
    """Say what happened."""
    return event.KIND


@what.register
def _(event: RunStarted) -> str:
    number = f" as attempt {event.run_attempt}" if event.run_attempt else ""
    return f"a run of {name(event.subject)} began{number}"


@what.register
def _(event: RunFinished) -> str:
    result = event.result.value if event.result else "a result that was not told"
    return f"a run of {name(event.subject)} ended with {result}"


@what.register
def _(event: RunStopped) -> str:
    return f"a run of {name(event.subject)} was stopped ({event.reason or 'no reason told'})"


@what.register
def _(event: RunRefused) -> str:
    return f"a run of {name(event.subject)} was refused ({event.reason})"


@what.register
def _(event: RequestMade) -> str:
    return f"{event.request.value} work was asked for: {name(event.subject)}"


@what.register
def _(event: RequestCancelled) -> str:
    return "every task was cancelled" if event.everything else f"{name(event.subject)} was cancelled"


@what.register
def _(event: RunWanted) -> str:
    bound = f" within {event.within_ns / NS_PER_S:g} s" if event.within_ns else ""
    return f"a run of {event.unique_name or event.task} was wanted{bound}"


@what.register
def _(event: StimulusSent) -> str:
    return f"stimulus {event.number} was sent: {event.verb} {event.command}".rstrip()


@what.register
def _(event: WorkListed) -> str:
    return f"WorkManager listed {'all' if event.complete else 'a part'} of its work, {len(event.rows)} rows"


@what.register
def _(event: JobsListed) -> str:
    return f"the system listed {len(event.jobs)} jobs"


@what.register
def _(event: EnvironmentSampled) -> str:
    return "the environment was " + ", ".join(f"{key}={value}" for key, value in sorted(event.facts.items()))


@what.register
def _(event: EnvironmentChanged) -> str:
    return f"the environment changed: {event.fact}={event.value}"


@what.register
def _(event: ClockSampled) -> str:
    return f"the clocks were read, sentinel {event.number}"
