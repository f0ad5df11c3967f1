"""The demo on Meeseeks on a virtual phone: activations, attempts, backoff, cancel, recovery, and what was found."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from virtual_bench import HOUR
from virtual_bench import PACKAGE
from virtual_bench import Bench

from bgtask_harness.profiles import AppFile
from bgtask_reference.lineage import meeseeks
from bgtask_reference.lineage.meeseeks.activation import WORKER
from bgtask_reference.lineage.meeseeks.background_tasks import BGTaskManager
from bgtask_reference.lineage.meeseeks.database import Database
from bgtask_reference.lineage.meeseeks.database import TaskState
from bgtask_reference.lineage.meeseeks.demo_tasks import REQUESTS
from bgtask_reference.lineage.meeseeks.model import ExponentialBackoff
from bgtask_reference.lineage.meeseeks.model import FixedInterval
from bgtask_reference.lineage.meeseeks.model import TaskRequest
from bgtask_reference.ports.work_manager import WorkerParameters

Said = Callable[..., list[tuple[str, str, str]]]


@pytest.fixture
def bench(bench_of: Callable[..., Bench]) -> Bench:
    return bench_of("meeseeks")


def application(bench: Bench) -> Any:
    process = bench.phone.processes.find(PACKAGE)
    assert process is not None
    app: Any = process.app
    return app.application


def tasks(bench: Bench) -> BGTaskManager:
    manager: BGTaskManager = application(bench).tasks()
    return manager


def database(bench: Bench) -> Database:
    found: Database = application(bench)._database
    return found


def id_of(bench: Bench, task: str) -> str:
    return bench.app.storage.settings[f"demo.task_id.{task}"]


def state_of(bench: Bench, task: str) -> str:
    row = database(bench).get(id_of(bench, task))
    assert row is not None
    return row.state.value


def log_of(bench: Bench, task: str) -> list[tuple[str, int, str]]:
    entries = database(bench).log_entries()
    return [(e.type.value, e.attempt, e.message) for e in entries if e.task_id == id_of(bench, task)]


def schedule(bench: Bench, *names: str) -> None:
    for name in names:
        assert bench.hook("schedule", task=name) == "ok"


def test_its_lines_name_generated_ids_and_what_follows(bench: Bench, said: Said) -> None:
    schedule(bench, "refresh", "upload", "import")
    bench.run(10)

    tag = "MeeseeksWorker"
    assert said(bench) == [
        ("D", tag, f"Task {id_of(bench, 'refresh')} requires next activation in 3600000ms."),
        ("D", tag, f"Task {id_of(bench, 'upload')} is terminal success."),
        ("D", tag, f"Task {id_of(bench, 'import')} is terminal failure."),
    ]
    assert [state_of(bench, task) for task in ("refresh", "upload", "import")] == ["ENQUEUED", "SUCCEEDED", "FAILED"]


def test_the_app_file_knows_its_lines_names_and_constraints(
    bench: Bench, app_file: Callable[[str], AppFile], unknown_lines: Callable[[Bench, AppFile], list[str]]
) -> None:
    app = app_file("meeseeks")
    schedule(bench, "refresh", "upload", "import")

    for task in app.spec.tasks:
        work = bench.row(task.unique_names[0].name)
        assert work.request.worker_class == task.worker_class
        assert work.request.input_data == {"task_id": id_of(bench, task.id)}
        assert work.request.tags == ("meeseeks",)
        assert (work.request.constraints.required_network_type == "CONNECTED") is (task.network.value == "connected")
    bench.server("demo/refresh", "error")
    bench.run(2 * HOUR)
    assert unknown_lines(bench, app) == []


def test_work_manager_hears_success_whatever_became_of_the_task(bench: Bench) -> None:
    bench.server("demo/upload", "network_error")
    schedule(bench, "upload", "import")
    bench.run(HOUR)

    results = {line.partition(" for ")[0] for line in bench.messages("WM-WorkerWrapper")}
    assert results == {"Worker result SUCCESS"}
    assert {run.result for run in bench.runs()} == {"success"}
    assert {run.attempt for run in bench.runs()} == {1}


def test_a_periodic_task_is_a_chain_of_one_time_work(bench: Bench) -> None:
    schedule(bench, "refresh")
    bench.run(6.5 * HOUR)

    runs = bench.runs("refresh")
    assert [round(run.begin / HOUR, 2) for run in runs] == [0, 1, 2, 3, 4, 5, 6]
    assert len({run.work_id for run in runs}) == 7
    name = f"meeseeks_work_{id_of(bench, 'refresh')}"
    assert bench.row(name).request.interval_ms is None
    assert {entry[0] for entry in log_of(bench, "refresh")} == {"SuccessAndScheduledNext"}


def test_a_retry_is_a_new_activation_after_a_jittered_doubling_delay(bench: Bench) -> None:
    bench.server("demo/upload", "network_error")
    schedule(bench, "upload")
    bench.run(HOUR)

    runs = bench.runs("upload")
    pauses = [later.begin - run.end for run, later in itertools.pairwise(runs) if run.end is not None]
    assert len({run.work_id for run in runs}) == 5
    for pause, delay in zip(pauses, (30, 60, 120, 240), strict=True):
        assert 0.9 * delay <= pause <= 1.1 * delay + 1
    assert pauses != [30, 60, 120, 240]


def test_the_number_of_retries_counts_attempts(bench: Bench) -> None:
    bench.server("demo/upload", "network_error")
    schedule(bench, "upload")
    bench.run(HOUR)

    assert log_of(bench, "upload") == [
        *[("Retry", n, f"Explicit retry requested (attempt {n}/5)") for n in range(1, 5)],
        ("PermanentFailure", 5, "Max retries exceeded (attempt 5/5)"),
    ]
    assert state_of(bench, "upload") == "FAILED"


def test_a_retry_that_succeeds_ends_it(bench: Bench) -> None:
    bench.server("demo/upload", "network_error")
    schedule(bench, "upload")
    bench.run(10)
    bench.server("demo/upload", "ok")
    bench.run(60)

    assert [entry[2] for entry in log_of(bench, "upload")] == ["Explicit retry requested (attempt 1/5)", "Success"]
    assert state_of(bench, "upload") == "SUCCEEDED"


def test_the_same_life_has_the_same_jitter_and_ids(bench_of: Callable[..., Bench]) -> None:
    lives = []
    for _ in range(2):
        bench = bench_of("meeseeks")
        bench.server("demo/upload", "network_error")
        schedule(bench, "upload")
        bench.run(300)
        lives.append(bench.messages("MeeseeksWorker"))

    assert lives[0] == lives[1]
    assert len(lives[0]) == 4


def test_an_unavailable_service_is_given_three_times_the_delay(bench: Bench) -> None:
    bench.server("demo/upload", "error")
    schedule(bench, "upload")
    bench.run(10)

    (line,) = bench.messages("MeeseeksWorker")
    delay_ms = int(line.rpartition(" in ")[2].removesuffix("ms."))
    assert 81_000 <= delay_ms <= 99_000
    message = "Transient failure [SERVICE_UNAVAILABLE] (attempt 1/5): HTTP 503"
    assert log_of(bench, "upload") == [("TransientFailure", 1, message)]


def test_a_permanent_failure_is_not_tried_again(bench: Bench) -> None:
    schedule(bench, "import")
    bench.run(24 * HOUR)

    assert len(bench.runs("import")) == 1
    message = "Permanent failure [UNKNOWN]: payload has no rows"
    assert log_of(bench, "import") == [("PermanentFailure", 1, message)]


def test_finding_the_attempts_of_a_periodic_task_add_up_over_its_life(bench: Bench) -> None:
    """One failure in the fifth hour, after four good ones, ends the task for good."""
    schedule(bench, "refresh")
    bench.run(3.5 * HOUR)
    bench.server("demo/refresh", "error")
    bench.run(HOUR)
    bench.server("demo/refresh", "ok")
    bench.run(24 * HOUR)

    assert len(bench.runs("refresh")) == 5
    assert state_of(bench, "refresh") == "FAILED"
    assert log_of(bench, "refresh")[-1][2] == "Max retries exceeded [SERVICE_UNAVAILABLE] (attempt 5/5): HTTP 503"


def test_asking_again_keeps_the_id_and_the_attempts(bench: Bench) -> None:
    schedule(bench, "upload")
    bench.run(10)
    first = id_of(bench, "upload")
    schedule(bench, "upload")
    bench.run(10)

    assert id_of(bench, "upload") == first
    row = database(bench).get(first)
    assert row is not None
    assert (row.state, row.run_attempt_count) == (TaskState.SUCCEEDED, 2)


def test_scheduling_twice_makes_two_tasks(bench: Bench) -> None:
    bench.hook("ping")
    manager = tasks(bench)
    first, second = manager.schedule(REQUESTS["refresh"]), manager.schedule(REQUESTS["refresh"])
    bench.run(10)

    assert first != second
    assert len(bench.runs("refresh")) == 2
    assert len(bench.jobs) == 2


def test_a_cancelled_task_is_gone(bench: Bench) -> None:
    schedule(bench, "refresh")
    bench.run(10)
    bench.hook("cancel", task="refresh")
    bench.run(24 * HOUR)

    assert len(bench.runs("refresh")) == 1
    assert bench.jobs == ()
    assert log_of(bench, "refresh")[-1] == ("Cancelled", 1, "Task cancelled.")
    assert state_of(bench, "refresh") == "CANCELLED"


def test_a_cancel_in_mid_run_beats_the_outcome(bench: Bench) -> None:
    bench.server("demo/refresh", "ok", duration_ms="30000")
    schedule(bench, "refresh")
    bench.run(5)
    bench.hook("cancel", task="refresh")
    bench.run(24 * HOUR)

    assert [run.result for run in bench.runs("refresh")] == ["stop"]
    assert bench.messages("MeeseeksWorker") == [f"Task {id_of(bench, 'refresh')} is terminal failure."]
    assert log_of(bench, "refresh") == [("Cancelled", 1, "Task cancelled.")]
    assert bench.jobs == ()


def test_a_task_that_ended_keeps_its_outcome(bench: Bench) -> None:
    schedule(bench, "import")
    bench.run(10)
    bench.hook("cancel", task="import")
    tasks(bench).cancel_all()
    tasks(bench).cancel("nothing")

    assert state_of(bench, "import") == "FAILED"


def test_cancel_all_cancels_what_waits_and_what_runs(bench: Bench) -> None:
    bench.server("demo/upload", "ok", duration_ms="30000")
    schedule(bench, "refresh", "upload")
    bench.run(5)
    tasks(bench).cancel_all()
    bench.run(24 * HOUR)

    assert bench.jobs == ()
    assert [state_of(bench, task) for task in ("refresh", "upload")] == ["CANCELLED", "CANCELLED"]
    assert log_of(bench, "upload") == [("Cancelled", 1, "Task cancelled by cancelAll().")]


def test_finding_a_stop_by_the_system_counts_as_a_failed_attempt(bench: Bench) -> None:
    bench.server("demo/upload", "ok", duration_ms="30000")
    schedule(bench, "upload")
    bench.run(5)
    bench.network(on=False)
    bench.run(5)

    assert [run.result for run in bench.runs("upload")] == ["stop"]
    ((kind, attempt, message),) = log_of(bench, "upload")
    assert (kind, attempt) == ("TransientFailure", 1)
    assert message.startswith("Transient failure [UNKNOWN] (attempt 1/5): ")
    bench.network(on=True)
    bench.run(120)
    assert state_of(bench, "upload") == "SUCCEEDED"


def test_the_network_is_waited_for(bench: Bench) -> None:
    bench.network(on=False)
    schedule(bench, "refresh")
    bench.run(HOUR)
    assert bench.runs() == []

    bench.network(on=True)
    bench.run(10)
    assert len(bench.runs("refresh")) == 1


def test_a_process_that_dies_in_mid_run_is_made_up_for(bench: Bench) -> None:
    bench.server("demo/upload", "ok", duration_ms="30000")
    schedule(bench, "upload")
    bench.run(5)
    assert state_of(bench, "upload") == "RUNNING"
    bench.force_stop()
    bench.open()
    bench.run(200)

    assert [(run.attempt, run.result) for run in bench.runs("upload")] == [(1, None), (2, "success")]
    assert state_of(bench, "upload") == "SUCCEEDED"


def test_a_reboot_is_survived(bench: Bench) -> None:
    schedule(bench, "refresh")
    bench.run(60)
    bench.reboot()
    bench.run(2.5 * HOUR)

    assert [round(run.begin / HOUR, 1) for run in bench.runs("refresh")] == [0, 1, 2]


def test_a_cold_start_by_the_job_runs_the_task(bench: Bench) -> None:
    schedule(bench, "refresh")
    bench.run(60)
    bench.kill()
    bench.run(1.5 * HOUR)

    assert [round(run.begin / HOUR, 1) for run in bench.runs("refresh")] == [0, 1]


def test_a_job_that_comes_before_meeseeks_is_initialised_is_tried_again_by_work_manager(said: Said) -> None:
    bench = Bench(meeseeks.lazy_demo)
    schedule(bench, "refresh")
    bench.run(60)
    bench.kill()
    bench.run(HOUR + 200)

    told = "Worker attempting to run before Meeseeks initialization. Retrying later."
    assert said(bench).count(("W", "MeeseeksWorker", told)) >= 3
    assert bench.runs()[-1].result == "retry"

    bench.hook("ping")
    bench.run(HOUR)
    assert "success" in {run.result for run in bench.runs(since=HOUR + 200)}


def test_an_activation_that_was_lost_is_found_by_the_watchdog(bench: Bench) -> None:
    schedule(bench, "refresh")
    bench.run(60)
    name = f"meeseeks_work_{id_of(bench, 'refresh')}"
    process: Any = bench.phone.processes.find(PACKAGE)
    process.app.work_manager.cancel_unique_work(name)
    bench.run(HOUR + 310)

    assert len(bench.runs("refresh")) == 2
    assert bench.runs("refresh")[1].begin == pytest.approx(HOUR + 150, abs=160)


def test_a_task_that_finds_no_place_comes_back_without_losing_an_attempt(bench: Bench) -> None:
    for endpoint in ("refresh", "upload", "import"):
        bench.server(f"demo/{endpoint}", "ok", duration_ms="25000")
    schedule(bench, "refresh", "upload", "import")
    bench.run(10)

    assert f"Task {id_of(bench, 'import')} requires next activation in 10000ms." in bench.messages("MeeseeksWorker")
    bench.run(60)
    assert log_of(bench, "import")[0][1] == 1


def test_what_ended_is_replayed_from_a_cursor(bench: Bench) -> None:
    schedule(bench, "refresh", "upload", "import")
    bench.run(10)

    events = tasks(bench).replay_terminal_events()
    assert [event.type.value for event in events] == ["Success", "PermanentFailure"]
    assert tasks(bench).replay_terminal_events(since=events[0].id) == events[1:]
    assert tasks(bench).status(id_of(bench, "upload")) is TaskState.SUCCEEDED
    assert tasks(bench).status("nothing") is None


def test_rescheduling_what_is_not_there_says_so(bench: Bench) -> None:
    bench.hook("ping")

    with pytest.raises(LookupError, match=r"Update failed: Task x not found\."):
        tasks(bench).reschedule("x", REQUESTS["upload"])


def test_a_run_by_the_hook_needs_no_work_manager(bench: Bench) -> None:
    bench.server("demo/upload", "network_error")
    for task in ("refresh", "upload", "import"):
        assert bench.hook("run", task=task) == "ok"
    bench.run(5)

    told = [(beacon["task"], beacon["result"]) for _, beacon in bench.beacons() if beacon["event"] == "end"]
    assert told == [("refresh", "success"), ("upload", "retry"), ("import", "failure")]
    assert {beacon["process"] for _, beacon in bench.beacons() if beacon["event"] == "end"} == {"hook"}
    assert bench.hook("execute", task="upload") == "error: unknown command 'execute'"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        ({}, ("E", "MeeseeksWorker", "Worker started without KEY_TASK_ID.")),
        ({"task_id": "gone"}, ("D", "MeeseeksWorker", "Task gone is terminal failure.")),
    ],
)
def test_a_worker_without_a_task_says_so(
    bench: Bench, said: Said, data: dict[str, str], line: tuple[str, str, str]
) -> None:
    bench.hook("ping")
    worker = application(bench).create_worker(WORKER, WorkerParameters("w", data, (), 0))
    bench.phone.kernel.spawn(worker.do_work(), "test")
    bench.run(1)

    assert said(bench)[-1] == line
    assert application(bench).create_worker("some.other.Worker", WorkerParameters("w", data, (), 0)) is None


def test_a_fixed_interval_is_linear_and_capped_by_the_configuration(bench: Bench) -> None:
    bench.hook("ping")
    bench.server("demo/upload", "network_error")
    policies = (FixedInterval(20_000), FixedInterval(20_000, 2), ExponentialBackoff(max_retries=9))
    ids = [tasks(bench).schedule(TaskRequest("upload", retry_policy=policy)) for policy in policies]

    rows = [database(bench).get(task_id) for task_id in ids]
    assert [row.max_retries for row in rows if row is not None] == [5, 2, 5]
    bench.run(120)
    assert tasks(bench).status(ids[1]) is TaskState.FAILED
    tasks(bench).cancel_all()
