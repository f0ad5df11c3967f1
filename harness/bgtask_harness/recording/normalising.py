"""What two phones may print differently and still say the same: each such thing has a name and a reason. Pure.

A line is taken apart into a shape, with a word for each such thing, and the times in it. Two lines are the same when
their shapes are, and their times lie no further apart than `TOLERANCE_S`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass

TOLERANCE_S = 2.0
"""A command reaches a phone when it does; what the phone then counts from differs by as much."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One normalisation. With `seconds` what is found is compared as a time, without it is not compared at all."""

    name: str
    why: str
    pattern: str
    seconds: Callable[[str], float] | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A line taken apart: its text with words for what is normalised, and the times in it, in seconds."""

    text: str
    times: tuple[float, ...]

    def same(self, other: Shape) -> bool:
        """Tell whether two lines say the same."""
        near = (abs(one - two) <= TOLERANCE_S for one, two in zip(self.times, other.times, strict=True))
        return self.text == other.text and all(near)


_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def _length(text: str) -> float:
    parts = re.findall(r"(\d+)(ms|[dhms])", text)
    return sum(int(number) * _UNITS[unit] for number, unit in parts) * (-1 if text.lstrip().startswith("-") else 1)


def _date(text: str) -> float:
    full = text if text[4:5] == "-" else f"2000-{text}"  # a leap year has every day
    return dt.datetime.fromisoformat(full.replace(" ", "T")[:26]).replace(tzinfo=dt.UTC).timestamp()


RULES = (
    Rule("redacted", "the recording has a word there for a serial or an address", r"<(?:serial|name|e-mail|mac)-\d+>"),
    Rule("sentinel", "each session leaves marks of its own in the log", r"sentinel [0-9a-f]{8} \d+"),
    Rule(
        "random id",
        "work ids, boot ids and attempts are drawn anew each time",
        r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b(?:@\d{13}\.\d+)?",
    ),
    Rule(
        "date",
        f"wall clocks agree within {TOLERANCE_S:.0f} s",
        r"(?<![\d-])(?:\d{4}-)?\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d{1,6})?(?!\d)",
        _date,
    ),
    Rule(
        "date of dasd",
        "as `date`",
        r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}\b",
        lambda text: dt.datetime.strptime(text, "%a %b %d %H:%M:%S %Y").replace(tzinfo=dt.UTC).timestamp(),
    ),
    Rule("activity", "dasd numbers activities anew each time", r"(?<=[A-Za-z]:)[0-9A-F]{6}(?=[\s>,):]|$)"),
    Rule("epoch ns", "as `date`", r"(?<![\w.])1\d{18}(?![\w.])", lambda text: int(text) / 1e9),
    Rule("epoch ms", "as `date`", r"(?<![\w.])1\d{12}(?![\w.])", lambda text: int(text) / 1e3),
    Rule(
        "attempt",
        "as `date`: an attempt's id says when it began",
        r"(?<=@)1\d{12}(?=\.\d)",
        lambda text: int(text) / 1e3,
    ),
    Rule("epoch s", "as `date`", r"(?<![\w.])1\d{9}\.\d{3,9}(?![\w.])", float),
    Rule(
        "boot clock, ms",
        f"whole numbers of 7 to 11 digits that no `...ms=` stands before; they agree within {TOLERANCE_S:.0f} s",
        r"(?<![\w.])(?<!_ms=)(?<!Ms=)\d{7,11}(?![\w.])",
        lambda text: int(text) / 1e3,
    ),
    Rule(
        "length of time, ms",
        f"what JobScheduler's quota has counted; agrees within {TOLERANCE_S:.0f} s",
        r"(?<=executionTimeInWindow=)\d+|(?<=executionTimeInMaxPeriod=)\d+|(?<= \()\d+(?=\), \d+ bg jobs)",
        lambda text: int(text) / 1e3,
    ),
    Rule("idle time", "the CPU's idle time, beside the uptime", r"(?<=\d\.\d\d )\d+\.\d\d$"),
    Rule("uptime", f"boot clocks agree within {TOLERANCE_S:.0f} s", r"(?<![\w.])\d{1,9}\.\d\d(?= \d+\.\d\d$)", float),
    Rule(
        "length of time",
        f"lengths of time agree within {TOLERANCE_S:.0f} s, however many blanks make a column of them",
        r" *(?<![\w.])[+-]?(?=\d)(?:\d+d)?(?:\d+h)?(?:\d+m(?!s))?(?:\d+s)?(?:\d+ms)?(?<=[dhms])(?![\w.])",
        _length,
    ),
    Rule(
        "process id",
        "processes are numbered as they come",
        r"(?<=\bpid[= ])\d+|(?<=\"pid\":)\d+|(?<=[( {])\d+(?=:[a-zA-Z]\w*(?:\.\w+)+)|(?<=PID )\d+",
    ),
    Rule(
        "object",
        "the address of an object, or its hash",
        r"(?<=[@{])[0-9a-f]{5,8}(?![\w.-])|(?<=: )[0-9a-f]{4,8}(?= [@#\w.]+/)",
    ),
    Rule(
        "app's uid",
        "apps are numbered as they are installed",
        r"\bu\d+a\d+\b|(?<=\buid=)10\d{3}\b|(?<=\bappid=)10\d{3}\b|(?<=\bappId=)10\d{3}\b|(?<=\b[uU]id: )10\d{3}\b",
    ),
    Rule(
        "log's begin",
        f"lines of its first {TOLERANCE_S:.0f} s: what one phone logs after it was followed, another has logged before",
        r"(?!)",
    ),
    Rule(
        "a job at work",
        "`mJobsActive=true`: WorkManager's own job takes milliseconds, and is over or not when deviceidle is asked",
        r"(?!)",
    ),
)
_AT_WORK = "mJobsActive=true"
_EPOCH = re.compile(r"\s*(?P<time>\d{9,11}\.\d{3,9})\s")
_BEFORE_MESSAGE = re.compile(r"^\s*(?P<time>\S+(?: \d\d:\S+)?)\s+\d+\s+\d+\s+(?=[VDIWEFA] )")


class Normaliser:
    """Takes lines apart, and counts what was normalised by name."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        names = {f"r{number}": rule for number, rule in enumerate(RULES)}
        self._rules = names
        self._pattern = re.compile("|".join(f"(?P<{name}>{rule.pattern})" for name, rule in names.items()))

    def shape(self, line: str) -> Shape:
        """Take a line of a text apart."""
        times: list[float] = []

        def word(match: re.Match[str]) -> str:
            rule = self._rules[str(match.lastgroup)]
            self.counts[rule.name] += 1
            if rule.seconds is not None:
                times.append(rule.seconds(match[0]))
            return f"<{rule.name}>"

        return Shape(self._pattern.sub(word, line.rstrip()), tuple(times))

    def settled(self, lines: Sequence[str]) -> list[str]:
        """Leave out the begin of a log: which lines of it come before somebody follows is a matter of milliseconds."""
        times = [match and float(match["time"]) for match in map(_EPOCH.match, lines)]
        began = next((time for time in times if time is not None), 0.0)
        kept = [line for line, time in zip(lines, times, strict=True) if time is None or time - began >= TOLERANCE_S]
        self.counts["log's begin"] += len(lines) - len(kept)
        return kept

    def lasting(self, lines: Sequence[str]) -> list[str]:
        """Leave out of a text what is true for milliseconds."""
        kept = [line for line in lines if line.strip() != _AT_WORK]
        self.counts["a job at work"] += len(lines) - len(kept)
        return kept

    def log_shape(self, line: str) -> Shape:
        """Take a line of the log apart: its process and thread are numbered as they come."""
        match = _BEFORE_MESSAGE.match(line)
        if match is None:
            return self.shape(line)
        self.counts["process id"] += 1
        return self.shape(f"{match['time']} {line[match.end() :]}")
