"""The demo on Meeseeks on a virtual iPhone: windows, requests, attempts, expiry, recovery, and what was found."""

from __future__ import annotations

from typing import Any

import pytest
from iphone_bench import BUNDLE
from iphone_bench import HOUR
from iphone_bench import IPhoneBench

from bgtask_reference.lineage.meeseeks import ios
from bgtask_reference.lineage.meeseeks.background_tasks import BGTaskManager
from bgtask_reference.lineage.meeseeks.background_tasks import UnsupportedPrecondition
from bgtask_reference.lineage.meeseeks.database import Database
from bgtask_reference.lineage.meeseeks.ios.requests import PROCESSING
from bgtask_reference.lineage.meeseeks.ios.requests import REFRESH
from bgtask_reference.lineage.meeseeks.ios.requests import Failure
from bgtask_reference.lineage.meeseeks.model import TaskRequest

SPACING = 30
OPENED = "[Meeseeks] Execution window opened for: "
EXPIRING = "[Meeseeks] Execution window expiring for {}. Canceling scope."


def bench_of(name: str = "demo", permitted: tuple[str, ...] = (REFRESH, PROCESSING)) -> IPhoneBench:
    bench = IPhoneBench(getattr(ios, name), permitted=permitted)
    bench.open()
    return bench


@pytest.fixture
def bench() -> IPhoneBench:
    return bench_of()


def application(bench: IPhoneBench) -> Any:
    return bench.process.application


def manager(bench: IPhoneBench) -> BGTaskManager:
    found: BGTaskManager = application(bench).tasks()
    return found


def database(bench: IPhoneBench) -> Database:
    found: Database = application(bench)._database
    return found


def state_of(bench: IPhoneBench, task: str) -> str:
    return next(row.state.value for row in database(bench).rows() if row.payload_type_id == task)


def log_of(bench: IPhoneBench, task: str) -> list[tuple[str, int, str]]:
    ids = {row.id for row in database(bench).rows() if row.payload_type_id == task}
    return [(e.type.value, e.attempt, e.message) for e in database(bench).log_entries() if e.task_id in ids]


def said(bench: IPhoneBench, since: float = 0) -> list[str]:
    return [line.message for line in bench.lines if line.at >= since and line.message.startswith("[Meeseeks]")]


def schedule(bench: IPhoneBench, *tasks: str) -> None:
    for task in tasks:
        assert bench.hook("schedule", task) == "ok"


def unplugged(bench: IPhoneBench) -> IPhoneBench:
    bench.phone.hand("unplug", "")
    return bench


def submitted(bench: IPhoneBench, since: float = 0) -> list[str]:
    return [line for line in bench.framework(since) if line.startswith("submitTaskRequest:")]


def test_its_two_identifiers_are_registered_in_the_launch(bench: IPhoneBench) -> None:
    registered = [line for line in bench.framework() if line.startswith("register")]

    assert registered == [f"registerForTaskWithIdentifier: {name}" for name in (REFRESH, PROCESSING)]
    assert said(bench) == []


def test_an_identifier_that_is_not_permitted_is_told_of() -> None:
    bench = bench_of(permitted=(REFRESH,))

    words = f"Failed to register BGTaskScheduler identifier: {PROCESSING}. Ensure it is listed in Info.plist."
    assert said(bench) == [f"[Meeseeks] {words}"]


def test_initialised_after_the_launch_it_ends_the_app() -> None:
    bench = bench_of("lazy_demo")

    bench.hook("schedule", "import")

    assert [each.signal for each in bench.exits] == [6]


def test_a_task_with_a_network_waits_for_a_processing_window_and_one_without_for_a_refresh(bench: IPhoneBench) -> None:
    schedule(bench, "refresh")

    assert set(bench.pending()) == {PROCESSING}  # somebody uses the phone
    schedule(bench, "import")
    bench.run(5)
    assert said(bench) == [f"{OPENED}{REFRESH}"]
    assert log_of(bench, "import") == [("PermanentFailure", 1, "Permanent failure [UNKNOWN]: payload has no rows")]
    assert state_of(bench, "refresh") == "ENQUEUED"


