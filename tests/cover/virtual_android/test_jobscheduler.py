from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from bgtask_harness.virtual.android.jobscheduler import JobScheduler
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.phone import Phone

MINUTE = 60
HOUR = 3600


def history(phone: Phone) -> list[tuple[str, str | None]]:
    return [(event.label, event.reason) for event in phone.job_scheduler.history.events()]


def test_a_job_without_conditions_starts_at_once_in_a_new_process(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    app.schedule()
    advance(10)
    assert [started.job_id for started in app.starts] == [1]
    assert [process.why for process in app.processes] == ["job"]
    assert history(phone) == [("START", None), ("STOP", "app called jobFinished")]
    assert phone.job_scheduler.jobs() == ()


def test_a_delay_is_kept_on_the_boot_clock_whatever_the_wall_clock_says(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    app.schedule(minimum_latency_ms=60_000)
    phone.set_wall_clock(phone.clocks.wall_ns() + 3600 * 10**9)
    advance(59)
    assert app.starts == []
    advance(2)
    assert len(app.starts) == 1


def test_a_job_waits_for_its_network(app: Any, phone: Phone, advance: Callable[[float], None]) -> None:
    phone.network.change(wifi=False, mobile=False)
    app.schedule(network="any")
    advance(HOUR)
    assert app.starts == []
    phone.network.change(wifi=True)
    advance(1)
    assert len(app.starts) == 1


def test_an_unmetered_job_does_not_run_on_mobile_data(app: Any, phone: Phone, advance: Callable[[float], None]) -> None:
    phone.network.change(wifi=False)
    app.schedule(network="unmetered")
    app.schedule(job_id=2, network="any")
    advance(HOUR)
    assert [started.job_id for started in app.starts] == [2]


def test_losing_the_network_stops_the_job_with_the_reason_of_that_constraint(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    app.work_ns = 0
    app.schedule(network="any")
    advance(5)
    phone.network.change(wifi=False, mobile=False)
    advance(1)
    assert [stopped.stop_reason for stopped in app.stops] == [7]
    assert history(phone)[-1] == ("STOP", "constraints")
    job = phone.job_scheduler.jobs()[0]
    assert (job.num_failures, job.num_system_stops) == (0, 1)


def test_a_deadline_overrides_explicit_constraints_but_not_doze(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    phone.network.change(wifi=False, mobile=False)
    app.schedule(network="any", override_deadline_ms=60_000)
    phone.device_idle.force_deep()
    advance(120)
    assert app.starts == []
    phone.device_idle.unforce()
    advance(1)
    assert len(app.starts) == 1


def test_a_job_that_wants_to_be_rescheduled_waits_for_its_growing_backoff(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    app.reschedule = True
    app.work_ns = 10**9
    app.schedule()
    advance(600)
    times = [round(started.boot_ns / 10**9, 1) for started in app.starts]
    gaps = [round(later - earlier) for earlier, later in itertools.pairwise(times)]
    assert gaps == [31, 61, 121, 241]


def test_a_job_that_runs_too_long_is_told_to_stop_and_counts_as_failed(
    app: Any, phone: Phone, advance: Callable[[float], None], log_lines: Callable[[], list[str]]
) -> None:
    phone.power.override(usb=False, status=3)
    app.work_ns = 0
    app.schedule()
    advance(21 * MINUTE)
    assert [stopped.stop_reason for stopped in app.stops] == [3]
    assert history(phone)[-1] == ("STOP", "timeout")
    assert phone.job_scheduler.jobs()[0].num_failures == 1
    assert any("Client timed out while executing (no jobFinished received). Sending onStop: " in x for x in log_lines())


def test_while_quota_is_free_a_job_may_run_for_half_an_hour(app: Any, advance: Callable[[float], None]) -> None:
    app.work_ns = 0
    app.schedule()
    advance(29 * MINUTE)
    assert app.stops == []
    advance(2 * MINUTE)
    assert len(app.stops) == 1


def test_a_job_that_is_replaced_while_it_runs_is_stopped_before_the_new_one_starts(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    app.work_ns = 0
    app.schedule()
    advance(1)
    app.schedule()
    assert app.stops == []
    advance(1)
    assert [stopped.stop_reason for stopped in app.stops] == [1]
    assert len(app.starts) == 2
    assert history(phone) == [("START", None), ("STOP", "canceled"), ("START", None)]


def test_a_job_that_is_cancelled_while_it_runs_is_stopped_and_gone(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    app.work_ns = 0
    app.schedule()
    advance(1)
    phone.job_scheduler.cancel("com.example.app", 1, None)
    advance(1)
    assert history(phone)[-1] == ("STOP", "canceled")
    assert phone.job_scheduler.pending("com.example.app", None) == ()


def test_jobs_of_different_namespaces_are_different_jobs(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    app.schedule(namespace="androidx.work.systemjobscheduler", minimum_latency_ms=60_000)
    app.schedule(minimum_latency_ms=60_000)
    phone.job_scheduler.cancel("com.example.app", 1, None)
    assert len(phone.job_scheduler.pending("com.example.app", "androidx.work.systemjobscheduler")) == 1
    assert phone.job_scheduler.pending("com.example.app", None) == ()
    advance(61)
    assert phone.job_scheduler.history.events()[0].tag == ("@androidx.work.systemjobscheduler@com.example.app/.Jobs")


def test_a_process_that_crashes_in_on_start_job_loses_the_execution_not_the_job(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    app.fail_on_start = ValueError("no")
    app.schedule(backoff_ms=10_000)
    advance(1)
    assert ("STOP", "unexpectedly disconnected") in history(phone)
    assert len(phone.job_scheduler.jobs()) == 1


def test_a_periodic_job_runs_once_in_each_period_within_its_flex(app: Any, advance: Callable[[float], None]) -> None:
    app.work_ns = 10**9
    app.schedule(period_ms=3_600_000, flex_ms=600_000)
    first = app.phone.clocks.boot_ns()
    advance(4 * HOUR + 60)
    hours = [round((started.boot_ns - first) / 3600e9, 2) for started in app.starts]
    assert hours == [0.83, 1.83, 2.83, 3.83]


def test_quota_of_the_active_bucket_holds_jobs_back_when_the_phone_is_unplugged(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    phone.power.override(usb=False, status=3)
    app.work_ns = 21 * 60 * 10**9
    app.schedule()
    advance(21 * MINUTE)
    phone.job_scheduler.cancel("com.example.app", 1, None)
    app.schedule(job_id=2)
    advance(MINUTE)
    assert [started.job_id for started in app.starts] == [1]
    advance(HOUR)
    assert [started.job_id for started in app.starts] == [1, 2]


def test_a_job_of_a_rare_app_is_batched_until_31_minutes_have_passed(
    app: Any, phone: Phone, advance: Callable[[float], None]
) -> None:
    phone.standby.set("com.example.app", 40)
    app.schedule()
    advance(30 * MINUTE)
    assert app.starts == []
    advance(2 * MINUTE)
    assert len(app.starts) == 1


def test_a_job_of_the_never_bucket_never_runs(app: Any, phone: Phone, advance: Callable[[float], None]) -> None:
    phone.standby.set("com.example.app", 50)
    app.schedule()
    advance(24 * HOUR)
    assert app.starts == []


def test_history_holds_a_hundred_events(app: Any, phone: Phone, advance: Callable[[float], None]) -> None:
    app.work_ns = 10**6
    for number in range(70):
        app.schedule(job_id=number)
        advance(1)
    assert len(phone.job_scheduler.history.events()) == 100


def test_the_ready_method_can_be_overridden_by_a_fault(
    make_phone: Callable[..., Phone], make_app: Callable[..., Any]
) -> None:
    class Hasty(JobScheduler):
        def due_at(self, job: JobStatus) -> int | None:
            return None

    phone = make_phone(Hasty)
    app = make_app(phone)
    app.schedule(minimum_latency_ms=3_600_000)
    phone.kernel.run_until(10**9)
    assert len(app.starts) == 1
