"""The iOS side of TvManiac's generations on a virtual iPhone: their lines, dates, and what `fixed` does otherwise."""

from __future__ import annotations

import pytest
from iphone_bench import BUNDLE
from iphone_bench import DAY
from iphone_bench import HOUR
from iphone_bench import LIBRARY
from iphone_bench import NOTIFICATIONS
from iphone_bench import TOKEN
from iphone_bench import IPhoneBench

from bgtask_reference.lineage.tvmaniac import ios

UNIFIED = ("u1", "u2", "u3", "u4", "u5", "u6", "fixed")


def bench_of(name: str, mode: str = "hook") -> IPhoneBench:
    return IPhoneBench(getattr(ios, name), mode=mode)


def test_g0_a_login_and_a_task_line_by_line() -> None:
    bench = bench_of("g0")
    bench.log_in()
    assert bench.said() == [
        ("IosTraktAuthTasks", f"Registered task [{TOKEN}]"),
        ("IosSyncTasks", f"Registered library sync task [{LIBRARY}]"),
        ("IosSyncTasks", "Cancelled library sync task"),
        ("IosTraktAuthTasks", f"Scheduled task [{TOKEN}]"),
        ("IosSyncTasks", "Scheduled library sync for 2026-11-24 00:00:00 +0000"),
    ]


def test_g0_an_app_has_one_refresh_request_so_the_second_is_refused_and_logged_as_scheduled() -> None:
    bench = bench_of("g0")
    bench.log_in()
    assert bench.pending() == {TOKEN: pytest.approx(120 * HOUR, abs=10)}
    assert any("Code=2" in line and LIBRARY in line for line in bench.framework())


def test_g0_expiry_completes_the_task_twice_the_second_time_with_success() -> None:
    bench = bench_of("g0")
    bench.log_in()
    assert bench.hook("server", "trakt/token", "ok", "600") == "ok"
    bench.lock()
    bench.run(120 * HOUR)
    assert [line for line in bench.framework() if line.startswith("Marking")] == []
    bench.run(30)
    completions = [line.rpartition(" ")[2] for line in bench.framework() if line.startswith("Marking")]
    assert completions == ["0", "1"]


@pytest.mark.parametrize(("name", "stopped"), [("g1a", True), ("g1b", False)])
def test_g1_expiry_cancels_the_work_in_g1a_alone(name: str, stopped: bool) -> None:
    bench = bench_of(name)
    bench.log_in()
    bench.hook("cancel", LIBRARY)
    bench.hook("schedule", TOKEN)
    bench.hook("server", "trakt/token", "ok", "33")
    bench.lock()
    bench.run(120 * HOUR + 40)
    assert ("BGTaskRegistry", f"Task [{TOKEN}] expired, cancelling") in bench.said()
    assert bool(bench.beacon("stop", TOKEN)) is stopped


def test_g1_a_failed_token_refresh_is_completed_with_success() -> None:
    bench = bench_of("g1b")
    bench.log_in()
    bench.hook("server", "trakt/token", "error")
    bench.lock()
    bench.run(121 * HOUR)
    assert [each["result"] for each in bench.beacon("end", TOKEN)][-1] == "failure"
    assert ("BGTaskRegistry", f"Task [{TOKEN}] completed successfully") in bench.said()


def test_g1_going_to_the_background_pushes_the_notifications_begin_date_each_time() -> None:
    bench = bench_of("g1b")
    bench.log_in()
    bench.hook("cancel", TOKEN)
    bench.hook("cancel", LIBRARY)
    bench.hook("state", "episode_notifications_enabled", "true")
    bench.run(5 * HOUR)
    bench.lock()
    assert bench.pending()[NOTIFICATIONS] == pytest.approx(6 * HOUR, abs=30)


def test_u1_registers_too_late_and_the_app_ends_when_it_schedules() -> None:
    # Registering an identifier when it is first asked for is after didFinishLaunching, where Apple's header forbids it.
    bench = bench_of("u1")
    bench.open()
    bench.hook("state", "active_provider", "TRAKT")
    bench.run(1)
    assert [each.signal for each in bench.exits] == [6]
    assert any("must be registered before application finishes launching" in line.message for line in bench.lines)


def test_u2_waits_an_interval_from_each_request_and_u3_five_minutes() -> None:
    begins = {}
    for name in ("u2", "u3"):
        bench = bench_of(name)
        bench.log_in()
        begins[name] = min(bench.pending().values())
    assert begins["u2"] == pytest.approx(120 * HOUR, abs=10)
    assert begins["u3"] == pytest.approx(300, abs=10)


def test_u3_a_refused_request_is_logged_as_scheduled_and_u4_says_so() -> None:
    told = {}
    for name in ("u3", "u4"):
        bench = bench_of(name)
        bench.phone.hand("background-refresh", "off")
        bench.log_in()
        told[name] = [text for _, text in bench.said() if TOKEN in text and "egister" not in text][-1]
    assert told["u3"].startswith(f"Scheduled refresh task [{TOKEN}]")
    assert told["u4"] == f"Submit failed [{TOKEN}] type=processing code=1 domain=BGTaskSchedulerErrorDomain desc="


