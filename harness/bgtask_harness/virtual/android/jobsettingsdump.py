"""The head of `dumpsys jobscheduler`: settings, heartbeats, restrictions and the counter of API calls.

Source: JobSchedulerService.Constants.dump, QuotaController.dumpConstants and dumpInternal of a28, a30 and y36; their
lines are in `jobscheduler_settings.toml`.
"""

from __future__ import annotations

import msgspec

from bgtask_harness.virtual.android.durations import from_ns
from bgtask_harness.virtual.android.heartbeats import Heartbeats
from bgtask_harness.virtual.android.indent import IndentingWriter
from bgtask_harness.virtual.android.jobrestrictions import SEVERE
from bgtask_harness.virtual.android.level import Level
from bgtask_harness.virtual.android.standby import Bucket
from bgtask_harness.virtual.android.system import System

_FIRST_WITH_OWN_TIMES = "exempted"
"""Where an exempted app has limits of its own, every bucket has an allowed time of its own."""


def dump(out: IndentingWriter, phone: System) -> None:
    """Print everything before the power lines."""
    level = phone.level
    out.line("Settings:")
    with out.indented():
        for line in settings(level):
            out.line(line)
    out.line()
    heartbeats = phone.job_scheduler.heartbeats
    if heartbeats is not None:
        _heartbeat(out, heartbeats, phone)
    _restrictions(out, level, phone.thermal.status)
    if level.has("dump_count_quota"):
        out.line("CountQuotaTracker:")
        with out.indented():
            out.line("Is enabled: true")
            out.line("Is global quota free: false")
            out.line(f"Current elapsed time: {phone.clocks.boot_ns() // 1_000_000}")
        out.line()


def settings(level: Level) -> list[str]:
    """Give the lines of `Settings:` with the level's own numbers in them."""
    numbers = msgspec.structs.asdict(level.limits)
    if level.heartbeat is not None:
        numbers |= msgspec.structs.asdict(level.heartbeat)
    lines = [line.format(**numbers) for line in level.settings.lines] + list(level.settings.controllers)
    if level.quota:
        lines += ["QuotaController:", *(f"  {line}" for line in _quota(level))]
    return lines


def _quota(level: Level) -> list[str]:
    table, rows = level.quota, level.settings
    if _FIRST_WITH_OWN_TIMES in table:
        lines = [f"allowed_time_per_period_{name}_ms={row['allowed_ms']} " for name, row in table.items()]
    else:
        lines = [f"allowed_time_per_period_ms={table['active']['allowed_ms']} "]
    lines += rows.quota_before
    lines += [f"window_size_{_short(name)}_ms={row['window_ms']} " for name, row in table.items()]
    lines += rows.quota_between
    lines += [f"max_job_count_{_short(name)}={row['jobs']} " for name, row in table.items()]
    return lines + [f"max_session_count_{_short(name)}={row['sessions']} " for name, row in table.items()]


def _heartbeat(out: IndentingWriter, beats: Heartbeats, phone: System) -> None:
    now = phone.clocks.boot_ns()
    with out.indented():
        out.line("Heartbeat:")
        with out.indented():
            out.line(f"Current:    {beats.current(now)}")
            out.line("Next")
            with out.indented():
                out.line(f"ACTIVE:   {beats.milestone(Bucket.ACTIVE, now)}")
                out.line(f"WORKING:  {beats.milestone(Bucket.WORKING_SET, now)}")
                out.line(f"FREQUENT: {beats.milestone(Bucket.FREQUENT, now)}")
                out.line(f"RARE:     {beats.milestone(Bucket.RARE, now)}")
            out.line(f"Last heartbeat: {from_ns(beats.last_beat_ns(now) - now)}")
            out.line(f"Next heartbeat: {from_ns(beats.next_beat_ns(now) - now)}")
            out.line(f"In parole?: {'true' if phone.power.charging else 'false'}")
    out.line()


def _restrictions(out: IndentingWriter, level: Level, thermal: int) -> None:
    """ThermalStatusRestriction.dumpConstants."""
    if level.has("dump_thermal_flag"):
        out.line(f"    In thermal throttling?: {'true' if thermal >= SEVERE else 'false'}")
        out.line()
    elif level.has("dump_thermal_status"):
        out.line(f"Thermal status: {thermal}")
        out.line()


def _short(bucket: str) -> str:
    return bucket.removesuffix("_set")
