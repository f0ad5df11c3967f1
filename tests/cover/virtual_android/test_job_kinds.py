"""Jobs that are expedited, user-initiated, wait for content, are on a hot phone, of a RESTRICTED app, or abandoned."""

from __future__ import annotations

from typing import Any

import pytest

from bgtask_harness.virtual.android.jobexpedited import ExpeditedTime
from bgtask_harness.virtual.android.jobs import PRIORITY_HIGH
from bgtask_harness.virtual.android.jobs import PRIORITY_LOW
from bgtask_harness.virtual.android.jobs import TriggerContentUri
from bgtask_harness.virtual.android.standby import Bucket
from bgtask_harness.virtual.android.stopreasons import StopReason

PACKAGE = "com.example.app"
MINUTE, HOUR = 60, 3_600
NS = 1_000_000_000


def out_of_use(at: Any, api: int, bucket: str) -> Any:
    """A phone on battery, dark, with the app in a bucket."""
    bench = at(api)
    bench.unplug()
    bench.type("input keyevent 26")
    bench.type(f"am set-standby-bucket {PACKAGE} {bucket}")
    return bench


# --- expedited ----------------------------------------------------------------------------------------------------


def test_an_expedited_job_neither_waits_for_doze_nor_for_its_batch(at: Any) -> None:
    bench = out_of_use(at, 36, "rare")
    bench.type("cmd deviceidle force-idle deep")
    bench.app.schedule(expedited=True)
    bench.advance(1)
    assert len(bench.app.starts) == 1
    lines = bench.dump()
    assert "Priority: MAX [500]" in lines
    assert "Flags: 10" in lines
    assert "readyNotDozing: true" in lines
    assert "expeditedQuotaApproved: true (started as EJ: true)" in lines
    assert not any(line.startswith("Satisfied") and "DEVICE_NOT_DOZING" in line for line in lines)


def test_time_for_expedited_jobs_runs_out_and_comes_back_a_day_later(at: Any) -> None:
    bench = out_of_use(at, 36, "rare")
    bench.app.work_ns, bench.app.on_stop = 0, False
    bench.app.schedule(expedited=True)
    bench.advance(11 * MINUTE)
    bench.type("cmd deviceidle force-idle deep")
    bench.app.schedule(job_id=2, expedited=True)
    assert "expeditedQuotaApproved: false (started as EJ: false)" in bench.dump()
    bench.advance(HOUR)
    assert [start.job_id for start in bench.app.starts] == [1]
    bench.advance(24 * HOUR)
    assert [start.job_id for start in bench.app.starts] == [1, 2]


def test_an_expedited_job_is_guaranteed_three_minutes_and_stopped_when_its_time_is_over(at: Any) -> None:
    bench = out_of_use(at, 34, "restricted")
    bench.app.work_ns = 0
    bench.app.schedule(expedited=True)
    bench.advance(4 * MINUTE)
    assert any("EJ quota" in line for line in bench.run("dumpsys", "jobscheduler").out.splitlines())
    assert bench.app.stops == []
    bench.advance(MINUTE + 1)
    assert [stop.stop_reason for stop in bench.app.stops] == [StopReason.TIMEOUT]


def test_charging_makes_expedited_time_free(at: Any) -> None:
    bench = at(36)
    bench.type(f"am set-standby-bucket {PACKAGE} rare")
    bench.app.work_ns = 20 * MINUTE * NS
    bench.app.schedule(expedited=True)
    bench.advance(25 * MINUTE)
    bench.app.schedule(job_id=2, expedited=True)
    assert "expeditedQuotaApproved: true (started as EJ: true)" in bench.dump()


def test_time_left_is_counted_in_a_window() -> None:
    time = ExpeditedTime({Bucket.RARE: 600_000})
    time.started(PACKAGE, 0)
    time.started(PACKAGE, 60 * NS)
    time.stopped(PACKAGE, 120 * NS)
    assert time.remaining_ms(PACKAGE, Bucket.RARE, 300 * NS) == 300_000
    time.stopped(PACKAGE, 400 * NS)
    assert time.remaining_ms(PACKAGE, Bucket.RARE, 500 * NS) == 200_000
    assert time.next_change(PACKAGE, 500 * NS) == (400 + 86_400) * NS
    assert time.remaining_ms(PACKAGE, Bucket.RARE, (400 + 86_400) * NS) == 600_000


