"""Durations as people write them in TOML: `90s`, `3m`, `5h`, `1h30m`."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

_UNITS = {
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
    "d": 86_400_000_000_000,
}
_A_MINUTE = 60
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)", re.ASCII)
_WHOLE = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)


class Duration:
    """A duration in a schema: a string in TOML. `ns` is nanoseconds, never negative."""

    __slots__ = ("ns",)

    def __init__(self, ns: int) -> None:
        self.ns = ns


def parse_duration(text: str) -> int:
    """Give the nanoseconds of `90s`, `3m`, `5h`, `1.5h`, `1h30m`.

    Raises:
        ValueError: It is none of these.

    """
    if not _WHOLE.fullmatch(text.strip()):
        raise ValueError(f'expected a duration such as "90s", "3m" or "5h", got {text!r}')
    return int(sum(Decimal(number) * _UNITS[unit] for number, unit in _PART.findall(text)))


def describe_duration(ns: int) -> str:
    """Give it as a person would write it: `90 s`, `5 h`, `1 h 30 min`.

    >>> describe_duration(5_400_000_000_000)
    '1 h 30 min'
    """
    seconds, rest = divmod(ns, 1_000_000_000)
    if rest and seconds < _A_MINUTE:
        return f"{ns / 1_000_000_000:.3g} s"
    hours, minutes, seconds = seconds // 3600, seconds % 3600 // 60, seconds % 60
    parts = [f"{n} {unit}" for n, unit in ((hours, "h"), (minutes, "min"), (seconds, "s")) if n]
    return " ".join(parts) or "0 s"


def decode(kind: type[Any], value: Any) -> Any:
    """Decode what msgspec does not know (its `dec_hook`)."""
    if kind is Duration:
        if not isinstance(value, str):
            raise ValueError(f'expected a duration such as "90s", "3m" or "5h", got {value!r}')
        return Duration(parse_duration(value))
    raise TypeError(f"cannot read a {kind.__name__}")