def test_one_processing_window_runs_everything_that_is_due(bench: IPhoneBench) -> None:
    schedule(bench, "refresh", "upload")
    bench.lock()

    assert said(bench)[0] == f"{OPENED}{PROCESSING}"
    assert log_of(bench, "upload") == [("Success", 1, "Success")]
    assert log_of(bench, "refresh") == [
        ("SuccessAndScheduledNext", 1, "Success"),
        ("SuccessAndScheduledNext", 1, "Periodic task resubmitted by BGTaskRunner."),
    ]


def test_after_a_window_the_request_that_has_the_next_period_is_replaced_by_one_at_once_that_wants_a_charger(
    bench: IPhoneBench,
) -> None:
    schedule(unplugged(bench), "refresh")
    since = bench.now
    bench.lock()

    own, broad = submitted(bench, since)
    assert "earliestBeginDate: 2026" in own
    assert "requiresExternalPower=0" in own
    assert "earliestBeginDate: (null)" in broad
    assert "requiresExternalPower=1" in broad
    bench.run(3 * HOUR)
    assert len(bench.beacon("end", "refresh")) == 1  # nothing declares a charger, and without one it never runs again
    bench.phone.hand("plug", "")
    bench.run(SPACING + 1)
    assert len(bench.beacon("end", "refresh")) == 2


def test_on_a_charger_it_asks_for_windows_without_end_in_which_nothing_is_due(bench: IPhoneBench) -> None:
    schedule(bench, "refresh")
    bench.lock()
    bench.run(HOUR / 2)

    assert len(bench.beacon("end", "refresh")) == 1
    assert said(bench).count(f"{OPENED}{PROCESSING}") > HOUR / 2 / SPACING / 2
    bench.run(HOUR / 2 + SPACING)
    assert len(bench.beacon("end", "refresh")) == 2


def test_whatever_becomes_of_its_tasks_a_window_is_completed_with_success(bench: IPhoneBench) -> None:
    bench.hook("server", "demo/upload", "network_error")
    schedule(bench, "upload")
    bench.lock()

    completed = [line for line in bench.framework() if line.startswith("Marking")]
    assert completed
    assert all(line.endswith("success: 1") for line in completed)


def test_a_retry_counts_its_attempts_and_ends_after_five(bench: IPhoneBench) -> None:
    bench.hook("server", "demo/upload", "network_error")
    schedule(bench, "upload")
    bench.lock()
    bench.run(HOUR)

    told = [entry for entry in log_of(bench, "upload") if "resubmitted" not in entry[2]]
    assert [message for _, _, message in told] == [
        *(f"Explicit retry requested (attempt {attempt}/5)" for attempt in range(1, 5)),
        "Max retries exceeded (attempt 5/5)",
    ]
    assert state_of(bench, "upload") == "FAILED"
    assert [each["result"] for each in bench.beacon("end", "upload")] == ["retry"] * 5


def test_a_server_s_error_is_tried_again_too(bench: IPhoneBench) -> None:
    bench.hook("server", "demo/refresh", "network_error")
    schedule(bench, "refresh")
    bench.lock()

    assert [each["result"] for each in bench.beacon("end", "refresh")] == ["retry"]


def test_expiry_cancels_the_worker_which_counts_as_a_failed_attempt(bench: IPhoneBench) -> None:
    bench.hook("server", "demo/upload", "ok", "400")
    schedule(bench, "upload", "refresh")
    bench.lock()
    bench.run(310)

    assert said(bench) == [f"{OPENED}{PROCESSING}", EXPIRING.format(PROCESSING), f"{OPENED}{PROCESSING}"]
    assert [line.rpartition(" ")[2] for line in bench.framework() if line.startswith("Marking")] == ["0", "1"]
    kind, attempt, message = log_of(bench, "upload")[0]
    assert (kind, attempt) == ("TransientFailure", 1)
    assert message.startswith("Transient failure [UNKNOWN] (attempt 1/5): ")  # what follows is Kotlin's own text
    assert len(bench.beacon("stop", "upload")) == 1
    begun = next(line.at for line in bench.lines if '"start","task":"refresh"' in line.message)
    expired = next(line.at for line in bench.lines if line.message == EXPIRING.format(PROCESSING))
    assert begun > expired  # in the window after: the next one of that window is not begun


