"""Follows a device's log: every byte to a file, every line to the observer, every event to the sink, in order."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from typing import Protocol

from bgtask_harness.capture.gaps import SentinelOrder
from bgtask_harness.capture.lines import LineSplitter
from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import HarnessError
from bgtask_harness.transport.port import Stream
from bgtask_reference.events import CaptureClosed
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import Clock
from bgtask_reference.events import Event
from bgtask_reference.events import LogLost
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Stamp

CHUNK = 1 << 20
BUSY = 1 << 16
"""A read that brings as much is followed by another: what it told is kept for a moment, to go to the sink together."""
MOMENT_S = 0.05
PATIENCE_S = 0.2
"""How long one read may wait: the longest that `stop` waits for the reader."""
PUMP_S = 0.002
"""The same for `pump`: not nothing, because a socket with a deadline that has passed is not even asked."""


@dataclass(frozen=True, slots=True)
class Counters:
    """What has been read so far. `unknown` counts lines that should mean something and nobody knows."""

    lines: int
    bytes: int
    unknown: int


class LogReader(Protocol):
    """What makes events of a log's text: `observe.LogObserver`, `observe.ios.IosLogObserver`."""

    unknown: int
    """Lines that should mean something and nobody knows."""

    def feed_block(self, text: str) -> list[Event]:
        """Give the events of whole lines that came together."""

    def flush(self) -> list[Event]:
        """Give what was still being put together: the stream is over."""


