"""Answers of the debug hook: one public line of JSON, category `bgt` (`docs/app-contract.md`).

A Darwin notification carries no number, and an app hears only names that it has registered, so sentinels are ten
names: `<bundle>.bgt.sentinel.<last digit>`. The number is the next one that ends so: ten lost in a row would be taken
for none.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from bgtask_harness.observe.ios.os_log import OsLogLine
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source

CATEGORY = "bgt"

_RING = 10


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """What the hook answered to the notification of that name."""

    name: str
    answer: str


def read_answer(line: OsLogLine, package: str) -> HookAnswer | None:
    """Read an answer; None when the line is none of this app's."""
    if line.category != CATEGORY or line.subsystem != package:
        return None
    try:
        fields = json.loads(line.message)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict) or fields.get("v") != 1 or fields.get("event") != "hook":
        return None
    name, answer = fields.get("name"), fields.get("answer")
    return HookAnswer(name, answer) if isinstance(name, str) and isinstance(answer, str) else None


class Sentinels:
    """Turns last digits into numbers."""

    def __init__(self, package: str) -> None:
        self._prefix = f"{package}.bgt.sentinel."
        self.last: int | None = None

    def observe(self, answer: HookAnswer, line: OsLogLine) -> tuple[SentinelSeen, ...]:
        """Give the sentinel of an answer, nothing for another command's."""
        digit = answer.name.removeprefix(self._prefix)
        if not answer.name.startswith(self._prefix) or not (digit.isdecimal() and len(digit) == 1):
            return ()
        after = 0 if self.last is None else self.last + 1
        self.last = after + (int(digit) - after) % _RING
        return (SentinelSeen(stamp=line.stamp, source=Source.APP_LOG, raw=line.raw, number=self.last),)


def sentinel_name(package: str, number: int) -> str:
    """Give the notification to post for a sentinel."""
    return f"{package}.bgt.sentinel.{number % _RING}"