def test_a_second_window_waits_for_the_first_and_has_no_expiration_handler(bench: IPhoneBench) -> None:
    bench.hook("server", "demo/upload", "ok", "120")
    schedule(bench, "upload")
    bench.lock()
    schedule(bench, "import")
    bench.run(60)

    assert said(bench) == [f"{OPENED}{PROCESSING}"]
    assert any(line.startswith("No expiration handler for task") and REFRESH in line for line in bench.framework())
    bench.run(120)
    assert f"{OPENED}{REFRESH}" in said(bench)


def test_a_request_that_is_refused_is_told_of_and_never_asked_for_again(bench: IPhoneBench) -> None:
    bench.phone.hand("background-refresh", "off")
    schedule(bench, "refresh")

    assert said(bench) == [f"[Meeseeks] BGTaskScheduler unavailable for {PROCESSING}: "]
    bench.phone.hand("background-refresh", "on")
    bench.run(HOUR)
    assert (state_of(bench, "refresh"), bench.pending()) == ("ENQUEUED", {})


def test_a_periodic_task_ends_for_good_when_its_next_request_is_refused(bench: IPhoneBench) -> None:
    bench.hook("server", "demo/refresh", "ok", "20")
    schedule(bench, "refresh")
    bench.lock()
    bench.phone.hand("background-refresh", "off")
    bench.run(30)

    assert state_of(bench, "refresh") == "FAILED"
    assert log_of(bench, "refresh")[-1] == (
        "PermanentFailure",
        1,
        "Failed to resubmit task (non-retriable, code 1): ",
    )


def test_a_task_whose_process_died_in_mid_run_is_enqueued_again_and_nobody_asks_for_a_window(
    bench: IPhoneBench,
) -> None:
    bench.hook("server", "demo/upload", "ok", "60")
    schedule(bench, "upload")
    bench.lock()
    assert state_of(bench, "upload") == "RUNNING"
    bench.phone.hand("force-quit", BUNDLE)
    bench.phone.hand("unlock", "")
    bench.open()
    bench.run(HOUR)

    assert (state_of(bench, "upload"), bench.pending()) == ("ENQUEUED", {})


def test_cancelling_a_task_leaves_its_request_and_cancelling_all_forgets_every_request(bench: IPhoneBench) -> None:
    schedule(bench, "refresh", "upload")
    bench.hook("cancel", "refresh")

    assert (state_of(bench, "refresh"), set(bench.pending())) == ("CANCELLED", {PROCESSING})
    manager(bench).cancel_all()
    assert (state_of(bench, "upload"), bench.pending()) == ("CANCELLED", {})


def test_a_precondition_that_ios_does_not_know_is_refused_at_once(bench: IPhoneBench) -> None:
    wants = TaskRequest("import", requires_battery_not_low=True)

    with pytest.raises(UnsupportedPrecondition, match="requiresBatteryNotLow"):
        manager(bench).schedule(wants)
    schedule(bench, "refresh")
    with pytest.raises(UnsupportedPrecondition):
        manager(bench).reschedule(database(bench).rows()[0].id, wants)
    assert len(database(bench).rows()) == 1


def test_too_many_requests_are_worth_another_try_and_other_refusals_are_not(bench: IPhoneBench) -> None:
    assert Failure(2, "").retriable
    assert not Failure(3, "").retriable


def test_the_hook_runs_a_worker_here_and_now(bench: IPhoneBench) -> None:
    assert bench.hook("run", "import") == "ok"
    bench.run(5)

    assert [(each["process"], each["result"]) for each in bench.beacon("end", "import")] == [("hook", "failure")]
    assert database(bench).rows() == ()
