"""How long: what a test writes, as nanoseconds."""

from __future__ import annotations

from bgtask_harness.errors import BadInput
from bgtask_harness.profiles.durations import parse_duration

Length = str | float
"""Seconds, or text such as `5h`."""


def nanoseconds(length: Length) -> int:
    """Give the nanoseconds of `5h` or of seconds.

    Raises:
        BadInput: It is neither.

    """
    if not isinstance(length, str):
        return int(length * 1_000_000_000)
    try:
        return parse_duration(length)
    except ValueError as error:
        raise BadInput(str(error)) from error
