"""Several logs in one order: what overlaps is merged and told once, what does not is parted by a hole."""

from __future__ import annotations

import heapq
import io
from collections import Counter
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bgtask_harness.importing.calendar import NO_YEAR
from bgtask_harness.importing.calendar import Calendar
from bgtask_harness.importing.lines import Lines
from bgtask_harness.importing.material import Log
from bgtask_harness.observe import LogLine
from bgtask_harness.observe import parse_line
from bgtask_reference.events import NS_PER_MS
from bgtask_reference.events import Stamp

LOOK = 2000
"""Lines at either end of a log among which one with a time is looked for."""
_TAIL_BYTES = 256 << 10
MakeCalendar = Callable[[Log], Calendar]


@dataclass(frozen=True, slots=True)
class Printed:
    """A line of a log and the calendar that places it."""

    raw: str
    calendar: Calendar
    log: Log


@dataclass(frozen=True, slots=True)
class Reach:
    """A log and the wall times of its first and last line; None when its lines have no times."""

    log: Log
    first: int | None
    last: int | None


@dataclass(slots=True)
class Doubles:
    """How many lines were in two files."""

    count: int = 0


def reach(log: Log, calendar: Calendar) -> Reach:
    """Look at both ends of a log."""
    with log.path.open("rb") as stream:
        first = _first_time((line.decode(errors="replace") for line in Lines(stream)), calendar)
    last = _first_time(reversed(_tail(log.path)), calendar)
    return Reach(log, first, last if last is not None else first)


def clusters(reaches: Sequence[Reach]) -> list[list[Log]]:
    """Give logs that overlap together, in the order of their times; those without times alone and last."""
    timed = sorted((each for each in reaches if each.first is not None), key=lambda each: each.first or 0)
    found: list[list[Log]] = []
    end: int | None = None
    for each in timed:
        assert each.first is not None
        if end is not None and each.first <= end:
            found[-1].append(each.log)
        else:
            found.append([each.log])
        end = max(end if end is not None else each.first, each.last if each.last is not None else each.first)
    return [*found, *([each.log] for each in reaches if each.first is None)]


def lines_of(cluster: Sequence[Log], calendar: MakeCalendar, doubles: Doubles) -> Iterator[Printed]:
    """Give the lines of logs that overlap, each entry once. One log alone is given as it stands."""
    if len(cluster) == 1:
        yield from _plain(cluster[0], calendar(cluster[0]))
        return
    streams = [_keyed(number, log, calendar(log)) for number, log in enumerate(cluster)]
    moment = -1
    told: Counter[tuple[object, ...]] = Counter()
    counts: list[Counter[tuple[object, ...]]] = []
    for key, number, printed, entry in heapq.merge(*streams, key=lambda item: item[:2]):
        if key != moment:
            moment, told, counts = key, Counter(), [Counter() for _ in cluster]
        if entry is not None:
            counts[number][entry] += 1
            if counts[number][entry] <= told[entry]:
                doubles.count += 1
                continue
            told[entry] += 1
        yield printed


def _plain(log: Log, calendar: Calendar) -> Iterator[Printed]:
    with log.path.open("rb") as stream:
        for raw in Lines(stream):
            yield Printed(raw.decode(errors="replace"), calendar, log)


def _keyed(number: int, log: Log, calendar: Calendar) -> Iterator[tuple[int, int, Printed, tuple[object, ...] | None]]:
    """Give each line with its millisecond, which never goes back within a file: a file's own order stands."""
    latest = 0
    for printed in _plain(log, calendar):
        line = parse_line(printed.raw.rstrip("\r\n"), NO_YEAR)
        entry = None
        if line is not None:
            ms = calendar.place(line.stamp, printed.raw).ns // NS_PER_MS
            latest = max(latest, ms)
            entry = _same(line, ms)
        yield latest, number, printed, entry


def _same(line: LogLine, ms: int) -> tuple[object, ...]:
    """What a line says, however it was printed: formats differ in the digits of the time and in the uid."""
    return (ms, line.pid, line.priority, line.tag, line.message)


def _first_time(lines: Iterator[str], calendar: Calendar) -> int | None:
    for _, raw in zip(range(LOOK), lines, strict=False):
        line = parse_line(raw.rstrip("\r\n"), NO_YEAR)
        if line is not None and line.tid is not None:
            stamp: Stamp = calendar.place(line.stamp, raw)
            return stamp.ns
    return None


def _tail(path: Path) -> list[str]:
    with path.open("rb") as stream:
        size = stream.seek(0, io.SEEK_END)
        stream.seek(max(0, size - _TAIL_BYTES))
        return stream.read().decode(errors="replace").splitlines()
