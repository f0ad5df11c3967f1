"""Doze typed into the shell: lists, maintenance windows that end early, motion, patience, and the history of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.virtual.android.dozehistory import line

PACKAGE = "com.example.app"
MINUTE, HOUR = 60, 3_600
NS = 1_000_000_000


def dark(at: Any, api: int) -> Any:
    bench = at(api)
    bench.unplug()
    bench.type("input keyevent 26")
    return bench


def events(bench: Any) -> list[str]:
    return [event for _, event, _ in bench.phone.device_idle.history.events()]


# --- windows ------------------------------------------------------------------------------------------------------


def test_a_light_window_in_which_nothing_runs_ends_after_five_seconds(at: Any) -> None:
    bench = dark(at, 36)
    bench.advance(9 * MINUTE + 3)
    assert bench.type("cmd deviceidle get light")[0] == "IDLE_MAINTENANCE\n"
    bench.advance(3)
    assert bench.type("cmd deviceidle get light")[0] == "IDLE\n"


def test_a_window_stays_open_while_a_job_runs_and_closes_when_it_ends(at: Any) -> None:
    bench = dark(at, 36)
    bench.advance(5 * MINUTE)
    bench.app.work_ns = 30 * NS
    bench.app.schedule()
    bench.advance(4 * MINUTE + 20)
    assert len(bench.app.starts) == 1
    assert bench.type("cmd deviceidle get light")[0] == "IDLE_MAINTENANCE\n"
    assert "  mJobsActive=true\n" in bench.type("dumpsys deviceidle")[0]
    bench.advance(15)
    assert bench.app.stops == []
    assert bench.type("cmd deviceidle get light")[0] == "IDLE\n"


def test_a_job_that_runs_longer_than_its_window_is_stopped(at: Any) -> None:
    bench = dark(at, 36)
    bench.advance(5 * MINUTE)
    bench.app.work_ns = 0
    bench.app.schedule()
    bench.advance(6 * MINUTE)
    assert [stop.stop_reason for stop in bench.app.stops] == [4]
    assert any(text.endswith("/.Jobs device_idle") for text in bench.dump())


def test_up_to_30_a_job_that_runs_is_given_time_before_light_doze(at: Any) -> None:
    for api, state in ((30, "PRE_IDLE\n"), (31, "IDLE\n")):
        bench = at(api)
        bench.app.work_ns = 5 * MINUTE * NS
        bench.app.schedule()
        bench.unplug()
        bench.type("input keyevent 26")
        bench.advance(4 * MINUTE + 1)
        assert bench.type("cmd deviceidle get light")[0] == state


# --- motion and patience ------------------------------------------------------------------------------------------


def test_motion_ends_deep_doze_and_leaves_light_doze(at: Any) -> None:
    bench = dark(at, 36)
    bench.type("cmd deviceidle force-idle deep")
    assert bench.type("cmd deviceidle motion") == ("Light state: INACTIVE, deep state: INACTIVE\n", "", 0)
    assert events(bench)[-2:] == ["deep-idle", "normal"]
    bench.type("cmd deviceidle force-idle light")
    assert bench.type("cmd deviceidle motion") == ("Light state: IDLE, deep state: INACTIVE\n", "", 0)


def test_a_factor_makes_the_way_to_deep_doze_longer_or_shorter(at: Any) -> None:
    bench = dark(at, 30)
    bench.advance(10 * MINUTE)
    assert bench.type("cmd deviceidle pre-idle-factor 2") == ("pre-idle-factor: 2\n", "", 0)
    bench.advance(6 * MINUTE)
    assert bench.type("cmd deviceidle get deep")[0] == "INACTIVE\n"
    bench.advance(MINUTE)
    assert bench.type("cmd deviceidle get deep")[0] == "IDLE_PENDING\n"
    assert "  mPreIdleFactor=0.33\n" in bench.type("dumpsys deviceidle")[0]
    assert bench.type("cmd deviceidle reset-pre-idle-factor") == ("", "", 0)


@pytest.mark.parametrize(
    ("words", "out", "status"),
    [
        ("pre-idle-factor 0", "Idle timeout factor not changed\n", 0),
        ("pre-idle-factor 7", "Idle timeout factor not changed\n", 0),
        ("pre-idle-factor 1", "pre-idle-factor: 1\n", 0),
        ("pre-idle-factor x", "Unknown idle timeout factor,(error code: -1)\n", 0),
        ("pre-idle-factor", "Unknown idle timeout factor: null,(error code: -1)\n", 0),
        ("force-idle sideways", "Unknown idle mode: sideways\n", 0),
        ("step sideways", "Unknown idle mode: sideways\n", 0),
        ("whitelist com.x", "Package must be prefixed with +, -, or =: com.x\n", 255),
        (f"whitelist ={PACKAGE}", "false\n", 0),
        ("tempwhitelist", "", 0),
        ("tempwhitelist -r", "[-r] requires a package name\n", 255),
        ("tempwhitelist -d", "-d requires a duration\n", 255),
        ("tempwhitelist -u", "-u requires a user number\n", 255),
        ("tempwhitelist com.nobody", "", 0),
        ("except-idle-whitelist", "No arguments given\n", 255),
        ("except-idle-whitelist +com.nobody", "Unknown package: com.nobody\n", 0),
        (f"except-idle-whitelist -{PACKAGE}", f"Unknown argument: -{PACKAGE}\n", 255),
        ("except-idle-whitelist x", "Package must be prefixed with +, -, or =: x\n", 255),
        ("sys-whitelist x", "Package must be prefixed with + or - x\n", 255),
        ("sys-whitelist -com.nobody", "", 0),
    ],
)
def test_what_its_verbs_answer(at: Any, words: str, out: str, status: int) -> None:
    assert at(30).type(f"cmd deviceidle {words}") == (out, "", status)
    assert at(30).type(f"dumpsys deviceidle {words}")[0] == out


def test_deep_doze_that_is_disabled_cannot_be_forced_and_is_told_once(at: Any) -> None:
    bench = at(34)
    assert bench.type("cmd deviceidle disable deep") == ("Deep idle mode disabled\n", "", 0)
    assert bench.type("cmd deviceidle disable deep") == ("", "", 0)
    assert bench.type("cmd deviceidle force-idle") == ("Unable to go deep idle; not enabled\n", "", 255)
    assert bench.type("cmd deviceidle pre-idle-factor 1")[0] == "Deep idle not supported\n"
    assert bench.type("cmd deviceidle disable light") == ("Light idle mode disabled\n", "", 0)
    assert bench.type("cmd deviceidle force-idle light") == ("Unable to go light idle; stopped at ACTIVE\n", "", 255)
    assert bench.type("cmd deviceidle enable") == ("Deep idle mode enabled\nLight idle mode enable\n", "", 0)
    assert bench.type("cmd deviceidle frob") == ("Unknown command: frob\n", "", 255)
    assert at(28).type("cmd deviceidle pre-idle-factor 1") == ("Unknown command: pre-idle-factor\n", "", 255)
    assert at(33).type("cmd deviceidle force-active")[2] == 255
    assert "pre-idle-factor" in at(30).type("cmd deviceidle help")[0]
    assert "pre-idle-factor" not in at(36).type("cmd deviceidle help")[0]


# --- lists --------------------------------------------------------------------------------------------------------


def test_an_app_is_let_work_for_a_while(at: Any) -> None:
    bench = dark(at, 36)
    bench.type("cmd deviceidle force-idle deep")
    bench.app.schedule()
    bench.advance(1)
    assert bench.app.starts == []
    assert bench.type(f"cmd deviceidle tempwhitelist -d 60000 {PACKAGE}") == ("", "", 0)
    assert bench.type("cmd deviceidle tempwhitelist") == ("UID=10234: +1m0s0ms - shell\n", "", 0)
    assert "  Temp whitelist schedule:\n    UID=10234: +1m0s0ms - shell\n" in bench.type("dumpsys deviceidle")[0]
    bench.advance(1)
    assert len(bench.app.starts) == 1


def test_lists_that_the_shell_changes(at: Any) -> None:
    bench = at(36)
    assert bench.type(f"cmd deviceidle except-idle-whitelist +{PACKAGE} ={PACKAGE}") == (
        f"Added: {PACKAGE}\ntrue\n",
        "",
        0,
    )
    assert bench.type("cmd deviceidle except-idle-whitelist reset") == ("", "", 0)
    assert bench.type(f"cmd deviceidle except-idle-whitelist ={PACKAGE}")[0] == "false\n"
    name = bench.type("cmd deviceidle sys-whitelist")[0].splitlines()[0].partition(",")[0]
    assert bench.type(f"cmd deviceidle sys-whitelist -{name}") == (f"Removed {name}\n", "", 0)
    assert f"  Removed from whitelist system apps:\n    {name}\n" in bench.type("dumpsys deviceidle")[0]
    assert bench.type(f"cmd deviceidle sys-whitelist +{name}") == (f"Restored {name}\n", "", 0)
    bench.type(f"cmd deviceidle sys-whitelist -{name}")
    assert bench.type("cmd deviceidle sys-whitelist reset") == ("", "", 0)
    assert name in bench.type("cmd deviceidle sys-whitelist")[0]


# --- history ------------------------------------------------------------------------------------------------------


def test_the_history_tells_what_it_was_and_why_it_ended(at: Any) -> None:
    bench = dark(at, 36)
    bench.advance(9 * MINUTE + 10)
    bench.type("input keyevent 26")
    lines = bench.type("dumpsys deviceidle")[0].splitlines()
    start = lines.index("  Idling history:") + 1
    assert lines[start : start + 4] == [
        "     light-idle: -5m10s0ms",
        "    light-maint: -10s0ms",
        "     light-idle: -5s0ms",
        "         normal: 0 (screen)",
    ]


@pytest.mark.corpus
def test_a_recorded_history_is_printed_line_by_line(recorded: Callable[[str], list[str]]) -> None:
    lines = recorded("deviceidle_idling_history_hyperos_2026.txt")
    history = lines[lines.index("  Idling history:") + 1 :]
    rows = {
        "         normal: -1d18h20m28s707ms (unlocked)": ((1, 18, 20, 28, 707), "normal", "unlocked"),
        "     light-idle: -1d15h18m7s961ms": ((1, 15, 18, 7, 961), "light-idle", ""),
        "    light-maint: -1d15h12m35s26ms": ((1, 15, 12, 35, 26), "light-maint", ""),
        "      deep-idle: -1d13h45m32s343ms": ((1, 13, 45, 32, 343), "deep-idle", ""),
    }
    for text, ((days, hours, minutes, seconds, ms), event, reason) in rows.items():
        assert text in history
        total = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000 + ms
        assert line(-total * 1_000_000, event, reason) == text