# --- user-initiated -----------------------------------------------------------------------------------------------


def test_a_user_initiated_job_runs_in_doze_without_quota_for_hours(at: Any) -> None:
    bench = out_of_use(at, 36, "rare")
    bench.type("cmd deviceidle force-idle deep")
    bench.app.work_ns = 0
    bench.app.schedule(user_initiated=True, network="any")
    bench.advance(5 * HOUR)
    assert len(bench.app.starts) == 1
    assert bench.app.stops == []
    lines = bench.dump()
    assert "Flags: 20" in lines
    assert "userInitiatedApproved: true (started as UIJ: true)" in lines
    assert not any(line.startswith("Unsatisfied") and "QUOTA" in line for line in lines)
    bench.advance(7 * HOUR + 1)
    assert [stop.stop_reason for stop in bench.app.stops] == [StopReason.TIMEOUT]


def test_a_person_s_stop_makes_it_an_ordinary_job(at: Any) -> None:
    bench = at(36)
    bench.app.work_ns = 0
    bench.app.schedule(user_initiated=True, network="any")
    bench.advance(1)
    assert bench.js("stop", PACKAGE, "1")[2] == 0
    bench.advance(1)
    assert "userInitiatedApproved: false (started as UIJ: false)" in bench.dump()


# --- content ------------------------------------------------------------------------------------------------------

VIDEOS = TriggerContentUri("content://media/external/video/media")


def test_a_job_that_waits_for_content_starts_when_changes_have_been_quiet_for_a_while(at: Any) -> None:
    bench = at(36)
    bench.app.schedule(triggers=(VIDEOS,), trigger_update_delay_ms=60_000, trigger_max_delay_ms=90_000)
    bench.advance(HOUR)
    assert bench.app.starts == []
    assert any("CONTENT_TRIGGER [0x4000000]" in line or "CONTENT_TRIGGER" in line for line in bench.dump())
    bench.phone.job_scheduler.content_changed("content://media/external/audio/media/1")
    bench.advance(HOUR)
    assert bench.app.starts == []
    for number in range(3):
        bench.phone.job_scheduler.content_changed(f"content://media/external/video/media/{number}")
        bench.advance(40)
    assert len(bench.app.starts) == 1, "never quiet for a minute, but 90 s are the most"


def test_what_changed_is_told_and_dumped(at: Any) -> None:
    bench = at(36)
    bench.app.work_ns = 0
    bench.app.schedule(triggers=(VIDEOS,))
    bench.phone.job_scheduler.content_changed("content://media/external/video/media/7")
    bench.advance(9)
    assert bench.app.starts == []
    bench.advance(2)
    assert len(bench.app.starts) == 1
    lines = bench.dump()
    assert lines[lines.index("Changed authorities:") + 1] == "media"
    assert lines[lines.index("Changed URIs:") + 1] == "content://media/external/video/media/7"
    bench.js("stop", PACKAGE, "1")
    bench.advance(1)
    assert bench.app.stops[0].triggered_uris == ("content://media/external/video/media/7",)


# --- hot ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("api", "status", "job", "held"),
    [
        (30, 3, {"network": "any"}, True),
        (30, 3, {}, False),
        (30, 2, {"network": "any"}, False),
        (31, 3, {}, True),
        (31, 2, {}, False),
        (33, 2, {}, True),
        (33, 1, {}, False),
        (33, 1, {"priority": PRIORITY_LOW}, True),
        (36, 2, {"priority": PRIORITY_HIGH}, True),
        (36, 2, {"expedited": True}, False),
        (36, 3, {"expedited": True}, True),
    ],
)
def test_a_hot_phone_holds_jobs(at: Any, api: int, status: int, job: dict[str, Any], held: bool) -> None:
    bench = at(api)
    assert bench.type(f"cmd thermalservice override-status {status}") == ("", "", 0)
    bench.app.schedule(**job)
    bench.advance(MINUTE)
    assert bool(bench.app.starts) is not held
    if held:
        lines = bench.dump()
        assert "Restricted due to: thermal." in lines
        assert any(line.startswith("Ready: false (job=true user=true !restricted=false") for line in lines)
        assert bench.type("cmd thermalservice reset") == ("", "", 0)
        bench.advance(MINUTE)
        assert len(bench.app.starts) == 1


