"""What is the same on two phones, and what is not."""

from __future__ import annotations

import pytest

from bgtask_harness.recording.differences import compare_logs
from bgtask_harness.recording.differences import compare_texts
from bgtask_harness.recording.normalising import RULES
from bgtask_harness.recording.normalising import Normaliser


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("    -14ms    STOP: #u0a234/10 x", "     -9ms    STOP: #u0a217/10 x"),
        ("Enqueue time: -1m0s0ms", "Enqueue time: -59s999ms"),
        ("  Current elapsed time: 12197974", "  Current elapsed time: 12197978"),
        ("now 2026-11-23 02:00:00.123", "now 2026-11-23 02:00:01.9"),
        ("1795399200252949500", "1795399201252949500"),
        ("12137.25 98765.43", "12137.31 11.00"),
        ("sentinel 0123abcd 7", "sentinel ffffffff 8"),
        ("serial <serial-1>", "serial <serial-2>"),
        ("id=354a48f1-8cc3-4846-998e-976f39a15572, x", "id=00000000-8cc3-4846-998e-976f39a15572, x"),
        ("Start proc 5211:com.a/u0a234 for", "Start proc 77:com.a/u0a99 for"),
        ("JobRecord{1e8b8e2 com.a}", "JobRecord{a42b45e com.a}"),
        (
            "bgRefresh-com.a.b:169D06 at (Mon Nov 23 02:05:09 2026 - x)",
            "bgRefresh-com.a.b:B5EAEB at (Mon Nov 23 02:05:10 2026 - x)",
        ),
        ("bgRefresh-com.a.b:169D06:[", "bgRefresh-com.a.b:B5EAEB:["),
        ('"attempt_id":"com.a@1795399509611.2"', '"attempt_id":"com.a@1795399509596.2"'),
        ("trailing ", "trailing"),
    ],
)
def test_these_say_the_same(one: str, other: str) -> None:
    assert compare_texts("x", one, other, Normaliser()).differing == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Backoff: 30s", "Backoff: 10s"),
        ("Enqueue time: -1m0s0ms", "Enqueue time: +1m0s0ms"),
        ("JOB #u0a234/3", "JOB #u0a234/4"),
        ("level: 87", "level: 88"),
        ("now 2026-11-23 02:00:00.123", "now 2026-11-23 03:00:00.123"),
        ("Ready: true", "Ready: false"),
        ("at (Mon Nov 23 02:05:09 2026)", "at (Mon Nov 23 02:06:09 2026)"),
        ('"attempt_id":"com.a@1795399509611.2"', '"attempt_id":"com.a@1795399509611.3"'),
        ("window_size_active_ms=3600000", "window_size_active_ms=3600001"),
        ("Required constraints: CONNECTIVITY [0x10000000]", "Required constraints: [0x0]"),
        ("36", "34"),
        ("a line", "a line\nand one more"),
        ("one\ntwo", "two\none"),
    ],
)
def test_these_do_not(one: str, other: str) -> None:
    assert compare_texts("x", one, other, Normaliser()).count >= 1


def test_a_line_of_the_log_is_its_time_and_its_words() -> None:
    one = "1795399200.920327  5252  5272 D Tag: Starting task [x]"
    other = "1795399201.020327    77    78 D Tag: Starting task [x]"
    later = "1795399300.920327  5252  5272 D Tag: Starting task [x]"

    assert compare_logs("log", [one], [other], Normaliser()).count == 0
    assert compare_logs("log", [one], [later], Normaliser()).count == 1
    assert compare_logs("log", [one, one], [other], Normaliser()).count == 1


def test_what_was_normalised_is_counted_by_its_name() -> None:
    normaliser = Normaliser()
    normaliser.shape("Enqueue time: -1m0s0ms, pid 12, pid 13")

    assert normaliser.counts == {"length of time": 1, "process id": 2}
    assert set(normaliser.counts) <= {rule.name for rule in RULES}


def test_the_begin_of_a_log_is_left_out_and_counted() -> None:
    normaliser = Normaliser()
    lines = ["--------- beginning of main", "1795399200.333900  5211  5211 D Tag: a", "1795399202.333899 1 1 D Tag: b"]
    later = "1795399202.333900  5211  5211 D Tag: c"
    assert normaliser.settled([*lines, later]) == [lines[0], later]
    assert normaliser.counts["log's begin"] == 2
    assert normaliser.settled([]) == []


def test_that_a_job_is_at_work_is_a_matter_of_milliseconds() -> None:
    normaliser = Normaliser()

    assert normaliser.lasting(["  mLightState=ACTIVE", "  mJobsActive=true"]) == ["  mLightState=ACTIVE"]
    assert normaliser.counts["a job at work"] == 1
    assert compare_texts("dumpsys deviceidle", "a\n  mJobsActive=true\nb", "a\nb", normaliser).count == 0
    assert compare_texts("dumpsys deviceidle", "a\n  mJobsActive=false\nb", "a\nb", normaliser).count == 1
