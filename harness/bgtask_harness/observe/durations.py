"""Durations as Android's `TimeUtils.formatDuration` prints them: `+1d2h30m47s21ms`, also with the history's padding."""

from __future__ import annotations

import re

_UNITS_NS = {
    "d": 86_400_000_000_000,
    "h": 3_600_000_000_000,
    "m": 60_000_000_000,
    "s": 1_000_000_000,
    "ms": 1_000_000,
}
_DURATION = re.compile(
    r"(?P<sign>[+-])(?:(?P<d>\d{1,7})d ?)?(?:(?P<h>\d{1,3})h ?)?(?:(?P<m>\d{1,3})m ?)?(?:(?P<s>\d{1,3})s ?)?"
    r"(?:(?P<ms>\d{1,3})ms)?",
    re.ASCII,
)


def parse_duration(text: str) -> int | None:
    """Give nanoseconds, with the sign as printed; None for anything else, such as `none` or `--`.

    >>> parse_duration("-1d02h57m31s562ms")
    -97051562000000
    >>> parse_duration("0")
    0
    """
    text = text.strip()
    if text == "0":
        return 0
    match = _DURATION.fullmatch(text)
    if match is None or text in {"+", "-"}:
        return None
    total = sum(int(value) * ns for value, ns in zip(match.groups()[1:], _UNITS_NS.values(), strict=True) if value)
    return -total if match["sign"] == "-" else total
