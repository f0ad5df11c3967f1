"""Append events to a journal so that what was acknowledged cannot be lost."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from bgtask_harness.errors import BadInput
from bgtask_harness.errors import HarnessError
from bgtask_harness.journal.codec import encode_closing
from bgtask_harness.journal.codec import encode_entry
from bgtask_harness.journal.codec import encode_header
from bgtask_harness.journal.format import frame
from bgtask_harness.journal.reader import inspect
from bgtask_reference.events import Entry
from bgtask_reference.events import Event
from bgtask_reference.events import Header


class Writer:
    """One journal, open for appending. Any thread may append; numbers follow the order in which they got in.

    A new file gets the header at once. A file that has no closing record is gone on with, and a number is left out so
    that its reader sees a hole. As a context manager it closes the journal on a normal way out; on an exception it
    leaves the end open, because nobody knows what was not recorded.

    Args:
        path: The file; its folder is made if need be.
        header: The first record.
        clock: The host's monotonic clock in nanoseconds.

    Raises:
        BadInput: The file is there and closed, is another scenario's, is no journal, or another process writes it.
        HarnessError: The file cannot be made or written.

    """

    def __init__(self, path: Path | str, header: Header, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self.path = Path(path)
        self._clock = clock
        self._lock = threading.Lock()
        self._torn = False
        self._seq = 0
        self._fd: int | None = _open(self.path)
        try:
            if self.path.stat().st_size:
                self._go_on(header)
            else:
                self._begin(header)
        except BaseException:
            self.abandon()
            raise

    def append(self, event: Event) -> Entry:
        """Record an event. It is on disk when this returns.

        Raises:
            HarnessError: It could not be written, or the journal is closed. Its number is used up, so a reader sees a
                hole if the record did not reach the disk.

        """
        return self.append_many((event,))[0]

    def append_many(self, events: Iterable[Event]) -> tuple[Entry, ...]:
        """Record events in this order with one write and one fsync. Raises as `append` does."""
        with self._lock:
            now = self._clock()
            entries = tuple(Entry(index, now, event) for index, event in enumerate(events, start=self._seq))
            if entries:
                self._write(b"".join(frame(encode_entry(entry)) for entry in entries), len(entries))
            return entries

    def read_back(self) -> tuple[Entry, ...]:
        """Give what is in the file by now, for whoever does not want to hold all of it. Raises as `read`."""
        return inspect(self.path).history.entries

    def close(self) -> None:
        """Write the closing record: the history ends here and nothing is missing. A second call does nothing."""
        with self._lock:
            if self._fd is None:
                return
            try:
                self._write(frame(encode_closing(self._seq, self._seq)), 1)
            finally:
                self._release()

    def abandon(self) -> None:
        """Let go of the file without the closing record: the end of the history stays unknown."""
        with self._lock:
            self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    def _begin(self, header: Header) -> None:
        self._write(frame(encode_header(header)), 1)
        _sync_folder(self.path.parent)

    def _go_on(self, header: Header) -> None:
        reading = inspect(self.path)
        found = reading.history.header
        if reading.history.closed:
            raise BadInput(f"{self.path}: is already complete; give another run directory or remove this one")
        if found is None:
            raise BadInput(f"{self.path}: has lost its first record; give another run directory or remove this one")
        if (found.device.name, found.scenario) != (header.device.name, header.scenario):
            raise BadInput(
                f"{self.path}: belongs to {found.scenario} on {found.device.name}, not to {header.scenario} on"
                f" {header.device.name}; give another run directory"
            )
        self._torn = reading.torn
        self._seq = reading.next_seq + 1

    def _write(self, data: bytes, records: int) -> None:
        if self._fd is None:
            raise HarnessError(f"{self.path}: this journal is closed, so nothing more can be recorded in it")
        self._seq += records
        data = b"\n" + data if self._torn else data
        self._torn = True
        try:
            while data:
                data = data[os.write(self._fd, data) :]
            os.fsync(self._fd)
        except OSError as error:
            raise HarnessError(f"{self.path}: cannot be written ({error.strerror}); make room and run again") from error
        self._torn = False

    def _release(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _open(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise HarnessError(f"{path}: cannot be made ({error.strerror}); choose another run directory") from error
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(fd)
        raise BadInput(f"{path}: another process is writing this journal; give another run directory") from error
    return fd


def _sync_folder(folder: Path) -> None:
    """Make the file's name as durable as its content."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
