"""What phones of different levels do and print differently, each at the level where it changes."""

from __future__ import annotations

from typing import Any

import pytest

from bgtask_harness.observe import observe_text
from bgtask_reference.events import Clock
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Stamp

PACKAGE = "com.example.app"
SECOND = 1_000_000_000
Bench = Any
MINUTE = 60
HOUR = 3_600
BEAT = 11 * MINUTE
ALL = range(28, 38)


# --- cmd jobscheduler ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("api", "status"), [(28, 255), (29, 255), (30, 22), (36, 22)])
def test_a_satisfied_run_exists_since_30(at: Any, api: int, status: int) -> None:
    bench = at(api)
    bench.app.schedule(minimum_latency_ms=60_000)
    out, err, code = bench.js("run", "-s", PACKAGE, "1")
    assert code == status
    assert out == ("Error: unknown option '-s'\n" if status == 255 else "")
    assert ("functional constraints" in err) == (status == 22)


@pytest.mark.parametrize("verb", ["run", "timeout", "cancel", "get-job-state"])
def test_a_namespace_is_an_unknown_option_up_to_33(at: Any, verb: str) -> None:
    words = (verb, "-n", "androidx.work.systemjobscheduler", PACKAGE, "1")
    assert at(33).js(*words) == ("Error: unknown option '-n'\n", "", 255)
    assert "unknown option" not in at(34).js(*words)[0]


def test_a_verb_that_a_level_lacks_is_an_unknown_command_and_not_in_its_help(at: Any) -> None:
    old, new = at(33), at(34)
    assert old.js("stop", PACKAGE) == ("Unknown command: stop\n", "", 255)
    assert new.js("stop", PACKAGE) == ("No matching executing jobs found.\n", "", 0)
    assert "\n  stop " not in old.js("help")[0]
    assert "\n  stop " in new.js("help")[0]
    assert "--namespace" not in old.js("help")[0]
    assert "--satisfied" not in at(28).js("help")[0]


def test_the_user_of_run_is_a_number_up_to_34(at: Any) -> None:
    expected = 'Exception: java.lang.NumberFormatException: For input string: "cur"\n'
    assert at(34).js("run", "-u", "cur", PACKAGE, "1")[0] == expected
    assert "Could not find job" in at(35).js("run", "-u", "cur", PACKAGE, "1")[1]


@pytest.mark.parametrize(("api", "words"), [(28, "Timing out"), (33, "Timing out"), (34, "Stopping job")])
def test_words_of_a_time_out(at: Any, api: int, words: str) -> None:
    bench = at(api)
    bench.app.work_ns = 0
    bench.app.schedule()
    bench.advance(1)
    assert bench.js("timeout", PACKAGE, "1")[0] == f"{words}: #u0a234/1 {PACKAGE}/.Jobs\n"


@pytest.mark.parametrize("api", [28, 30, 34])
def test_a_run_without_a_network_is_refused_at_once_up_to_34(at: Any, api: int) -> None:
    bench = at(api)
    bench.phone.network.change(wifi=False, mobile=False)
    bench.app.schedule(network="any", minimum_latency_ms=3_600_000)
    before = bench.phone.kernel.now
    assert bench.js("run", PACKAGE, "1")[2] == 22
    assert bench.phone.kernel.now == before


def test_the_heartbeat_verb_of_each_level(at: Any) -> None:
    bench = at(28)
    assert bench.js("heartbeat") == ("18\n", "", 0)  # 3 h 22 min up, beats of 11 min
    assert bench.js("heartbeat", "5") == ("Advancing standby heartbeat by 5\n", "", 0)
    assert bench.js("heartbeat") == ("23\n", "", 0)
    assert at(29).js("heartbeat", "5") == ("Advancing standby heartbeat by 5\n", "", 0)
    assert at(29).js("heartbeat") == ("0\n", "", 0)
    assert at(30).js("heartbeat") == ("Heartbeat command is no longer supported\n", "", 255)


@pytest.mark.parametrize("api", ALL)
def test_a_forced_run_answers_and_runs_on_every_level(at: Any, api: int) -> None:
    bench = at(api)
    bench.phone.network.change(wifi=False, mobile=False)
    bench.app.schedule(network="any", minimum_latency_ms=3_600_000, charging=True)
    assert bench.js("run", "-f", "-u", "0", PACKAGE, "1") == ("Running job [FORCED]\n", "", 0)
    bench.advance(1)
    assert len(bench.app.starts) == 1
    assert bench.js("run", PACKAGE, "9")[2] == 23
    assert bench.js("run", "com.nobody", "1")[2] == 24


