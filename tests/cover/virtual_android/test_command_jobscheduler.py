"""`cmd jobscheduler`: texts and exit statuses of API 36 (y36 JobSchedulerShellCommand.java)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.virtual.android.phone import Phone

PACKAGE = "com.example.app"
NAMESPACE = "androidx.work.systemjobscheduler"


def js(shell: Any, *words: str) -> tuple[str, str, int]:
    result = shell("cmd", "jobscheduler", *words)
    return result.out, result.err, result.status


def test_an_unknown_package_exits_with_24(app: Any, shell: Any) -> None:
    assert js(shell, "run", "com.nobody", "1") == ("", "Package not found: com.nobody / user 0\n", 24)


def test_an_unknown_job_exits_with_23_and_names_the_namespace(app: Any, shell: Any) -> None:
    expected = f"Could not find job 1 in package {PACKAGE} / namespace {NAMESPACE} / user 0\n"
    assert js(shell, "run", "-f", "-u", "0", "-n", NAMESPACE, PACKAGE, "1") == ("", expected, 23)


def test_without_the_namespace_a_job_of_work_manager_is_not_found(app: Any, shell: Any) -> None:
    app.schedule(namespace=NAMESPACE, minimum_latency_ms=60_000)
    assert js(shell, "run", PACKAGE, "1") == ("", f"Could not find job 1 in package {PACKAGE} / user 0\n", 23)


def test_a_forced_run_passes_every_constraint(
    app: Any, phone: Phone, shell: Any, advance: Callable[[float], None]
) -> None:
    phone.network.change(wifi=False, mobile=False)
    app.schedule(namespace=NAMESPACE, network="any", minimum_latency_ms=3_600_000)
    assert js(shell, "run", "-f", "-n", NAMESPACE, PACKAGE, "1") == ("Running job [FORCED]\n", "", 0)
    advance(1)
    assert len(app.starts) == 1


def test_a_plain_run_overrides_the_delay_but_waits_six_seconds_for_a_network_and_refuses(
    app: Any, phone: Phone, shell: Any, advance: Callable[[float], None]
) -> None:
    phone.network.change(wifi=False, mobile=False)
    app.schedule(network="any", minimum_latency_ms=3_600_000)
    before = phone.kernel.now
    expected = f"Job 1 in package {PACKAGE} / user 0 has functional constraints but --force not specified\n"
    assert js(shell, "run", PACKAGE, "1") == ("", expected, 22)
    assert phone.kernel.now - before == 6 * 10**9
    phone.network.change(wifi=True)
    assert js(shell, "run", PACKAGE, "1") == ("Running job\n", "", 0)
    advance(1)
    assert len(app.starts) == 1


def test_a_network_that_comes_while_the_run_waits_is_taken(app: Any, phone: Phone, shell: Any) -> None:
    phone.network.change(wifi=False, mobile=False)
    app.schedule(network="any", minimum_latency_ms=3_600_000)
    phone.kernel.after(2_500_000_000, lambda: phone.network.change(wifi=True))
    assert js(shell, "run", PACKAGE, "1") == ("Running job\n", "", 0)
    assert phone.kernel.now == 3 * 10**9


def test_a_satisfied_run_does_not_override_the_delay(app: Any, shell: Any) -> None:
    app.schedule(minimum_latency_ms=3_600_000)
    assert js(shell, "run", "-s", PACKAGE, "1")[2] == 22
    assert js(shell, "run", "-f", "-s", PACKAGE, "1") == ("Cannot specify both --force and --satisfied\n", "", 255)


def test_running_job_does_not_mean_that_it_ran_when_the_phone_dozes(
    app: Any, phone: Phone, shell: Any, advance: Callable[[float], None]
) -> None:
    app.schedule(minimum_latency_ms=3_600_000)
    phone.device_idle.force_deep()
    assert js(shell, "run", "-f", PACKAGE, "1") == ("Running job [FORCED]\n", "", 0)
    advance(60)
    assert app.starts == []


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("run", "-x"), ("Error: unknown option '-x'\n", "", 255)),
        (
            ("run",),
            ('Exception: java.lang.IllegalArgumentException: Argument expected after "run"\n', "", 255),
        ),
        (
            ("run", PACKAGE, "one"),
            ('Exception: java.lang.NumberFormatException: For input string: "one"\n', "", 255),
        ),
        (("get-network",), ("Unknown command: get-network\n", "", 255)),
        (("heartbeat", "3"), ("Heartbeat command is no longer supported\n", "", 255)),
        (("monitor-battery", "on"), ("Battery monitoring enabled\n", "", 0)),
        (("monitor-battery", "maybe"), ("", "Error: unknown option maybe\n", 1)),
        (("get-battery-charging",), ("true\n", "", 0)),
        (("get-battery-not-low",), ("true\n", "", 0)),
        (("get-storage-not-low",), ("true\n", "", 0)),
        (("get-battery-seq",), ("-1\n", "", 0)),
        (("trigger-dock-state", "idle"), ("", "", 0)),
        (("trigger-dock-state", "away"), ("", "Error: unknown option away\n", 1)),
        (("reset-execution-quota", PACKAGE), ("", "", 0)),
        (("disable-flex-policy",), ("Set flex policy to 0\n", "", 0)),
        (("enable-flex-policy", "-o", "charging", "-o", "idle"), ("Set flex policy to 5\n", "", 0)),
        (("timeout",), ("No matching executing jobs found.\n", "", 0)),
        (("cancel", "com.nobody"), ("Package com.nobody not found.\n", "", 24)),
        (("cancel", "-u", "all", PACKAGE), ("Error: must specify a concrete user ID\n", "", 255)),
        (("cancel", PACKAGE, "3"), (f"Canceling job {PACKAGE}/#3 in user 0\nNo matching job found.\n", "", 0)),
        (("cancel", PACKAGE), (f"Canceling all jobs for {PACKAGE} in user 0\nNo matching jobs found.\n", "", 0)),
        (
            ("get-job-state", "com.nobody", "1"),
            ("unknown(com.nobody)\n", "Package not found: com.nobody / user 0\n", 24),
        ),
        (
            ("get-job-state", PACKAGE, "1"),
            ("unknown(u0a234/jid1)\n", f"Could not find job 1 in package {PACKAGE} / user 0\n", 23),
        ),
    ],
)
def test_exact_answers(app: Any, shell: Any, words: Any, expected: Any) -> None:
    assert js(shell, *words) == expected


def test_states_of_a_job(app: Any, shell: Any, advance: Callable[[float], None]) -> None:
    app.schedule(minimum_latency_ms=60_000, network="any")
    assert js(shell, "get-job-state", PACKAGE, "1")[0] == "waiting\n"
    advance(61)
    assert js(shell, "get-job-state", PACKAGE, "1")[0] == "active\n ready\n\n"


def test_timeout_stops_a_running_job_with_that_reason(
    app: Any, phone: Phone, shell: Any, advance: Callable[[float], None]
) -> None:
    app.work_ns = 0
    app.schedule(namespace=NAMESPACE)
    advance(1)
    assert js(shell, "timeout", PACKAGE)[0] == "No matching executing jobs found.\n"
    expected = f"Stopping job: {NAMESPACE}:u0a234/1 {PACKAGE}/.Jobs\n"
    assert js(shell, "timeout", "-n", NAMESPACE, PACKAGE, "1") == (expected, "", 0)
    advance(1)
    assert [stopped.stop_reason for stopped in app.stops] == [3]
    assert phone.job_scheduler.history.events()[-1].reason == "timeout"


def test_stop_takes_numbers_as_reasons(app: Any, shell: Any, advance: Callable[[float], None]) -> None:
    app.work_ns = 0
    app.schedule()
    advance(1)
    js(shell, "stop", "-s", "13", "-i", "11", PACKAGE, "1")
    advance(1)
    assert [stopped.stop_reason for stopped in app.stops] == [13]


def test_cancel_without_an_id_cancels_every_namespace(app: Any, phone: Phone, shell: Any) -> None:
    app.schedule(namespace=NAMESPACE, minimum_latency_ms=60_000)
    app.schedule(job_id=2, minimum_latency_ms=60_000)
    js(shell, "cancel", PACKAGE)
    assert phone.job_scheduler.jobs() == ()


def test_the_verb_is_logged_by_the_system(app: Any, shell: Any, log_lines: Callable[[], list[str]]) -> None:
    js(shell, "run", "-f", "-n", NAMESPACE, PACKAGE, "2")
    text = f"D/JobScheduler: executeRunCommand(): {PACKAGE}/{NAMESPACE}/0 2 s=false f=true"
    assert text in log_lines()
