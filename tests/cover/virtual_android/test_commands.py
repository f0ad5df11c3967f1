"""Exact texts and exit statuses of the shell's programs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.virtual.android.phone import Phone

PACKAGE = "com.example.app"


@pytest.mark.parametrize(
    ("words", "out", "err", "status"),
    [
        ("getprop ro.build.version.sdk", "36\n", "", 0),
        ("getprop ro.product.model", "Pixel 7\n", "", 0),
        ("getprop no.such.property", "\n", "", 0),
        (
            "setprop ro.debuggable 1",
            "",
            "Failed to set property 'ro.debuggable' to '1'.\nSee dmesg for error reason.\n",
            1,
        ),
        ("settings get global low_power", "0\n", "", 0),
        ("settings get global no_such_thing", "null\n", "", 0),
        ("settings delete global no_such_thing", "Deleted 0 rows\n", "", 0),
        ("settings get planet x", "", "Invalid namespace 'planet'\n", 255),
        ("dumpsys nobody", "", "Can't find service: nobody\n", 0),
        ("cmd nobody", "", "cmd: Can't find service: nobody\n", 20),
        ("cmd battery frob", "Unknown command: frob\n", "", 255),
        ("cmd battery set", "No property specified\n", "", 255),
        ("cmd battery set level", "No value specified\n", "", 255),
        ("cmd battery set level x", "Bad value: x\n", "", 255),
        ("cmd battery set colour 3", "Unknown set option: colour\n", "", 0),
        ("dumpsys battery unplug", "", "", 0),
        ("dumpsys deviceidle force-idle", "Now forced in to deep idle mode\n", "", 0),
        ("dumpsys deviceidle force-idle light", "Now forced in to light idle mode\n", "", 0),
        ("dumpsys deviceidle step", "Stepped to deep: ACTIVE\n", "", 0),
        ("dumpsys deviceidle get deep", "ACTIVE\n", "", 0),
        ("dumpsys deviceidle get colour", "Unknown get option: colour\n", "", 0),
        ("dumpsys deviceidle unforce", "Light state: ACTIVE, deep state: ACTIVE\n", "", 0),
        ("dumpsys deviceidle enabled", "1\n", "", 0),
        ("dumpsys deviceidle whitelist +com.example.app", "Added: com.example.app\n", "", 0),
        ("dumpsys deviceidle whitelist +com.nobody", "Unknown package: com.nobody\n", "", 0),
        ("cmd deviceidle frob", "Unknown command: frob\n", "", 255),
        ("am get-standby-bucket com.example.app", "10\n", "", 0),
        ("am set-standby-bucket com.example.app rare", "", "", 0),
        ("am set-standby-bucket com.example.app soon", "", "Error: Unknown bucket: soon\n", 255),
        ("am get-inactive com.example.app", "Idle=false\n", "", 0),
        ("am kill com.example.app", "", "", 0),
        ("am kill-all", "", "", 0),
        ("am frob", "Unknown command: frob\n", "", 255),
        ("cmd appops get com.example.app RUN_ANY_IN_BACKGROUND", "No operations.\nDefault mode: allow\n", "", 0),
        ("cmd appops set com.example.app RUN_ANY_IN_BACKGROUND ignore", "", "", 0),
        ("cmd appops set com.example.app RUN_ANY_IN_BACKGROUND maybe", "", "Error: Mode maybe is not valid\n", 255),
        ("cmd connectivity airplane-mode", "disabled\n", "", 0),
        ("cmd netpolicy get restrict-background", "Restrict background status: disabled\n", "", 0),
        ("pm list packages example", "package:com.example.app\n", "", 0),
        ("pm path com.nobody", "", "", 1),
        ("pm clear com.nobody", "Failed\n", "", 1),
        ("pm clear com.example.app", "Success\n", "", 0),
        ("pm frob", "Unknown command: frob\n", "", 255),
        ("dumpsys package com.nobody", "Unable to find package: com.nobody\n", "", 0),
        ("device_config get jobscheduler x", "null\n", "", 0),
        ("pidof com.example.app", "", "", 1),
        ("svc wifi disable", "", "", 0),
        ("cmd alarm set-time 0", "", "", 255),
        ("input keyevent 3", "", "", 0),
    ],
)
def test_answers(app: Any, shell: Any, words: str, out: str, err: str, status: int) -> None:
    result = shell(*words.split(" "))
    assert (result.out, result.err, result.status) == (out, err, status)


def test_a_service_that_throws_says_so_on_standard_error(app: Any, shell: Any) -> None:
    result = shell("am", "set-standby-bucket", PACKAGE, "700")
    assert result.status == 255
    assert result.err.splitlines()[1:3] == [
        "Exception occurred while executing 'set-standby-bucket':",
        "java.lang.IllegalArgumentException: Cannot set the standby bucket to 700",
    ]


def test_a_program_that_the_phone_lacks_is_none(phone: Phone) -> None:
    assert phone.command("frob") is None


def test_a_battery_dump_has_the_lines_of_a_real_one(shell: Any) -> None:
    # corpus battery_api36_emulator
    lines = shell("dumpsys", "battery").out.splitlines()
    assert lines[:5] == [
        "Current Battery Service state:",
        "  AC powered: false",
        "  USB powered: true",
        "  Wireless powered: false",
        "  Dock powered: false",
    ]
    for line in (
        "  status: 2",
        "  health: 2",
        "  present: true",
        "  level: 87",
        "  scale: 100",
        "  Capacity level: -1",
    ):
        assert line in lines


def test_an_overridden_battery_says_that_updates_are_stopped_until_reset(phone: Phone, shell: Any) -> None:
    # corpus battery_updates_stopped
    shell("dumpsys", "battery", "unplug")
    assert shell("dumpsys", "battery").out.splitlines()[1:4] == [
        "  (UPDATES STOPPED -- use 'reset' to restart)",
        "  AC powered: false",
        "  USB powered: false",
    ]
    assert shell("cmd", "jobscheduler", "get-battery-charging").out == "false\n"
    shell("dumpsys", "battery", "set", "level", "10")
    assert shell("cmd", "jobscheduler", "get-battery-not-low").out == "false\n"
    shell("dumpsys", "battery", "reset")
    assert "UPDATES" not in shell("dumpsys", "battery").out
    assert phone.power.charging


def test_a_device_idle_dump_has_the_lines_of_a_real_one(shell: Any) -> None:
    # corpus deviceidle_full_emulator_api36
    lines = shell("dumpsys", "deviceidle").out.splitlines()
    for line in (
        "    light_idle_linear_increase_factor_ms=300000",
        "    location_accuracy=20.0m",
        "    idle_to=+1h0m0s0ms",
        "    wait_for_unlock=true",
        "  Whitelist (except idle) system apps:",
        "  Whitelist all app ids:",
        "  mLightEnabled=true  mDeepEnabled=true",
        "  mForceIdle=false",
        "  mState=ACTIVE mLightState=ACTIVE",
    ):
        assert line in lines


def test_steps_of_doze_after_force_inactive(shell: Any) -> None:
    assert shell("cmd", "battery", "unplug").status == 0
    assert shell("input", "keyevent", "26").status == 0
    steps = [shell("dumpsys", "deviceidle", "step").out for _ in range(5)]
    assert steps == [
        "Stepped to deep: IDLE_PENDING\n",
        "Stepped to deep: SENSING\n",
        "Stepped to deep: IDLE\n",
        "Stepped to deep: IDLE_MAINTENANCE\n",
        "Stepped to deep: IDLE\n",
    ]


def test_the_hook_is_guarded_and_the_shell_may_call_it(app: Any, shell: Any) -> None:
    words = ("am", "broadcast", "-a", "bgtask.HOOK", "-n", f"{PACKAGE}/{PACKAGE}.Hook", "--es", "command", "ping")
    app.phone.packages.find(PACKAGE).stopped = False
    result = shell(*words)
    assert result.out == (
        "Broadcasting: Intent { act=bgtask.HOOK flg=0x400000 cmp=com.example.app/.Hook (has extras) }\n"
        'Broadcast completed: result=0, data="ok"\n'
    )
    assert app.broadcasts == [("com.example.app.Hook", "bgtask.HOOK", {"command": "ping"})]


def test_a_stopped_app_hears_only_broadcasts_that_include_it(app: Any, shell: Any) -> None:
    words = ["am", "broadcast", "-a", "bgtask.HOOK", "-p", PACKAGE]
    assert shell(*words).out.splitlines()[1] == "Broadcast completed: result=0"
    result = shell(*words[:2], "--include-stopped-packages", *words[2:])
    assert result.out.splitlines() == [
        "Broadcasting: Intent { act=bgtask.HOOK flg=0x400020 pkg=com.example.app }",
        'Broadcast completed: result=0, data="ok"',
    ]


def test_a_protected_broadcast_is_refused(app: Any, shell: Any) -> None:
    result = shell("am", "broadcast", "-a", "android.intent.action.BOOT_COMPLETED", "-p", PACKAGE)
    assert result.status == 255
    assert "java.lang.SecurityException: Permission Denial: not allowed to send broadcast" in result.err


def test_starting_an_activity(
    app: Any, phone: Phone, shell: Any, advance: Callable[[float], None], log_lines: Callable[[], list[str]]
) -> None:
    result = shell("am", "start", "-n", f"{PACKAGE}/.MainActivity")
    assert result.out == "Starting: Intent { cmp=com.example.app/.MainActivity }\n"
    advance(1)
    assert app.activities == 1
    started = (
        "Start proc 5211:com.example.app/u0a234 for next-top-activity {com.example.app/com.example.app.MainActivity}"
    )
    assert f"I/ActivityManager: {started}" in log_lines()
    assert shell("pidof", PACKAGE).out == "5211\n"
    assert "ProcessRecord{145b 5211:com.example.app/u0a234}" in shell("dumpsys", "activity", "processes").out


def test_an_activity_that_is_not_there(app: Any, shell: Any) -> None:
    result = shell("am", "start", "-n", f"{PACKAGE}/.Nothing")
    assert result.status == 1
    assert result.err == (
        "Error type 3\nError: Activity class {com.example.app/com.example.app.Nothing} does not exist.\n"
    )


def test_resolving_the_launcher(app: Any, shell: Any) -> None:
    words = "cmd package resolve-activity --brief -c android.intent.category.LAUNCHER com.example.app"
    assert shell(*words.split()).out.splitlines()[-1] == "com.example.app/.MainActivity"


def test_clearing_data_ends_the_app_and_removes_its_jobs(
    app: Any, phone: Phone, shell: Any, advance: Callable[[float], None], log_lines: Callable[[], list[str]]
) -> None:
    app.schedule(minimum_latency_ms=60_000)
    shell("am", "start", "-n", f"{PACKAGE}/.MainActivity")
    advance(1)
    assert shell("pm", "clear", PACKAGE).out == "Success\n"
    assert app.cleared == 1
    assert phone.job_scheduler.jobs() == ()
    assert "I/ActivityManager: Force stopping com.example.app appid=10234 user=0: clear data" in log_lines()


def test_the_stopped_state_is_in_the_package_dump(app: Any, shell: Any, advance: Callable[[float], None]) -> None:
    assert "stopped=true" in shell("dumpsys", "package", PACKAGE).out
    shell("am", "start", "-n", f"{PACKAGE}/.MainActivity")
    assert "stopped=false" in shell("dumpsys", "package", PACKAGE).out


def test_setting_the_time_moves_the_wall_clock_alone(phone: Phone, shell: Any) -> None:
    shell("cmd", "alarm", "set-time", "1800000000000")
    assert phone.clocks.wall_ns() == 1_800_000_000_000_000_000
    assert phone.clocks.boot_ns() == 12137 * 10**9


def test_wifi_off_leaves_mobile_data_and_airplane_mode_nothing(phone: Phone, shell: Any) -> None:
    shell("svc", "wifi", "disable")
    assert (phone.network.connected, phone.network.metered) == (True, True)
    assert "Transports: CELLULAR Capabilities: INTERNET" in shell("dumpsys", "connectivity").out
    shell("cmd", "connectivity", "airplane-mode", "enable")
    assert not phone.network.connected
    assert "Active default network: none\n" in shell("dumpsys", "connectivity").out


def test_am_crash_makes_the_app_throw(app: Any, phone: Phone, shell: Any, advance: Callable[[float], None]) -> None:
    shell("am", "start", "-n", f"{PACKAGE}/.MainActivity")
    advance(1)
    shell("am", "crash", PACKAGE)
    advance(1)
    text = phone.logs.read(["crash"])[0].message
    assert "android.app.RemoteServiceException$CrashedByAdbException: shell-induced crash" in text
    assert "reason=4 (APP CRASH(EXCEPTION))" in shell("dumpsys", "activity", "exit-info", PACKAGE).out


def test_background_restriction_holds_jobs_back(
    app: Any, phone: Phone, shell: Any, advance: Callable[[float], None]
) -> None:
    shell("cmd", "appops", "set", PACKAGE, "RUN_ANY_IN_BACKGROUND", "ignore")
    assert shell("cmd", "appops", "get", PACKAGE, "RUN_ANY_IN_BACKGROUND").out == "RUN_ANY_IN_BACKGROUND: ignore\n"
    app.schedule()
    advance(60)
    assert app.starts == []
    shell("am", "start", "-n", f"{PACKAGE}/.MainActivity")
    advance(1)
    assert len(app.starts) == 1


def test_rebooting_from_the_shell(phone: Phone, shell: Any, advance: Callable[[float], None]) -> None:
    assert shell("reboot").status == 0
    advance(1)
    assert not phone.online