# --- JobScheduler -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("api", "most"), [(28, 100), (30, 100), (31, 150), (36, 150)])
def test_how_many_jobs_an_app_may_have(at: Any, api: int, most: int) -> None:
    bench = at(api)
    for number in range(most):
        bench.app.schedule(job_id=number, minimum_latency_ms=60_000)
    with pytest.raises(RuntimeError, match=f"more than {most} distinct jobs"):
        bench.app.schedule(job_id=most, minimum_latency_ms=60_000)


@pytest.mark.parametrize(("api", "minutes"), [(28, 10), (30, 10), (31, 30), (36, 30)])
def test_how_long_a_job_may_run_on_a_charger(at: Any, api: int, minutes: int) -> None:
    bench = at(api)
    bench.app.work_ns = 0
    bench.app.schedule()
    bench.advance(minutes * MINUTE - 1)
    assert bench.app.stops == []
    bench.advance(2)
    assert [stopped.stop_reason for stopped in bench.app.stops] == [3]


@pytest.mark.parametrize(("api", "waits"), [(28, True), (33, True), (34, False)])
def test_a_stop_by_the_system_is_a_failure_up_to_33(at: Any, api: int, waits: bool) -> None:
    bench = at(api)
    bench.app.work_ns = 0
    bench.app.schedule(network="any")
    bench.advance(1)
    bench.phone.network.change(wifi=False, mobile=False)
    bench.advance(1)
    bench.phone.network.change(wifi=True)
    bench.advance(1)
    assert len(bench.app.starts) == (1 if waits else 2)
    assert ("Num failures: 1" in bench.dump()) == waits
    bench.advance(30)
    assert len(bench.app.starts) == 2


def test_a_late_period_is_made_up_for_on_28_and_skipped_from_30(at: Any) -> None:
    starts = {}
    for api in (28, 30):
        bench = at(api)
        bench.phone.network.change(wifi=False, mobile=False)
        bench.app.schedule(network="any", period_ms=900_000, flex_ms=300_000)
        bench.advance(HOUR)
        bench.phone.network.change(wifi=True)
        bench.advance(MINUTE)
        starts[api] = len(bench.app.starts)
    assert starts == {28: 4, 30: 1}


def test_quota_does_not_exist_on_28(at: Any) -> None:
    assert "WITHIN_QUOTA" not in "".join(_scheduled(at(28)))
    assert "WITHIN_QUOTA" in "".join(_scheduled(at(29)))


def test_constraints_of_a_level_in_its_dump(at: Any) -> None:
    def of(api: int, words: str) -> bool:
        return any(words in line for line in _scheduled(at(api)))

    assert [api for api in ALL if of(api, "TARE_WEALTH")] == [33, 34, 35]
    assert [api for api in ALL if of(api, "FLEXIBILITY")] == [36, 37]
    assert [api for api in ALL if of(api, "Dynamic constraints:")] == list(range(30, 38))
    assert [api for api in ALL if of(api, "Preferred constraints:")] == [34, 35]
    assert [api for api in ALL if of(api, "Priority: DEFAULT [300]")] == list(range(33, 38))
    assert [api for api in ALL if of(api, "Last run heartbeat:")] == [28, 29]
    assert [api for api in ALL if of(api, "Restricted due to: none.")] == list(range(30, 38))
    assert [api for api in ALL if of(api, "original latest=")] == list(range(29, 38))
    assert [api for api in ALL if of(api, "*job*r/")] == [36, 37]
    assert [api for api in ALL if of(api, "Unwanted:  Uid:")] == [28]


def _scheduled(bench: Bench) -> list[str]:
    bench.app.schedule(network="any", minimum_latency_ms=60_000)
    return bench.dump()


# --- heartbeats of 28 ---------------------------------------------------------------------------------------------


def rare_app_that_has_just_run(at: Any) -> Bench:
    bench: Bench = at(28)
    bench.unplug()
    bench.run("am", "set-standby-bucket", PACKAGE, "rare")
    bench.app.schedule()
    bench.advance(10)
    assert len(bench.app.starts) == 1  # it had never run: nothing holds it back
    bench.advance(BEAT)
    bench.app.schedule(job_id=2)
    return bench


def test_a_job_of_an_app_out_of_use_waits_for_its_bucket_s_beat(at: Any) -> None:
    bench = rare_app_that_has_just_run(at)
    bench.advance(HOUR)
    assert len(bench.app.starts) == 1
    lines = bench.dump()
    assert "Base heartbeat: 19" in lines
    assert any(line.startswith("Deferred since: -1h") for line in lines)
    assert any(line.startswith("Ready: false (job=true user=true !pending=true") for line in lines)
    beats_left = 130 - 24
    bench.advance(beats_left * BEAT)
    assert len(bench.app.starts) == 2


