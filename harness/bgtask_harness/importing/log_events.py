"""A log's lines as events, with a hole wherever the log itself shows that it is not whole."""

from __future__ import annotations

import re
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace

from bgtask_harness.importing.calendar import NO_YEAR
from bgtask_harness.importing.calendar import Calendar
from bgtask_harness.importing.merging import Printed
from bgtask_harness.observe import LogObserver
from bgtask_harness.profiles import AppFile
from bgtask_reference.events import NO_STAMP
from bgtask_reference.events import CaptureClosed
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import Event
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import LogLost
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp

STREAM = "logcat"
MOST_UNKNOWN = 500
"""Unknown lines that become events of the journal; the rest are counted."""

_NO_HANDLE = "-"  # sentinels of an earlier session of the harness prove nothing here: no handle is written like this
_BEGINNING = re.compile(r"-{5,} beginning of (?:/dev/log/)?(?P<buffer>main|system)\s*")
_TROUBLE = re.compile(r"\*\*\* .*|(?:logcat: |read: )?[Uu]nexpected EOF!?\s*|(?:logcat: )?[Ll]ogcat read failure.*")
_UID = re.compile(r"\s*(?:\d{1,12}\.\d{3,9}|\S+ \S+)\s+(?P<uid>\d{5,7})\s+\d{1,9}\s+\d{1,9}\s+[VDIWEFAS]\s", re.ASCII)
_FIRST_APPLICATION = 10_000


@dataclass(slots=True)
class LogCounts:
    """What became of the lines."""

    lines: int = 0
    unknown: int = 0
    foreign: int = 0
    """Lines that another app wrote, as the uid beside them says."""
    events: int = 0


class LogReader:
    """Gives the events of a whole log, in order.

    A line `beginning of main` in the middle means that lines of that buffer are missing before it; other trouble that
    the log tells of, and lines that logd dropped, are holes as well. `uid` is the app's; None when nobody told.
    """

    def __init__(self, app: AppFile, uid: int | None, counts: LogCounts) -> None:
        self._uid, self._counts = uid, counts
        self._observer = LogObserver(
            app.spec.package,
            app.templates,
            sentinel_handle=_NO_HANDLE,
            ignore_tags=app.ignore_tags,
            year=NO_YEAR,
            stream=STREAM,
        )
        self._begun: set[str] = set()
        self._since_hole = 0

    def events(self, lines: Iterable[Printed]) -> Iterator[Event]:
        """Give the events of one stretch of the log: of one file, or of several that overlap."""
        calendar: Calendar | None = None
        for printed in lines:
            self._counts.lines += 1
            calendar = printed.calendar
            yield from self._line(printed)
        for event in self._observer.flush():
            yield from self._placed(event, calendar)
        self._begun.clear()

    def _line(self, printed: Printed) -> Iterator[Event]:
        raw = printed.raw.rstrip("\r\n")
        beginning = _BEGINNING.fullmatch(raw)
        if beginning:
            yield from self._buffer_begins(beginning["buffer"], printed)
        elif _TROUBLE.fullmatch(raw):
            yield LogLost(stream=STREAM, reason="unreadable", raw=raw)
            yield from self._hole(printed.log.path.name, raw)
        elif self._is_foreign(raw):
            self._counts.foreign += 1
        else:
            self._since_hole += 1
            for event in self._observer.feed(raw):
                yield from self._placed(event, printed.calendar)

    def _buffer_begins(self, buffer: str, printed: Printed) -> Iterator[Event]:
        if buffer in self._begun:  # the log was opened again, perhaps by another boot: the same pids may be others'
            for event in self._observer.flush():
                yield from self._placed(event, printed.calendar)
            self._begun.clear()
        self._begun.add(buffer)
        if self._since_hole:
            yield from self._hole(printed.log.path.name, printed.raw.strip())

    def _hole(self, file: str, raw: str) -> Iterator[Event]:
        self._since_hole = 0
        yield CaptureClosed(stream=STREAM, lines=self._counts.lines)
        yield CaptureOpened(stream=STREAM, file=file, raw=raw)

    def _is_foreign(self, raw: str) -> bool:
        """Tell whether another app wrote the line; another user's copy of the app is another app."""
        match = _UID.match(raw) if self._uid is not None else None
        return match is not None and _FIRST_APPLICATION <= int(match["uid"]) != self._uid

    def _placed(self, event: Event, calendar: Calendar | None) -> Iterator[Event]:
        stamp = event.stamp if calendar is None else calendar.place(event.stamp, event.raw)
        event = replace(event, stamp=stamp)
        if isinstance(event, LineUnknown):
            self._counts.unknown += 1
            if self._counts.unknown > MOST_UNKNOWN:
                return
        self._counts.events += 1
        yield event
        if isinstance(event, LogLost):
            yield from self._hole("", event.raw)


def nothing_before(what: str) -> LogLost:
    """Say that nobody knows what was before the first line, nor, without sentinels, whether the log is whole."""
    reason = f"nothing is known of what was before the first line of {what}, nor whether it is whole"
    return LogLost(stamp=NO_STAMP, source=Source.HARNESS, stream=STREAM, reason="not-captured", raw=reason)


def between(file: str, lines: int) -> tuple[Event, Event]:
    """Give the hole between two files."""
    closed = CaptureClosed(stream=STREAM, lines=lines)
    return closed, CaptureOpened(stream=STREAM, file=file, raw="another file begins")


def log_time(event: Event) -> Stamp | None:
    """Give when the phone logged an event; None for what has no time of the log."""
    return None if event.stamp == NO_STAMP else event.stamp
