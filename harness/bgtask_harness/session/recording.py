"""What a session has recorded so far: written to the journal first, then known to whoever waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from collections.abc import Iterable
from typing import Protocol
from typing import TypeVar

from bgtask_harness.deadline import Deadline
from bgtask_reference.events import Clock
from bgtask_reference.events import Entry
from bgtask_reference.events import Event
from bgtask_reference.events import Stamp

Predicate = Callable[[Event], bool]
Kind = TypeVar("Kind", bound=Event)
_SLICE_S = 1.0
KEPT = 2000
"""How many of the latest events are held in memory, and at most twice as many: no scenario has so many, a night has.
What came before them is read back from the journal, which takes a fraction of a second and is hardly ever asked for."""


class Journal(Protocol):
    """Where entries are kept for good: `journal.Writer`, or a list in the memory of a campaign."""

    def append_many(self, events: Iterable[Event]) -> tuple[Entry, ...]:
        """Keep events in this order, and number them."""

    def read_back(self) -> tuple[Entry, ...]:
        """Give everything that was kept so far."""

    def close(self) -> None:
        """Say that nothing is missing."""

    def abandon(self) -> None:
        """Leave the end open."""


class Recording:
    """A journal and its content. Any thread may add; any may wait."""

    def __init__(self, writer: Journal) -> None:
        self._writer = writer
        self._entries: list[Entry] = []
        self._first = 0
        self._before = 0
        self._changed = threading.Condition()

    def add(self, event: Event) -> Entry:
        """Record an event; it is on disk when this returns."""
        return self.add_many((event,))[0]

    def add_many(self, events: Iterable[Event]) -> tuple[Entry, ...]:
        """Record events in this order."""
        with self._changed:
            entries = self._writer.append_many(events)
            if entries and not self.count:
                self._first = entries[0].index
            self._entries.extend(entries)
            if len(self._entries) > 2 * KEPT:
                self._before += len(self._entries) - KEPT
                del self._entries[:-KEPT]
            self._changed.notify_all()
        return entries

    @property
    def count(self) -> int:
        """How many events there are: a mark for `since`."""
        with self._changed:
            return self._before + len(self._entries)

    def since(self, mark: int = 0) -> list[Event]:
        """Give the events that were recorded after a mark."""
        with self._changed:
            return [entry.event for entry in self._after(mark)]

    def _after(self, mark: int) -> list[Entry]:
        """Give what was recorded after a mark, from the journal where it is not held any more."""
        if mark >= self._before:
            return self._entries[mark - self._before :]
        first, last = self._first + mark, self._first + self._before
        return [*(entry for entry in self._writer.read_back() if first <= entry.index < last), *self._entries]

    def of(self, kind: type[Kind], mark: int = 0) -> list[Kind]:
        """Give the events of one kind that were recorded after a mark."""
        return [event for event in self.since(mark) if isinstance(event, kind)]

    def wait(self, wanted: Predicate, mark: int, deadline: Deadline) -> Event | None:
        """Give the first event after a mark that is wanted, None if there was none by the deadline."""
        while True:
            with self._changed:
                fresh, mark = self._after(mark), self.count
                if not fresh and not deadline.passed:
                    self._changed.wait(min(_SLICE_S, deadline.remaining()))
                    continue
            found = next((entry.event for entry in fresh if wanted(entry.event)), None)
            if found is not None or not fresh:
                return found

    def close(self) -> None:
        """Write the journal's last record."""
        self._writer.close()

    def abandon(self) -> None:
        """Leave the journal's end open."""
        self._writer.abandon()


def host_stamp() -> Stamp:
    """Give now, on the host's monotonic clock: the stamp of what the harness itself does."""
    return Stamp(Clock.HOST, time.monotonic_ns())
