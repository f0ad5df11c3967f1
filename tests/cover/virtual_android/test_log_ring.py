"""A ring that wraps, and what is told of it: chatty, sizes, statistics. Texts after system/core/logd and logcat.cpp."""

from __future__ import annotations

from typing import Any

import pytest

from bgtask_harness.observe.dropped import observe_dropped
from bgtask_harness.observe.logcat import parse_line
from bgtask_harness.virtual.android.logbuffer import LogBuffers

PACKAGE = "com.example.app"


def write(phone: Any, message: str, *, uid: int = 10_234, tag: str = "Tag") -> None:
    phone.log("I", tag, message, uid=uid, pid=6037, tid=6071)


def printed(bench: Any) -> list[str]:
    return [
        line.partition(": ")[2] for line in bench.run("logcat", "-d", "-b", "main", "-v", "tag").out.splitlines()[1:]
    ]


@pytest.mark.parametrize(
    ("times", "lines"),
    [
        (1, ["again"]),
        (2, ["again", "again"]),
        (3, ["again", f"uid=10234({PACKAGE}) identical 1 line", "again"]),
        (6, ["again", f"uid=10234({PACKAGE}) identical 4 lines", "again"]),
    ],
)
def test_identical_lines_are_counted_up_to_30(at: Any, times: int, lines: list[str]) -> None:
    bench = at(30)
    for _ in range(times):
        write(bench.phone, "again")
    write(bench.phone, "other")
    assert printed(bench) == [*lines, "other"]


def test_the_last_identical_line_is_held_back_until_another_comes(at: Any) -> None:
    bench = at(28)
    write(bench.phone, "again")
    write(bench.phone, "again")
    assert printed(bench) == ["again"]
    write(bench.phone, "other", uid=10_300)
    assert printed(bench) == ["again", "again", "other"]


def test_31_keeps_every_line(at: Any) -> None:
    bench = at(31)
    for _ in range(5):
        write(bench.phone, "again")
    assert printed(bench) == ["again"] * 5


def full_of(bench: Any, chatty: int, other: int) -> Any:
    bench.run("logcat", "-b", "main", "-G", "64K")
    for number in range(2_000):
        write(bench.phone, f"{number:0100d}", uid=chatty)
        if number % 10 == 0:
            write(bench.phone, f"quiet {number}", uid=other)
    return bench.phone.logs.rings["main"]


def test_the_uid_that_logs_most_loses_its_lines_first_and_a_marker_says_so(at: Any) -> None:
    bench = at(30)
    ring = full_of(bench, chatty=10_234, other=10_300)
    assert ring.used <= ring.capacity
    assert "quiet 0" in printed(bench)
    (marker,) = [entry for entry in ring.entries if entry.tag == "chatty"]
    left = sum(entry.uid == 10_234 and not entry.dropped for entry in ring.entries)
    assert marker.message == f"uid=10234({PACKAGE}) expire {2_000 - left} lines"
    line = parse_line(
        next(text for text in bench.run("logcat", "-d", "-b", "main").out.splitlines() if "chatty" in text)
    )
    assert line is not None
    assert [event.reason for event in observe_dropped(line, PACKAGE, None, "log") or ()] == ["dropped"]
    assert observe_dropped(line, "com.another", 10_300, "log") == ()


def test_from_31_the_oldest_lines_go_whoever_wrote_them(at: Any) -> None:
    bench = at(36)
    ring = full_of(bench, chatty=10_234, other=10_300)
    assert ring.used <= ring.capacity
    assert "quiet 0" not in printed(bench)
    assert all(entry.tag != "chatty" for entry in ring.entries)


def test_nobody_is_pruned_who_is_alone_in_the_buffer() -> None:
    logs = LogBuffers({"main": 1_000}, lambda _uid: None)
    for number in range(100):
        logs.append("main", "I", "Tag", f"{number:010d}", ids=(10_234, 1, 1), stamp=(0, 0))
    left = [entry.message for entry in logs.read(["main"])]
    assert left[-1] == "0000000099"
    assert "chatty" not in {entry.tag for entry in logs.read(["main"])}


def test_a_reader_that_lags_behind_still_gets_the_marker() -> None:
    logs = LogBuffers({"main": 2_000}, lambda uid: f"app{uid}")
    for number in range(20):
        logs.append("main", "I", "Tag", f"{number:010d}", ids=(1, 1, 1), stamp=(0, 0))
    seen = logs.read(["main"])[-1].number
    for number in range(60):
        logs.append("main", "I", "Tag", f"{number:010d}", ids=(2 if number % 6 == 0 else 1, 1, 1), stamp=(0, 0))
    later = logs.read(["main"], seen)
    assert [entry.message for entry in later if entry.dropped]
    assert [entry.number for entry in later] == sorted(entry.number for entry in later)


@pytest.mark.parametrize(
    ("api", "text"),
    [
        (28, "main: ring buffer is 256Kb (0b consumed), max entry is 5120b, max payload is 4068b\n"),
        (30, "main: ring buffer is 256 KiB (0 B consumed), max entry is 5120 B, max payload is 4068 B\n"),
        (36, "main: ring buffer is 256 KiB (0 B consumed, 0 B readable), max entry is 5120 B, max payload is 4068 B\n"),
    ],
)
def test_sizes_are_told_in_the_words_of_the_level(at: Any, api: int, text: str) -> None:
    assert at(api).type("logcat -b main -g") == (text, "", 0)


def test_a_buffer_gets_another_size(at: Any) -> None:
    bench = at(36)
    assert bench.type("logcat -G 4M") == ("", "", 0)
    assert bench.run("logcat", "-g").out.startswith("main: ring buffer is 4 MiB (")
    assert bench.type("logcat -b main,system -G 1") == ("", "logcat: failed to set the 'main,system' log sizes.\n", 1)
    assert bench.type("logcat -G lots") == ("", "logcat: -G must be specified as <num><multiplier>.\n", 1)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("logcat -b nothing -d", "Unknown buffer 'nothing' listed for -b."),
        ("logcat -v fancy -d", "Invalid parameter 'fancy' to -v."),
        ("logcat -b", "Option '-b' needs an argument."),
        ("logcat -z", "Unknown option '-z'."),
        ("logcat -d Tag:Q", "Invalid filter expression 'Tag:Q'."),
    ],
)
def test_mistakes_are_said_as_logcat_says_them(at: Any, line: str, words: str) -> None:
    assert at(36).type(line) == ("", f"logcat: {words}\n", 1)


def test_statistics_count_what_was_written_and_what_is_left(at: Any) -> None:
    bench = at(30)
    full_of(bench, chatty=10_234, other=10_300)
    lines = bench.run("logcat", "-b", "main", "-S").out.splitlines()
    assert lines[0] == "size/num main               Total"
    assert [line.split()[0] for line in lines[1:4]] == ["Total", "Now", "Overhead"]
    assert lines[1].split()[1].endswith("/2200")
    assert lines[4:6] == ["", lines[5]]
    assert lines[5].startswith("Chattiest UIDs in main log buffer:")
    assert any(line.startswith(f"10234 {PACKAGE}") and line.split()[-1].isdecimal() for line in lines)
