from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bgtask_harness.virtual.android.logbuffer import LogBuffers
from bgtask_harness.virtual.android.phone import Phone


def write(phone: Phone, message: str = "hello", priority: str = "I", tag: str = "Tag", pid: int = 6037) -> None:
    phone.log(priority, tag, message, uid=10234, pid=pid, tid=pid + 34)


def test_threadtime_in_epoch_microseconds_as_the_driver_reads_it(phone: Phone, shell: Any) -> None:
    write(phone, tag="WM-WorkerWrapper", priority="D")
    result = shell("logcat", "-b", "main,system,crash", "-v", "threadtime", "-v", "epoch", "-v", "usec", "-d")
    assert result.out == ("--------- beginning of main\n1795399200.000000  6037  6071 D WM-WorkerWrapper: hello\n")


@pytest.mark.parametrize(
    ("options", "line"),
    [
        (("-v", "threadtime"), "11-23 02:00:00.000  6037  6071 I Tag     : hello"),
        (("-v", "time"), "11-23 02:00:00.000 I/Tag     ( 6037): hello"),
        (("-v", "brief"), "I/Tag     ( 6037): hello"),
        (("-v", "raw"), "hello"),
        (("-v", "tag"), "I/Tag     : hello"),
        (("-v", "process"), "I( 6037) hello  (Tag)"),
        (("-v", "thread"), "I( 6037: 6071) hello"),
        (
            ("-v", "threadtime", "-v", "nsec", "-v", "year"),
            "2026-11-23 02:00:00.000000000  6037  6071 I Tag     : hello",
        ),
        (("-v", "threadtime,uid"), "11-23 02:00:00.000 10234  6037  6071 I Tag     : hello"),
        (("-v", "threadtime", "-v", "monotonic"), " 12137.000  6037  6071 I Tag     : hello"),
    ],
)
def test_formats(phone: Phone, shell: Any, options: tuple[str, ...], line: str) -> None:
    write(phone)
    assert shell("logcat", "-d", *options).out == f"--------- beginning of main\n{line}\n"


def test_a_message_of_several_lines_has_its_head_on_each(phone: Phone, shell: Any) -> None:
    write(phone, "one\ntwo\n")
    lines = shell("logcat", "-d").out.splitlines()[1:]
    assert [line.partition("Tag     : ")[2] for line in lines] == ["one", "two"]


def test_each_buffer_is_announced_once(phone: Phone, shell: Any) -> None:
    write(phone)
    phone.system_log("I", "ActivityManager", "system")
    write(phone)
    lines = shell("logcat", "-d", "-v", "raw").out.splitlines()
    assert lines == ["--------- beginning of main", "hello", "--------- beginning of system", "system", "hello"]


def test_filters_of_tags_priorities_and_processes(phone: Phone, shell: Any) -> None:
    write(phone, "a", "D", "App")
    write(phone, "b", "E", "App")
    write(phone, "c", "I", "Other", pid=7000)
    assert "a" not in shell("logcat", "-d", "-v", "raw", "App:I", "*:S").out.splitlines()
    assert shell("logcat", "-d", "-v", "raw", "-s", "Other").out.splitlines()[1:] == ["c"]
    assert shell("logcat", "-d", "-v", "raw", "--pid=7000").out.splitlines()[1:] == ["c"]
    assert shell("logcat", "-d", "-v", "raw", "-t", "1").out.splitlines()[1:] == ["c"]


def test_clearing_and_mistakes(phone: Phone, shell: Any) -> None:
    write(phone)
    assert shell("logcat", "-c").status == 0
    assert shell("logcat", "-d").out == ""
    assert shell("logcat", "-b", "nothing", "-d").status == 1
    assert shell("logcat", "-v", "fancy", "-d").status == 1


def test_following_gives_what_comes_after_the_last_entry(
    phone: Phone, shell: Any, advance: Callable[[float], None]
) -> None:
    write(phone, "old")
    write(phone, "last")
    streams, status = shell.start("logcat", "-v", "raw", "-T", "1")
    advance(1)
    write(phone, "new")
    advance(1)
    assert streams.written == ["--------- beginning of main\nlast\n", "new\n"]
    assert status == []


def test_following_ends_when_the_host_goes(phone: Phone, shell: Any, advance: Callable[[float], None]) -> None:
    shell.start("logcat", "-T", "1")
    advance(1)
    shell.task.cancel()
    advance(1)
    assert not shell.task.active
    write(phone)


def test_a_full_ring_loses_its_oldest_entries() -> None:
    logs = LogBuffers({"main": 1_000})
    for number in range(100):
        logs.append("main", "I", "Tag", f"{number:010d}", ids=(0, 1, 1), stamp=(0, 0))
    left = [entry.message for entry in logs.read(["main"])]
    assert left[-1] == "0000000099"
    assert len(left) == 1_000 // (28 + 3 + 3 + 10)


def test_a_long_message_is_cut_at_the_payload_of_an_entry(phone: Phone) -> None:
    write(phone, "x" * 10_000)
    assert len(phone.logs.read(["main"])[0].message) == 4068 - 3 - 3
