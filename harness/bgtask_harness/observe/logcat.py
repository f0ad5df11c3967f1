"""Lines of logcat as values: threadtime with epoch, plain threadtime, brief, and Android Studio's old export.

Formats after `system/logging/liblog/logprint.cpp`. In threadtime a message of several lines arrives as several lines
with the same prefix; only Android Studio indents them without one. Bug reports of Android 8 and later ask for `-v uid`:
a column before the pid.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC
from datetime import datetime

from bgtask_reference.events import NO_STAMP
from bgtask_reference.events import Clock
from bgtask_reference.events import Stamp

_PRIORITIES = frozenset("VDIWEFAS")
_NANO_DIGITS = 9

_THREADTIME = re.compile(
    r"\s*(?P<time>\d{1,12}|(?:(?P<year>\d{4})-)?(?P<month>\d\d)-(?P<day>\d\d) (?P<clock>\d\d:\d\d:\d\d))"
    r"\.(?P<fraction>\d{3}|\d{6}|\d{9})\s+(?:(?P<uid>\w{1,10})\s+)?(?P<pid>\d{1,9})\s+(?P<tid>\d{1,9})\s+"
    r"(?P<priority>[VDIWEFAS])\s(?P<rest>.*)",
    re.ASCII | re.DOTALL,
)
_STUDIO = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d) (?P<clock>\d\d:\d\d:\d\d)\.(?P<fraction>\d{3})\s+"
    r"(?P<pid>\d{1,9})-(?P<tid>\d{1,9})/(?P<process>\S+)\s+(?P<priority>[VDIWEFAS])/(?P<rest>.*)",
    re.ASCII | re.DOTALL,
)
_BRIEF = re.compile(
    r"(?P<priority>[VDIWEFAS])/(?P<tag>[^(]{1,64})\(\s*(?P<pid>\d{1,9})\): ?(?P<message>.*)", re.ASCII | re.DOTALL
)
_DIVIDER = re.compile(r"-{5,} (?:beginning of|switch to) \S+\s*")


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line of a log.

    Attributes:
        stamp: The log's clock, in the middle of the printed grain; `NO_STAMP` in the brief format, which prints none.
        pid: Process that wrote it.
        tid: Thread that wrote it; None in the brief format.
        priority: logcat's letter.
        tag: Without the padding.
        message: The rest, untouched.
        raw: The whole line, as it came.
        indents: True in a format whose further lines of one entry have no prefix.
        uid: Who wrote it, as `-v uid` prints it: a number, or a name of five letters at most; None without that column.

    """

    stamp: Stamp
    pid: int
    tid: int | None
    priority: str
    tag: str
    message: str
    raw: str
    indents: bool = False
    uid: str | None = None

    @property
    def entry(self) -> tuple[int, int, int | None, str, str]:
        """What the lines of one log entry have in common. Two entries may share it by chance."""
        return (self.stamp.ns, self.pid, self.tid, self.priority, self.tag)

    def continued(self, raw: str) -> LogLine:
        """Give an unprefixed further line of the same entry."""
        return LogLine(self.stamp, self.pid, self.tid, self.priority, self.tag, raw, raw, self.indents, self.uid)


def parse_line(raw: str, year: int = 1970) -> LogLine | None:
    """Read one line; None when it is in none of the formats.

    A line without a year is placed in `year`; times without a zone are read as UTC, so the stamps of such a line
    compare with one another but not with another clock. Epoch times need neither.
    """
    threadtime = _THREADTIME.match(raw)
    if threadtime:
        return _prefixed(threadtime, raw, year, indents=False)
    studio = _STUDIO.match(raw)
    if studio:
        return _prefixed(studio, raw, year, indents=True)
    brief = _BRIEF.match(raw)
    if brief:
        return LogLine(
            NO_STAMP, int(brief["pid"]), None, brief["priority"], brief["tag"].rstrip(), brief["message"], raw
        )
    return None


def is_divider(raw: str) -> bool:
    """Tell whether it is logcat's own `--------- beginning of main`."""
    return raw.startswith("-----") and _DIVIDER.fullmatch(raw) is not None


def quick_tag(raw: str) -> str | None:
    """Give the first word of a threadtime line's tag without reading the rest; None when in doubt."""
    words = raw.split(None, 5)
    if len(words) < 5:  # noqa: PLR2004 - time, pid, tid, priority, tag
        return None
    if words[3] in _PRIORITIES and words[2].isdigit():
        return words[4].rstrip(":")
    if len(words) > 5 and words[3].isdigit():  # noqa: PLR2004 - a date before the time
        if words[4] in _PRIORITIES:
            return words[5].split(None, 1)[0].rstrip(":")
        rest = words[5].split(None, 2)  # a uid before the pid
        if len(rest) > 1 and rest[0] in _PRIORITIES and words[4].isdigit():
            return rest[1].rstrip(":")
    return None


def _prefixed(match: re.Match[str], raw: str, year: int, *, indents: bool) -> LogLine | None:
    tag, colon, message = match["rest"].partition(": ")
    if not colon:
        if not tag.rstrip().endswith(":"):
            return None
        tag, message = tag.rstrip()[:-1], ""
    stamp = _stamp(match, year)
    if stamp is None:
        return None
    pid, tid = int(match["pid"]), int(match["tid"])
    return LogLine(stamp, pid, tid, match["priority"], tag.strip(), message, raw, indents, match.groupdict().get("uid"))


def _stamp(match: re.Match[str], year: int) -> Stamp | None:
    seconds = _seconds(match, year)
    if seconds is None:
        return None
    fraction = match["fraction"]
    grain = 10 ** (_NANO_DIGITS - len(fraction))
    half = grain // 2
    return Stamp(Clock.LOG, seconds * 1_000_000_000 + int(fraction) * grain + half, half)


def _seconds(match: re.Match[str], year: int) -> int | None:
    if match["month"] is None:
        return int(match["time"])
    month, day = int(match["month"]), int(match["day"])
    hours, minutes, seconds = (int(part) for part in match["clock"].split(":"))
    try:
        moment = datetime(int(match["year"] or year), month, day, hours, minutes, seconds, tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp())
