"""What a phone's own texts say of its clocks: the head of a bug report, `dumpsys alarm`, its properties.

The head is printed by dumpstate (AOSP dumpstate.cpp PrintHeader): the date to the second, local and without a zone, and
`uptime -p`, cut to the minute (toybox uptime.c). `dumpsys alarm` prints both clocks to the millisecond and the wall
clock twice, as UTC and as local time (AlarmManagerService.dumpImpl), so it also tells the zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime
from datetime import timedelta

from bgtask_harness.observe.durations import parse_duration
from bgtask_reference.events import NS_PER_MS
from bgtask_reference.events import NS_PER_S

MINUTE_NS = 60 * NS_PER_S
HEAD_SLACK_NS = 30 * NS_PER_S
"""dumpstate takes the date when it begins and runs `uptime` when it prints its head. UNCONFIRMED how much later."""
ALARM_ERROR_NS = 100 * NS_PER_MS
"""`dumpsys alarm` reads one clock right after the other; a busy system_server may be held up between the two."""

_DATE = "%Y-%m-%d %H:%M:%S"
_BEGAN = re.compile(r"== dumpstate: (?P<date>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?: ==)?", re.ASCII)
_UPTIME = re.compile(
    r"Uptime: up (?P<weeks>\d{1,5}) weeks?, (?P<days>\d) days?, (?P<hours>\d{1,2}) hours?, "
    r"(?P<minutes>\d{1,2}) minutes?(?:,.*)?",
    re.ASCII,
)
_ALARM = re.compile(
    r"\s*nowRTC=(?P<utc>\d{1,13})=(?P<local>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.\d{3})? "
    r"nowELAPSED=(?P<boot>\S{1,40}).*",
    re.ASCII,
)
_PROPERTY = re.compile(r"\[(?P<name>[\w.]{1,100})\]: \[(?P<value>[^\]]{0,200})\]", re.ASCII)
_QUARTER = timedelta(minutes=15)  # every zone's offset is a multiple of it
_YEARS = range(1970, 2300)
_FARTHEST = timedelta(hours=18)  # no zone is farther from UTC


@dataclass(frozen=True, slots=True)
class Reading:
    """Both clocks of the phone. `wall_ns` is UTC when `utc` says so, else local time as if it were UTC."""

    boot_ns: int
    wall_ns: int
    error_ns: int
    utc: bool
    raw: str


def parse_date(text: str) -> datetime | None:
    """Read `2026-11-23 08:12:33`, without a zone; None for anything else, and for a year that no phone has."""
    try:
        date = datetime.strptime(text.strip(), _DATE)  # noqa: DTZ007 - the phone prints no zone
    except ValueError:
        return None
    return date if date.year in _YEARS else None


def began(line: str) -> datetime | None:
    """Give the date of `== dumpstate: 2026-11-23 08:12:33`; None for any other line."""
    match = _BEGAN.fullmatch(line.strip())
    return parse_date(match["date"]) if match else None


def head_reading(date: datetime, line: str) -> Reading | None:
    """Give both clocks from the date of the head and its line `Uptime: ...`; None for any other line."""
    match = _UPTIME.fullmatch(line.strip())
    if match is None:
        return None
    days = int(match["weeks"]) * 7 + int(match["days"])
    minutes = (days * 24 + int(match["hours"])) * 60 + int(match["minutes"])
    half = MINUTE_NS // 2
    wall_ns = as_if_utc(date) + NS_PER_S // 2
    raw = f"== dumpstate: {date:{_DATE}}\n{line.strip()}"
    return Reading(minutes * MINUTE_NS + half, wall_ns, half + NS_PER_S // 2 + HEAD_SLACK_NS, utc=False, raw=raw)


def alarm_reading(line: str) -> Reading | None:
    """Give both clocks from the line `nowRTC=... nowELAPSED=...` of `dumpsys alarm`; None for any other line."""
    match = _ALARM.fullmatch(line.rstrip())
    if match is None:
        return None
    printed = match["boot"]
    boot_ns = int(printed) * NS_PER_MS if printed.isdigit() else parse_duration(printed)
    if boot_ns is None:
        return None
    return Reading(boot_ns, int(match["utc"]) * NS_PER_MS, ALARM_ERROR_NS, utc=True, raw=line.strip())


def alarm_offset(line: str) -> timedelta | None:
    """Give how far local time was ahead of UTC, from the same line; None when it does not say."""
    match = _ALARM.fullmatch(line.rstrip())
    local = parse_date(match["local"]) if match else None
    if match is None or local is None:
        return None
    utc = datetime.fromtimestamp(int(match["utc"]) // 1000, UTC).replace(tzinfo=None)
    offset = round((local - utc) / _QUARTER) * _QUARTER
    return offset if abs(offset) <= _FARTHEST else None


def alarm_date(line: str) -> datetime | None:
    """Give the local date of the same line."""
    match = _ALARM.fullmatch(line.rstrip())
    return parse_date(match["local"]) if match else None


def phone_property(line: str) -> tuple[str, str] | None:
    """Read a line of `getprop`: `[ro.build.version.sdk]: [36]`; None for any other line."""
    match = _PROPERTY.fullmatch(line.strip())
    return (match["name"], match["value"]) if match else None


def as_if_utc(date: datetime) -> int:
    """Give nanoseconds since 1970 of a date without a zone, read as UTC."""
    return int(date.replace(tzinfo=UTC).timestamp()) * NS_PER_S
