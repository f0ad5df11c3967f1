"""Given by hand the state behind a recorded dump, the phone of that level prints the lines that were recorded.

What the recording does not tell (the identity hash of an object) is taken from it; everything else is rendered.
"""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.virtual.android import jobcontrollersdump
from bgtask_harness.virtual.android.alarmdump import dump_alarm
from bgtask_harness.virtual.android.alarms import ELAPSED
from bgtask_harness.virtual.android.alarms import RTC_WAKEUP
from bgtask_harness.virtual.android.alarms import Alarm
from bgtask_harness.virtual.android.battery import BatteryState
from bgtask_harness.virtual.android.clocks import Clocks
from bgtask_harness.virtual.android.commands import battery
from bgtask_harness.virtual.android.commands import deviceidle_dump
from bgtask_harness.virtual.android.commands import power
from bgtask_harness.virtual.android.indent import IndentingWriter
from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobhistory import HistoryEvent
from bgtask_harness.virtual.android.jobregisterdump import Standing
from bgtask_harness.virtual.android.jobregisterdump import dump_registered
from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.jobs import JobNetwork
from bgtask_harness.virtual.android.jobs import TriggerContentUri
from bgtask_harness.virtual.android.jobschedulerdump import history_line
from bgtask_harness.virtual.android.jobschedulerdump import idle_slot
from bgtask_harness.virtual.android.jobsettingsdump import settings
from bgtask_harness.virtual.android.jobslots import Slot
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.level import level
from bgtask_harness.virtual.android.phone import Phone
from bgtask_harness.virtual.android.profile import phone_profile
from bgtask_harness.virtual.android.standby import Bucket
from bgtask_harness.virtual.kernel import Kernel

pytestmark = pytest.mark.corpus

SYSTEM_JOB = "androidx.work.impl.background.systemjob.SystemJobService"
SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
WAITING = Standing(may_execute=False, ready=False, pending=False, running=False)
UNHINDERED = Constraint.DEVICE_NOT_DOZING | Constraint.BACKGROUND_NOT_RESTRICTED
NOW_MS = 10 * DAY


def recorded(name: str) -> list[str]:
    named = os.environ.get("BGTASK_CORPUS")
    if not named:
        pytest.skip("BGTASK_CORPUS names no folder with recorded output (android/*.txt)")
    path = Path(named) / "android" / name
    if not path.is_file():
        pytest.skip(f"this corpus has no {name}")
    return path.read_text().splitlines()


@dataclass
class Dumped:
    """A job as a test states it: times in milliseconds from the moment of the dump."""

    api: int
    job: JobInfo
    uid: int
    satisfied: Constraint
    identity: str
    earliest: int | None = None
    latest: int | None = None
    enqueued: int = 0
    bucket: Bucket = Bucket.ACTIVE
    active: bool = False
    network: int | None = None
    last_successful: str = ""
    last_failed: str = ""
    deferred: int = 0

    def lines(self) -> list[str]:
        clocks = Clocks(Kernel(), uptime_ns=NOW_MS * 10**6, wall_ns=0, timezone="GMT", seed="")
        status = JobStatus(
            self.job,
            self.uid,
            self.job.service.partition("/")[0],
            level(self.api),
            (NOW_MS + self.enqueued) * 10**6,
            self._at(self.earliest),
            self._at(self.latest),
            self._at(self.latest),
        )
        status.satisfied, status.bucket, status.uid_active = self.satisfied, self.bucket, self.active
        status.deferred_ns = (NOW_MS + self.deferred) * 10**6 if self.deferred else 0
        status.last_successful_wall_ns = (
            clocks.parse_local(self.last_successful + ".000") if self.last_successful else 0
        )
        status.last_failed_wall_ns = clocks.parse_local(self.last_failed + ".000") if self.last_failed else 0
        out = IndentingWriter()
        dump_registered(out, status, WAITING, clocks, self.network)
        return out.text().replace(status.identity, self.identity, 1).splitlines()

    def _at(self, relative: int | None) -> int | None:
        return None if relative is None else (NOW_MS + relative) * 10**6


def unindented(lines: Iterable[str]) -> list[str]:
    return textwrap.dedent("\n".join(lines)).splitlines()


def bare(lines: Iterable[str]) -> list[str]:
    return [line.strip() for line in lines]


def assert_in_order(excerpt: Iterable[str], rendered: Iterable[str]) -> None:
    rest = iter(rendered)
    for line in excerpt:
        assert line in rest, f"{line!r} is not among what follows"


