"""Every damage that an accident can do to a small journal: nothing invented, loss confined, nothing silent."""

from __future__ import annotations

import functools
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from bgtask_harness.errors import BadInput
from bgtask_harness.journal import FORMAT
from bgtask_harness.journal import Writer
from bgtask_harness.journal import parse
from bgtask_harness.journal import read
from bgtask_reference.events import AppSpec
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import RunStarted
from bgtask_reference.events import Subject

HEADER = Header(FORMAT, "0.1.0", "c", "s", AppSpec("a", "p", ()), DeviceSpec("d"))
RECORDS = 10


@functools.cache
def whole() -> tuple[bytes, History]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "j")
        with Writer(path, HEADER, clock=lambda: 7) as writer:
            for number in range(1, RECORDS - 1):
                writer.append(RunStarted(subject=Subject(task=f"t{number}"), run_attempt=number))
        return path.read_bytes(), read(path)


def spans(raw: bytes) -> list[range]:
    """Byte ranges of the lines, line feeds included."""
    ends = [index + 1 for index, byte in enumerate(raw) if byte == 10]
    return [range(start, end) for start, end in zip([0, *ends], ends, strict=False)]


def touched(first: int, last: int) -> set[int]:
    """Numbers of the records that damage at bytes `first` to `last` may cost: a line feed is its neighbour's too."""
    lines = spans(whole()[0])
    return {n for n, span in enumerate(lines) if span.start <= last + 1 and span.stop > first}


def check(history: History, spared: set[int]) -> None:
    original = whole()[1]
    by_index = {entry.index: entry for entry in original.entries}
    indices = [entry.index for entry in history.entries]
    known = set(indices) | ({0} if history.header else set()) | ({RECORDS - 1} if history.closed else set())

    assert all(by_index.get(entry.index) == entry for entry in history.entries), "nothing invented"
    assert indices == sorted(set(indices)), "in order, once each"
    assert history.header is None or history.header == original.header
    assert spared <= known, "loss confined"
    told = {number for first, last in history.holes for number in range(first, last + 1)}
    silent = set(range(RECORDS)) - known - told
    assert not silent or (not history.closed and min(silent) > max(known, default=-1)), "nothing silent"


def test_every_truncation_leaves_a_whole_prefix_and_an_open_end() -> None:
    raw, _ = whole()
    for cut in range(len(raw)):
        history = parse(raw[:cut]).history
        check(history, {n for n, span in enumerate(spans(raw)) if span.stop <= cut})
        assert not history.holes
        # Without the last line feed alone every checksum still fits: nothing is missing.
        assert history.closed == (cut == len(raw) - 1)


def test_every_single_bit_flip_costs_no_more_than_the_line_it_is_in() -> None:
    raw, _ = whole()
    for position in range(len(raw)):
        for bit in range(8):
            damaged = bytearray(raw)
            damaged[position] ^= 1 << bit
            history = parse(bytes(damaged)).history
            check(history, set(range(RECORDS)) - touched(position, position))
            assert not history.whole


places = st.integers(0, 10_000).map(lambda n: n % len(whole()[0]))
lengths = st.integers(1, 600)


@settings(max_examples=400, deadline=None)
@given(places, lengths, st.randoms(use_true_random=False), st.sampled_from(["zeros", "garbage", "cut"]))
def test_an_overwritten_or_removed_range_costs_what_it_touched(
    start: int, length: int, random: object, how: str
) -> None:
    raw, _ = whole()
    stop = min(len(raw), start + length)
    new = {"zeros": bytes(stop - start), "garbage": random.randbytes(stop - start), "cut": b""}[how]  # type: ignore[attr-defined]

    check(parse(raw[:start] + new + raw[stop:]).history, set(range(RECORDS)) - touched(start, stop - 1))


@settings(max_examples=400, deadline=None)
@given(places, lengths, st.binary(min_size=1, max_size=300), st.booleans())
def test_an_inserted_or_doubled_range_costs_no_more_than_one_line(
    start: int, length: int, garbage: bytes, doubled: bool
) -> None:
    raw, _ = whole()
    more = raw[start : start + length] if doubled else garbage

    check(parse(raw[:start] + more + raw[start:]).history, set(range(RECORDS)) - touched(start, start))


@settings(max_examples=200, deadline=None)
@given(st.permutations(range(RECORDS)))
def test_lines_in_any_order_are_the_same_history(order: list[int]) -> None:
    raw, history = whole()
    lines = raw.splitlines(keepends=True)

    assert parse(b"".join(lines[n] for n in order)).history == history


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_fail_in_another_way_than_bad_input(content: bytes) -> None:
    assert parse(content).history.entries == ()
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        with suppress(BadInput):
            read(file.name)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(alphabet=st.characters(codec=None), max_size=30), max_size=5))
def test_any_text_of_a_device_comes_back_or_has_its_half_characters_replaced(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        with Writer(Path(folder, "j"), HEADER) as writer:
            writer.append_many(LineUnknown(raw=text) for text in texts)
        history = read(Path(folder, "j"))

    assert history.whole
    for text, entry in zip(texts, history.entries, strict=True):
        unchanged = not any("\ud800" <= letter <= "\udfff" for letter in text)
        assert entry.event.raw == (text if unchanged else "".join(map(_whole_character, text)))


def _whole_character(letter: str) -> str:
    return "\ufffd" if "\ud800" <= letter <= "\udfff" else letter


WRITER = """
import sys
from bgtask_harness.journal import Writer
from bgtask_reference.events import AppSpec, DeviceSpec, Header, RunStarted
writer = Writer(sys.argv[1], Header(1, "0.1.0", "c", "s", AppSpec("a", "p", ()), DeviceSpec("d")))
while True:
    print(writer.append(RunStarted()).index, flush=True)
"""


@pytest.mark.parametrize("wanted", [1, 7, 50, 200])
def test_kill_nine_loses_no_acknowledged_record(wanted: int, tmp_path: Path) -> None:
    path = tmp_path / "j"
    with subprocess.Popen([sys.executable, "-c", WRITER, path], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline() for _ in range(wanted)]
        process.kill()
        acknowledged += process.stdout.read().splitlines(keepends=True)

    history = read(path)
    last = max(int(line) for line in acknowledged if line.endswith(b"\n"))
    assert [entry.index for entry in history.entries][:last] == list(range(1, last + 1))
    assert not history.holes
    assert not history.closed
