"""The oracle and the virtual phone have constant tables of their own, so that one misreading cannot hide in both.

Where both have a number they must agree; a difference is settled by a source, never by copying one into the other.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from bgtask_harness.virtual.android.level import level

ROOT = Path(__file__).parents[3]
ORACLE = tomllib.loads((ROOT / "reference_impl/bgtask_reference/platform/constants.toml").read_text())
LIBRARY = tomllib.loads((ROOT / "harness/bgtask_harness/virtual/workmanager/constants.toml").read_text())
PHONES = tomllib.loads((ROOT / "harness/bgtask_harness/virtual/android/phones.toml").read_text())


def newest(table: str, section: str, up_to: object = None) -> dict[str, object]:
    rows = [row for row in ORACLE[table][section] if up_to is None or row["since"] <= up_to]
    return dict(rows[-1])


@pytest.mark.parametrize(
    ("section", "theirs", "ours"),
    [
        ("period", "minimum_ms", "minimum_interval_ms"),
        ("period", "minimum_flex_ms", "minimum_flex_ms"),
        ("backoff", "minimum_ms", "minimum_backoff_ms"),
        ("backoff", "default_ms", "default_backoff_ms"),
        ("backoff", "maximum_ms", "maximum_backoff_ms"),
        ("diagnostics", "enqueued_rows", "greedy_limit"),
        ("diagnostics", "scheduler_slots", "scheduler_limit"),
    ],
)
def test_both_tables_of_work_manager_say_the_same(section: str, theirs: str, ours: str) -> None:
    assert newest("workmanager", section)[theirs] == LIBRARY[ours]


@pytest.mark.parametrize("api", range(28, 37))
def test_both_tables_of_job_scheduler_say_the_same_about_the_longest_run(api: int) -> None:
    # Before API 31 there is one time slice; later the longest run is the one while quota is free.
    assert newest("jobscheduler", "run", api)["longest_ms"] == level(api).limits.longest_ms


def test_the_phone_s_api_level_is_one_that_the_oracle_knows() -> None:
    assert all(phone["api_level"] <= ORACLE["jobscheduler"]["newest_known"] for phone in PHONES.values())
