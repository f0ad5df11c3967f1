"""WorkManager on a virtual phone: what a result, a policy, a stop or an exception leads to."""

from __future__ import annotations

from typing import Any

import pytest
from bench_work import QUARTER_MS
from bench_work import Recorder
from bench_work import make
from bench_work import once
from bench_work import periodic
from scripted_app import Script
from virtual_bench import HOUR
from virtual_bench import NAMESPACE
from virtual_bench import Bench

from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.jobs import JobNetwork
from bgtask_harness.virtual.android.jobs import JobParameters
from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.work_manager import BackoffPolicy
from bgtask_reference.ports.work_manager import Constraints
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import NetworkType
from bgtask_reference.ports.work_manager import WorkRequest


def test_periodic_work_runs_at_once_and_then_a_period_after_each_end(bench: Bench, script: Script, work: Any) -> None:
    start = bench.now
    periodic(bench, script)
    bench.run(1810)

    assert [round(begin - start) for begin in work.begins] == [0, 901, 1802]


def test_rows_that_end_at_the_same_instant_each_keep_a_job(bench: Bench, script: Script, work: Any) -> None:
    work.seconds = 0
    request = WorkRequest("app.W", interval_ms=QUARTER_MS)
    for name in ("p", "q", "r"):
        script.now.work_manager.enqueue_unique_periodic_work(name, ExistingPeriodicWorkPolicy.UPDATE, request)
    bench.run(10)

    waiting = {job.extras["EXTRA_WORK_SPEC_ID"] for job in bench.jobs}
    assert waiting == {bench.row(name).id for name in ("p", "q", "r")}


def test_a_flex_shapes_the_first_run_alone(bench: Bench, script: Script, work: Any) -> None:
    start = bench.now
    periodic(bench, script, interval_ms=2 * QUARTER_MS, flex_ms=300_000)
    bench.run(2 * HOUR)

    assert [round(begin - start) for begin in work.begins] == [1500, 3301, 5102, 6903]


def test_a_short_period_is_lengthened_with_a_warning(bench: Bench, script: Script, work: Any) -> None:
    periodic(bench, script, interval_ms=60_000)

    assert bench.row("p").request.interval_ms == QUARTER_MS
    expected = "Interval duration lesser than minimum allowed value; Changed to 900000"
    assert bench.messages("WM-WorkSpec") == [expected]


def test_retries_back_off_linearly_or_exponentially(bench: Bench, script: Script, work: Any) -> None:
    work.result = ListenableWorkerResult.RETRY
    work.seconds = 0
    start = bench.now
    once(bench, script, backoff_policy=BackoffPolicy.LINEAR, backoff_delay_ms=10_000)
    bench.run(61)

    assert [round(begin - start) for begin in work.begins] == [0, 10, 30, 60]
    assert work.attempts == [0, 1, 2, 3]


def test_a_failure_ends_one_time_work_and_not_periodic_work(bench: Bench, script: Script, work: Any) -> None:
    work.result = ListenableWorkerResult.FAILURE
    once(bench, script)
    periodic(bench, script)
    bench.run(10)

    assert (bench.row("o").state, bench.row("p").state) == ("FAILED", "ENQUEUED")
    assert bench.row("p").period_count == 1


@pytest.mark.parametrize(("version", "state"), [("2.11.2", "FAILED"), ("2.9.1", "ENQUEUED")])
def test_an_exception_fails_even_periodic_work_since_the_coroutine_wrapper(
    script: Script, version: str, state: str
) -> None:
    bench = make(script, version=version)
    recorder = Recorder(lambda: bench.now)
    recorder.result = RuntimeError("boom")
    script.bodies["app.W"] = recorder.body
    periodic(bench, script)
    bench.run(10)

    assert bench.row("p").state == state
    (said,) = [line for line in bench.lines if "threw an exception" in line.message]
    assert said.priority == "E"
    assert "java.lang.IllegalStateException: boom" in said.message


def test_a_worker_that_cancels_itself_fails(bench: Bench, script: Script, work: Any) -> None:
    work.result = Cancelled("self")
    periodic(bench, script)
    bench.run(10)

    assert bench.row("p").state == "FAILED"


def test_a_failed_row_is_not_updated_and_not_cancelled(bench: Bench, script: Script, work: Any) -> None:
    work.result = RuntimeError("boom")
    periodic(bench, script)
    bench.run(10)
    periodic(bench, script)
    script.now.work_manager.cancel_unique_work("p")
    bench.run(HOUR)

    assert bench.row("p").state == "FAILED"
    assert len(work.begins) == 1


