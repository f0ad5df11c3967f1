from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import pytest

from bgtask_harness.capture import LogCapture
from bgtask_harness.capture import SentinelOrder
from bgtask_harness.capture.log_capture import BUSY
from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.observe import LogObserver
from bgtask_reference.events import CaptureClosed
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import Event
from bgtask_reference.events import LogLost
from bgtask_reference.events import RunFinished
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import WorkListed

RESULT = (
    "         1000.000001   500   501 I WM-WorkerWrapper: Worker result SUCCESS for "
    "Work [ id=354a48f1-8cc3-4846-998e-976f39a15572, tags={ a.Worker } ]\n"
)
LONG_S = 20.0


def sentinel(number: int) -> str:
    return f"         1000.000001   9   9 I bgtask-harness: sentinel 0123abcd {number}\n"


class Wire:
    """The outside: a stream whose other end is the test."""

    def __init__(self) -> None:
        self.items: queue.Queue[bytes | Exception] = queue.Queue()
        self.closed = False

    def say(self, *texts: str) -> None:
        for text in texts:
            self.items.put(text.encode())

    def recv(self, size: int, deadline: Deadline) -> bytes:
        try:
            item = self.items.get(timeout=deadline.remaining())
        except queue.Empty:
            raise DeadlineExceeded("waiting for the test") from None
        if isinstance(item, Exception):
            raise item
        assert len(item) <= size
        return item

    def send(self, data: bytes, deadline: Deadline) -> None:
        raise AssertionError

    def close(self) -> None:
        self.closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def events() -> list[Event]:
    return []


@pytest.fixture
def capture(wire: Wire, events: list[Event], tmp_path: Path) -> Iterator[LogCapture]:
    observer = LogObserver("com.app", sentinel_handle="0123abcd")
    reader = LogCapture(wire, observer, events.extend, tmp_path / "logcat.txt")
    yield reader
    reader.stop()


def test_events_come_in_order_between_opening_and_closing(
    capture: LogCapture, wire: Wire, events: list[Event], tmp_path: Path
) -> None:
    wire.say(RESULT[:40], RESULT[40:] + sentinel(3))
    capture.start()

    assert capture.wait_for_sentinel(3, Deadline.after(LONG_S))
    capture.stop()

    assert [type(event) for event in events] == [CaptureOpened, RunFinished, SentinelSeen, CaptureClosed]
    assert (tmp_path / "logcat.txt").read_text() == RESULT + sentinel(3)
    assert (capture.counters.lines, capture.counters.bytes) == (2, len(RESULT + sentinel(3)))
    assert wire.closed


def test_every_byte_is_in_the_file_before_its_events_are_told(wire: Wire, tmp_path: Path) -> None:
    raw = tmp_path / "logcat.txt"
    seen: list[str] = []
    reader = LogCapture(wire, LogObserver("com.app"), lambda _: seen.append(raw.read_text()), raw)
    wire.say(RESULT)
    reader.pump()
    reader.stop()

    assert seen == ["", RESULT, RESULT]


def test_a_sentinel_that_does_not_come_is_told_by_the_deadline(capture: LogCapture) -> None:
    capture.start()

    assert not capture.wait_for_sentinel(1, Deadline.after(0.01))


@pytest.mark.parametrize("end", [b"", DeviceLostError("the cable is out")])
def test_a_stream_that_ends_by_itself_is_a_loss(
    capture: LogCapture, wire: Wire, events: list[Event], end: bytes | Exception
) -> None:
    wire.say(sentinel(4), RESULT[:-40])
    wire.items.put(end)
    capture.start()

    assert not capture.wait_for_sentinel(5, Deadline.after(LONG_S))
    assert capture.ended
    loss = events[-1]
    assert isinstance(loss, LogLost)
    assert (loss.reason, loss.after_sentinel, loss.stream) == ("eof", 4, "logcat")
    assert loss.raw.startswith(RESULT[:-40])
    assert not [event for event in events if isinstance(event, RunFinished | CaptureClosed)]


