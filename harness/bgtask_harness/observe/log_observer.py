"""The whole log in, events out: gives each line to the parser of its tag and counts what nobody knows."""

from __future__ import annotations

import re
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import replace

from bgtask_harness.observe import activity
from bgtask_harness.observe import beacon
from bgtask_harness.observe import diagnostics
from bgtask_harness.observe import dropped
from bgtask_harness.observe import sentinel
from bgtask_harness.observe import work_manager
from bgtask_harness.observe.logcat import LogLine
from bgtask_harness.observe.logcat import is_divider
from bgtask_harness.observe.logcat import parse_line
from bgtask_harness.observe.logcat import quick_tag
from bgtask_harness.observe.templates import LogTemplate
from bgtask_harness.observe.templates import TemplateParser
from bgtask_reference.events import NOBODY
from bgtask_reference.events import Event
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Source
from bgtask_reference.events import TaskEvent

_STACK = re.compile(
    r"\s*(?:at .*\)|Caused by: .*|Suppressed: .*|\.\.\. \d+ more|[\w.$]+(?:Exception|Error|Throwable)(?:: .*)?)\s*"
)


class LogObserver:
    """Reads a log line by line. Never raises on any text; keeps between lines only what a later line needs.

    Attributes:
        lines: Lines that were fed.
        unknown: How many of them nobody knows.

    `package` is the app under test and `templates` are its own log lines. `sentinel_handle` is the device handle whose
    sentinels count; None takes any. Lines of `ignore_tags` that no parser knows are ignored instead of unknown.
    `own_pids` are processes of the app from before the log begins. `year` places times that have none.

    A line of a process that is known to be another app's is ignored. Of a process that nobody named, lines are kept:
    a WorkSpec id names its work whoever printed it, anything less does not, so the job id is then left out.
    """

    def __init__(
        self,
        package: str,
        templates: Iterable[LogTemplate] = (),
        sentinel_handle: str | None = None,
        *,
        ignore_tags: Iterable[str] = (),
        own_pids: Iterable[int] = (),
        year: int = 1970,
        stream: str = "logcat",
    ) -> None:
        self.package = package
        self.lines = 0
        self.unknown = 0
        self.last_sentinel: int | None = None
        self._handle = sentinel_handle
        self._year = year
        self._stream = stream
        self._processes = activity.Processes(package, frozenset(own_pids))
        self._work_manager = work_manager.WorkManagerParser()
        self._diagnostics = diagnostics.DiagnosticsAssembler()
        self._templates = TemplateParser(templates)
        self._ignored = frozenset(ignore_tags)
        self._system: dict[str, Callable[[LogLine], list[Event] | None]] = {
            activity.TAG: self._activity,
            sentinel.TAG: self._sentinel,
            dropped.TAG: self._dropped,
        }
        tags = (*self._system, beacon.TAG, *self._templates.tags)
        self._first_words = frozenset(tag.split(None, 1)[0].rstrip(":") for tag in tags if tag.strip())
        self._skip = _nobodys(self._first_words)
        self._before: LogLine | None = None
        self._replayed: str | None = None
        self._throwable = False

    def feed_block(self, text: str) -> list[Event]:
        """Give the events of whole lines with line feeds between them: what `feed` gives for each, twice as fast.

        A log is nearly all of it other people's lines. They are stepped over in one go.
        """
        events: list[Event] = []
        text += "\n"
        skip, end, at = self._skip, len(text), 0
        while at < end:
            begin = skip(text, at).end()  # type: ignore[union-attr]  # it matches nothing where there is nothing to skip
            if begin > at:
                self.lines += text.count("\n", at, begin)
                self._before = self._replayed = None
            if begin < end:
                at = text.index("\n", begin) + 1
                events += self.feed(text[begin : at - 1])
            else:
                at = end
        return events

    def feed(self, line: str) -> list[Event]:
        """Give the events of the next line, in order; most lines give none."""
        self.lines += 1
        tag = quick_tag(line)
        if tag is not None and tag not in self._first_words and not tag.startswith(work_manager.PREFIX):
            self._before = self._replayed = None
            return []
        return self._count(self._read(line.rstrip("\r\n")))

    def flush(self) -> list[Event]:
        """Give what was still being put together: the stream is over. What comes next may be another boot."""
        events = self._count(list(self._diagnostics.flush()))
        self._processes.forget()
        self._work_manager.forget()
        self._replayed = self._before.raw if self._before else None
        self._before = None
        return events

    # --- one line -------------------------------------------------------------------------------------------------

    def _read(self, raw: str) -> list[Event]:
        replayed, self._replayed = self._replayed, None
        if raw == replayed or not raw.strip() or is_divider(raw):
            return []  # `logcat -T 1` after a break begins with the last line from before it
        line = parse_line(raw, self._year) or self._unprefixed(raw)
        if line is None:
            self._before = None
            return [LineUnknown(source=Source.SYSTEM_LOG, raw=raw, parser="logcat")]
        before, self._before = self._before, line
        events = self._parse(line)
        same_entry = before is not None and before.entry == line.entry
        self._throwable = _carries_throwable(line) if events is not None else same_entry and self._throwable
        if events is not None:
            return events
        if line.tag in self._ignored or (same_entry and (self._throwable or _STACK.fullmatch(line.message))):
            return []
        return [LineUnknown(stamp=line.stamp, source=self._source(line), raw=raw, parser=self._parser(line))]

    def _unprefixed(self, raw: str) -> LogLine | None:
        before = self._before
        if before is None or not before.indents or not raw[:1].isspace():
            return None
        return before.continued(raw)

    def _parse(self, line: LogLine) -> list[Event] | None:
        """Give the events of a line; None when it should mean something and nobody knows what."""
        system = self._system.get(line.tag)
        if system is not None:
            return system(line)
        if self._processes.owns(line.pid) is False:
            return []
        if line.tag.startswith(work_manager.PREFIX):
            return self._of_work_manager(line)
        if line.tag == beacon.TAG:
            return _listed(beacon.observe_beacon(line, self.package))
        return _listed(self._templates.observe(line)) if line.tag in self._templates.tags else []

    def _activity(self, line: LogLine) -> list[Event]:
        return list(self._processes.observe(line))

    def _sentinel(self, line: LogLine) -> list[Event] | None:
        seen = sentinel.observe_sentinel(line, self._handle)
        if not seen:
            return _listed(seen)
        self.last_sentinel = seen[-1].number
        return [*self._diagnostics.close_if_ended(), *seen]

    def _dropped(self, line: LogLine) -> list[Event] | None:
        lost = dropped.observe_dropped(line, self.package, self._processes.uid, self._stream)
        if lost:
            self._diagnostics.damage()
        return None if lost is None else [replace(event, after_sentinel=self.last_sentinel) for event in lost]

    def _of_work_manager(self, line: LogLine) -> list[Event] | None:
        if line.tag == diagnostics.TAG:
            return _listed(self._diagnostics.observe(line))
        events = self._work_manager.observe(line)
        if events is None:
            return None
        return [*self._diagnostics.close_at(line), *(self._attributed(line, event) for event in events)]

    def _attributed(self, line: LogLine, event: Event) -> Event:
        if not isinstance(event, TaskEvent) or self._processes.owns(line.pid):
            return event
        return replace(event, subject=replace(NOBODY, work_id=event.subject.work_id))

    # --- what nobody knows ----------------------------------------------------------------------------------------

    def _count(self, events: list[Event]) -> list[Event]:
        self.unknown += sum(isinstance(event, LineUnknown) for event in events)
        return events

    def _parser(self, line: LogLine) -> str:
        if line.tag.startswith(work_manager.PREFIX):
            return "diagnostics" if line.tag == diagnostics.TAG else "work-manager"
        known = {beacon.TAG: "beacon", sentinel.TAG: "sentinel", dropped.TAG: "dropped"}
        return known.get(line.tag, "templates")

    def _source(self, line: LogLine) -> Source:
        if line.tag == diagnostics.TAG:
            return Source.DIAGNOSTICS
        if line.tag.startswith(work_manager.PREFIX):
            return Source.WORK_MANAGER_DEBUG if line.priority in "VD" else Source.WORK_MANAGER_INFO
        if line.tag == beacon.TAG:
            return Source.BEACON
        return Source.APP_LOG if line.tag in self._templates.tags else Source.SYSTEM_LOG


def _nobodys(first_words: frozenset[str]) -> Callable[[str, int], re.Match[str] | None]:
    """Give what matches a run of whole threadtime lines whose tag is none of these words nor WorkManager's.

    A line in any other form, and one that this is not sure of, is not matched: `feed` decides.
    """
    ours = "|".join(re.escape(word) for word in sorted(first_words))
    tag = rf"(?!(?:{ours}):*+(?:\s|\Z)|{re.escape(work_manager.PREFIX)})\S"
    line = rf"[ ]*+[0-9]++\.[0-9]++[ ]++[0-9]++[ ]++[0-9]++[ ]++[VDIWEFAS][ ]++{tag}[^\n]*+\n"
    return re.compile(rf"(?:{line})*+").match


def _carries_throwable(line: LogLine) -> bool:
    """WorkManager's Logger appends the exception, whose message may be any text over any number of lines."""
    is_work_manager = line.tag.startswith(work_manager.PREFIX)
    return is_work_manager and (line.priority in "WEF" or line.message.endswith("] was cancelled"))


def _listed(events: tuple[Event, ...] | None) -> list[Event] | None:
    return None if events is None else list(events)