def test_a_periodic_job_of_api_28() -> None:
    service = "com.sunmi.toolbox/.antirush.ScheduleService"
    job = JobInfo(1024, service, network=JobNetwork.ANY, period_ms=15 * MINUTE, flex_ms=5 * MINUTE, persisted=True)
    dumped = Dumped(
        28,
        job,
        10_080,
        Constraint.CONNECTIVITY | UNHINDERED,
        "e61d7bf",
        earliest=13 * MINUTE + 17_891,
        latest=18 * MINUTE + 17_891,
        enqueued=-(MINUTE + 42_081),
        network=100,
        last_successful="2020-05-27 15:27:42",
    )
    lines = recorded("js_job_api28_sunmi_periodic.txt")
    assert dumped.lines() == unindented(lines)


def test_a_job_of_work_manager_on_api_29() -> None:
    job = JobInfo(
        4,
        f"com.google.android.youtube/{SYSTEM_JOB}",
        network=JobNetwork.UNMETERED,
        minimum_latency_ms=HOUR + 29 * MINUTE + 59_687,
        extras={"EXTRA_WORK_SPEC_ID": "?"},
    )
    dumped = Dumped(
        29,
        job,
        10_172,
        UNHINDERED | Constraint.WITHIN_QUOTA,
        "6412553",
        earliest=38 * MINUTE + 29_834,
        enqueued=-(51 * MINUTE + 29_853),
        bucket=Bucket.RARE,
    )
    assert dumped.lines() == recorded("js_job_api29_official_docs.txt")


def test_a_periodic_job_of_the_system_on_api_30() -> None:
    lines = bare(recorded("js_full_excerpt_api30_urovo_mtk.txt"))
    begin = next(n for n, line in enumerate(lines) if line.startswith("JOB #1000/1:"))
    end = next(n for n, line in enumerate(lines) if n > begin and line.startswith("Ready: "))
    folder = "/data/system/users/0/settings_"
    job = JobInfo(
        1,
        "com.android.providers.settings/.WriteFallbackSettingsFilesJobService",
        charging=True,
        period_ms=DAY,
        persisted=True,
        extras={name: f"{folder}{name}.xml" for name in ("config", "global", "secure", "system", "ssaid")},
        extras_parcelled=False,
    )
    dumped = Dumped(
        30,
        job,
        1000,
        Constraint.CHARGING | Constraint.BATTERY_NOT_LOW | UNHINDERED | Constraint.WITHIN_QUOTA,
        "4c28198",
        earliest=2 * HOUR + 30 * MINUTE + 47_021,
        latest=DAY + 2 * HOUR + 30 * MINUTE + 47_021,
        enqueued=-(21 * HOUR + 11 * MINUTE + 3_414),
        active=True,
        last_successful="2026-08-25 15:34:32",
        last_failed="2026-05-24 15:38:22",
    )
    assert bare(dumped.lines()) == lines[begin : end + 1]


def test_a_job_that_waits_for_content_and_for_quota_on_api_30() -> None:
    media = [
        f"content://media/{volume}/{kind}/media" for kind in ("video", "images") for volume in ("internal", "external")
    ]
    job = JobInfo(
        5,
        f"com.abc.workmanagertest/{SYSTEM_JOB}",
        network=JobNetwork.UNMETERED,
        important_while_foreground=True,
        triggers=tuple(TriggerContentUri(uri) for uri in media),
        trigger_update_delay_ms=MINUTE,
        trigger_max_delay_ms=10 * MINUTE,
        extras={"EXTRA_WORK_SPEC_ID": "?"},
    )
    dumped = Dumped(
        30,
        job,
        10_231,
        Constraint.CONNECTIVITY | Constraint.CONTENT_TRIGGER | UNHINDERED,
        "a2826a0",
        enqueued=-(HOUR + 4 * MINUTE + 36_059),
        bucket=Bucket.RARE,
        network=103,
        deferred=-(HOUR + 4 * MINUTE + 36_059),
    )
    assert dumped.lines() == [line.rstrip() for line in unindented(recorded("js_job_api30_content_trigger_quota.txt"))]


URO_MISSED = -(MINUTE + 41_231)


