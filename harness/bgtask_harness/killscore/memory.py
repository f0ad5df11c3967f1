"""A journal that stays in memory: a campaign writes thousands, and each is judged at once and forgotten."""

from __future__ import annotations

import time
from collections.abc import Iterable

from bgtask_reference.events import Entry
from bgtask_reference.events import Event
from bgtask_reference.events import Header
from bgtask_reference.events import History


class MemoryJournal:
    """Satisfies `session.recording.Journal`. Numbered as on disk, where the header is record 0."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self._entries: list[Entry] = []
        self._closed = False

    def append_many(self, events: Iterable[Event]) -> tuple[Entry, ...]:
        now = time.monotonic_ns()
        entries = tuple(Entry(index, now, event) for index, event in enumerate(events, start=len(self._entries) + 1))
        self._entries += entries
        return entries

    def read_back(self) -> tuple[Entry, ...]:
        return tuple(self._entries)

    def close(self) -> None:
        self._closed = True

    def abandon(self) -> None:
        """Leave the end open: whoever judges it does not know whether more came."""

    def history(self) -> History:
        """Give what was recorded so far, as a journal on disk would be read back."""
        return History(self._header, tuple(self._entries), closed=self._closed)
