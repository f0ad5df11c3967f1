"""The entries of a history by their kind, so that nobody looks through all of them for a few."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from operator import attrgetter
from typing import TypeVar
from typing import cast

from bgtask_reference.events import Entry
from bgtask_reference.events import Event
from bgtask_reference.events import Source

_index = attrgetter("index")
Told = TypeVar("Told", bound=Event)


class Record:
    """A journal's entries, sorted into kinds once."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._kinds: dict[type[Event], list[Entry]] = defaultdict(list)
        for entry in self.entries:
            self._kinds[type(entry.event)].append(entry)

    @property
    def last_index(self) -> int:
        """The last entry's index; -1 when there is none."""
        return self.entries[-1].index if self.entries else -1

    def at(self, indices: Iterable[int]) -> list[Entry]:
        """Give the entries of some journal indices, in recorded order; those that the journal lost are left out."""
        found = []
        for index in sorted(set(indices)):
            place = bisect_left(self.entries, index, key=_index)
            if place < len(self.entries) and self.entries[place].index == index:
                found.append(self.entries[place])
        return found

    def of(self, *kinds: type[Event]) -> list[Entry]:
        """Give every entry of some kinds, in recorded order."""
        found = [entry for kind in kinds for entry in self._kinds.get(kind, ())]
        return sorted(found, key=_index) if len(kinds) > 1 else found

    def told(self, kind: type[Told]) -> list[tuple[Entry, Told]]:
        """Give every entry of one kind beside its event."""
        return [(entry, cast("Told", entry.event)) for entry in self._kinds.get(kind, ())]

    def speakers(self, but: type[Event]) -> frozenset[Source]:
        """Give every source that told of anything but one kind."""
        told = (entries for kind, entries in self._kinds.items() if kind is not but)
        return frozenset(entry.event.source for entries in told for entry in entries)
