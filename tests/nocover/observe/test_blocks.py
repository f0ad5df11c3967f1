"""A block of lines tells what its lines tell one by one, whatever they are."""

from __future__ import annotations

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from bgtask_harness.capture.lines import LineSplitter
from bgtask_harness.observe import LogObserver
from bgtask_harness.observe import LogTemplate

TAGS = (
    *("WM-WorkerWrapper", "WM-DiagnosticsWrkr", "WM-", "bgtask-beacon", "bgtask-harness", "ActivityManager", "chatty"),
    *("App", "App:", "App::", "Appx", "My App", "App\u00a0two", "Other", "Other\tApp", "", ":", " ", "W", "MyTag"),
)
MESSAGES = (
    "Starting task [x]",
    "Running work:",
    "sentinel 0123abcd 1",
    "sentinel 0123abcd 2",
    "Start proc 500:com.app/u0a217 for service {com.app/a}",
    "Worker result SUCCESS for Work [ id=354a48f1-8cc3-4846-998e-976f39a15572, tags={ a } ]",
    "uid=1 expire 1 line",
    "java.lang.IllegalStateException: x",
    "\tat a.B.c(B.java:1)",
    "",
)
prefixes = st.sampled_from(
    [
        "         1790090107.661123  6037  6071 ",
        "1790090107.661123 500 500 ",
        "1790090107.66 500 500 ",
        "1790090107.661123 10234 500 500 ",
        "09-11 05:27:01.988  3465  3480 ",
        "2026-09-11 05:27:01.988  3465  3480 ",
        "1790090107.661123\u2003500 500 ",
        "\u0661790090107.661123 500 500 ",
        "",
    ]
)
logged = st.tuples(
    prefixes, st.sampled_from("VDIWEFASX"), st.sampled_from([" ", "  ", "/"]), st.sampled_from(TAGS),
    st.sampled_from([": ", ":", " : ", ""]), st.sampled_from(MESSAGES),
).map("".join)  # fmt: skip
lines = st.lists(
    logged | st.sampled_from(["", " ", "--------- beginning of main", "\r", "\x1c", "\u2028"]) | st.text(max_size=60),
    max_size=30,
)
Told = tuple[list[object], int, int]


def observer() -> LogObserver:
    templates = [LogTemplate("App", "Starting task [{task}]", "run.started"), LogTemplate("My App", "{any}", "nothing")]
    return LogObserver("com.app", templates, "0123abcd")


def one_by_one(text: str) -> Told:
    one = observer()
    events: list[object] = [event for line in text.split("\n") for event in one.feed(line)]
    return [*events, *one.flush()], one.lines, one.unknown


@settings(max_examples=400, deadline=None)
@given(lines, st.lists(st.integers(1, 30), max_size=5))
def test_a_block_tells_what_its_lines_tell(given_lines: list[str], sizes: list[int]) -> None:
    text = "\n".join(given_lines)
    rest, whole = text.split("\n"), observer()
    events: list[object] = []
    for size in [*sizes, len(rest)]:
        block, rest = rest[:size], rest[size:]
        if block:
            events += whole.feed_block("\n".join(block))
    events += whole.flush()

    assert (events, whole.lines, whole.unknown) == one_by_one(text)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=40) | st.just(b"\n"), max_size=20))
def test_blocks_are_the_lines_however_the_bytes_were_cut(pieces: list[bytes]) -> None:
    by_line, by_block = LineSplitter(limit=50), LineSplitter(limit=50)
    for piece in pieces:
        text = by_block.block(piece)
        assert by_line.feed(piece) == ([] if text is None else text.split("\n"))
    assert (by_line.rest(), by_line.dropped) == (by_block.rest(), by_block.dropped)
