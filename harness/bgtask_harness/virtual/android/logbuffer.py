"""logd: a ring for each buffer, limited by bytes. The oldest entries go first; what is gone leaves no trace."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from collections.abc import Collection
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_harness.virtual.android.observers import Observers

MAX_PAYLOAD = 4068
"""LOGGER_ENTRY_MAX_PAYLOAD (system/logging/liblog/include/log/log_read.h): priority, tag, message and two NULs."""

_HEADER = 28
"""sizeof(struct logger_entry), what each entry costs beside its payload."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry. `number` orders the entries of all buffers; times in nanoseconds."""

    number: int
    buffer: str
    wall_ns: int
    boot_ns: int
    uid: int
    pid: int
    tid: int
    priority: str
    tag: str
    message: str

    @property
    def size(self) -> int:
        """Bytes that it takes in its ring."""
        return _HEADER + 3 + len(self.tag.encode()) + len(self.message.encode())


class Ring:
    """One buffer."""

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self.used = 0
        self.entries: deque[LogEntry] = deque()

    def append(self, entry: LogEntry) -> None:
        """Add an entry, dropping the oldest ones until it fits."""
        self.entries.append(entry)
        self.used += entry.size
        while self.used > self.capacity and len(self.entries) > 1:
            self.used -= self.entries.popleft().size

    def clear(self) -> None:
        """Drop everything."""
        self.entries.clear()
        self.used = 0


class LogBuffers:
    """All buffers of the phone and those who wait for entries."""

    def __init__(self, capacities: Mapping[str, int]) -> None:
        self.rings = {name: Ring(capacity) for name, capacity in capacities.items()}
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
        self.rings[buffer].append(entry)
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

    def observe(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each entry; gives the function that ends that."""
        return self._observers.add(collector)


def cut(tag: str, message: str) -> str:
    """Give what of a message fits into one entry."""
    room = MAX_PAYLOAD - 3 - len(tag.encode())
    return message.encode()[: max(room, 0)].decode(errors="ignore")


def _newer(entries: deque[LogEntry], after: int) -> list[LogEntry]:
    newer = list(itertools.takewhile(lambda entry: entry.number > after, reversed(entries)))
    newer.reverse()
    return newer
