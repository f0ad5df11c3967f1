from __future__ import annotations

import pytest

from bgtask_harness.profiles.durations import describe_duration
from bgtask_harness.profiles.durations import parse_duration

SECOND = 1_000_000_000


@pytest.mark.parametrize(
    ("text", "ns"),
    [
        ("90s", 90 * SECOND),
        ("3m", 180 * SECOND),
        ("5h", 18_000 * SECOND),
        ("1.5h", 5_400 * SECOND),
        ("1h30m", 5_400 * SECOND),
        ("250ms", SECOND // 4),
        ("2d", 172_800 * SECOND),
    ],
)
def test_a_duration_is_read_into_nanoseconds(text: str, ns: int) -> None:
    assert parse_duration(text) == ns


@pytest.mark.parametrize("text", ["", "5", "5 hours", "-3m", "h", "1e3s", "٣s"])
def test_what_is_no_duration_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match='such as "90s"'):
        parse_duration(text)


@pytest.mark.parametrize(
    ("ns", "text"), [(90 * SECOND, "1 min 30 s"), (0, "0 s"), (18_000 * SECOND, "5 h"), (SECOND // 2, "0.5 s")]
)
def test_a_duration_is_told_as_a_person_would(ns: int, text: str) -> None:
    assert describe_duration(ns) == text
