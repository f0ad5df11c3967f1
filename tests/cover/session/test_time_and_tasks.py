"""What a session knows of time and of tasks, without a phone."""

from __future__ import annotations

import pytest

from bgtask_harness.devices.port import ClockReading
from bgtask_harness.session.looking import between
from bgtask_harness.session.tasks import Correlation
from bgtask_reference.events import AppSpec
from bgtask_reference.events import JobRow
from bgtask_reference.events import JobsListed
from bgtask_reference.events import RunFinished
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import UniqueName
from bgtask_reference.events import WorkListed
from bgtask_reference.events import WorkRow
from bgtask_reference.events import WorkState

SYNC = TaskSpec("sync", "sync", 3_600_000_000_000, (UniqueName("sync", True), UniqueName("sync_now", False)))
APP = AppSpec("app", "org.example", (SYNC,))


def reading(boot_ns: int, boot_id: str = "a") -> ClockReading:
    return ClockReading(number=1, boot_id=boot_id, boot_ns=boot_ns, wall_ns=0, error_ns=5, host_ns=0)


def row(work_id: str, name: str, job_id: int | None) -> WorkRow:
    return WorkRow(work_id, "Worker", job_id, WorkState.ENQUEUED, (name,), ())


def test_what_was_seen_between_two_readings_lies_anywhere_between_them() -> None:
    stamp = between(reading(1_000), reading(2_000))

    assert stamp.ns - stamp.error_ns <= 1_000 - 5
    assert stamp.ns + stamp.error_ns >= 2_000 + 5


def test_across_a_boot_it_lies_anywhere_after_the_boot() -> None:
    stamp = between(reading(9_000), reading(2_000, "b"))

    assert (stamp.ns - stamp.error_ns, stamp.ns) == (0, 2_000)


def test_a_work_id_is_joined_to_its_task_by_the_listing_and_to_its_job_by_the_dump() -> None:
    known = Correlation(APP)
    listed = WorkListed(rows=(row("w1", "sync", 7),), complete=True)
    jobs = JobsListed(jobs=(JobRow("u0a1", 7, "androidx.work.systemjobscheduler", "org.example/S"),), complete=True)

    known.learn([listed, jobs])

    assert known.task_of(Subject(work_id="w1")) == "sync"
    assert known.unique_name_of(Subject(work_id="w1")) == "sync"
    assert known.job_of("sync") == (7, "androidx.work.systemjobscheduler")
    assert known.job_of("sync_now") is None


def test_a_work_id_is_joined_to_its_task_by_whoever_names_both() -> None:
    known = Correlation(APP)

    known.learn([RunFinished(subject=Subject(task="sync", work_id="w2"))])

    assert known.task_of(Subject(work_id="w2")) == "sync"
    assert known.unique_name_of(Subject(work_id="w2")) is None


@pytest.mark.parametrize("subject", [Subject(), Subject(work_id="other"), Subject(job_id=3)])
def test_what_nobody_named_is_unknown(subject: Subject) -> None:
    assert Correlation(APP).task_of(subject) is None


def test_the_newest_job_of_a_name_counts() -> None:
    known = Correlation(APP)

    known.learn([WorkListed(rows=(row("w1", "sync", 7),)), WorkListed(rows=(row("w2", "sync", 9),))])

    assert known.job_of("sync") == (9, None)
