"""The order of an imported journal: what was there before, the log, the dumps, the end."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from datetime import timedelta
from datetime import tzinfo

from bgtask_harness.importing.asked import Wanted
from bgtask_harness.importing.calendar import Calendar
from bgtask_harness.importing.clock_texts import Reading
from bgtask_harness.importing.dump_kinds import SERVICES
from bgtask_harness.importing.log_events import STREAM
from bgtask_harness.importing.log_events import LogReader
from bgtask_harness.importing.log_events import between
from bgtask_harness.importing.log_events import log_time
from bgtask_harness.importing.log_events import nothing_before
from bgtask_harness.importing.material import Dump
from bgtask_harness.importing.material import Log
from bgtask_harness.importing.material import Material
from bgtask_harness.importing.merging import Doubles
from bgtask_harness.importing.merging import MakeCalendar
from bgtask_harness.importing.merging import lines_of
from bgtask_harness.observe import observe_text
from bgtask_reference.events import NO_STAMP
from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import CaptureClosed
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import Clock
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import Event
from bgtask_reference.events import RunWanted
from bgtask_reference.events import ScenarioBegan
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp

_MINUTE = timedelta(minutes=1)
_LONGEST_REPORT = timedelta(minutes=10)
"""A dump of a bug report that does not say when it was made, was made within this after the report began."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that the events are made of.

    Attributes:
        scenario: The journal's scenario.
        clusters: Logs that overlap together, in their order.
        materials: What each file held.
        zone: The phone's zone; None leaves local times as they stand.
        package: The app's.
        wanted: Runs that were expected.
        calendar: Makes the calendar of a log.
        reader: Reads the log.
        doubles: Counts lines that were in two files.

    """

    scenario: str
    clusters: Sequence[Sequence[Log]]
    materials: Sequence[Material]
    zone: tzinfo | None
    package: str
    wanted: Sequence[Wanted]
    calendar: MakeCalendar
    reader: LogReader
    doubles: Doubles


def events_of(plan: Plan) -> Iterator[Event]:
    """Give every event of the journal, in its order."""
    yield ScenarioBegan(name=plan.scenario)
    yield nothing_before(plan.clusters[0][0].file if plan.clusters else "the files")
    yield from _with_wants(_log(plan), [_want(each, plan.zone) for each in plan.wanted])
    numbers = iter(range(1, 1 << 30))
    for material in plan.materials:
        yield from _dumps(material, plan, numbers)
    yield ScenarioEnded()


def _log(plan: Plan) -> Iterator[Event]:
    if not plan.clusters:
        return
    lines = 0
    yield CaptureOpened(stream=STREAM, file=plan.clusters[0][0].path.name)
    for number, cluster in enumerate(plan.clusters):
        if number:
            yield from between(cluster[0].path.name, lines)
        yield from plan.reader.events(lines_of(cluster, plan.calendar, plan.doubles))
        lines += sum(log.lines for log in cluster)
    yield CaptureClosed(stream=STREAM, lines=lines)


def _want(wanted: Wanted, zone: tzinfo | None) -> RunWanted:
    at = Stamp(Clock.LOG, Calendar("", zone).utc(wanted.when))
    return RunWanted(stamp=at, task=wanted.task, within_ns=wanted.within_ns)


def _with_wants(events: Iterator[Event], wants: list[RunWanted]) -> Iterator[Event]:
    """Put each wanted run before the first line that was logged after its time."""
    waiting = sorted(wants, key=lambda want: want.stamp.ns)
    for event in events:
        stamp = log_time(event)
        while waiting and stamp is not None and stamp.clock is Clock.LOG and stamp.ns > waiting[0].stamp.ns:
            yield waiting.pop(0)
        yield event
    yield from waiting


def _dumps(material: Material, plan: Plan, numbers: Iterator[int]) -> Iterator[Event]:
    readings = list(material.readings)
    for place, dump in enumerate(material.dumps):
        while readings and readings[0][0] <= place:
            yield _sample(readings.pop(0)[1], plan.zone, next(numbers))
        parser = SERVICES[dump.service]
        if parser is not None:
            yield from observe_text(parser, dump.text, _when(dump, material, plan.zone), plan.package)
    for _, reading in readings:
        yield _sample(reading, plan.zone, next(numbers))


def _sample(reading: Reading, zone: tzinfo | None, number: int) -> ClockSampled:
    wall_ns = reading.wall_ns
    if not reading.utc:
        local = datetime(1970, 1, 1) + timedelta(microseconds=wall_ns // 1000)  # noqa: DTZ001 - the phone's local time
        wall_ns = Calendar("", zone).utc(local)
    return ClockSampled(
        stamp=Stamp(Clock.BOOT, reading.boot_ns, reading.error_ns),
        source=Source.SYSTEM_DUMP,
        raw=reading.raw,
        number=number,
        boot_ns=reading.boot_ns,
        wall_ns=wall_ns,
        error_ns=reading.error_ns,
    )


def _when(dump: Dump, material: Material, zone: tzinfo | None) -> Stamp:
    """Say when a dump was made: between its begin and its end, within its report, or nobody knows."""
    if dump.ended is not None:
        return _wall(dump.ended - timedelta(seconds=dump.seconds), dump.ended + timedelta(seconds=1), zone)
    if material.report and material.date is not None:
        return _wall(material.date - _MINUTE, material.date + _LONGEST_REPORT, zone)
    return NO_STAMP


def _wall(first: datetime, last: datetime, zone: tzinfo | None) -> Stamp:
    half = round((last - first).total_seconds() * NS_PER_S) // 2
    return Stamp(Clock.WALL, Calendar("", zone).utc(first) + half, half)