@pytest.mark.parametrize(
    ("job_id", "dumped"),
    [
        (
            203_142_925,
            Dumped(
                30,
                JobInfo(
                    203_142_925,
                    "android/com.android.server.pm.DynamicCodeLoggingService",
                    device_idle=True,
                    charging=True,
                    period_ms=2 * HOUR,
                ),
                1000,
                Constraint.CHARGING
                | Constraint.BATTERY_NOT_LOW
                | Constraint.TIMING_DELAY
                | Constraint.DEADLINE
                | UNHINDERED
                | Constraint.WITHIN_QUOTA,
                "e3986cb",
                earliest=-(HOUR + 54 * MINUTE + 19_732),
                latest=URO_MISSED,
            ),
        ),
        (
            0,
            Dumped(
                30,
                JobInfo(
                    0,
                    "com.android.permissioncontroller/...LocationAccessCheckJobService",
                    period_ms=DAY,
                    flex_ms=2 * HOUR + 24 * MINUTE,
                ),
                10_058,
                UNHINDERED,
                "5269910",
                earliest=23 * HOUR + 34 * MINUTE + 33_705,
                latest=DAY + HOUR + 58 * MINUTE + 33_705,
            ),
        ),
    ],
)
def test_excerpts_of_jobs_on_api_30(job_id: int, dumped: Dumped) -> None:
    lines = bare(recorded("js_full_excerpt_api30_urovo_mtk.txt"))
    begin = next(n for n, line in enumerate(lines) if line.startswith("JOB ") and f"/{job_id}:" in line)
    end = next(n for n, line in enumerate(lines) if n > begin and line.startswith("Run time: "))
    assert_in_order(lines[begin : end + 1], bare(dumped.lines()))


def test_a_job_of_work_manager_on_api_36() -> None:
    job = JobInfo(
        2,
        f"dev.gift.wallpaper_changer/{SYSTEM_JOB}",
        namespace="androidx.work.systemjobscheduler",
        network=JobNetwork.UNMETERED,
        minimum_latency_ms=DAY - 75,
    )
    dumped = Dumped(36, job, 10_217, UNHINDERED | Constraint.WITHIN_QUOTA, "dfe6549", earliest=DAY - 75)
    assert_in_order(bare(recorded("js_job_api36_wm_namespace_emulator.txt")), bare(dumped.lines()))


def test_the_inverted_labels_of_a_history_of_api_29() -> None:
    tag, now = f"com.google.android.youtube/{SYSTEM_JOB}", 2 * HOUR
    events = [
        HistoryEvent((now - HOUR - 35 * MINUTE - 26_440) * 10**6, "START", False, 10_107, 9008, tag),
        HistoryEvent(
            (now - HOUR - 35 * MINUTE - 26_362) * 10**6, "STOP", False, 10_107, 9008, tag, "app called jobFinished"
        ),
    ]
    inverted = level(29).has("inverted_stop_labels")
    lines = [history_line(event, now * 10**6, inverted=inverted) for event in events]
    assert ["Job history:", *lines] == recorded("js_history_api29_official_docs.txt")


_URO_HISTORY: list[tuple[tuple[int, int, int, int, int], bool, int, int, str, str | None]] = [
    ((1, 2, 57, 31, 562), False, 10_146, 0, "", None),
    ((1, 2, 57, 29, 958), False, 10_146, 0, "", "canceled"),
    ((1, 2, 43, 30, 141), False, 10_146, 2, "", None),
    ((1, 2, 43, 28, 590), False, 10_146, 2, "", "app called jobFinished"),
    ((1, 1, 41, 33, 346), False, 1000, 52_417_896, "android/com.android.server.backup.KeyValueBackupJob", None),
    (
        (1, 1, 41, 33, 340),
        False,
        1000,
        52_417_896,
        "android/com.android.server.backup.KeyValueBackupJob",
        "onStartJob returned false",
    ),
    ((0, 21, 21, 3, 467), True, 1000, 1, "com.android.providers.settings/.WriteFallbackSettingsFilesJobService", None),
    (
        (0, 21, 11, 3, 448),
        True,
        1000,
        1,
        "com.android.providers.settings/.WriteFallbackSettingsFilesJobService",
        "timeout",
    ),
]


def test_a_history_of_api_30_with_one_shot_and_periodic_jobs() -> None:
    lines = recorded("js_full_excerpt_api30_urovo_mtk.txt")
    begin = lines.index("  Job history:") + 1
    now, rendered = 3 * DAY, []
    for (days, hours, minutes, seconds, ms), periodic, uid, job, tag, reason in _URO_HISTORY:
        ago = days * DAY + hours * HOUR + minutes * MINUTE + seconds * SECOND + ms
        label = "START" if reason is None else "STOP"
        name = tag or f"com.anmei.warehouseputaway/{SYSTEM_JOB}"
        event = HistoryEvent((now - ago) * 10**6, label, periodic, uid, job, name, reason)
        rendered.append(history_line(event, now * 10**6, inverted=level(30).has("inverted_stop_labels")))
    assert rendered == lines[begin : begin + len(rendered)]


