from __future__ import annotations

from bgtask_harness.capture.lines import LineSplitter


def test_lines_are_whole_however_the_bytes_were_cut() -> None:
    text = "eins\nzwei ü drei\n\nvier".encode()
    splitter = LineSplitter()

    assert [line for byte in text for line in splitter.feed(bytes([byte]))] == ["eins", "zwei ü drei", ""]
    assert splitter.rest() == "vier"


def test_bytes_that_are_no_utf8_are_replaced_and_break_no_line() -> None:
    assert LineSplitter().feed(b"a\xff\xfeb\nc\xc3\n") == ["a\ufffd\ufffdb", "c\ufffd"]


def test_other_line_separators_of_unicode_break_no_line() -> None:
    assert LineSplitter().feed("a\u2028b\x85c\x0bd\n".encode()) == ["a\u2028b\x85c\x0bd"]


def test_a_line_that_does_not_end_is_dropped_up_to_its_end() -> None:
    splitter = LineSplitter(limit=10)
    lines = [line for part in (b"x" * 8, b"y" * 8, b"z" * 8, b"tail\nnext\n") for line in splitter.feed(part)]

    assert lines == ["next"]
    assert splitter.dropped == 1
