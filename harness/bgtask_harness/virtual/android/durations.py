"""`TimeUtils.formatDuration`: how Android prints a span of time, `+14m47s534ms`.

Source: frameworks/base core/java/android/util/TimeUtils.java formatDurationLocked. Milliseconds in, text out.
"""

from __future__ import annotations

from collections.abc import Callable

_SECOND, _MINUTE, _HOUR, _DAY = 1_000, 60_000, 3_600_000, 86_400_000

HISTORY_WIDTH = 19
"""TimeUtils.HUNDRED_DAY_FIELD_LEN: how wide a time of the job history is."""


def duration(milliseconds: int) -> str:
    """Give a span as dumps print it: `0`, `+30s0ms`, `-1h35m26s440ms`; inner fields without padding."""
    if milliseconds == 0:
        return "0"
    sign = "-" if milliseconds < 0 else "+"
    (days, _), (hours, _), (minutes, _), (seconds, _), (rest, _) = _fields(abs(milliseconds))
    if days:
        return f"{sign}{days}d{hours}h{minutes}m{seconds}s{rest}ms"
    if hours:
        return f"{sign}{hours}h{minutes}m{seconds}s{rest}ms"
    if minutes:
        return f"{sign}{minutes}m{seconds}s{rest}ms"
    return f"{sign}{seconds}s{rest}ms" if seconds else f"{sign}{rest}ms"


def padded(milliseconds: int, width: int = HISTORY_WIDTH) -> str:
    """Give a span right-aligned with inner fields padded by zeros: `    -21h21m03s467ms`, as the job history does."""
    if milliseconds == 0:
        return "0".rjust(width)
    sign = "-" if milliseconds < 0 else "+"
    text, started = "", False
    for value, unit in _fields(abs(milliseconds)):
        if started:
            text += f"{value:0{3 if unit == 'ms' else 2}d}{unit}"
        elif value or unit == "ms":
            text, started = f"{value}{unit}", True
    return (sign + text).rjust(width)


def _fields(milliseconds: int) -> list[tuple[int, str]]:
    days, rest = divmod(milliseconds, _DAY)
    hours, rest = divmod(rest, _HOUR)
    minutes, rest = divmod(rest, _MINUTE)
    seconds, rest = divmod(rest, _SECOND)
    return [(days, "d"), (hours, "h"), (minutes, "m"), (seconds, "s"), (rest, "ms")]


def from_ns(nanoseconds: int, form: Callable[[int], str] = duration) -> str:
    """Give a span of nanoseconds, cut to milliseconds as `elapsedRealtime` is."""
    sign = -1 if nanoseconds < 0 else 1
    return form(sign * (abs(nanoseconds) // 1_000_000))