def test_a_job_that_runs_is_stopped_when_the_phone_gets_hot(at: Any) -> None:
    bench = at(36)
    bench.app.work_ns = 0
    bench.app.schedule()
    bench.advance(1)
    bench.phone.thermal.hardware(3)
    bench.advance(1)
    assert [stop.stop_reason for stop in bench.app.stops] == [StopReason.DEVICE_STATE]
    assert any(line.endswith("/.Jobs thermal") for line in bench.dump())
    assert "Thermal status: 3" in bench.dump()


def test_a_job_of_high_priority_that_runs_is_let_run_when_it_is_warm(at: Any) -> None:
    bench = at(36)
    bench.app.work_ns = 0
    bench.app.schedule(priority=PRIORITY_HIGH)
    bench.advance(1)
    bench.phone.thermal.hardware(2)
    bench.advance(9 * MINUTE)
    assert bench.app.stops == []


@pytest.mark.parametrize(
    ("words", "out", "status"),
    [
        ("override-status x", 'Error: java.lang.NumberFormatException: For input string: "x"\n', 255),
        ("override-status 9", "Invalid status: 9\n", 255),
        ("frob", "Unknown command: frob\n", 255),
        ("reset", "", 0),
    ],
)
def test_what_thermalservice_answers(at: Any, words: str, out: str, status: int) -> None:
    assert at(36).type(f"cmd thermalservice {words}") == (out, "", status)


def test_28_has_no_thermal_service(at: Any) -> None:
    assert at(28).type("cmd thermalservice reset") == ("", "cmd: Can't find service: thermalservice\n", 20)
    assert at(28).type("dumpsys thermalservice") == ("", "Can't find service: thermalservice\n", 0)
    assert "Thermal Status: 0\n" in at(36).type("dumpsys thermalservice")[0]


# --- the RESTRICTED bucket ----------------------------------------------------------------------------------------


def test_a_restricted_job_without_quota_runs_when_everything_else_is_at_its_best_and_stops_for_its_bucket(
    at: Any,
) -> None:
    bench = at(36)
    bench.type(f"am set-standby-bucket {PACKAGE} restricted")
    bench.app.work_ns, bench.app.on_stop = 0, False
    bench.app.schedule()
    bench.advance(HOUR)
    assert len(bench.app.starts) == 1, "its quota of a day"
    bench.app.stops.clear()
    bench.app.schedule(job_id=2)
    bench.advance(HOUR)
    assert len(bench.app.starts) == 1
    bench.type("input keyevent 26")
    bench.advance(65 * MINUTE)  # idle after 31, and the batch of one after 31 more
    assert len(bench.app.starts) == 2, "charging, idle and not low"
    bench.unplug()
    bench.advance(1)
    assert [stop.stop_reason for stop in bench.app.stops] == [StopReason.APP_STANDBY]
    assert any(line.endswith("/.Jobs restricted_bucket") for line in bench.dump())


# --- abandoned ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("api", "reason"), [(34, StopReason.TIMEOUT), (36, StopReason.TIMEOUT_ABANDONED)])
def test_a_job_that_the_app_forgot_ends_as_abandoned_from_36(at: Any, api: int, reason: StopReason) -> None:
    bench = at(api)
    bench.app.work_ns = 0
    bench.app.schedule()
    bench.advance(1)
    bench.app.starts.clear()
    bench.advance(31 * MINUTE)
    assert [stop.stop_reason for stop in bench.app.stops] == [reason]
    word = "timeout_abandoned" if api == 36 else "timeout"
    assert any(line.endswith(f"/.Jobs {word}") for line in bench.dump())
    assert "Num failures: 1" in bench.dump()


def test_one_that_is_remembered_only_times_out(at: Any) -> None:
    bench = at(36)
    bench.app.work_ns = 0
    bench.app.schedule()
    bench.advance(31 * MINUTE)
    assert [stop.stop_reason for stop in bench.app.stops] == [StopReason.TIMEOUT]


def test_priority_falls_with_failures(at: Any) -> None:
    bench = at(36)
    bench.app.reschedule = True
    bench.app.work_ns = NS
    bench.app.schedule(priority=PRIORITY_HIGH, backoff_ms=10_000, backoff_exponential=False)
    bench.advance(40)
    assert "Num failures: 2" in bench.dump()
    assert "Priority: HIGH [400] effective=DEFAULT [300]" in bench.dump()
