from __future__ import annotations

import pytest

from bgtask_harness.observe.logcat import is_divider
from bgtask_harness.observe.logcat import parse_line
from bgtask_harness.observe.logcat import quick_tag
from bgtask_reference.events import NO_STAMP
from bgtask_reference.events import Clock
from bgtask_reference.events import Stamp


@pytest.mark.parametrize(
    ("printed", "ns", "error"),
    [
        ("1790090107.661", 1790090107661500000, 500000),
        ("1790090107.661123", 1790090107661123500, 500),
        ("1790090107.661123456", 1790090107661123456, 0),
    ],
)
def test_a_stamp_is_the_middle_of_the_printed_grain(printed: str, ns: int, error: int) -> None:
    line = parse_line(f"         {printed}  6037  6071 D Tag: message")

    assert line is not None
    assert line.stamp == Stamp(Clock.LOG, ns, error)


def test_threadtime_with_epoch_gives_every_column() -> None:
    raw = "         1790090107.661123  6037  6071 I WM-WorkerWrapper: a: b  "
    line = parse_line(raw)

    assert line is not None
    assert (line.pid, line.tid, line.priority, line.tag) == (6037, 6071, "I", "WM-WorkerWrapper")
    assert line.message == "a: b  "
    assert line.raw == raw


def test_a_padded_tag_loses_its_padding_and_an_empty_message_is_empty() -> None:
    line = parse_line("1.000001  1  2 I chatty  : ")

    assert line is not None
    assert (line.tag, line.message) == ("chatty", "")


def test_plain_threadtime_is_placed_in_the_given_year() -> None:
    line = parse_line("09-11 05:27:01.988  3465  3480 D WM-WorkerWrapper: text", year=2026)

    assert line is not None
    assert line.stamp.ns == 1789104421988500000


@pytest.mark.parametrize("date", ["02-31 05:27:01", "13-41 99:99:99"])
def test_a_date_that_no_calendar_has_is_no_line(date: str) -> None:
    assert parse_line(f"{date}.988  3465  3480 D Tag: text", year=2026) is None


def test_brief_has_no_stamp() -> None:
    line = parse_line("I/ActivityManager(  585): Starting activity")

    assert line is not None
    assert (line.stamp, line.pid, line.tag, line.message) == (NO_STAMP, 585, "ActivityManager", "Starting activity")


def test_android_studio_names_the_process_and_indents_the_rest() -> None:
    line = parse_line("2020-02-13 14:21:37.990 29528-29660/com.app I/WM-DiagnosticsWrkr: Running work:")

    assert line is not None
    assert (line.pid, line.tid, line.tag, line.indents) == (29528, 29660, "WM-DiagnosticsWrkr", True)


@pytest.mark.parametrize("text", ["", "Running job [FORCED]", "1790090107.661 x", "1.1  2 3 I Tag: two digits", "a/b"])
def test_what_is_in_no_format_is_no_line(text: str) -> None:
    assert parse_line(text) is None


def test_the_divider_is_no_entry() -> None:
    assert is_divider("--------- beginning of main")
    assert is_divider("--------- switch to system")
    assert not is_divider("--------- beginning of main I made up")


def test_the_quick_look_agrees_with_the_full_one() -> None:
    assert quick_tag("         1.000001  10  20 I WM-WorkerWrapper: text") == "WM-WorkerWrapper"
    assert quick_tag("09-11 05:27:01.988  3465  3480 D chatty  : text") == "chatty"
    assert quick_tag("2020-02-13 14:21:37.990 1-2/com.app I/Tag: text") is None
    assert quick_tag("") is None