def test_u6_a_cold_launch_line_by_line() -> None:
    bench = bench_of("u6")
    bench.open()
    names = f"{TOKEN}, {LIBRARY}, {NOTIFICATIONS}"
    assert bench.said() == [
        ("DefaultWorkerFactory", f"Registered workers: [{names}]"),
        *(("IosTaskScheduler", f"Registered background task [{name}]") for name in names.split(", ")),
        ("IosTaskScheduler", f"Eagerly registered 3 background task handlers: [{names}]"),
        ("IosTaskScheduler", "Pending dump [init]: empty"),
        ("IosTaskScheduler", f"Cancelled task [{TOKEN}]"),
        ("IosTaskScheduler", f"Cancelled task [{LIBRARY}]"),
        ("NotificationTasksInitializer", "Cancelling episode notifications"),
        ("IosTaskScheduler", f"Cancelled task [{NOTIFICATIONS}]"),
    ]


def test_u6_a_task_line_by_line() -> None:
    bench = bench_of("u6")
    bench.log_in()
    bench.hook("cancel", LIBRARY)
    bench.lock()
    since = bench.now
    bench.run(300)
    date = "2026-11-23 07:05:02 +0000"
    assert bench.said(since) == [
        ("IosTaskScheduler", f"handleTask fired [{TOKEN}] knownRequest=true"),
        ("IosTaskScheduler", f"Starting task [{TOKEN}]"),
        ("IosTaskScheduler", f"Scheduled processing task [{TOKEN}] for {date}"),
        ("TokenRefreshWorker", "Token refresh running"),
        ("IosTaskScheduler", f"Task [{TOKEN}] completed with result: Success"),
    ]


def cold_launch(name: str) -> IPhoneBench:
    """An app that was killed, so that dasd starts it for its task, before any initializer has asked."""
    bench = bench_of(name)
    bench.log_in()
    bench.run(5)
    bench.phone.signal(bench.process.pid, 9)
    bench.lock()
    bench.run(400)
    return bench


@pytest.mark.parametrize(("name", "known"), [("u6", False), ("fixed", True)])
def test_a_task_that_comes_before_the_initializers_is_asked_for_again_by_fixed(name: str, known: bool) -> None:
    bench = cold_launch(name)
    fired = [text for _, text in bench.said() if text.startswith(f"handleTask fired [{TOKEN}]")]
    assert fired == [f"handleTask fired [{TOKEN}] knownRequest={str(known).lower()}"] or not known
    assert TOKEN in bench.pending()


@pytest.mark.parametrize(("name", "stopped"), [("u6", False), ("fixed", True)])
def test_expiry_stops_the_worker_of_fixed_alone(name: str, stopped: bool) -> None:
    bench = bench_of(name)
    bench.log_in()
    bench.hook("cancel", LIBRARY)
    bench.hook("server", "trakt/token", "ok", "302")
    bench.lock()
    bench.run(700)
    assert ("IosTaskScheduler", f"Task [{TOKEN}] expired, cancelling") in bench.said()
    assert bool(bench.beacon("stop", TOKEN)) is stopped


@pytest.mark.parametrize(("name", "wait"), [("u6", 5 * HOUR), ("fixed", 300)])
def test_retry_waits_an_interval_and_five_minutes_in_fixed(name: str, wait: float) -> None:
    bench = bench_of(name)
    bench.log_in()
    bench.hook("cancel", LIBRARY)
    bench.hook("server", "trakt/token", "network_error")
    bench.lock()
    bench.run(305 - 10)
    assert bench.pending()[TOKEN] == pytest.approx(wait, abs=30)


@pytest.mark.parametrize(("name", "left"), [("u6", 300), ("fixed", 5 * HOUR)])
def test_a_new_process_leaves_a_pending_request_alone_in_fixed(name: str, left: float) -> None:
    bench = bench_of(name)
    bench.log_in()
    bench.hook("cancel", LIBRARY)
    bench.lock()
    bench.run(310)
    assert bench.pending()[TOKEN] == pytest.approx(5 * HOUR, abs=30)
    bench.phone.signal(bench.process.pid, 9)
    bench.phone.hand("unlock", "")
    bench.open()
    assert bench.pending()[TOKEN] == pytest.approx(left, abs=30)


def test_fixed_comes_again_each_interval_for_days() -> None:
    bench = bench_of("fixed")
    bench.log_in()
    bench.hook("state", "episode_notifications_enabled", "true")
    bench.lock()
    bench.run(3 * DAY)
    begun = {name: len(bench.beacon("start", name)) for name in (TOKEN, LIBRARY, NOTIFICATIONS)}
    # Five minutes after the request and then each interval; token refresh and notifications also run at once.
    assert begun == {TOKEN: 1 + 15, LIBRARY: 6, NOTIFICATIONS: 1 + 12}
    assert bench.exits == []


@pytest.mark.parametrize("name", UNIFIED[1:])
def test_release_builds_say_errors_alone_once_they_have_launched(name: str) -> None:
    bench = bench_of(name, mode="release")
    bench.open()
    launched = bench.now
    bench.phone.hand("lock", "")
    bench.run(10)
    assert bench.said(launched) == []
    assert [line for line in bench.lines if line.record.subsystem == BUNDLE] == []