def test_a_worker_that_nobody_can_make_fails_the_work(bench: Bench, script: Script) -> None:
    request = WorkRequest("app.Gone", interval_ms=QUARTER_MS)
    script.now.work_manager.enqueue_unique_periodic_work("p", ExistingPeriodicWorkPolicy.KEEP, request)
    bench.run(1)

    assert bench.row("p").state == "FAILED"
    assert "Could not create Worker app.Gone" in bench.messages("WM-WorkerWrapper")


def test_a_stop_by_the_system_backs_off_from_the_old_enqueue_time(bench: Bench, script: Script, work: Any) -> None:
    work.seconds = 600
    once(bench, script, constraints=Constraints(NetworkType.CONNECTED))
    bench.run(60)
    enqueued = bench.row("o").last_enqueue_ms
    bench.network(on=False)
    bench.run(1)
    assert work.ends == ["cancelled"]
    assert (bench.row("o").state, bench.row("o").last_enqueue_ms) == ("ENQUEUED", enqueued)

    bench.network(on=True)
    bench.run(700)
    assert work.attempts == [0, 1]
    assert work.ends == ["cancelled", "ended"]


def test_data_saver_takes_a_metered_network_from_an_app_in_the_background(
    bench: Bench, script: Script, work: Any
) -> None:
    phone = bench.phone
    phone.network.change(wifi_metered=True)
    phone.restrict_background = True
    phone.network.policies_changed()
    once(bench, script, constraints=Constraints(NetworkType.CONNECTED))
    bench.run(60)
    assert work.attempts == []

    phone.restrict_background = False
    phone.network.policies_changed()
    bench.run(60)
    assert work.attempts == [0]


def test_low_storage_stops_what_minds_it_and_room_lets_it_run_again(bench: Bench, script: Script, work: Any) -> None:
    work.seconds = 600
    once(bench, script, constraints=Constraints(requires_storage_not_low=True))
    bench.run(60)
    bench.phone.storage.hardware(low=True)
    bench.run(1)
    assert (work.ends, bench.row("o").stop_reason) == (["cancelled"], CONSTANTS.stop_reason.storage_not_low)

    bench.phone.storage.hardware(low=False)
    bench.run(700)
    assert work.ends == ["cancelled", "ended"]


def test_expedited_work_has_an_expedited_job_at_its_first_try_alone(bench: Bench, script: Script, work: Any) -> None:
    work.result = ListenableWorkerResult.RETRY
    bench.network(on=False)
    once(bench, script, constraints=Constraints(NetworkType.CONNECTED), expedited=True)
    assert [job.expedited for job in bench.jobs] == [True]

    bench.network(on=True)
    bench.run(5)
    assert work.attempts == [0]
    assert [job.expedited for job in bench.jobs] == [False]


def test_a_job_carries_the_library_s_namespace_latency_and_constraints(bench: Bench, script: Script) -> None:
    request = WorkRequest("app.W", initial_delay_ms=60_000, constraints=Constraints(NetworkType.UNMETERED))
    script.now.work_manager.enqueue_unique_work("o", ExistingWorkPolicy.KEEP, request)
    bench.run(0.1)

    (job,) = bench.jobs
    assert (job.job_id, job.namespace, job.network) == (0, NAMESPACE, JobNetwork.UNMETERED)
    assert (job.minimum_latency_ms, job.period_ms, job.persisted) == (60_000, None, False)
    assert job.extras["EXTRA_IS_PERIODIC"] == "false"
    assert f"Scheduling work ID {bench.row('o').id}Job ID 0" in bench.messages("WM-SystemJobScheduler")


def test_before_2_10_there_is_no_namespace(script: Script) -> None:
    bench = make(script, version="2.9.1")
    once(bench, script, initial_delay_ms=60_000)

    assert bench.jobs == ()
    assert len(bench.phone.job_scheduler.pending(bench.app.package, None)) == 1


def test_periodic_work_started_before_its_time_is_refused_and_gets_a_new_job_id(
    bench: Bench, script: Script, work: Any
) -> None:
    periodic(bench, script)
    bench.run(10)
    (job,) = bench.jobs
    record = bench.phone.processes.find(bench.app.package)
    assert record is not None
    assert record.app is not None
    service = record.app.job_service("androidx.work.impl.background.systemjob.SystemJobService")
    assert service is not None
    finished: list[bool] = []
    asked_at = bench.now
    assert service.on_start_job(JobParameters(job.job_id, job.namespace, job.extras), finished.append)
    bench.run(1)

    assert finished == [True]
    assert len(work.begins) == 1
    assert [job.job_id for job in bench.jobs] == [job.job_id + 1]
    work_id = bench.row("p").id
    assert bench.messages("WM-WorkerWrapper", asked_at) == [
        "Delaying execution for app.W because it is being executed before schedule.",
        f"Status for {work_id} is ENQUEUED; not doing any work and rescheduling for later execution",
    ]


