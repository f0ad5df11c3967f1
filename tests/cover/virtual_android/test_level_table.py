"""The table of levels: what is in it, what asks for it, and what holds between and above the levels that were read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bgtask_harness.virtual.android.level import UnknownLevel
from bgtask_harness.virtual.android.level import all_features
from bgtask_harness.virtual.android.level import declared_levels
from bgtask_harness.virtual.android.level import level
from bgtask_harness.virtual.android.profile import UnknownPhone
from bgtask_harness.virtual.android.profile import phone_names
from bgtask_harness.virtual.android.profile import phone_profile

SOURCES = Path(__file__).parents[3] / "harness/bgtask_harness/virtual/android"

# android.md A.2, which is JobSchedulerShellCommand of each level
OF_28 = {
    "run",
    "timeout",
    "cancel",
    "monitor-battery",
    "get-battery-seq",
    "get-battery-charging",
    "get-battery-not-low",
    "get-storage-seq",
    "get-storage-not-low",
    "get-job-state",
    "heartbeat",
    "trigger-dock-state",
}
SINCE_30 = {"reset-execution-quota", "reset-schedule-quota"}
SINCE_34 = {
    "stop",
    "get-estimated-download-bytes",
    "get-estimated-upload-bytes",
    "get-transferred-download-bytes",
    "get-transferred-upload-bytes",
}
SINCE_35 = {
    "enable-flex-policy",
    "disable-flex-policy",
    "reset-flex-policy",
    "cache-config-changes",
    "get-config-value",
}


def test_every_feature_is_asked_for_and_every_question_has_an_answer() -> None:
    text = "".join(path.read_text() for path in SOURCES.rglob("*.py"))
    asked = set(re.findall(r"has\([\"'](\w+)[\"']\)", text)) | set(re.findall(r'"(\w+)" in _held', text))
    assert asked == all_features()


@pytest.mark.parametrize(
    ("api", "verbs"),
    [
        (28, OF_28),
        (29, OF_28),
        (30, OF_28 | SINCE_30),
        (33, OF_28 | SINCE_30),
        (34, OF_28 | SINCE_30 | SINCE_34),
        (35, OF_28 | SINCE_30 | SINCE_34 | SINCE_35 | {"get-aconfig-flag-state"}),
        (36, OF_28 | SINCE_30 | SINCE_34 | SINCE_35 | {"get-job-wakelock-tag"}),
    ],
)
def test_verbs_of_each_level(api: int, verbs: set[str]) -> None:
    assert level(api).verbs == verbs


def test_a_level_that_was_not_read_as_a_whole_says_so() -> None:
    assert [api for api in range(28, 39) if not level(api).interpolated] == list(declared_levels())


def test_above_the_newest_level_the_newest_rows_hold() -> None:
    newest, above = level(36), level(40)
    assert above.interpolated
    assert (above.features, above.verbs, above.limits, above.quota) == (
        newest.features,
        newest.verbs,
        newest.limits,
        newest.quota,
    )


def test_below_the_oldest_level_there_is_nothing() -> None:
    with pytest.raises(UnknownLevel, match="API level 27 is not modelled; the oldest is 28"):
        level(27)


@pytest.mark.parametrize(
    ("api", "active_window", "active_jobs", "buckets"),
    [
        (29, 600_000, 20, 4),
        (30, 600_000, 75, 5),
        (32, 600_000, 75, 5),
        (33, 600_000, 75, 6),
        (35, 600_000, 75, 6),
        (36, 3_600_000, 75, 6),
    ],
)
def test_quotas_of_each_level(api: int, active_window: int, active_jobs: int, buckets: int) -> None:
    quota = level(api).quota
    assert (quota["active"]["window_ms"], quota["active"]["jobs"], len(quota)) == (active_window, active_jobs, buckets)


def test_there_is_a_phone_for_each_declared_level() -> None:
    assert sorted(phone_profile(name).api_level for name in phone_names()) == list(declared_levels())


def test_a_model_at_another_level_says_that_no_phone_is_like_it() -> None:
    profile = phone_profile("pixel7-api33")
    assert profile.api_level == 33
    assert profile.properties["ro.build.version.sdk"] == "33"
    assert profile.properties["ro.build.version.release"] == "13"
    assert profile.properties["ro.build.display.id"] == "interpolated-api33"
    assert profile.properties["ro.product.model"] == "Pixel 7"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("pixel7-api27", "no virtual phone is called 'pixel7-api27': API level 27 is not modelled; the oldest is 28"),
        ("nokia-api30", "no virtual phone is called 'nokia-api30'; there is pixel3-api28"),
    ],
)
def test_models_that_there_are_not(name: str, sentence: str) -> None:
    with pytest.raises(UnknownPhone, match=re.escape(sentence)):
        phone_profile(name)