def test_the_settings_of_api_30() -> None:
    lines = bare(recorded("js_full_excerpt_api30_urovo_mtk.txt"))
    excerpt = lines[lines.index("Settings:") + 1 : lines.index("In thermal throttling?: false")]
    assert_in_order(excerpt, bare(settings(level(30))))


def test_slots_of_api_30_in_which_nothing_runs() -> None:
    lines = bare(recorded("js_full_excerpt_api30_urovo_mtk.txt"))
    now = DAY * 10**6
    slots = {
        0: Slot(None, now - (16 * MINUTE + 50_815) * 10**6, "last work dequeued"),
        1: Slot(None, now - (7 * HOUR + 31 * MINUTE + 39_694) * 10**6, "app called jobFinished"),
        6: Slot(),
    }
    begin = lines.index("Active jobs:") + 1
    assert [idle_slot(number, slot, now) for number, slot in slots.items()] == lines[begin : begin + 3]


def test_the_battery_of_an_api_36_emulator() -> None:
    state = BatteryState(
        level=87, voltage=4012, temperature=312, max_charging_current=5_000_000, max_charging_voltage=5_000_000
    )
    rendered = battery.dump(state, level(36), updates_stopped=False).splitlines()
    assert_in_order(bare(recorded("battery_api36_emulator.txt")), bare(rendered))
    stopped = battery.dump(state, level(36), updates_stopped=True).splitlines()
    assert_in_order(bare(recorded("battery_updates_stopped.txt")), bare(stopped))


def test_device_idle_of_an_api_36_emulator() -> None:
    lines = recorded("deviceidle_full_emulator_api36.txt")
    phone: Any = Phone(profile=phone_profile("pixel7-api36"))
    phone.power.override(usb=False, status=3)
    short = ("inactive_to", "sensing_to", "locating_to", "idle_after_inactive_to")
    constants = dict(phone.device_idle.constants) | dict.fromkeys(short, 15_000) | {"motion_inactive_to": 30_000}
    phone.device_idle.constants = constants
    rendered = deviceidle_dump.dump(phone)
    head = lines.index("  Whitelist (except idle) system apps:")
    assert rendered[:head] == lines[:head]
    state = next(n for n, line in enumerate(lines) if "mLightEnabled" in line)
    assert rendered[-len(lines[state:]) :] == lines[state:]


