"""The whole unified log in, events out: gives each entry to the parser of whoever wrote it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from bgtask_harness.observe import beacon
from bgtask_harness.observe.ios import background_tasks
from bgtask_harness.observe.ios import dasd
from bgtask_harness.observe.ios import hook_answers
from bgtask_harness.observe.ios import running_board
from bgtask_harness.observe.ios.kermit import PRIVATE
from bgtask_harness.observe.ios.kermit import as_log_line
from bgtask_harness.observe.ios.kermit import read_kermit
from bgtask_harness.observe.ios.os_log import OsLogLine
from bgtask_harness.observe.ios.os_log import parse_header
from bgtask_harness.observe.ios.os_log import parse_record
from bgtask_harness.observe.templates import LogTemplate
from bgtask_harness.observe.templates import TemplateParser
from bgtask_reference.events import Event
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Source


class IosLogObserver:
    """Reads a log line by line. Never raises on any text; of an entry of many lines it keeps what has come so far.

    Attributes:
        lines: Lines that were fed.
        unknown: Entries that should mean something and that nobody knows.
        private: Entries of the app whose text the system withheld (`<private>`): what its own log would have told is
            not known, so its templates prove no absence.
        last_sentinel: Number of the last one seen.

    `package` is the bundle identifier, `executable` the name of its process (other processes that use BackgroundTasks
    are left out; empty takes any). `identifiers` are the app's permitted identifiers; empty takes any. `day` places
    lines without a date.
    """

    def __init__(
        self,
        package: str,
        templates: Iterable[LogTemplate] = (),
        *,
        executable: str = "",
        identifiers: Iterable[str] = (),
        day: dt.date = dt.date(1970, 1, 1),
    ) -> None:
        self.package = package
        self.lines = 0
        self.unknown = 0
        self.private = 0
        self._executable = executable
        self._identifiers = frozenset(identifiers)
        self._day = day
        self._templates = TemplateParser(templates)
        self._processes = running_board.Processes(package)
        self._sentinels = hook_answers.Sentinels(package)
        self._open: OsLogLine | None = None

    @property
    def last_sentinel(self) -> int | None:
        return self._sentinels.last

    def feed_block(self, text: str) -> list[Event]:
        """Give the events of whole lines with line feeds between them."""
        return [event for line in text.split("\n") for event in self.feed(line)]

    def feed(self, line: str) -> list[Event]:
        """Give the events of the entries that this line completes."""
        self.lines += 1
        text = line.rstrip("\r\n\0")
        if text.startswith("{"):
            record = parse_record(text)
            if record is not None:
                return [*self.flush(), *self._read(record)]
        header = parse_header(text, self._day)
        if header is not None:
            events = self.flush()
            self._open = header
            return events
        if self._open is not None:
            self._open = self._open.continued(text)
            return []
        return self._headless(text)

    def flush(self) -> list[Event]:
        """Give what was still being put together."""
        entry, self._open = self._open, None
        return [] if entry is None else self._read(entry)

    def _headless(self, text: str) -> list[Event]:
        """Keep a line of no entry: nobody knows when it was written, or by whom."""
        if not text.strip():
            return []
        self.unknown += 1
        return [LineUnknown(source=Source.SYSTEM_LOG, raw=text, parser="os-log")]

    def _read(self, entry: OsLogLine) -> list[Event]:
        events = self._events(entry)
        self.unknown += sum(isinstance(event, LineUnknown) for event in events)
        return events

    def _events(self, entry: OsLogLine) -> list[Event]:
        if entry.process == dasd.PROCESS:
            return list(dasd.observe_dasd(entry, self._identifiers))
        if entry.process == running_board.PROCESS:
            return list(self._processes.observe(entry))
        if self._executable and entry.process != self._executable:
            return []
        return self._of_the_app(entry)

    def _of_the_app(self, entry: OsLogLine) -> list[Event]:
        if entry.message == PRIVATE:
            self.private += 1
            return list(background_tasks.observe_withheld(entry))
        if entry.subsystem == self.package and entry.category == beacon.TAG:
            found = beacon.observe_beacon(as_log_line(entry, beacon.TAG, entry.message), self.package)
            return [self._unknown(entry, Source.BEACON, "beacon")] if found is None else list(found)
        answer = hook_answers.read_answer(entry, self.package)
        if answer is not None:
            return list(self._sentinels.observe(answer, entry))
        return self._framework(entry)

    def _framework(self, entry: OsLogLine) -> list[Event]:
        found = background_tasks.observe_background_tasks(entry)
        if found is not None:
            return list(found)
        if entry.sender == background_tasks.SENDER or entry.subsystem == background_tasks.SUBSYSTEM:
            return [self._unknown(entry, Source.BACKGROUND_TASKS, "background-tasks")]
        return self._own(entry)

    def _own(self, entry: OsLogLine) -> list[Event]:
        raised = background_tasks.observe_exception(entry)
        surfaced = background_tasks.observe_surfaced(entry)
        line = read_kermit(entry)
        if line is None or line.tag not in self._templates.tags:
            return [*raised, *surfaced]
        found = self._templates.observe(line)
        if found is None:
            return [*raised, *surfaced, self._unknown(entry, Source.APP_LOG, "templates")]
        return [*raised, *surfaced, *found]

    @staticmethod
    def _unknown(entry: OsLogLine, source: Source, parser: str) -> LineUnknown:
        return LineUnknown(stamp=entry.stamp, source=source, raw=entry.raw, parser=parser)
