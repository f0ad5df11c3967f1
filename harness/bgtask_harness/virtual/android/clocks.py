"""The clocks of a phone: since boot, wall, and the id of this boot. The log is stamped with the wall clock."""

from __future__ import annotations

import datetime as dt
import uuid
import zoneinfo
from functools import lru_cache

from bgtask_harness.virtual.kernel import Kernel

_UTC_NAMES = frozenset({"GMT", "UTC", "Etc/UTC", "Etc/GMT"})


class Clocks:
    """Boot and wall time, derived from the kernel's.

    The kernel starts at 0 with the phone already `uptime_ns` up; a reboot starts boot time again at 0 while the wall
    clock (an RTC) goes on. All times in nanoseconds.
    """

    def __init__(self, kernel: Kernel, *, uptime_ns: int, wall_ns: int, timezone: str, seed: str) -> None:
        self._kernel = kernel
        self._booted_at = kernel.now - uptime_ns
        self._wall_offset = wall_ns - kernel.now
        self._seed = seed
        self._boots = 1
        self.timezone = timezone

    def boot_ns(self) -> int:
        """Since this boot, sleep included (`elapsedRealtime`)."""
        return self._kernel.now - self._booted_at

    def wall_ns(self) -> int:
        """Since 1970 UTC (`currentTimeMillis`)."""
        return self._kernel.now + self._wall_offset

    def kernel_at(self, boot_ns: int) -> int:
        """Kernel time at which this boot's clock shows `boot_ns`."""
        return self._booted_at + boot_ns

    def set_wall(self, wall_ns: int) -> None:
        """Set the wall clock; boot time does not move."""
        self._wall_offset = wall_ns - self._kernel.now

    def set_timezone(self, name: str) -> None:
        """Set the zone; raises `zoneinfo.ZoneInfoNotFoundError` or `ValueError` for one that there is not."""
        _zone(name)
        self.timezone = name

    def restart(self) -> None:
        """Begin a new boot now."""
        self._booted_at = self._kernel.now
        self._boots += 1

    @property
    def boot_id(self) -> str:
        """`/proc/sys/kernel/random/boot_id`: another one for each boot, the same in each run of the same phone."""
        return _boot_id(f"{self._seed}/{self._boots}")

    def local(self, wall_ns: int) -> dt.datetime:
        """A wall time in the phone's zone, cut to microseconds."""
        seconds, rest = divmod(wall_ns, 1_000_000_000)
        moment = dt.datetime.fromtimestamp(seconds, tz=_zone(self.timezone))
        return moment.replace(microsecond=rest // 1_000)

    def parse_local(self, text: str) -> int:
        """Give the wall time that `[YYYY-]MM-DD hh:mm:ss.mmm` in the phone's zone means; raises `ValueError`."""
        year = self.local(self.wall_ns()).year
        full = text if text[4:5] == "-" else f"{year}-{text}"
        moment = dt.datetime.strptime(full, "%Y-%m-%d %H:%M:%S.%f").replace(tzinfo=_zone(self.timezone))
        return int(moment.timestamp()) * 1_000_000_000 + moment.microsecond * 1_000


@lru_cache(maxsize=64)
def _boot_id(seed: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, seed))


def _zone(name: str) -> dt.tzinfo:
    return dt.UTC if name in _UTC_NAMES else zoneinfo.ZoneInfo(name)
