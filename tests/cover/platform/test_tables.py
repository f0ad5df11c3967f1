"""Constants per version, and what they permit."""

from __future__ import annotations

import pytest

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import Backoff
from bgtask_reference.events import Constraints
from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec
from bgtask_reference.platform import constants
from bgtask_reference.platform import jobscheduler
from bgtask_reference.platform import workmanager


@pytest.mark.parametrize(
    ("text", "numbers"),
    [("2.11.2", (2, 11, 2)), (36, (36,)), ("2.12.0-alpha01", (2, 12, 0)), (None, None), ("next", None)],
)
def test_versions_are_read_as_numbers(text: str | int | None, numbers: tuple[int, ...] | None) -> None:
    assert constants.version(text) == numbers


def test_the_newest_row_that_holds_is_taken() -> None:
    assert constants.row("jobscheduler", "run", 30)["longest_ms"] == 600_000
    assert constants.row("jobscheduler", "run", 31)["longest_ms"] == 1_800_000
    assert constants.row("jobscheduler", "run", None)["longest_ms"] == 1_800_000
    assert constants.row("jobscheduler", "run", 14)["longest_ms"] == 600_000


def test_versions_above_the_newest_known_are_told_apart() -> None:
    assert constants.is_newer_than_known("workmanager", "2.12")
    assert not constants.is_newer_than_known("workmanager", "2.11.9")
    assert not constants.is_newer_than_known("jobscheduler", None)
    assert constants.is_newer_than_known("jobscheduler", 37)


@pytest.mark.parametrize(
    ("policy", "attempts", "seconds"),
    [
        (Backoff(30 * NS_PER_S), 1, 30),
        (Backoff(30 * NS_PER_S), 3, 120),
        (Backoff(30 * NS_PER_S), 90, 18_000),
        (Backoff(10 * NS_PER_S, exponential=False), 3, 30),
        (Backoff(1 * NS_PER_S), 1, 10),
        (Backoff(99_000 * NS_PER_S), 1, 18_000),
    ],
)
def test_the_backoff_grows_within_its_limits(policy: Backoff, attempts: int, seconds: int) -> None:
    assert workmanager.backoff_ns(policy, attempts, "2.11") == seconds * NS_PER_S


def test_a_period_below_fifteen_minutes_is_raised() -> None:
    assert workmanager.period_ns(TaskSpec("t", interval_ns=60 * NS_PER_S), None) == 900 * NS_PER_S
    assert workmanager.period_ns(TaskSpec("t"), None) == 0


def test_buckets_matter_from_the_level_that_has_them() -> None:
    plain = TaskSpec("t")

    assert "bucket" not in jobscheduler.facts_that_matter(plain, 27)
    assert "bucket" in jobscheduler.facts_that_matter(plain, 28)
    assert jobscheduler.hold("bucket", 40, plain, 27) is None
    assert jobscheduler.hold("bucket", 10, plain, 36) is None
    held = jobscheduler.hold("bucket", 20, plain, 36)
    assert held is not None
    assert held.category == "W41"


def test_an_unmetered_task_needs_to_know_both_facts_of_the_network() -> None:
    unmetered = TaskSpec("t", network=Network.UNMETERED)

    assert {"network", "metered"} <= set(jobscheduler.facts_that_matter(unmetered, 36))
    assert jobscheduler.hold("metered", False, unmetered, 36) is None


def test_every_number_of_the_tables_has_its_source_beside_it() -> None:
    for line in constants.text().splitlines():
        key, equals, rest = line.partition("=")
        if equals and key.strip() not in {"since", "newest_known"} and not line.startswith("#"):
            assert "#" in rest, line


@pytest.mark.parametrize(
    ("wants", "fact", "category"),
    [
        (Constraints(charging=True), "charging", "W31"),
        (Constraints(battery_not_low=True), "battery-not-low", "W32"),
        (Constraints(storage_not_low=True), "storage-not-low", "W33"),
        (Constraints(device_idle=True), "device-idle", "W34"),
    ],
)
def test_what_a_task_declares_may_hold_it_back_and_nothing_else_does(
    wants: Constraints, fact: str, category: str
) -> None:
    task, other = TaskSpec("t", constraints=wants), TaskSpec("t")

    assert fact in jobscheduler.facts_that_matter(task, 36)
    assert fact not in jobscheduler.facts_that_matter(other, 36)
    held = jobscheduler.hold(fact, False, task, 36)
    assert held is not None
    assert held.category == category
    assert jobscheduler.hold(fact, True, task, 36) is None
    assert jobscheduler.hold(fact, False, other, 36) is None


def test_roaming_and_data_saver_hold_back_what_needs_a_network() -> None:
    at_home, offline = TaskSpec("t", network=Network.NOT_ROAMING), TaskSpec("t")

    assert "roaming" in jobscheduler.facts_that_matter(at_home, 36)
    assert jobscheduler.hold("roaming", True, at_home, 36) is not None
    assert jobscheduler.hold("roaming", True, TaskSpec("t", network=Network.CONNECTED), 36) is None
    assert jobscheduler.hold("data-saver", True, at_home, 36) is not None
    assert jobscheduler.hold("data-saver", True, offline, 36) is None


def test_a_flex_puts_off_the_first_period_alone_and_is_clamped() -> None:
    hour = 3_600_000_000_000
    flexible = TaskSpec("t", interval_ns=6 * hour, flex_ns=hour)

    assert workmanager.flex_wait_ns(flexible, None) == 5 * hour
    assert workmanager.flex_wait_ns(TaskSpec("t", interval_ns=6 * hour), None) == 0
    assert workmanager.flex_wait_ns(TaskSpec("t", interval_ns=hour, flex_ns=1), None) == hour - 300_000_000_000
    assert workmanager.flex_wait_ns(TaskSpec("t", interval_ns=hour, flex_ns=2 * hour), None) == 0