def test_alarms_of_an_api_36_emulator() -> None:
    lines = recorded("alarm_api36_emulator.txt")
    now_ms = 265_606
    clocks = Clocks(Kernel(), uptime_ns=now_ms * 10**6, wall_ns=0, timezone="Europe/Istanbul", seed="")
    clocks.set_wall((clocks.parse_local("2026-09-29 11:00:00.000") // 10**6 - (21 * MINUTE + 1_936)) * 10**6)

    def pending(record: str, package: str) -> str:
        return f"operation=PendingIntent{{{record} {package} broadcastIntent}}}}"

    dumped = {
        1: Alarm(
            ELAPSED,
            "*alarm*:com.google.android.gms.gcm.ACTION_CHECK_QUEUE",
            "com.google.android.gms",
            10_000,
            253_945,
            253_945 * 10**6,
            45_645,
            0,
            pending("b59ae21: PendingIntentRecord{6c36246", "com.google.android.gms/com.google.android.gms.scheduler"),
        ),
        10: Alarm(
            RTC_WAKEUP,
            "*walarm*:com.android.settings.battery.action.PERIODIC_JOB_UPDATE",
            "com.android.settings",
            1000,
            1_790_668_800_000,
            1_527_542 * 10**6,
            0,
            9,
            pending("adb1c9: PendingIntentRecord{9620ce", "com.android.settings"),
            reason="policy_permission",
        ),
    }
    rendered: list[str] = []
    for number, alarm in dumped.items():
        out = IndentingWriter()
        dump_alarm(out, number, alarm, clocks)
        rendered += bare(out.text().splitlines())
    wanted = [line for line in bare(lines) if "Alarm{" not in line]
    assert_in_order([line for line in rendered if "Alarm{" not in line], wanted)
    heads = [line.partition("{")[2].partition(" ")[2] for line in bare(lines) if "Alarm{" in line]
    assert [line.partition("{")[2].partition(" ")[2] for line in rendered if "Alarm{" in line] == heads[:2]


def test_power_of_a_hyperos_phone() -> None:
    recorded_lines = recorded("power_hyperos_2026.txt")
    phone: Any = Phone(profile=phone_profile("pixel7-api36"))
    phone.power.override(level=100)
    ours = power.dump(phone)
    # the phone that was recorded shows its clock on a dark screen, and lets other apps work
    theirs = {"mWakefulness", "mHalInteractiveModeEnabled", "mDeviceIdleWhitelist", "mDeviceIdleTempWhitelist"}
    assert_in_order([line for line in ours if line.strip().partition("=")[0] not in theirs], recorded_lines)


def test_time_and_quota_controllers_of_api_30() -> None:
    lines = bare(recorded("js_full_excerpt_api30_urovo_mtk.txt"))
    now_ms = 165_723_802
    phone: Any = Phone(profile=phone_profile("pixel7-api30"))
    phone.job_scheduler.quota.started("com.android.permissioncontroller", 164_421_334 * 10**6)
    phone.job_scheduler.quota.stopped("com.android.permissioncontroller", 164_421_621 * 10**6)
    quota, package = phone.job_scheduler.quota, "com.android.permissioncontroller"
    out = IndentingWriter()
    out.line(f"Timer{{<0>{package}}} {jobcontrollersdump.timer_state(quota, package, now_ms * 10**6)}")
    jobcontrollersdump.sessions(out, quota.saved(package))
    out.line("Cached execution stats:")
    out.line(f"<0>{package}")
    stats = jobcontrollersdump.stats(phone, quota, package, Bucket.ACTIVE, now_ms * 10**6)
    out.line(f"ACTIVE: {stats}")
    begin = lines.index(f"Timer{{<0>{package}}} NOT active, 0 running bg jobs")
    assert bare(out.text().splitlines()) == lines[begin : begin + 6]
    for job_id, earliest, latest in (
        (882_313, HOUR + 58 * MINUTE + 19_514, 13 * HOUR + 58 * MINUTE + 19_514),
        (808, 14 * HOUR + 14 * MINUTE + 24_384, None),
    ):
        until = None if latest is None else (now_ms + latest) * 10**6
        info = JobInfo(job_id, "android/com.android.server.Idle")
        job = JobStatus(info, 1000, "android", level(30), 0, (now_ms + earliest) * 10**6, until)
        assert jobcontrollersdump.time_line(job, now_ms * 10**6) in lines


def test_a_job_of_api_34_apart_from_samsungs_own_additions() -> None:
    job = JobInfo(275, f"<package-name>/{SYSTEM_JOB}", network=JobNetwork.ANY, minimum_latency_ms=15 * MINUTE)
    met = UNHINDERED | Constraint.CONNECTIVITY | Constraint.WITHIN_QUOTA | Constraint.TARE_WEALTH
    dumped = Dumped(
        34, job, 10_453, met, "216a359", earliest=6 * MINUTE + 47_715, enqueued=-(8 * MINUTE + 12_280), network=100
    )
    text = "\n".join(recorded("js_job_samsung_api34_expo_docs.txt"))
    added = {
        " UID_NOT_RESTRICTED": "",
        "[0x90100000]": "[0x90000000]",
        "[0x1b500000]": "[0x1b400000]",
        "Service#275": "Service",
    }
    for theirs, ours in added.items():
        text = text.replace(theirs, ours)
    assert_in_order(bare(text.splitlines()), bare(dumped.lines()))


def test_a_history_of_api_33_with_the_right_labels() -> None:
    tag, now = f"com.mira.com/{SYSTEM_JOB}", 2 * HOUR
    began, ended, again = HOUR + 45 * MINUTE + 23_380, HOUR + 43 * MINUTE + 50_969, 3 * MINUTE + 20_234
    events = [
        HistoryEvent((now - began) * 10**6, "START", False, 10_347, 60, tag),
        HistoryEvent((now - ended) * 10**6, "STOP", False, 10_347, 60, tag, "app called jobFinished"),
        HistoryEvent((now - again) * 10**6, "START", False, 10_347, 64, tag),
    ]
    inverted = level(33).has("inverted_stop_labels")
    lines = [history_line(event, now * 10**6, inverted=inverted) for event in events]
    assert_in_order(bare(lines), bare(recorded("js_grep_api33_tare_history_xiaomi_unknown.txt")))
