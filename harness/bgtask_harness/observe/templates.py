"""Lines of the app's own log, as its app file describes them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from typing import Protocol

from bgtask_harness.observe.logcat import LogLine
from bgtask_reference.events import Event
from bgtask_reference.events import RequestCancelled
from bgtask_reference.events import RequestKind
from bgtask_reference.events import RequestMade
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import Subject

EVENTS = frozenset(
    kind.KIND for kind in (RequestMade, RequestCancelled, RunStarted, RunFinished, RunStopped, RunRefused)
)
"""What a template may tell of."""

NOTHING = "nothing"
"""The `event` of a line that is known to say nothing of runs."""

_PLACEHOLDERS = {"task": r"(?P<task>\S+)", "any": r".*"}
_PLACEHOLDER = re.compile(r"\{(task|any)\}")


class WrittenTemplate(Protocol):
    """What an app file's `[[log]]` table says."""

    @property
    def tag(self) -> str:
        """Log tag."""

    @property
    def text(self) -> str:
        """The message."""

    @property
    def event(self) -> str:
        """What it tells."""

    @property
    def request(self) -> RequestKind | None:
        """For `request.made`."""

    @property
    def result(self) -> Result | None:
        """For `run.finished`."""

    @property
    def everything(self) -> bool:
        """For `request.cancelled`."""

    @property
    def reason(self) -> str | None:
        """For `run.stopped`, `run.refused`."""

    @property
    def task(self) -> str | None:
        """The task, of a line that does not name it."""


@dataclass(frozen=True, slots=True)
class LogTemplate:
    """One line of the app's own log and what it tells.

    Attributes:
        tag: Log tag, exactly.
        text: The whole message. `{task}` stands for the task id (no white space), `{any}` for anything; everything
            else stands for itself.
        event: What it tells: one of `EVENTS`, or `NOTHING`.
        request: For `request.made`.
        result: For `run.finished`.
        everything: For `request.cancelled`: every task of the app.
        reason: For `run.stopped` and `run.refused`.
        task: The task that the line is about, when its text has no `{task}` to say it.

    Raises:
        ValueError: `event` is no kind that a template may tell of, or `{task}` is there twice, or beside `task`.

    """

    tag: str
    text: str
    event: str
    request: RequestKind | None = None
    result: Result | None = None
    everything: bool = False
    reason: str | None = None
    task: str | None = None
    pattern: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.event not in EVENTS and self.event != NOTHING:
            raise ValueError(f"log template {self.text!r}: event {self.event!r} is none of {', '.join(sorted(EVENTS))}")
        if self.text.count("{task}") > 1:
            raise ValueError(f"log template {self.text!r}: {{task}} is there twice; once says which task it is")
        if self.task is not None and "{task}" in self.text:
            raise ValueError(f"log template {self.text!r}: both {{task}} and task = {self.task!r} say which task it is")
        object.__setattr__(self, "pattern", _compile(self.text))

    @classmethod
    def like(cls, written: WrittenTemplate) -> LogTemplate:
        """Give the template that an app file's `[[log]]` table describes."""
        return cls(
            tag=written.tag,
            text=written.text,
            event=written.event,
            request=written.request,
            result=written.result,
            everything=written.everything,
            reason=written.reason,
            task=written.task,
        )

    def event_for(self, stamp: Stamp, raw: str, subject: Subject) -> Event:
        """Give the event that such a line tells of."""
        match self.event:
            case RequestMade.KIND:
                kind = self.request or RequestKind.UNKNOWN
                return RequestMade(stamp=stamp, source=Source.APP_LOG, raw=raw, subject=subject, request=kind)
            case RequestCancelled.KIND:
                return RequestCancelled(
                    stamp=stamp, source=Source.APP_LOG, raw=raw, subject=subject, everything=self.everything
                )
            case RunStarted.KIND:
                return RunStarted(stamp=stamp, source=Source.APP_LOG, raw=raw, subject=subject)
            case RunFinished.KIND:
                return RunFinished(stamp=stamp, source=Source.APP_LOG, raw=raw, subject=subject, result=self.result)
            case RunStopped.KIND:
                return RunStopped(stamp=stamp, source=Source.APP_LOG, raw=raw, subject=subject, reason=self.reason)
            case _:
                why = self.reason or "before-schedule"
                return RunRefused(stamp=stamp, source=Source.APP_LOG, raw=raw, subject=subject, reason=why)


class TemplateParser:
    """Reads the app's own lines. The first template in the app file's order that fits a line has it."""

    def __init__(self, templates: Iterable[LogTemplate]) -> None:
        self._by_tag: dict[str, list[LogTemplate]] = {}
        for template in templates:
            self._by_tag.setdefault(template.tag, []).append(template)

    @property
    def tags(self) -> frozenset[str]:
        """Tags of the app."""
        return frozenset(self._by_tag)

    def observe(self, line: LogLine) -> tuple[Event, ...] | None:
        """Give the events of a line, None when no template fits."""
        for template in self._by_tag.get(line.tag, ()):
            match = template.pattern.fullmatch(line.message)
            if match and template.event == NOTHING:
                return ()
            if match:
                subject = Subject(task=match.groupdict().get("task") or template.task)
                return (template.event_for(line.stamp, line.raw, subject),)
        return None


def _compile(text: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(text)
    literals = [re.escape(part) if at % 2 == 0 else _PLACEHOLDERS[part] for at, part in enumerate(parts)]
    return re.compile("".join(literals))
