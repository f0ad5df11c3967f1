"""The command line of `logcat`: what it asks for.

Source: system/logging/logcat/logcat.cpp, Android 11; Android 9 has other words for mistakes, UNCONFIRMED.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.logformat import FORMATS
from bgtask_harness.virtual.android.logformat import MODIFIERS

DEFAULT_BUFFERS = ("main", "system", "crash", "kernel")
"""What is read without `-b`."""

_FLAGS = {
    "-d": "dump",
    "-c": "clear",
    "--clear": "clear",
    "-D": "dividers",
    "--dividers": "dividers",
    "-g": "size",
    "--buffer-size": "size",
    "-S": "statistics",
    "--statistics": "statistics",
}
_VALUED = ("-b", "--buffer", "-v", "--format", "-t", "-T", "--pid", "--uid", "-m", "--max-count", "-e", "--regex", "-G")
_MULTIPLIERS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3}


class UsageError(Exception):
    """A mistake on the command line; the text is what logcat says of it."""


@dataclass(slots=True)
class Request:
    """What the command line asks for."""

    buffers: list[str] = field(default_factory=list)
    format: str = "threadtime"
    modifiers: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)
    tail: str | None = None
    pid: int | None = None
    uids: frozenset[int] = frozenset()
    max_count: int | None = None
    regex: re.Pattern[str] | None = None
    capacity: int | None = None
    """Bytes that each buffer is to have from now on."""
    filters: list[str] = field(default_factory=list)


def parse(words: Sequence[str]) -> Request:
    """Give what the words ask for; raises `UsageError`."""
    request, arguments = Request(), Arguments(_split(words))
    while (word := arguments.next()) is not None:
        if word in _FLAGS:
            request.flags.add(_FLAGS[word])
        elif word == "-s":
            request.filters.append("*:S")
        elif word in _VALUED:
            value = arguments.next()
            if value is None:
                raise UsageError(f"Option '{word}' needs an argument.")
            _option(request, word, value)
        elif word.startswith("-"):
            raise UsageError(f"Unknown option '{word}'.")
        else:
            request.filters.extend(part for part in word.split(" ") if part)
    return request


def _split(words: Sequence[str]) -> list[str]:
    """Take `-bmain`, `-vepoch`, `--pid=7` and `-t5` apart."""
    apart: list[str] = []
    for word in words:
        if word.startswith("--") and "=" in word:
            apart.extend(word.split("=", 1))
        elif re.match(r"-[bvtTmeG].", word):
            apart.extend((word[:2], word[2:]))
        else:
            apart.append(word)
    return apart


def _option(request: Request, word: str, value: str) -> None:
    if word in {"-b", "--buffer"}:
        request.buffers.extend(value.split(","))
    elif word in {"-v", "--format"}:
        _format(request, value)
    elif word in {"-t", "-T"}:
        request.tail = value
        if word == "-t":
            request.flags.add("dump")
    elif word == "--pid":
        request.pid = _number(value, "pid")
    elif word == "--uid":
        request.uids = frozenset(_number(part, "uid") for part in value.split(","))
    elif word in {"-m", "--max-count"}:
        request.max_count = _number(value, "max-count")
    elif word in {"-G", "--buffer-size"}:
        request.capacity = _byte_count(value)
    else:
        request.regex = re.compile(value)


def _format(request: Request, value: str) -> None:
    for name in value.split(","):
        if name in FORMATS:
            request.format = name
        elif name in MODIFIERS:
            request.modifiers.add(name)
        else:
            raise UsageError(f"Invalid parameter '{name}' to -v.")


def _byte_count(word: str) -> int:
    found = re.fullmatch(r"(\d+)([KMG]?)", word, re.ASCII | re.IGNORECASE)
    count = int(found[1]) * _MULTIPLIERS[found[2].upper()] if found else 0
    if count < 1:
        raise UsageError("-G must be specified as <num><multiplier>.")
    return count


def _number(word: str, what: str) -> int:
    if not word.isdecimal():
        raise UsageError(f"{what} {word} not a number")
    return int(word)
