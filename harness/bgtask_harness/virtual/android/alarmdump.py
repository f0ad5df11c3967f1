"""`dumpsys alarm`: the pending alarms, as the phone's level prints them.

Source: AlarmManagerService.dumpImpl of a30 (batches) and y36 (one list), Alarm.dump; corpus alarm_api36_emulator. Left
out: constants, app state, histories, statistics. 28 prints batches as 30 does (UNCONFIRMED), 31 to 35 as 36 does
(UNCONFIRMED).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from bgtask_harness.virtual.android.alarms import Alarm
from bgtask_harness.virtual.android.alarms import pending
from bgtask_harness.virtual.android.clocks import Clocks
from bgtask_harness.virtual.android.durations import duration
from bgtask_harness.virtual.android.durations import from_ns
from bgtask_harness.virtual.android.indent import IndentingWriter
from bgtask_harness.virtual.android.packages import format_uid
from bgtask_harness.virtual.android.system import System

_MS = 1_000_000


def dump(phone: System) -> str:
    """Give the dump."""
    out, alarms = IndentingWriter(), pending(phone)
    out.line("Current Alarm Manager state:")
    with out.indented():
        _clock(out, phone.clocks)
        _next(out, alarms, phone.clocks)
        if alarms:
            out.line()
            if phone.level.has("alarm_batches"):
                _batches(out, alarms, phone.clocks)
            else:
                dump_list(out, alarms, phone.clocks)
        out.line()
        out.line("Pending user blocked background alarms: ")
        with out.indented():
            out.line("none")
        out.line()
        counts = Counter(alarm.uid for alarm in alarms)
        uids = ", ".join(f"{format_uid(uid)}:{counts[uid]}" for uid in sorted(counts))
        out.line(f"Pending alarms per uid: [{uids}]")
        out.line()
        out.line("Past-due non-wakeup alarms: (none)")
    return out.text()


def _clock(out: IndentingWriter, clocks: Clocks) -> None:
    wall_ms = clocks.wall_ns() // _MS
    out.line(f"nowRTC={wall_ms}={local_time(clocks, wall_ms)} nowELAPSED={clocks.boot_ns() // _MS}")


def _next(out: IndentingWriter, alarms: Sequence[Alarm], clocks: Clocks) -> None:
    for words, wanted in (("non-wakeup alarm", False), ("wakeup alarm", True)):
        when = next((alarm.when_ns for alarm in alarms if alarm.wakes is wanted), None)
        if when is not None:
            wall = local_time(clocks, (clocks.wall_ns() + when - clocks.boot_ns()) // _MS)
            out.line(f"Next {words}: {from_ns(when - clocks.boot_ns())} = {when // _MS} = {wall}")
    for words, wanted in (("non-wakeup alarm", False), ("wakeup alarm", True)):
        left = next((alarm.when_ns - clocks.boot_ns() for alarm in alarms if alarm.wakes is wanted), 0)
        out.line(f"Next kernel {words}: {from_ns(left)}")


def dump_list(out: IndentingWriter, alarms: Sequence[Alarm], clocks: Clocks, numbered_to: int | None = None) -> None:
    """Print `N pending alarms:` and each of them, numbered from the last to the first."""
    out.line(f"{numbered_to or len(alarms)} pending alarms: ")
    with out.indented():
        for number, alarm in zip(range(len(alarms), 0, -1), alarms, strict=True):
            dump_alarm(out, number, alarm, clocks)


def dump_alarm(out: IndentingWriter, number: int, alarm: Alarm, clocks: Clocks) -> None:
    """Print one alarm of Android 12 and later."""
    now = clocks.boot_ns()
    out.line(
        f"{alarm.type_name} #{number}: Alarm{{{alarm.identity} type {alarm.type} origWhen {alarm.origin_ms} "
        f"whenElapsed {alarm.when_ns // _MS} {alarm.package}}}"
    )
    with out.indented():
        out.line(f"tag={alarm.tag}")
        reason = f" exactAllowReason={alarm.reason}" if alarm.reason else ""
        out.line(
            f"type={alarm.type_name} origWhen={_origin(alarm, clocks)} window={duration(alarm.window_ms)}{reason} "
            f"repeatInterval={alarm.repeat_ms} count=0 flags=0x{alarm.flags:x}"
        )
        out.line(f"whenElapsed={from_ns(alarm.when_ns - now)} maxWhenElapsed={from_ns(alarm.max_when_ns - now)}")
        out.line(alarm.target)


def _batches(out: IndentingWriter, alarms: Sequence[Alarm], clocks: Clocks) -> None:
    """Each alarm here stands alone, so each is a batch of its own; its title is not indented."""
    out.line(f"Pending alarm batches: {len(alarms)}")
    for alarm in alarms:
        start, end = alarm.when_ns // _MS, alarm.max_when_ns // _MS
        flags = f" flgs=0x{alarm.flags:x}" if alarm.flags else ""
        out.raw(f"Batch{{{alarm.identity[::-1]} num=1 start={start} end={end}{flags}}}:")
        with out.indented():
            _old_alarm(out, alarm, clocks)


def _old_alarm(out: IndentingWriter, alarm: Alarm, clocks: Clocks) -> None:
    now = clocks.boot_ns()
    left, latest = from_ns(alarm.when_ns - now), from_ns(alarm.max_when_ns - now)
    out.line(
        f"{alarm.type_name} #0: Alarm{{{alarm.identity} type {alarm.type} when {alarm.origin_ms} {alarm.package}}}"
    )
    with out.indented():
        out.line(f"tag={alarm.tag}")
        out.line(
            f"type={alarm.type} expectedWhenElapsed={left} expectedMaxWhenElapsed={latest} whenElapsed={left} "
            f"maxWhenElapsed={latest} when={_origin(alarm, clocks)}"
        )
        out.line(f"window={duration(alarm.window_ms)} repeatInterval={alarm.repeat_ms} count=0 flags=0x{alarm.flags:x}")
        out.line("operation=null" if alarm.target.startswith("listener=") else alarm.target)
        if alarm.target.startswith("listener="):
            out.line(alarm.target)


def _origin(alarm: Alarm, clocks: Clocks) -> str:
    if alarm.real_time:
        return local_time(clocks, alarm.origin_ms)
    return duration(alarm.origin_ms - clocks.boot_ns() // _MS)


def local_time(clocks: Clocks, wall_ms: int) -> str:
    """Give a wall time as `yyyy-MM-dd HH:mm:ss.SSS` in the phone's zone."""
    moment = clocks.local(wall_ms * _MS)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{moment.microsecond // 1000:03d}"