def test_charging_is_parole(at: Any) -> None:
    bench = rare_app_that_has_just_run(at)
    bench.advance(MINUTE)
    assert len(bench.app.starts) == 1
    bench.run("dumpsys", "battery", "reset")
    bench.advance(1)
    assert len(bench.app.starts) == 2


def test_a_forced_run_is_answered_and_held_all_the_same(at: Any) -> None:
    bench = rare_app_that_has_just_run(at)
    assert bench.js("run", "-f", PACKAGE, "2") == ("Running job [FORCED]\n", "", 0)
    bench.advance(MINUTE)
    assert len(bench.app.starts) == 1
    bench.js("heartbeat", "200")
    bench.advance(1)
    assert len(bench.app.starts) == 2


# --- dumps --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("api", ALL)
def test_the_history_s_labels_are_swapped_from_28_to_32(at: Any, api: int) -> None:
    bench = at(api)
    bench.app.schedule()
    bench.advance(20)
    labels = [line.split()[1] for line in bench.dump() if "#u0a234/1 " in line and line.startswith("-")]
    assert labels == ["START:", "STOP-P:" if api <= 32 else "STOP:"]


@pytest.mark.parametrize("api", ALL)
def test_every_level_s_dump_is_read_without_an_unknown_line(at: Any, api: int) -> None:
    bench = at(api)
    bench.app.work_ns = 0
    bench.app.schedule(extras={"EXTRA_WORK_SPEC_ID": "?"})
    bench.app.schedule(
        job_id=2, network="unmetered", minimum_latency_ms=60_000, override_deadline_ms=3_600_000, charging=True
    )
    bench.app.schedule(job_id=3, period_ms=900_000, flex_ms=300_000, persisted=True, device_idle=True)
    bench.advance(20)
    bench.run("am", "set-standby-bucket", PACKAGE, "rare")
    bench.run("dumpsys", "deviceidle", "whitelist", f"+{PACKAGE}")
    text = bench.run("dumpsys", "jobscheduler", PACKAGE).out
    listed, idle, *unknown = observe_text("dumpsys-jobscheduler", text, Stamp(Clock.BOOT, 0), PACKAGE)
    assert isinstance(listed, JobsListed)
    assert isinstance(idle, EnvironmentSampled)
    assert (idle.facts, unknown) == ({"device-idle": False}, [])
    assert (listed.complete, len(listed.jobs), listed.active) == (True, 3, ((None, 1),))
    assert listed.jobs[0].ready is False
    assert listed.jobs[0].not_ready_because == ("!active",)


@pytest.mark.parametrize("api", ALL)
def test_every_level_s_environment_is_read(at: Any, api: int) -> None:
    bench = at(api)
    bench.unplug()
    bench.run("cmd", "deviceidle", "force-idle", "deep")
    assert _facts(bench, "dumpsys-battery", "battery") == {"power": "none", "battery-level": 87, "battery-frozen": True}
    assert _facts(bench, "dumpsys-deviceidle", "deviceidle") == {"doze-deep": "IDLE", "doze-light": "OVERRIDE"}


def _facts(bench: Bench, parser: str, service: str) -> dict[str, object]:
    (event,) = observe_text(parser, bench.run("dumpsys", service).out, Stamp(Clock.BOOT, 0), PACKAGE)
    assert isinstance(event, EnvironmentSampled)
    return dict(event.facts)


def test_a_filtered_dump_names_the_jobs_of_others_up_to_33(at: Any) -> None:
    for api, named in ((28, True), (33, True), (34, False)):
        bench = at(api)
        bench.app.schedule(minimum_latency_ms=60_000)
        text = bench.run("dumpsys", "jobscheduler", "android").out
        assert ("JOB #u0a234/1: " in text) == named
        assert "Required constraints" not in text
        listed, _, *unknown = observe_text("dumpsys-jobscheduler", text, Stamp(Clock.BOOT, 0), "android")
        assert isinstance(listed, JobsListed)
        assert (listed.jobs, listed.complete, unknown) == ((), True, [])


def test_slots_are_all_named_up_to_32(at: Any) -> None:
    bench = at(30)
    bench.app.schedule()
    bench.advance(65)
    lines = bench.dump()
    begin = lines.index("Active jobs:")
    assert lines[begin + 1] == "Slot #0: inactive since -59s820ms, stopped because: app called jobFinished"
    assert lines[begin + 2 : begin + 17] == [f"Slot #{number}: inactive" for number in range(1, 16)]
    assert "Idle contexts (16):" in at(33).dump()


