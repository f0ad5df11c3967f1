"""Services typed into the phone's shell: every verb, its bytes and its exit status, at the levels where it differs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

PACKAGE = "com.example.app"
NO_POWER_HAL = (
    "Failed to set FIXED_PERFORMANCE mode\nThis is likely because Power HAL AIDL is not implemented on this device\n"
)
EXCEPTION = "java.lang.IllegalArgumentException: "


# --- device_config ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "out", "err", "status"),
    [
        ("get jobscheduler x", "null\n", "", 0),
        ("put jobscheduler x 1", "", "", 0),
        ("put jobscheduler x 1 default", "", "", 0),
        ("put jobscheduler x 1 default more", "", "Too many arguments\n", 255),
        ("put jobscheduler x", "", "Bad arguments\n", 255),
        ("get jobscheduler", "", "Bad arguments\n", 255),
        ("get jobscheduler x y", "", "Too many arguments\n", 255),
        ("delete jobscheduler x", "Failed to delete x from jobscheduler\n", "", 0),
        ("list jobscheduler x", "", "Too many arguments\n", 255),
        ("list", "", "", 0),
        ("reset", "", "Bad arguments\n", 255),
        ("reset now", "", "Invalid reset mode: now\n", 255),
        ("reset trusted_defaults jobscheduler", "", "", 0),
        ("frob", "", "Invalid command: frob\n", 255),
        ("set_sync_disabled_for_tests persistent", "", "", 0),
        ("set_sync_disabled_for_tests never", "", "Invalid sync disabled mode: never\n", 255),
        ("set_sync_disabled_for_tests", "", "Bad arguments\n", 255),
        ("get_sync_disabled_for_tests", "none\n", "", 0),
        ("get_sync_disabled_for_tests x", "", "Bad arguments\n", 255),
        ("override jobscheduler x 2", "", "", 0),
        ("clear_override jobscheduler x", "", "", 0),
        ("list_local_overrides", "", "", 0),
        ("list_namespaces", "", "", 0),
        ("list_namespaces --all", "", "Bad arguments\n", 255),
    ],
)
def test_device_config(at: Any, words: str, out: str, err: str, status: int) -> None:
    assert at(36).type(f"device_config {words}") == (out, err, status)
    assert at(36).type(f"cmd device_config {words}") == (out, err, status)


def test_flags_are_kept_listed_overridden_and_forgotten(at: Any) -> None:
    bench = at(36)
    bench.type("device_config put jobscheduler b 2")
    bench.type("device_config put jobscheduler a 1")
    bench.type("device_config put alarm c 3")
    assert bench.type("device_config list jobscheduler")[0] == "a=1\nb=2\n"
    assert bench.type("device_config list")[0] == "alarm/c=3\njobscheduler/a=1\njobscheduler/b=2\n"
    assert bench.type("device_config list_namespaces")[0] == "alarm\njobscheduler\n"
    bench.type("device_config override jobscheduler a 9")
    assert bench.type("device_config get jobscheduler a")[0] == "9\n"
    assert bench.type("device_config list_local_overrides")[0] == "jobscheduler/a=9\n"
    bench.type("device_config clear_override jobscheduler a")
    assert bench.type("device_config get jobscheduler a")[0] == "1\n"
    assert bench.type("device_config delete jobscheduler a")[0] == "Successfully deleted a from jobscheduler\n"
    bench.type("device_config reset trusted_defaults")
    assert bench.type("device_config list")[0] == ""
    bench.type("device_config set_sync_disabled_for_tests until_reboot")
    assert bench.type("device_config get_sync_disabled_for_tests")[0] == "until_reboot\n"


def test_verbs_of_device_config_that_came_later(at: Any) -> None:
    assert at(30).type("device_config set_sync_disabled_for_tests persistent")[1:] == (
        "Invalid command: set_sync_disabled_for_tests\n",
        255,
    )
    assert at(33).type("device_config override a b c") == ("", "Invalid command: override\n", 255)


# --- power --------------------------------------------------------------------------------------------------------


def test_battery_saver_is_switched_only_while_nothing_is_plugged_in(at: Any) -> None:
    bench = at(36)
    assert bench.type("cmd power set-mode 1") == ("", "", 0)
    assert bench.type("settings get global low_power")[0] == "0\n"
    bench.unplug()
    assert bench.type("cmd power set-mode 1") == ("", "", 0)
    assert bench.phone.battery_saver
    assert bench.type("cmd power set-mode 7") == ("", "", 0)
    assert not bench.phone.battery_saver


@pytest.mark.parametrize(
    ("words", "out", "err", "status"),
    [
        ("set-mode x", 'Error: java.lang.NumberFormatException: For input string: "x"\n', "", 255),
        ("set-mode", f'Error: {EXCEPTION}Argument expected after "set-mode"\n', "", 255),
        ("frob", "Unknown command: frob\n", "", 255),
        ("set-adaptive-power-saver-enabled true", "", "", 0),
        (
            "set-fixed-performance-mode-enabled true",
            "",
            NO_POWER_HAL,
            255,
        ),
    ],
)
def test_power(at: Any, words: str, out: str, err: str, status: int) -> None:
    assert at(36).type(f"cmd power {words}") == (out, err, status)


def test_sleep_and_wakeup_turn_the_screen(at: Any) -> None:
    bench = at(36)
    assert bench.type("cmd power sleep") == ("", "", 0)
    assert bench.type("cmd deviceidle get screen")[0] == "false\n"
    assert "  mWakefulness=Asleep\n" in bench.type("dumpsys power")[0]
    assert bench.type("cmd power wakeup") == ("", "", 0)
    assert bench.type("cmd deviceidle get screen")[0] == "true\n"
    assert at(30).type("cmd power sleep") == ("Unknown command: sleep\n", "", 255)
    assert at(28).type("cmd power help")[0] == (
        "Power manager (power) commands:\n  help\n    Print this help text.\n\n  set-mode MODE\n"
        "    sets the power mode of the device to MODE.\n"
        "    1 turns low power mode on and 0 turns low power mode off.\n"
    )


def test_a_power_dump_names_who_is_let_work_for_a_while(at: Any) -> None:
    bench = at(34)
    bench.type(f"cmd deviceidle tempwhitelist -d 60000 {PACKAGE}")
    assert "  mDeviceIdleTempWhitelist=[10234]\n" in bench.type("dumpsys power")[0]
    bench.advance(61)
    assert "  mDeviceIdleTempWhitelist=[]\n" in bench.type("dumpsys power")[0]


# --- alarm --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "out", "status"),
    [
        ("set-time 1800000000000", "", 0),
        ("set-time 0", "", 255),
        ("set-time soon", 'java.lang.NumberFormatException: For input string: "soon"\n', 255),
        ("set-time", f'{EXCEPTION}Argument expected after "set-time"\n', 255),
        ("set-timezone Europe/Berlin", "", 0),
        ("frob", "Unknown command: frob\n", 255),
    ],
)
def test_alarm_says_what_it_throws_on_standard_output(at: Any, words: str, out: str, status: int) -> None:
    assert at(36).type(f"cmd alarm {words}") == (out, "", status)


def test_a_zone_that_nobody_knows_is_gmt(at: Any) -> None:
    bench = at(34)
    bench.type("cmd alarm set-timezone Europe/Berlin")
    assert bench.type("getprop persist.sys.timezone")[0] == "Europe/Berlin\n"
    assert bench.type("cmd alarm set-timezone Atlantis/Capital") == ("", "", 0)
    assert bench.type("getprop persist.sys.timezone")[0] == "GMT\n"


def test_the_version_of_the_configuration_is_told_from_31(at: Any) -> None:
    assert at(36).type("cmd alarm get-config-version") == ("0\n", "", 0)
    assert at(30).type("cmd alarm get-config-version")[2] == 255


def test_a_dump_of_alarms_shows_what_the_phone_waits_for(at: Any) -> None:
    bench = at(36)
    bench.app.schedule(minimum_latency_ms=600_000, override_deadline_ms=3_600_000)
    bench.unplug()
    bench.type("input keyevent 26")
    text = bench.type("dumpsys alarm")[0]
    assert "  4 pending alarms: \n" in text
    assert "      tag=*job.delay*\n" in text
    assert "whenElapsed=+10m0s0ms maxWhenElapsed=+10m0s0ms\n" in text
    assert (
        text.index("DeviceIdleController.light") < text.index("*job.delay*") < text.index("DeviceIdleController.deep")
    )
    assert "  Pending alarms per uid: [1000:4]\n" in text


def test_alarms_come_in_batches_up_to_30(at: Any) -> None:
    bench = at(30)
    bench.app.schedule(minimum_latency_ms=600_000)
    text = bench.type("dumpsys alarm")[0]
    assert "  Pending alarm batches: 1\n" in text
    assert "\nBatch{" in text
    assert " expectedWhenElapsed=+10m0s0ms " in text


def test_the_alarm_that_tells_of_a_force_stop_is_there_up_to_29(at: Any) -> None:
    for api, there in ((29, True), (30, False)):
        bench = at(api)
        bench.phone.was_force_stopped(PACKAGE)
        assert ("tag=*walarm*:ACTION_FORCE_STOP_RESCHEDULE" in bench.type("dumpsys alarm")[0]) == there


# --- input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "keyevent 4",
        "keyevent KEYCODE_NOBODY",
        "keyevent --longpress 3",
        "keyboard keyevent 66 66",
        "tap 10 20",
        "text x",
    ],
)
def test_what_input_takes_it_takes_silently(at: Any, words: str) -> None:
    assert at(36).type(f"input {words}") == ("", "", 0)
    assert at(28).type(f"input {words}") == ("", "", 0)


def test_mistakes_of_input_are_told_with_its_usage_up_to_30_and_exit_0(at: Any) -> None:
    out, err, status = at(30).type("input frob")
    assert (out, status) == ("", 0)
    assert err.startswith("Usage: input [<source>]")
    assert err.endswith("\n\nError: Error: Unknown command: frob\n")
    assert at(36).type("input frob") == ("Unknown command: frob\n", "", 255)
    out, err, status = at(36).type("input keyevent")
    assert (out, status) == ("", 255)
    assert f'{EXCEPTION}Argument expected after "keyevent"' in err


def test_the_power_key_turns_the_screen_off_and_on(at: Any) -> None:
    bench = at(36)
    for word, on in (("26", "false"), ("KEYCODE_POWER", "true"), ("223", "false"), ("WAKEUP", "true")):
        bench.type(f"input keyevent {word}")
        assert bench.type("cmd deviceidle get screen")[0] == f"{on}\n"


# --- am -----------------------------------------------------------------------------------------------------------


def test_several_buckets_in_one_command(at: Any) -> None:
    bench = at(36)
    assert bench.type(f"am set-standby-bucket {PACKAGE} rare com.android.shell soon") == (
        "",
        "Error: Unknown bucket: soon\n",
        0,
    )
    assert bench.type(f"am get-standby-bucket {PACKAGE}")[0] == "40\n"
    assert bench.type(f"am set-standby-bucket --frob {PACKAGE} rare") == ("", "Error: Unknown option: --frob\n", 255)


def test_levels_of_background_restriction(at: Any) -> None:
    bench = at(36)
    ask = f"am get-bg-restriction-level {PACKAGE}"
    assert bench.type(ask) == ("adaptive_bucket\n", "", 0)
    assert bench.type(f"am set-bg-restriction-level {PACKAGE} restricted_bucket") == ("", "", 0)
    assert bench.type(f"am get-standby-bucket {PACKAGE}")[0] == "45\n"
    assert bench.type(ask)[0] == "restricted_bucket\n"
    assert bench.type(f"am set-bg-restriction-level --user 0 {PACKAGE} adaptive_bucket") == ("", "", 0)
    assert bench.type(f"am get-standby-bucket {PACKAGE}")[0] == "40\n"
    assert bench.type(f"am set-bg-restriction-level {PACKAGE} hibernation") == (
        "Error: invalid restriction level\n",
        "",
        255,
    )
    assert bench.type("am set-bg-restriction-level com.nobody exempted") == (
        "Error: userId:-2 package:com.nobody is not found\n",
        "",
        255,
    )
    assert at(34).type(f"am set-bg-restriction-level {PACKAGE} hibernation") == ("", "", 0)
    assert at(33).type(ask) == ("Unknown command: get-bg-restriction-level\n", "", 255)


def test_an_app_that_is_background_restricted_has_no_jobs_run(at: Any) -> None:
    bench = at(36)
    bench.type(f"am set-bg-restriction-level {PACKAGE} background_restricted")
    bench.app.schedule()
    bench.advance(3_600)
    assert bench.app.starts == []
    assert "readyNotRestrictedInBg: false" in bench.dump()
    bench.type(f"am set-bg-restriction-level {PACKAGE} unrestricted")
    bench.advance(3_600)
    assert len(bench.app.starts) == 1


def test_exit_info_is_printed_line_by_line(at: Any) -> None:
    bench = at(36)
    bench.type(f"am start -n {PACKAGE}/.MainActivity")
    bench.advance(1)
    bench.type(f"am force-stop {PACKAGE}")
    lines = bench.type(f"dumpsys activity exit-info {PACKAGE}")[0].splitlines()
    assert lines[0] == "ACTIVITY MANAGER PROCESS EXIT INFO (dumpsys activity exit-info)"
    assert lines[2:5] == [
        f"  package: {PACKAGE}",
        "    Historical Process Exit for uid=10234",
        "        ApplicationExitInfo #0:",
    ]
    assert lines[5].startswith("          timestamp=2026-11-23 02:00:0")
    assert "          reason=10 (USER REQUESTED)" in lines
    assert "          subreason=0 (UNKNOWN)" in lines
    assert lines[-2:] == ["          state=empty", "          trace=null"]
    old = at(30)
    old.type(f"am start -n {PACKAGE}/.MainActivity")
    old.advance(1)
    old.type(f"am force-stop {PACKAGE}")
    assert "subreason" not in old.type("dumpsys activity exit-info")[0]


# --- netpolicy ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "out", "status"),
    [
        ("get", "Error: didn't specify type of data to get\n", 255),
        ("get colour", "Error: unknown get type 'colour'\n", 255),
        ("set restrict-background", "Error: didn't specify BOOLEAN\n", 255),
        ("set restrict-background true", "", 0),
        ("list restrict-background-whitelist", "Restrict background whitelisted UIDs: none\n\n", 0),
        ("list app-idle-whitelist", "App Idle whitelisted UIDs: none\n\n", 0),
        ("add restrict-background-whitelist", "Error: didn't specify UID\n", 255),
        ("add restrict-background-whitelist x", "Error: UID (x) should be a number\n", 254),
        ("remove restrict-background-blacklist 10234", "Error: UID 10234 not blacklisted\n", 255),
        ("start-watching -5", "Invalid UID: -5\n", 255),
        ("start-watching 10234", "", 0),
        ("stop-watching", "", 0),
        ("set sub-plan-owner 1", "", 0),
        ("frob", "Unknown command: frob\n", 255),
    ],
)
def test_netpolicy(at: Any, words: str, out: str, status: int) -> None:
    assert at(30).type(f"cmd netpolicy {words}") == (out, "", status)


def test_lists_of_data_saver(at: Any) -> None:
    bench = at(36)
    for word, title in (("whitelist", "whitelisted"), ("blacklist", "blacklisted")):
        assert bench.type(f"cmd netpolicy add restrict-background-{word} 10234") == ("", "", 0)
        listed = f"Restrict background {title} UIDs: 10234 \n"
        assert bench.type(f"cmd netpolicy list restrict-background-{word}") == (listed, "", 0)
        assert "UID=10234 policy=" in bench.type("dumpsys netpolicy")[0]
        assert bench.type(f"cmd netpolicy remove restrict-background-{word} 10234") == ("", "", 0)
    assert bench.type("cmd netpolicy add app-idle-whitelist 10234") == ("", "", 0)
    assert bench.type("cmd netpolicy list app-idle-whitelist")[0] == "App Idle whitelisted UIDs: 10234 \n"
    assert bench.type("cmd netpolicy remove app-idle-whitelist 10234") == ("", "", 0)


def test_a_uid_on_the_black_list_has_no_metered_network_although_data_saver_is_off(at: Any) -> None:
    bench = at(36)
    bench.phone.network.change(wifi=False)
    bench.type("cmd netpolicy add restrict-background-blacklist 10234")
    bench.app.schedule(network="any")
    bench.advance(60)
    assert bench.app.starts == []
    assert "  UID=10234 policy=1 (REJECT_METERED_BACKGROUND)\n" in bench.type("dumpsys netpolicy")[0]
    bench.type("cmd netpolicy remove restrict-background-blacklist 10234")
    bench.advance(60)
    assert len(bench.app.starts) == 1


def test_a_dump_of_netpolicy_runs_facts_together_up_to_30(at: Any) -> None:
    bench = at(30)
    bench.type("cmd netpolicy set restrict-background true")
    text = bench.type("dumpsys netpolicy")[0]
    assert text.startswith("System ready: true\nRestrict background: true\nRestrict power: false\nDevice idle: false\n")
    assert "mRestrictBackgroundLowPowerMode: falsemRestrictBackgroundBeforeBsm: false" in text
    assert "  UID=10234 state=19 (bg) rules=0 (NONE)\n" in text
    assert "mRestrictBackgroundBeforeBsm: false\n" in at(36).type("dumpsys netpolicy")[0]


# --- appops -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "out", "err", "status"),
    [
        ("get", "", "Error: Package name not specified.\n", 255),
        (f"set {PACKAGE}", "", "Error: Operation not specified.\n", 255),
        (f"set {PACKAGE} RUN_ANY_IN_BACKGROUND", "", "Error: Mode not specified.\n", 255),
        (f"set {PACKAGE} FLY allow", "", "Error: Unknown operation string: FLY\n", 255),
        (f"set {PACKAGE} 70 maybe", "", "Error: Mode maybe is not valid\n", 255),
        ("get com.nobody", "", "Error: No UID for com.nobody in user 0\n", 255),
        (f"get {PACKAGE}", "No operations.\n", "", 0),
        (f"get {PACKAGE} SCHEDULE_EXACT_ALARM", "No operations.\nDefault mode: default\n", "", 0),
        ("query-op RUN_ANY_IN_BACKGROUND ignore", "No operations.\n", "", 0),
        ("query-op", "", "Error: Operation not specified.\n", 255),
        ("reset", "Reset all modes for: user 0, all packages\n", "", 0),
        (f"reset --user 0 {PACKAGE}", f"Reset all modes for: user 0, package {PACKAGE}\n", "", 0),
        (f"reset {PACKAGE} more", "", "Error: Unsupported argument: more\n", 255),
        ("frob", "Unknown command: frob\n", "", 255),
    ],
)
def test_appops(at: Any, words: str, out: str, err: str, status: int) -> None:
    assert at(36).type(f"cmd appops {words}") == (out, err, status)
    assert at(36).type(f"appops {words}") == (out, err, status)


def test_an_operation_is_named_in_three_ways_and_asked_for_in_two(at: Any) -> None:
    bench = at(36)
    assert bench.type(f"cmd appops set --user 0 {PACKAGE} 70 1") == ("", "", 0)
    assert bench.type(f"cmd appops get {PACKAGE} android:run_any_in_background")[0] == "RUN_ANY_IN_BACKGROUND: ignore\n"
    assert bench.type("cmd appops query-op RUN_ANY_IN_BACKGROUND")[0] == f"{PACKAGE}\n"
    bench.type("cmd appops reset")
    assert bench.type(f"cmd appops get {PACKAGE}")[0] == "No operations.\n"
    assert at(30).type(f"cmd appops get {PACKAGE} SCHEDULE_EXACT_ALARM")[2] == 255


# --- connectivity -------------------------------------------------------------------------------------------------


def test_airplane_mode(at: Any) -> None:
    bench = at(30)
    assert bench.type("cmd connectivity airplane-mode enable") == ("", "", 0)
    assert bench.type("cmd connectivity airplane-mode") == ("enabled\n", "", 0)
    assert bench.type("settings get global airplane_mode_on")[0] == "1\n"
    assert not bench.phone.network.connected
    assert bench.type("cmd connectivity airplane-mode disable") == ("", "", 0)
    out, err, status = bench.type("cmd connectivity airplane-mode maybe")
    assert (out.splitlines()[0], err, status) == ("Connectivity service commands:", "", 255)
    assert bench.type("cmd connectivity frob") == ("Unknown command: frob\n", "", 255)
    assert at(28).type("cmd connectivity airplane-mode") == ("", "No shell command implementation.\n", 0)


@pytest.mark.corpus
def test_allow_list_bucket_and_app_ops_of_a_hyperos_phone(at: Any, recorded: Callable[[str], list[str]]) -> None:
    bench, (listed, *rest) = at(36), recorded("allowlist_bucket_appops_hyperos_2026.txt")
    bench.type(f"cmd deviceidle whitelist +{PACKAGE}")
    bench.type(f"cmd appops set {PACKAGE} RUN_ANY_IN_BACKGROUND allow")
    uid = bench.phone.uid_of(PACKAGE)
    ours = listed.replace("com.assistant.stocktrading", PACKAGE).replace("10396", str(uid))
    assert ours in bench.type("dumpsys deviceidle whitelist")[0].splitlines()
    ops = ("RUN_ANY_IN_BACKGROUND", "WAKE_LOCK")
    asked = [f"am get-standby-bucket {PACKAGE}", *(f"cmd appops get {PACKAGE} {op}" for op in ops)]
    assert "".join(bench.type(line)[0] for line in asked).splitlines() == rest


@pytest.mark.parametrize(
    ("api", "name", "head", "tail"),
    [
        (28, "userId", "ceDataInode=0 installed=true hidden=false suspended=false stopped=true", "virtual=false"),
        (
            30,
            "userId",
            "ceDataInode=0 installed=true hidden=false suspended=false distractionFlags=0 stopped=true",
            "virtual=false",
        ),
        (
            36,
            "appId",
            "ceDataInode=0 deDataInode=0 installed=true hidden=false suspended=false distractionFlags=0 stopped=true",
            "virtual=false quarantined=false",
        ),
    ],
)
def test_the_line_of_a_user_in_dumpsys_package(at: Any, api: int, name: str, head: str, tail: str) -> None:
    bench = at(api)
    lines = bench.type(f"dumpsys package {PACKAGE}")[0].splitlines()
    assert f"    {name}={bench.phone.uid_of(PACKAGE)}" in lines
    assert f"    User 0: {head} notLaunched=true enabled=0 instant=false {tail}" in lines
    installed = next(line for line in lines if "firstInstallTime=" in line)
    assert installed.startswith("      first") == (name == "appId")


def test_only_a_debuggable_build_may_suspend_charging(at: Any) -> None:
    out, err, status = at(36).type("cmd battery suspend_input")
    assert (out, status) == ("", 255)
    assert "java.lang.SecurityException: battery suspend_input is only supported on debuggable builds\n" in err
