"""What a job may ask of the phone, met, unmet and lost; and the shell's ways of bringing that about."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.virtual.android.phone import Phone
from bgtask_harness.virtual.android.stopreasons import StopReason

MINUTE, HOUR = 60, 3600
Advance = Callable[[float], None]


@pytest.mark.parametrize(
    ("asked", "take", "give", "reason"),
    [
        ("charging", ("dumpsys battery unplug",), "dumpsys battery reset", StopReason.CONSTRAINT_CHARGING),
        (
            "battery_not_low",
            ("dumpsys battery unplug", "dumpsys battery set level 5"),
            "dumpsys battery reset",
            StopReason.CONSTRAINT_BATTERY_NOT_LOW,
        ),
        (
            "storage_not_low",
            ("cmd devicestoragemonitor force-low -f",),
            "cmd devicestoragemonitor reset -f",
            StopReason.CONSTRAINT_STORAGE_NOT_LOW,
        ),
    ],
)
def test_a_job_waits_for_what_it_asks_and_is_stopped_when_that_goes(
    app: Any, shell: Any, advance: Advance, asked: str, take: tuple[str, ...], give: str, reason: StopReason
) -> None:
    for line in take:
        shell(*line.split())
    advance(1)
    app.work_ns = MINUTE * 10**9
    app.schedule(**{asked: True})
    advance(HOUR)
    assert app.starts == []

    shell(*give.split())
    advance(10)
    assert len(app.starts) == 1
    for line in take:
        shell(*line.split())
    advance(10)
    assert [stop.stop_reason for stop in app.stops] == [reason]


def test_a_job_for_an_idle_phone_runs_when_maintenance_is_asked_for_and_stops_when_somebody_comes(
    app: Any, phone: Phone, shell: Any, advance: Advance
) -> None:
    app.work_ns = HOUR * 10**9
    app.schedule(device_idle=True)
    assert shell("am", "idle-maintenance").out == "Performing idle maintenance...\n"
    advance(10)
    assert app.starts == []
    assert "Currently idle: false" in shell("dumpsys", "jobscheduler").out

    shell("input", "keyevent", "KEYCODE_SLEEP")
    shell("am", "idle-maintenance")
    advance(10)
    assert len(app.starts) == 1
    assert "Currently idle: true" in shell("dumpsys", "jobscheduler").out

    shell("input", "keyevent", "KEYCODE_WAKEUP")
    advance(10)
    assert [stop.stop_reason for stop in app.stops] == [StopReason.CONSTRAINT_DEVICE_IDLE]


def test_an_unmetered_job_does_not_run_on_a_wifi_that_a_person_calls_metered(
    app: Any, phone: Phone, shell: Any, advance: Advance
) -> None:
    done = shell("cmd", "netpolicy", "set", "metered-network", "AndroidWifi", "true")
    assert (done.out, done.status) == ("", 255)  # setMeteredWifiNetwork returns -1 always
    assert shell("cmd", "netpolicy", "list", "wifi-networks").out == "AndroidWifi;true\n"
    assert "NOT_METERED" not in shell("dumpsys", "connectivity").out
    app.schedule(network="unmetered")
    advance(HOUR)
    assert app.starts == []

    shell("cmd", "netpolicy", "set", "metered-network", "AndroidWifi", "none")
    advance(10)
    assert len(app.starts) == 1


def test_a_job_that_does_not_roam_waits_for_a_network_at_home(app: Any, phone: Phone, advance: Advance) -> None:
    phone.network.change(wifi=False, abroad=True)
    app.schedule(network="not-roaming")
    app.schedule(job_id=2, network="any")
    advance(HOUR)
    assert [started.job_id for started in app.starts] == [2]

    phone.network.change(abroad=False)
    advance(10)
    assert [started.job_id for started in app.starts] == [2, 1]


def test_forced_storage_is_noticed_with_the_next_check_or_at_once(phone: Phone, shell: Any, advance: Advance) -> None:
    assert shell("cmd", "devicestoragemonitor", "force-low").out == ""
    advance(1)
    assert shell("cmd", "jobscheduler", "get-storage-not-low").out == "true\n"
    advance(MINUTE)
    assert shell("cmd", "jobscheduler", "get-storage-not-low").out == "false\n"

    assert shell("cmd", "devicestoragemonitor", "reset", "-f").out == "3\n"
    advance(1)
    assert shell("cmd", "jobscheduler", "get-storage-not-low").out == "true\n"
    assert "mSeq=3 mForceState=UNKNOWN" in shell("dumpsys", "devicestoragemonitor").out
    assert shell("cmd", "devicestoragemonitor", "fill").status == 255


def test_an_expedited_job_has_its_flag_and_runs_in_doze(app: Any, shell: Any, advance: Advance) -> None:
    shell("dumpsys", "battery", "unplug")
    shell("input", "keyevent", "KEYCODE_SLEEP")
    shell("dumpsys", "deviceidle", "force-idle", "deep")
    app.work_ns = MINUTE * 10**9
    app.schedule()
    app.schedule(job_id=2, expedited=True)
    advance(10)
    assert [started.job_id for started in app.starts] == [2]
    text = shell("dumpsys", "jobscheduler", "com.example.app").out
    assert "Priority: MAX [500]\n" in text
    assert "Flags: 10\n" in text