def test_sections_of_each_level(at: Any) -> None:
    def with_line(start: str) -> list[int]:
        return [api for api in ALL if any(line.startswith(start) for line in at(api).dump())]

    assert with_line("Heartbeat:") == [28]
    assert with_line("QuotaController:") == list(range(29, 38))
    assert with_line("In thermal throttling?: false") == [30, 31, 32]
    assert with_line("Thermal status: 0") == list(range(33, 38))
    assert with_line("Recently completed jobs:") == list(range(31, 38))
    assert with_line("Uid priority overrides:") == [28, 29, 30, 31, 32]
    assert with_line("Power connected:") == [36, 37]
    assert with_line("TareController:") == [33, 34, 35]
    assert with_line("PersistStats:") == list(ALL)


# --- other services -----------------------------------------------------------------------------------------------


def test_the_restricted_bucket_exists_since_30(at: Any) -> None:
    old = at(29).run("am", "set-standby-bucket", PACKAGE, "restricted")
    assert (old.err, old.status) == ("Error: Unknown bucket: restricted\n", 255)
    new = at(30)
    assert new.run("am", "set-standby-bucket", PACKAGE, "restricted").status == 0
    assert new.run("am", "get-standby-bucket", PACKAGE).out == "45\n"


def test_programs_and_verbs_that_came_later(at: Any) -> None:
    assert at(28).phone.command("device_config") is None
    assert at(28).run("cmd", "device_config", "list", "jobscheduler").status == 20
    assert at(29).run("cmd", "device_config", "list", "jobscheduler").status == 0
    assert at(32).run("am", "stop-app", PACKAGE).out == "Unknown command: stop-app\n"
    assert at(33).run("am", "stop-app", PACKAGE).out == ""
    assert at(29).run("cmd", "connectivity", "airplane-mode").err == "No shell command implementation.\n"
    assert at(30).run("cmd", "connectivity", "airplane-mode").out == "disabled\n"
    assert at(33).run("cmd", "deviceidle", "force-active").status == 255
    assert "CredentialType" not in at(29).run("dumpsys", "lock_settings").out
    assert "exit-info" in at(29).run("dumpsys", "activity", "exit-info").out.splitlines()[0]
    assert "ACTIVITY MANAGER" in at(30).run("dumpsys", "activity", "exit-info").out


def test_an_activity_that_is_not_there_is_told_with_status_0_on_28(at: Any) -> None:
    for api, status in ((28, 0), (29, 1)):
        result = at(api).run("am", "start", "-n", "com.nobody/.Main")
        assert (result.status, result.err.splitlines()[0]) == (status, "Error type 3")


def test_exceptions_of_a_service_as_each_level_words_them(at: Any) -> None:
    for api, words in ((28, "while dumping:"), (29, "while executing:"), (30, "while executing 'set-standby-bucket':")):
        error = at(api).run("am", "set-standby-bucket", "com.nobody", "rare").err
        assert error.splitlines()[1] == f"Exception occurred {words}"


@pytest.mark.parametrize(
    ("api", "tail"),
    [(28, f"service {PACKAGE}/{PACKAGE}.Jobs"), (29, f"service {{{PACKAGE}/{PACKAGE}.Jobs}}")],
)
def test_a_process_is_started_for_a_component_in_braces_from_29(at: Any, api: int, tail: str) -> None:
    bench = at(api)
    bench.app.schedule()
    bench.advance(5)
    entries = bench.phone.logs.read(bench.phone.logs.names)
    (line,) = [entry.message for entry in entries if entry.message.startswith("Start proc ")]
    assert line.endswith(f":{PACKAGE}/u0a234 for {tail}")


def test_without_exit_info_a_boot_looks_like_a_force_stop_to_the_app(at: Any) -> None:
    for api, told in ((29, True), (30, False)):
        phone = at(api).phone
        assert phone.was_force_stopped(PACKAGE) == told  # it never ran: no alarm of its own
        assert not phone.was_force_stopped(PACKAGE)
        phone.activities.force_stop(phone.packages.find(PACKAGE), "from pid 1")
        assert phone.was_force_stopped(PACKAGE)
        assert not phone.was_force_stopped(PACKAGE)
        phone.reboot()
        phone.kernel.run_until(phone.kernel.now + 10 * SECOND)
        assert phone.was_force_stopped(PACKAGE) == told


def test_light_doze_gets_longer_by_a_factor_up_to_30(at: Any) -> None:
    starts = {}
    for api in (30, 31):
        bench = at(api)
        bench.unplug()
        bench.run("input", "keyevent", "26")
        before = bench.phone.clocks.boot_ns()
        bench.advance(40 * MINUTE)
        events = bench.phone.device_idle.history.events()
        starts[api] = [(when - before) // SECOND // MINUTE for when, event, _ in events if event == "light-idle"]
    assert starts == {30: [3, 8, 18, 33], 31: [4, 9, 19, 34]}  # a window ends after 5 s when no job runs