def test_what_was_being_put_together_comes_before_the_end(capture: LogCapture, wire: Wire, events: list[Event]) -> None:
    wire.say("         1000.000001   500   501 I WM-DiagnosticsWrkr: Running work:\n")
    wire.items.put(b"")
    capture.pump()

    assert [type(event) for event in events] == [CaptureOpened, WorkListed, LogLost]


def test_pump_reads_what_is_there_and_waits_for_nothing(capture: LogCapture, wire: Wire, events: list[Event]) -> None:
    assert capture.pump() == 0
    wire.say(RESULT, sentinel(1))

    assert capture.pump() == 2
    assert capture.wait_for_sentinel(1, Deadline.after(0))
    assert [type(event) for event in events] == [CaptureOpened, RunFinished, SentinelSeen]


def test_waiting_without_a_thread_reads(capture: LogCapture, wire: Wire) -> None:
    wire.say(RESULT, sentinel(1))

    assert capture.wait_for_sentinel(1, Deadline.after(LONG_S))
    assert not capture.wait_for_sentinel(2, Deadline.after(0.01))


def test_what_the_sink_raises_is_raised_where_somebody_waits(wire: Wire, tmp_path: Path) -> None:
    def full(events: Sequence[Event]) -> None:
        if any(isinstance(event, RunFinished) for event in events):
            raise OSError("no space left on device")

    reader = LogCapture(wire, LogObserver("com.app"), full, tmp_path / "logcat.txt")
    wire.say(RESULT, sentinel(1))
    reader.start()

    with pytest.raises(OSError, match="no space left"):
        reader.wait_for_sentinel(1, Deadline.after(LONG_S))
    reader.stop()


def test_a_line_without_an_end_is_unreadable_and_not_kept_in_memory(
    capture: LogCapture, wire: Wire, events: list[Event]
) -> None:
    wire.say(*["x" * (1 << 16)] * 17, "\n" + RESULT)
    capture.pump()

    losses = [event.reason for event in events if isinstance(event, LogLost)]
    assert losses == ["unreadable"]
    assert isinstance(events[-1], RunFinished)


def test_a_sentinel_that_was_left_out_is_a_loss_before_the_next(
    capture: LogCapture, wire: Wire, events: list[Event]
) -> None:
    wire.say(sentinel(3), sentinel(4), sentinel(6), sentinel(6), sentinel(2))
    capture.pump()

    told = [
        (event.number if isinstance(event, SentinelSeen) else event.after_sentinel)
        for event in events
        if isinstance(event, SentinelSeen | LogLost)
    ]
    assert told == [3, 4, 4, 6, 6, 6, 2]


def test_the_first_sentinel_of_a_reader_misses_nothing() -> None:
    order = SentinelOrder("logcat")

    assert order.take(SentinelSeen(number=7)) is None
    assert order.take(SentinelSeen(number=8)) is None
    loss = order.take(SentinelSeen(number=10))
    assert loss is not None
    assert (loss.reason, loss.after_sentinel) == ("sentinel-missing", 8)


def test_stopping_twice_and_stopping_what_never_began_is_harmless(wire: Wire, tmp_path: Path) -> None:
    told: list[Event] = []
    reader = LogCapture(wire, LogObserver("com.app"), told.extend, tmp_path / "logcat.txt")
    reader.stop()
    reader.stop()

    assert told == []
    assert not (tmp_path / "logcat.txt").exists()


def test_a_busy_log_is_handed_over_in_few_pieces_and_nothing_of_it_is_kept_back(wire: Wire, tmp_path: Path) -> None:
    pieces: list[int] = []
    reader = LogCapture(
        wire, LogObserver("com.app"), lambda events: pieces.append(len(events)), tmp_path / "logcat.txt"
    )
    wire.say(*[RESULT * (2 * BUSY // len(RESULT))] * 3)
    reader.pump()
    told = sum(pieces)
    reader.stop()

    assert told == 1 + 3 * (2 * BUSY // len(RESULT))
    assert len(pieces) < 2 + 4


def test_no_thread_is_left(capture: LogCapture) -> None:
    before = threading.active_count()
    capture.start()
    capture.stop()

    assert threading.active_count() == before
