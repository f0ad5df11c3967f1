"""logd: a ring for each buffer, limited by bytes. The oldest entries go first, or those of the worst (`logchatty`)."""

from __future__ import annotations

import dataclasses
import itertools
from collections import deque
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping

from bgtask_harness.virtual.android import logchatty
from bgtask_harness.virtual.android.logentry import LogEntry
from bgtask_harness.virtual.android.logentry import cut
from bgtask_harness.virtual.android.observers import Observers


class Ring:
    """One buffer. `total_bytes` and `total_entries` are all that were ever written to it."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.used = self.total_bytes = self.total_entries = 0
        self.entries: deque[LogEntry] = deque()

    def append(self, entry: LogEntry) -> None:
        """Add an entry, dropping the oldest ones until it fits."""
        self.entries.append(entry)
        self.used += entry.size
        self.total_bytes += entry.size
        self.total_entries += 1
        if self.used > self.capacity:
            self.prune()

    def prune(self) -> None:
        """Drop the oldest entries until what is left fits."""
        self._drop_oldest(self.capacity)

    def resize(self, capacity: int) -> None:
        """Have another size; what no longer fits goes."""
        self.capacity = capacity
        if self.used > capacity:
            self.prune()

    def clear(self) -> None:
        """Drop everything."""
        self.entries.clear()
        self.used = 0

    def _drop_oldest(self, room: int) -> None:
        while self.used > room and len(self.entries) > 1:
            self.used -= self.entries.popleft().size


class ChattyRing(Ring):
    """One buffer of Android 11 and before, in which an app that logs too much loses its lines first."""

    def __init__(self, capacity: int, name_of: logchatty.NameOf) -> None:
        super().__init__(capacity)
        self._name_of = name_of

    def prune(self) -> None:
        """Drop the worst uid's oldest lines, or the oldest of all, until a tenth of the buffer is free."""
        left = logchatty.prune(self.entries, self.capacity, self._name_of)
        if left is not None:
            self.entries, self.used = left, sum(entry.size for entry in left)
        if left is None or self.used > self.capacity:
            self._drop_oldest(self.capacity * 9 // 10)


class LogBuffers:
    """All buffers of the phone and those who wait for entries.

    `name_of` gives the package of a uid where logd names those who log too much (Android 11 and before), else None.
    """

    def __init__(self, capacities: Mapping[str, int], name_of: logchatty.NameOf | None = None) -> None:
        watched = logchatty.BUFFERS & capacities.keys() if name_of is not None else frozenset[str]()
        self._repeats = {name: logchatty.Repeats(name_of) for name in watched if name_of is not None}
        self.rings = {
            name: ChattyRing(capacity, name_of) if name_of is not None and name in watched else Ring(capacity)
            for name, capacity in capacities.items()
        }
        self._numbers = itertools.count(1)
        self._observers = Observers()

    @property
    def names(self) -> tuple[str, ...]:
        """The buffers there are."""
        return tuple(self.rings)

    @property
    def followers(self) -> int:
        """How many wait for entries now."""
        return len(self._observers)

    def append(
        self, buffer: str, priority: str, tag: str, message: str, *, ids: tuple[int, int, int], stamp: tuple[int, int]
    ) -> None:
        """Add an entry and tell the observers. `ids`: uid, pid, tid. `stamp`: wall and boot time."""
        entry = LogEntry(next(self._numbers), buffer, *stamp, *ids, priority, tag, cut(tag, message))
        if buffer not in self._repeats:
            self.rings[buffer].append(entry)
        else:
            for one in self._repeats[buffer].pass_on(entry):
                self.rings[buffer].append(dataclasses.replace(one, number=next(self._numbers)))
        self._observers.tell()

    def read(self, buffers: Collection[str], after: int = 0) -> list[LogEntry]:
        """Give the entries of some buffers with a number above `after`, in order."""
        found: list[LogEntry] = []
        for name in buffers:
            found.extend(_newer(self.rings[name].entries, after))
        return sorted(found, key=lambda entry: entry.number)

    def clear(self, buffers: Iterable[str] | None = None) -> None:
        """Empty some buffers, all when none are named."""
        for name in self.names if buffers is None else buffers:
            self.rings[name].clear()

    def resize(self, buffers: Iterable[str], capacity: int) -> None:
        """`logcat -G`: give buffers another size, in bytes; what no longer fits goes."""
        for name in buffers:
            self.rings[name].resize(capacity)

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each entry; gives the function that ends that."""
        return self._observers.add(collector)


def _newer(entries: deque[LogEntry], after: int) -> list[LogEntry]:
    newer = list(itertools.takewhile(lambda entry: entry.number > after, reversed(entries)))
    newer.reverse()
    return newer
