"""When a log's lines were written: the year that most of them do not print, and UTC from the phone's local time.

logcat prints times in the zone that the phone has when it prints, each with that zone's rule for its own date, so a
zone by name turns them into UTC without loss. Where no zone is known they stay as printed; rules compare them only with
one another.
"""

from __future__ import annotations

import re
from datetime import UTC
from datetime import datetime
from datetime import timedelta
from datetime import tzinfo

from bgtask_harness.errors import BadInput
from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Clock
from bgtask_reference.events import Stamp

NO_YEAR = 1904
"""Lines without a year are read in this one: long before any phone, and a leap year."""

_EPOCH_TIME = re.compile(r"\s*\d{1,12}\.\d")
_LOCAL_TIME = re.compile(r"\s*(?:\d{4}-)?\d\d-\d\d \d\d:")
_SLACK = timedelta(days=1)  # a report's date is taken a little before its log is printed
_HALF_A_YEAR = timedelta(days=180)
_BACK = 5 * 60 * NS_PER_S
_FAR_BACK = 8
_BEGIN = datetime(1970, 1, 1)  # noqa: DTZ001 - the phone's local times have no zone


class Calendar:
    """Places stamps of one log, in the order of its lines.

    Args:
        file: The log's name, for a person.
        zone: The phone's zone; None leaves local times as they were printed, read as UTC.
        latest: A local time soon after the last line; None when nothing says so.
        first_year: The year of the first line without one; outranks `latest`.

    """

    def __init__(
        self, file: str, zone: tzinfo | None, latest: datetime | None = None, first_year: int | None = None
    ) -> None:
        self._file, self._zone, self._latest = file, zone, latest
        self._year = first_year
        self._before: datetime | None = None
        self._last_ns: int | None = None

    def place(self, stamp: Stamp, raw: str) -> Stamp:
        """Give the stamp in UTC and in its year.

        Raises:
            BadInput: It has no year and nothing says which it was.

        """
        if stamp.clock is not Clock.LOG or not _LOCAL_TIME.match(raw):
            return stamp
        local = _BEGIN + timedelta(microseconds=stamp.ns // 1000)
        if local.year == NO_YEAR:
            local = self._dated(local, raw)
        return Stamp(Clock.LOG, self.utc(local) + stamp.ns % 1000, stamp.error_ns)

    def utc(self, local: datetime) -> int:
        """Give nanoseconds since 1970 UTC of a local time. An hour that comes twice is told by what came before."""
        first = _nanoseconds(local, self._zone)
        again = _nanoseconds(local.replace(fold=1), self._zone)
        came_before = self._last_ns is not None and self._last_ns - first > _BACK
        self._last_ns = again if again != first and came_before else first
        return self._last_ns

    def _dated(self, local: datetime, raw: str) -> datetime:
        if self._year is not None:
            return self._counted(local)
        if self._latest is None:
            raise BadInput(
                f"{self._file}: its lines have no year ({raw.strip()[:18]}) and nothing else says which;"
                " give --year, the year of its first line"
            )
        for year in range(self._latest.year, self._latest.year - _FAR_BACK, -1):
            dated = _in_year(local, year)
            if dated is not None and dated <= self._latest + _SLACK:
                return dated
        return local.replace(year=self._latest.year, day=28)

    def _counted(self, local: datetime) -> datetime:
        assert self._year is not None
        if self._before is not None and self._before - local > _HALF_A_YEAR:
            self._year += 1
        self._before = local
        return _in_year(local, self._year) or local.replace(year=self._year, day=28)


def is_epoch(raw: str) -> bool:
    """Tell whether a line begins with seconds since 1970."""
    return _EPOCH_TIME.match(raw) is not None


def _in_year(local: datetime, year: int) -> datetime | None:
    try:
        return local.replace(year=year)
    except ValueError:  # the 29th of February
        return None


def _nanoseconds(local: datetime, zone: tzinfo | None) -> int:
    moment = local.replace(tzinfo=zone or UTC)
    whole = int((moment.replace(microsecond=0) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds())
    return whole * NS_PER_S + local.microsecond * 1000
