"""The column that bug reports ask for (`logcat -v uid`, AOSP dumpstate.cpp DoLogcat, logprint.cpp)."""

from __future__ import annotations

import pytest

from bgtask_harness.observe.logcat import parse_line
from bgtask_harness.observe.logcat import quick_tag


@pytest.mark.parametrize(
    ("column", "uid"),
    [(" 1000", "1000"), ("10217", "10217"), (" root", "root"), ("u0_a5", "u0_a5"), ("1010217", "1010217")],
)
@pytest.mark.parametrize("time", ["11-23 02:00:00.125", "2026-11-23 02:00:00.125", "1790090107.661123"])
def test_a_uid_before_the_pid_is_a_column_of_its_own(time: str, column: str, uid: str) -> None:
    raw = f"{time} {column}  2046  2922 D ActivityManager: freezing 555"
    line = parse_line(raw)

    assert line is not None
    assert (line.uid, line.pid, line.tid, line.priority) == (uid, 2046, 2922, "D")
    assert (line.tag, line.message) == ("ActivityManager", "freezing 555")
    assert quick_tag(raw) in {"ActivityManager", None}


def test_a_negative_uid_leaves_the_column_blank() -> None:
    line = parse_line("11-23 02:00:00.125        2046  2922 D Tag: text")

    assert line is not None
    assert (line.uid, line.pid) == (None, 2046)


def test_the_quick_look_finds_the_tag_behind_a_uid() -> None:
    assert quick_tag("11-23 02:00:00.125 10217  2046  2922 I WM-WorkerWrapper: Worker result") == "WM-WorkerWrapper"
