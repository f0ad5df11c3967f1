from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bgtask_harness.virtual.android.phone import Phone

PACKAGE = "com.example.app"


def test_the_clocks_of_a_phone_that_booted_some_hours_ago(phone: Phone, advance: Callable[[float], None]) -> None:
    assert phone.read_file("/proc/uptime").split()[0] == b"12137.00"
    assert phone.clocks.local(phone.clocks.wall_ns()).isoformat() == "2026-11-23T02:00:00+00:00"
    advance(10)
    phone.set_wall_clock(0)
    assert phone.clocks.wall_ns() == 0
    assert phone.clocks.boot_ns() == 12147 * 10**9


def test_a_boot_id_has_the_kernels_form_and_is_another_after_a_boot(
    phone: Phone, advance: Callable[[float], None]
) -> None:
    before = phone.read_file("/proc/sys/kernel/random/boot_id").decode()
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\n", before)
    phone.reboot()
    advance(30)
    assert phone.read_file("/proc/sys/kernel/random/boot_id").decode() != before


def test_apps_get_uids_from_10234_up(app: Any, phone: Phone) -> None:
    assert phone.uid_of(PACKAGE) == 10234


def test_a_reboot_ends_processes_forgets_jobs_and_tells_the_apps_that_it_is_over(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    app.schedule(minimum_latency_ms=3_600_000)
    app.schedule(job_id=2, minimum_latency_ms=3_600_000, persisted=True)
    phone.activities.start_activity(phone.packages.find(PACKAGE), f"{PACKAGE}/.MainActivity")
    advance(1)
    seen = []
    phone.on_reboot(lambda: seen.append(phone.online))
    phone.reboot()
    assert seen == [False]
    assert not app.processes[0].alive
    assert phone.getprop("sys.boot_completed") == ""
    assert [job.job.job_id for job in phone.job_scheduler.jobs()] == [2]
    down = phone.profile.boot_seconds
    advance(down + 1)
    assert phone.online
    assert phone.clocks.boot_ns() == (down + 1) * 10**9
    assert app.broadcasts == []
    advance(phone.profile.boot_completed_seconds + 1)
    assert app.broadcasts == [("com.example.app.Boot", "android.intent.action.BOOT_COMPLETED", {})]
    assert phone.getprop("sys.boot_completed") == "1"
    assert app.processes[-1].why == "broadcast"


def test_a_persisted_job_keeps_its_place_on_the_wall_clock_over_a_boot(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    phone.packages.find(PACKAGE).stopped = True
    app.schedule(minimum_latency_ms=100_000, persisted=True)
    advance(40)
    phone.reboot()
    advance(59)
    assert app.starts == []
    advance(3)
    assert len(app.starts) == 1


def test_an_app_that_was_force_stopped_hears_nothing_of_the_boot(
    app: Any, phone: Phone, advance: Callable[[float], None], log_lines: Callable[[], list[str]]
) -> None:
    app.schedule(minimum_latency_ms=3_600_000)
    phone.activities.start_activity(phone.packages.find(PACKAGE), f"{PACKAGE}/.MainActivity")
    advance(1)
    phone.activities.force_stop(phone.packages.find(PACKAGE), "from pid 4977")
    assert "I/ActivityManager: Force stopping com.example.app appid=10234 user=0: from pid 4977" in log_lines()
    killing = "Killing 5211:com.example.app/u0a234 (adj 0): stop com.example.app due to from pid 4977"
    assert f"I/ActivityManager: {killing}" in log_lines()
    assert phone.job_scheduler.jobs() == ()
    assert phone.was_force_stopped(PACKAGE)
    assert not phone.was_force_stopped(PACKAGE)
    phone.reboot()
    advance(30)
    assert app.broadcasts == []


def test_a_disabled_receiver_hears_nothing(app: Any, phone: Phone, advance: Callable[[float], None]) -> None:
    phone.packages.find(PACKAGE).stopped = False
    app.receiver_enabled = False
    phone.set_wall_clock(phone.clocks.wall_ns() + 10**9)
    advance(1)
    assert app.broadcasts == []
    app.receiver_enabled = True
    phone.set_wall_clock(phone.clocks.wall_ns() + 10**9)
    advance(1)
    assert [action for _, action, _ in app.broadcasts] == ["android.intent.action.TIME_SET"]


def test_a_crash_leaves_its_block_in_the_crash_buffer_and_ends_the_process(
    app: Any, phone: Phone, advance: Callable[[float], None], log_lines: Callable[[], list[str]]
) -> None:
    phone.activities.start_activity(phone.packages.find(PACKAGE), f"{PACKAGE}/.MainActivity")
    advance(1)
    phone.crash(5211, ValueError("no"))
    entry = phone.logs.read(["crash"])[0]
    assert (entry.priority, entry.tag, entry.pid) == ("E", "AndroidRuntime", 5211)
    assert entry.message.split("\n")[:3] == [
        "FATAL EXCEPTION: main",
        "Process: com.example.app, PID: 5211",
        "java.lang.IllegalArgumentException: no",
    ]
    assert "I/ActivityManager: Process com.example.app (pid 5211) has died: fg  TOP " in log_lines()
    assert phone.processes.all() == ()


def test_an_app_that_crashes_in_on_create_gets_no_broadcast(
    app: Any, phone: Phone, shell: Any, advance: Callable[[float], None]
) -> None:
    app.fail_on_create = RuntimeError("boom")
    result = shell("am", "broadcast", "--include-stopped-packages", "-a", "bgtask.HOOK", "-p", PACKAGE)
    assert result.out.splitlines()[1] == "Broadcast completed: result=0"
    assert phone.processes.all() == ()


def test_only_a_process_that_nobody_needs_is_killed_in_the_background(
    app: Any, phone: Phone, advance: Callable[[float], None], log_lines: Callable[[], list[str]]
) -> None:
    app.work_ns = 0
    app.schedule()
    advance(1)
    phone.activities.kill_background(PACKAGE)
    assert len(phone.processes.all()) == 1
    app.starts[0].finished(False)
    advance(1)
    phone.activities.kill_background(PACKAGE)
    assert phone.processes.all() == ()
    assert "I/ActivityManager: Killing 5211:com.example.app/u0a234 (adj 900): kill background" in log_lines()


def test_what_is_in_front_is_not_killed_until_it_was_sent_home(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    phone.activities.start_activity(phone.packages.find(PACKAGE), f"{PACKAGE}/.MainActivity")
    advance(1)
    phone.activities.kill_background(PACKAGE)
    assert len(phone.processes.all()) == 1
    phone.activities.home()
    phone.activities.kill_background(PACKAGE)
    assert phone.processes.all() == ()


def test_a_phone_that_lies_unplugged_with_its_screen_off_dozes_by_itself(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    phone.power.override(usb=False, status=3)
    phone.set_screen(on=False)
    advance(5 * 60)
    assert phone.device_idle.light == "IDLE"
    app.schedule()
    advance(60)
    assert app.starts == []
    advance(2 * 3600)
    assert phone.device_idle.deep in {"IDLE", "IDLE_MAINTENANCE"}
    phone.set_screen(on=True)
    assert (phone.device_idle.deep, phone.device_idle.light) == ("ACTIVE", "ACTIVE")
    advance(1)
    assert len(app.starts) >= 1


def test_entering_doze_stops_what_runs_unless_it_is_on_the_allow_list(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    app.work_ns = 0
    app.schedule()
    advance(1)
    phone.device_idle.force_deep()
    advance(1)
    assert [stopped.stop_reason for stopped in app.stops] == [4]
    assert phone.job_scheduler.history.events()[-1].reason == "device_idle"
    phone.allow_list.add(PACKAGE, 10234)
    advance(1)
    assert len(app.starts) == 2


def test_a_job_that_wants_an_idle_phone_runs_31_minutes_after_the_screen_went_off(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    app.schedule(device_idle=True)
    phone.set_screen(on=False)
    advance(30 * 60)
    assert app.starts == []
    advance(2 * 60)
    assert len(app.starts) == 1