def test_one_time_work_with_an_initial_delay_does_run_when_its_job_is_forced(
    bench: Bench, script: Script, work: Any
) -> None:
    once(bench, script, initial_delay_ms=600_000)
    (job,) = bench.jobs
    record = bench.phone.processes.find(bench.app.package)
    assert record is not None
    assert record.app is not None
    service = record.app.job_service(job.service.partition("/")[2])
    assert service is not None
    service.on_start_job(JobParameters(job.job_id, job.namespace, job.extras), lambda _again: None)
    bench.run(5)

    assert len(work.begins) == 1


def test_a_result_line_names_the_work_and_its_tags_at_info(script: Script) -> None:
    bench = make(script, level="INFO")
    recorder = Recorder(lambda: bench.now)
    script.bodies["app.W"] = recorder.body
    once(bench, script, tags=("mine",))
    bench.run(5)

    said = [line for line in bench.lines if line.tag.startswith("WM-")]
    assert [(line.priority, line.message) for line in said] == [
        ("I", f"Worker result SUCCESS for Work [ id={bench.row('o').id}, tags={{ app.W,mine }} ]")
    ]


def test_finished_rows_are_forgotten_a_day_later_when_the_database_is_opened(
    bench: Bench, script: Script, work: Any
) -> None:
    once(bench, script)
    bench.run(25 * HOUR)
    assert len(bench.app.storage.database.rows) == 1

    bench.kill()
    bench.open()
    assert bench.app.storage.database.rows == {}


def test_the_reschedule_receiver_is_enabled_only_while_there_is_work(bench: Bench, script: Script, work: Any) -> None:
    receiver = "androidx.work.impl.background.systemalarm.RescheduleReceiver"
    assert not bench.app.enabled(receiver)
    periodic(bench, script)
    assert bench.app.enabled(receiver)
    script.now.work_manager.cancel_unique_work("p")
    bench.run(1)
    assert not bench.app.enabled(receiver)


def test_after_a_reboot_the_receiver_schedules_again(bench: Bench, script: Script, work: Any) -> None:
    periodic(bench, script)
    bench.run(10)
    bench.reboot()
    bench.run(5)

    assert len(bench.jobs) == 1
    assert "Found unfinished work, scheduling it." in bench.messages("WM-ForceStopRunnable")
    bench.run(1000)
    assert len(work.begins) == 2


def test_after_a_force_stop_the_next_start_schedules_everything_again(bench: Bench, script: Script, work: Any) -> None:
    periodic(bench, script)
    bench.run(10)
    bench.force_stop()
    assert bench.jobs == ()

    bench.open()
    assert "Application was force-stopped, rescheduling." in bench.messages("WM-ForceStopRunnable")
    assert len(bench.jobs) == 1


def test_after_a_crash_in_the_app_the_run_is_made_up_for(bench: Bench, script: Script, work: Any) -> None:
    work.seconds = 60
    once(bench, script)

    async def crash() -> None:
        raise RuntimeError("the app is broken")

    script.now.app.spawn(crash(), "crash")
    bench.run(1)
    assert any("FATAL EXCEPTION" in line.message for line in bench.lines)
    bench.open()
    bench.run(200)

    assert work.attempts == [0, 1]
    assert bench.row("o").state == "SUCCEEDED"


def test_an_unknown_mode_level_or_version_is_said_at_once(script: Script) -> None:
    with pytest.raises(ValueError, match="loud"):
        Bench(script, level="loud")
    with pytest.raises(ValueError, match="fast"):
        Bench(script, mode="fast")
    with pytest.raises(ValueError, match="newest"):
        Bench(script, version="newest")


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("2.11.2", 'In JobScheduler there are 0 jobs in "androidx.work.systemjobscheduler" namespace.'),
        ("2.9.1", "JobScheduler 150 job limit exceeded.  We count 0 WorkManager jobs in JobScheduler;"),
    ],
)
def test_an_app_that_has_too_many_jobs_of_its_own_crashes_and_says_why(script: Script, version: str, said: str) -> None:
    bench = make(script, version=version)
    for number in range(150):
        job = JobInfo(1_000 + number, f"{bench.app.package}/app.Own", minimum_latency_ms=60_000)
        bench.phone.job_scheduler.schedule(bench.app.package, job)
    once(bench, script, initial_delay_ms=60_000)
    bench.run(1)

    (crash,) = bench.phone.logs.read(["crash"])
    assert "java.lang.IllegalStateException: JobScheduler 150 job limit exceeded." in crash.message
    assert any(said in text for text in bench.messages("WM-SystemJobScheduler"))
