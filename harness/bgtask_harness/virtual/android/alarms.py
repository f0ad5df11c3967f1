"""AlarmManagerService: what alarms there are, worked out from what the phone waits for.

Nothing of this phone runs on alarms: its services keep timers of their own. What a dump shows of them is this list:
JobScheduler's delays and deadlines, Doze's next steps, and the alarm that tells WorkManager of a force-stop up to
Android 10. Times since boot in nanoseconds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bgtask_harness.virtual.android.packages import SYSTEM_UID

if TYPE_CHECKING:
    from bgtask_harness.virtual.android.system import System

RTC_WAKEUP, RTC, ELAPSED_WAKEUP, ELAPSED = 0, 1, 2, 3
"""`AlarmManager.RTC_WAKEUP` and so on."""
_TYPES = ("RTC_WAKEUP", "RTC", "ELAPSED_WAKEUP", "ELAPSED")
_TEN_YEARS_NS = 10 * 365 * 86_400 * 1_000_000_000
_STANDALONE, _ALLOW_UNRESTRICTED, _IDLE_UNTIL = 0x1, 0x8, 0x10


@dataclass(frozen=True, slots=True)
class Alarm:
    """One pending alarm. `origin` is what it was set for: milliseconds, of the wall clock for RTC types."""

    type: int
    tag: str
    package: str
    uid: int
    origin_ms: int
    when_ns: int
    window_ms: int
    flags: int
    target: str
    """`operation=PendingIntent{...}` or `listener=...`: who hears of it."""
    repeat_ms: int = 0
    reason: str = ""
    """`exactAllowReason`, where an exact alarm says why it may be one."""

    @property
    def type_name(self) -> str:
        """`ELAPSED_WAKEUP` and so on."""
        return _TYPES[self.type]

    @property
    def real_time(self) -> bool:
        """It was set for a time of the wall clock."""
        return self.type in {RTC, RTC_WAKEUP}

    @property
    def wakes(self) -> bool:
        """It wakes the phone."""
        return self.type in {RTC_WAKEUP, ELAPSED_WAKEUP}

    @property
    def max_when_ns(self) -> int:
        """The end of its window."""
        return self.when_ns + self.window_ms * 1_000_000

    @property
    def identity(self) -> str:
        """`System.identityHashCode` in hexadecimal; here made of what it is, so that runs repeat."""
        seed = f"{self.tag}/{self.uid}/{self.when_ns}".encode()
        return f"{int.from_bytes(hashlib.sha256(seed).digest()[:4]) >> 4:x}"


def pending(phone: System) -> tuple[Alarm, ...]:
    """Give all alarms, the earliest first."""
    found = [*_jobs(phone), *_doze(phone), *_force_stop(phone)]
    return tuple(sorted(found, key=lambda alarm: alarm.when_ns))


def _system(phone: System, tag: str, when_ns: int, kind: int, flags: int) -> Alarm:
    listener = f"listener=com.android.server.{_OWNERS[tag]}@{phone.clocks.boot_id[:7]}"
    return Alarm(kind, tag, "android", SYSTEM_UID, when_ns // 1_000_000, when_ns, 0, flags, listener)


_OWNERS = {
    "*job.delay*": "job.controllers.TimeController$2",
    "*job.deadline*": "job.controllers.TimeController$1",
    "DeviceIdleController.deep": "DeviceIdleController$1",
    "DeviceIdleController.light": "DeviceIdleController$2",
}


def _jobs(phone: System) -> list[Alarm]:
    """TimeController sets one alarm for the next delay, which does not wake, and one for the next deadline."""
    now, jobs = phone.clocks.boot_ns(), phone.job_scheduler.jobs()
    delays = [job.earliest_ns for job in jobs if job.earliest_ns is not None and job.earliest_ns > now]
    deadlines = [job.latest_ns for job in jobs if job.latest_ns is not None and job.latest_ns > now]
    flags = _STANDALONE | _ALLOW_UNRESTRICTED
    delay = [_system(phone, "*job.delay*", min(delays), ELAPSED, flags)] if delays else []
    return delay + ([_system(phone, "*job.deadline*", min(deadlines), ELAPSED_WAKEUP, flags)] if deadlines else [])


def _doze(phone: System) -> list[Alarm]:
    found: list[Alarm] = []
    for kind in ("deep", "light"):
        left = phone.device_idle.left_ns(kind)
        if left is not None:
            idle = _IDLE_UNTIL if kind == "deep" and phone.device_idle.deep == "IDLE" else 0
            flags = _STANDALONE | _ALLOW_UNRESTRICTED | idle
            when = phone.clocks.boot_ns() + left
            found.append(_system(phone, f"DeviceIdleController.{kind}", when, ELAPSED_WAKEUP, flags))
    return found


def _force_stop(phone: System) -> list[Alarm]:
    """ForceStopRunnable.setAlarm: in ten years, so that its absence says that the app was force-stopped."""
    if phone.level.has("exit_info"):
        return []
    found: list[Alarm] = []
    for record in phone.packages.all():
        if record.alarm_set and not record.force_stopped:
            when = record.alarm_set_ns + _TEN_YEARS_NS
            origin = (phone.clocks.wall_ns() + when - phone.clocks.boot_ns()) // 1_000_000
            target = (
                f"operation=PendingIntent{{{record.uid:x}: PendingIntentRecord{{{record.uid + 1:x} "
                f"{record.name} broadcastIntent}}}}"
            )
            tag = "*walarm*:ACTION_FORCE_STOP_RESCHEDULE"
            found.append(Alarm(RTC_WAKEUP, tag, record.name, record.uid, origin, when, 0, _STANDALONE, target))
    return found