class LogCapture:
    """One log stream, read until `stop` or until it ends by itself.

    Either `start` reads in a thread, or the caller reads with `pump` (a phone in this process, which only moves while
    somebody asks it to); not both. `sink` gets each event once, in order, from whoever reads: what came together goes
    together, so that a busy log costs an `fsync` now and then and not one for each event. It begins with
    `CaptureOpened` and ends with `CaptureClosed` when the harness ended it, with `LogLost` (`eof`) when it ended by
    itself. What the sink raises ends the capture and is raised again by `wait_for_sentinel`, `pump` and `stop`.
    """

    def __init__(
        self,
        stream: Stream,
        observer: LogReader,
        sink: Callable[[Sequence[Event]], object],
        raw_path: Path,
        *,
        name: str = "logcat",
        answered: bool = False,
    ) -> None:
        self._stream = stream
        self._observer = observer
        self._sink = sink
        self._raw_path = raw_path
        self._name = name
        self._splitter = LineSplitter()
        self._order = SentinelOrder(name, answered=answered)
        self._changed = threading.Condition()
        self._seen: set[int] = set()
        self._batch: list[Event] = []
        self._batch_due = Deadline.after(0)
        self._raw: BinaryIO | None = None
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._ended = False
        self._error: Exception | None = None
        self._lines = 0
        self._bytes = 0

    @property
    def counters(self) -> Counters:
        """What has been read so far."""
        return Counters(self._lines, self._bytes, self._observer.unknown)

    @property
    def ended(self) -> bool:
        """True once nothing more will be read."""
        return self._ended

    def start(self) -> None:
        """Read in a thread from now on."""
        self._open()
        self._thread = threading.Thread(target=self._run, name=f"capture {self._name}", daemon=True)
        self._thread.start()

    def pump(self) -> int:
        """Read what is there now; gives the number of lines."""
        before = self._lines
        self._open()
        while not self._ended and self._step(Deadline.after(PUMP_S)):
            pass
        self._raise()
        return self._lines - before

    def wait_for_sentinel(self, number: int, deadline: Deadline) -> bool:
        """Wait until that sentinel has been read: all that was logged before it has been handed to the sink.

        False when the deadline passed or the stream ended first.
        """
        if self._thread is None:
            self._open()
            while number not in self._seen and not self._ended and self._step(deadline):
                pass
        else:
            with self._changed:
                self._changed.wait_for(lambda: number in self._seen or self._ended, deadline.remaining())
        self._raise()
        return number in self._seen

    def stop(self) -> None:
        """End it and close the stream. Stopping twice is harmless."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
        elif self._raw is not None:
            self._finish_guarded()
        self._stream.close()
        self._raise()

    # --- reading --------------------------------------------------------------------------------------------------

    def _open(self) -> None:
        if self._raw is not None or self._ended:
            return
        self._raw = self._raw_path.open("ab", buffering=0)
        self._sink([CaptureOpened(stamp=_now(), stream=self._name, file=self._raw_path.name)])

    def _run(self) -> None:
        while not self._ended and not self._stopping.is_set():
            self._step(Deadline.after(PATIENCE_S))
        self._finish_guarded()

    def _step(self, deadline: Deadline) -> bool:
        """Read once; False when nothing came. Nothing escapes: a reader that died would look like a quiet log."""
        try:
            return self._read(deadline)
        except Exception as error:  # noqa: BLE001 - kept and raised again where somebody waits
            self._fail(error)
            return False

    def _read(self, deadline: Deadline) -> bool:
        try:
            data = self._stream.recv(CHUNK, self._batch_due if self._batch else deadline)
        except DeadlineExceeded:
            return self._hand_over()
        except HarnessError as error:
            self._lost(str(error))
            return False
        if not data:
            self._lost("")
            return False
        self._take(data)
        return True

    def _take(self, data: bytes) -> None:
        if self._raw is not None:
            self._raw.write(data)
        self._bytes += len(data)
        dropped = self._splitter.dropped
        text = self._splitter.block(data)
        if text is not None:
            self._lines += text.count("\n") + 1
            for event in self._observer.feed_block(text):
                self._emit(event)
        if self._splitter.dropped != dropped:
            self._emit(self._loss("unreadable"))
        if len(data) < BUSY or self._batch_due.passed:
            self._hand_over()

    def _emit(self, event: Event) -> None:
        if not self._batch:
            self._batch_due = Deadline.after(MOMENT_S)
        loss = self._order.take(event) if isinstance(event, SentinelSeen) else None
        if loss is not None:
            self._batch.append(loss)
        self._batch.append(event)

    def _hand_over(self) -> bool:
        """Give the sink what was read. A sentinel has been seen once everything before it has been taken."""
        batch, self._batch = self._batch, []
        if not batch:
            return False
        self._sink(batch)
        numbers = {event.number for event in batch if isinstance(event, SentinelSeen)}
        if numbers:
            with self._changed:
                self._seen |= numbers
                self._changed.notify_all()
        return True

    # --- its end --------------------------------------------------------------------------------------------------

    def _lost(self, why: str) -> None:
        """The stream ended by itself; a line that was cut is no line, and is kept with the loss."""
        for event in self._observer.flush():
            self._emit(event)
        self._hand_over()
        self._ended = True  # whoever is woken by the loss finds it ended
        self._sink([self._loss("eof", "\n".join(part for part in (self._splitter.rest(), why) if part))])
        self._close()

    def _finish_guarded(self) -> None:
        try:
            self._finish()
        except Exception as error:  # noqa: BLE001 - kept and raised again by `stop`
            self._fail(error)

    def _finish(self) -> None:
        """The harness ends it."""
        if self._ended:
            return
        for event in self._observer.flush():
            self._emit(event)
        self._hand_over()
        self._sink([CaptureClosed(stamp=_now(), stream=self._name, lines=self._lines)])
        self._close()

    def _fail(self, error: Exception) -> None:
        self._error = error
        self._close()

    def _close(self) -> None:
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        if self._raw is not None:
            self._raw.close()

    def _loss(self, reason: str, raw: str = "") -> LogLost:
        return LogLost(stamp=_now(), stream=self._name, reason=reason, after_sentinel=self._order.last, raw=raw)

    def _raise(self) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error


def _now() -> Stamp:
    return Stamp(Clock.HOST, time.monotonic_ns())
