"""What published code prints and counts by Foundation: dates and midnights."""

from __future__ import annotations

import datetime as dt

DAY_MS = 86_400_000


def described(date_ms: int) -> str:
    """`NSDate.description`: in UTC, whatever the phone's zone. `date_ms`: wall milliseconds since 1970."""
    date = dt.datetime.fromtimestamp(date_ms / 1000, tz=dt.UTC)
    return date.strftime("%Y-%m-%d %H:%M:%S +0000")


def next_midnight(now_ms: int) -> int:
    """`NSCalendar.nextDateAfterDate(matchingHour: 0)`. The phone's zone is taken for UTC: the port has none."""
    return (now_ms // DAY_MS + 1) * DAY_MS
