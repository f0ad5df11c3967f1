r"""Entries of the unified log as values, in the four forms that they come in.

ndjson     `log stream --style ndjson` (simulators), and what the driver writes of an os_trace_relay record: one object
           a line, so a message may hold line breaks.
compact    `2020-03-04 10:00:03.996042+0300 App[989:242302] message`: Xcode's console, `NSLog`.
console    `default<TAB>13:09:36.387408+0900<TAB>dasd<TAB>message`: copied from Console.app, without a date.
relay      `Sep 30 11:00:15 host dasd(DuetActivityScheduler)[139] <Notice>: message`: syslog_relay, without a year.

In all but the first a message of many lines goes on in lines of its own, without a header.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from typing import Any

from bgtask_reference.events import Clock
from bgtask_reference.events import Stamp

_NS_PER_S = 1_000_000_000
_NS_PER_US = 1_000
_ZONE = r"(?P<zone>[+-]\d{4}|Z)?"
_COMPACT = re.compile(
    r"(?P<date>\d{4}-\d\d-\d\d) (?P<clock>\d\d:\d\d:\d\d)\.(?P<fraction>\d{3,9})" + _ZONE + r" "
    r"(?P<process>[^\[]{1,255})\[(?P<pid>\d{1,9})(?::(?P<tid>\w{1,16}))?\] (?P<message>.*)",
    re.ASCII | re.DOTALL,
)
_CONSOLE = re.compile(
    r"(?P<kind>default|info|debug|error|fault)\t(?P<clock>\d\d:\d\d:\d\d)\.(?P<fraction>\d{3,9})" + _ZONE + r"\t"
    r"(?P<process>[^\t]{1,255})\t(?P<message>.*)",
    re.DOTALL,
)
_RELAY = re.compile(
    r"(?P<month>[A-Z][a-z]{2}) (?P<day>[ \d]\d) (?P<clock>\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{3,9}))? (?P<host>\S+) "
    r"(?P<process>[^(\[]{1,255})(?:\((?P<sender>[^)]*)\))?\[(?P<pid>\d{1,9})\] <(?P<kind>\w+)>: ?(?P<message>.*)",
    re.DOTALL,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class OsLogLine:
    """One entry.

    Attributes:
        stamp: The log's clock, in the middle of the printed grain.
        pid: Process that wrote it; None in the console form.
        process: Name of its executable, without the path.
        sender: Name of the image that wrote it; the executable's when not told.
        subsystem: Empty when there is none or the form does not tell.
        category: Likewise.
        kind: `default`, `info`, `debug`, `error`, `fault`, or the relay's word in lower case.
        message: Without the header. The first line of it in a form without further headers.
        raw: As it came.

    """

    stamp: Stamp
    pid: int | None
    process: str
    sender: str
    subsystem: str
    category: str
    kind: str
    message: str
    raw: str

    def continued(self, line: str) -> OsLogLine:
        """Give the same entry with one more line of its message."""
        return OsLogLine(
            self.stamp,
            self.pid,
            self.process,
            self.sender,
            self.subsystem,
            self.category,
            self.kind,
            f"{self.message}\n{line}",
            f"{self.raw}\n{line}",
        )


def parse_record(raw: str) -> OsLogLine | None:
    """Read an entry in the ndjson form; None when it is none. No text makes it raise."""
    try:
        entry = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict) or not isinstance(entry.get("eventMessage"), str):
        return None
    stamp = _iso(str(entry.get("timestamp", "")))
    if stamp is None:
        return None
    pid = entry.get("processID")
    process = _name(entry.get("processImagePath"))
    return OsLogLine(
        stamp,
        pid if type(pid) is int else None,
        process,
        _name(entry.get("senderImagePath")) or process,
        _text(entry.get("subsystem")),
        _text(entry.get("category")),
        _text(entry.get("messageType")).lower() or "default",
        _text(entry["eventMessage"]),
        raw,
    )


def parse_header(raw: str, day: dt.date = dt.date(1970, 1, 1)) -> OsLogLine | None:
    """Read the first line of an entry in one of the three text forms; None when it is none.

    `day` places what has no date; its year places what has no year. A time without a zone is read as UTC.
    """
    for pattern, place in ((_COMPACT, _dated), (_CONSOLE, _on_day), (_RELAY, _in_year)):
        match = pattern.fullmatch(raw)
        if match is None:
            continue
        stamp = place(match, day)
        return None if stamp is None else _entry(match, stamp, raw)
    return None


def _entry(match: re.Match[str], stamp: Stamp, raw: str) -> OsLogLine:
    parts = match.groupdict()
    process = parts["process"].strip()
    pid = parts.get("pid")
    return OsLogLine(
        stamp,
        None if pid is None else int(pid),
        process,
        parts.get("sender") or process,
        "",
        "",
        (parts.get("kind") or "default").lower(),
        parts["message"],
        raw,
    )


def _dated(match: re.Match[str], _day: dt.date) -> Stamp | None:
    return _stamp(match, match["date"], match["zone"])


def _on_day(match: re.Match[str], day: dt.date) -> Stamp | None:
    return _stamp(match, day.isoformat(), match["zone"])


def _in_year(match: re.Match[str], day: dt.date) -> Stamp | None:
    if match["month"] not in _MONTHS:
        return None
    month = _MONTHS.index(match["month"]) + 1
    return _stamp(match, f"{day.year:04}-{month:02}-{int(match['day']):02}", None)


def _iso(text: str) -> Stamp | None:
    """Ndjson's `2026-11-23 02:00:00.400000+0000`."""
    match = re.fullmatch(
        r"(?P<date>\d{4}-\d\d-\d\d) (?P<clock>\d\d:\d\d:\d\d)\.(?P<fraction>\d{3,9})" + _ZONE, text, re.ASCII
    )
    return None if match is None else _stamp(match, match["date"], match["zone"])


def _stamp(match: re.Match[str], date: str, zone: str | None) -> Stamp | None:
    fraction = match["fraction"] or ""
    offset = "+0000" if zone in {None, "Z"} else zone
    try:
        moment = dt.datetime.strptime(f"{date} {match['clock']} {offset}", "%Y-%m-%d %H:%M:%S %z")
        seconds = int(moment.timestamp())
    except (ValueError, OverflowError):
        return None
    grain = 10 ** (9 - len(fraction))
    return Stamp(Clock.LOG, seconds * _NS_PER_S + int(fraction or 0) * grain + grain // 2, grain // 2)


def _name(path: Any) -> str:
    return _text(path).rpartition("/")[2]


def _text(value: Any) -> str:
    """Give a text that can be written to a journal: half a surrogate pair is legal JSON and cannot."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else ""
