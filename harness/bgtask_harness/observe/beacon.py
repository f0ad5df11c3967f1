"""The app's public beacon: one line of JSON, tag `bgtask-beacon`. Described in `docs/app-contract.md`."""

from __future__ import annotations

import json
from typing import Any

from bgtask_harness.observe.logcat import LogLine
from bgtask_reference.events import AppStep
from bgtask_reference.events import AppStepped
from bgtask_reference.events import Event
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import Source
from bgtask_reference.events import Subject

TAG = "bgtask-beacon"
VERSION = 1


class _UnusableError(ValueError):
    """The line is not what the contract describes."""


def observe_beacon(line: LogLine, package: str) -> tuple[Event, ...] | None:
    """Give the event of a beacon line, None when it is not what the contract describes.

    The text comes from an app and may be anything: nothing in it can raise, and a value of the wrong type makes the
    whole line unknown.
    """
    try:
        fields = json.loads(line.message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or type(fields.get("v")) is not int or fields["v"] != VERSION:
        return None
    try:
        return (_event(line, fields, package),)
    except _UnusableError:
        return None


def _event(line: LogLine, fields: dict[str, Any], package: str) -> Event:
    match fields.get("event"):
        case "process":
            return _process(line, fields, package)
        case "launched":
            step = AppStep.FINISHED_LAUNCHING
            return AppStepped(
                stamp=line.stamp, source=Source.BEACON, raw=line.raw, package=package, pid=line.pid, step=step
            )
        case "start":
            return RunStarted(
                stamp=line.stamp,
                source=Source.BEACON,
                raw=line.raw,
                subject=_subject(fields),
                run_attempt=_count(fields, "run_attempt"),
            )
        case "end":
            return RunFinished(
                stamp=line.stamp,
                source=Source.BEACON,
                raw=line.raw,
                subject=_subject(fields),
                result=_result(fields),
                run_attempt=_count(fields, "run_attempt"),
            )
        case "stop":
            return RunStopped(
                stamp=line.stamp,
                source=Source.BEACON,
                raw=line.raw,
                subject=_subject(fields),
                reason=_text(fields, "reason"),
                run_attempt=_count(fields, "run_attempt"),
            )
        case _:
            raise _UnusableError


def _process(line: LogLine, fields: dict[str, Any], package: str) -> ProcessStarted:
    pid = _count(fields, "pid")
    if pid is not None and pid != line.pid:
        raise _UnusableError
    return ProcessStarted(
        stamp=line.stamp,
        source=Source.BEACON,
        raw=line.raw,
        package=package,
        pid=line.pid,
        why=_text(fields, "process"),
    )


def _subject(fields: dict[str, Any]) -> Subject:
    task = _text(fields, "task")
    if not task:
        raise _UnusableError
    work_id = _text(fields, "work_id")
    return Subject(task=task, work_id=work_id.lower() if work_id else None, attempt_id=_text(fields, "attempt_id"))


def _result(fields: dict[str, Any]) -> Result:
    try:
        return Result(str(fields.get("result")))
    except ValueError as error:
        raise _UnusableError from error


def _text(fields: dict[str, Any], name: str) -> str | None:
    value = fields.get(name)
    if value is None:
        return None
    if not isinstance(value, str) or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise _UnusableError  # half a surrogate pair is legal JSON and cannot be written to a journal
    return value


def _count(fields: dict[str, Any], name: str) -> int | None:
    value = fields.get(name)
    if value is None:
        return None
    if type(value) is not int or not 1 <= value < 1 << 31:
        raise _UnusableError
    return value
