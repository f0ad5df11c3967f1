"""What logd did up to Android 11 against apps that log too much, and the entries of tag `chatty` that say so.

A line that comes again and again is kept once at each end, the rest is `identical N lines`. When a buffer is full and
one uid takes more of it than any other, that uid's oldest lines go first and leave `expire N lines`. Android 12 has a
log without either: there the oldest entries go and leave no trace.

Source: system/core/logd of Android 9 to 11, LogBuffer.cpp (`log`, `prune`) and LogBufferElement.cpp
(`populateDroppedMessage`). The name of the thread that logd adds when it is not the package's is left out.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections import deque
from collections.abc import Callable
from collections.abc import Iterable

from bgtask_harness.virtual.android.logentry import LogEntry

TAG = "chatty"
BUFFERS = frozenset({"main", "system", "radio", "events"})
"""Those in which the worst uid is pruned (`worstUidEnabledForLogid`)."""

_THRESHOLD = 8
"""A uid is the worst when it has more than an eighth of the buffer."""

NameOf = Callable[[int], str | None]


def marker(like: LogEntry, kind: str, lines: int, name_of: NameOf) -> LogEntry:
    """Give the entry that stands for so many lines of a uid: `uid=10217(com.example) expire 3 lines`."""
    name = name_of(like.uid)
    named = "" if name is None else f"({name})"
    text = f"uid={like.uid}{named} {kind} {lines} line{'' if lines == 1 else 's'}"
    return dataclasses.replace(like, priority="I", tag=TAG, message=text, dropped=lines)


class Repeats:
    """Lines of one buffer that say the same as the line before: the last of them is held back until another comes."""

    def __init__(self, name_of: NameOf) -> None:
        self._name_of = name_of
        self._last: LogEntry | None = None
        self._held: list[LogEntry] = []
        self._dropped = 0

    def pass_on(self, entry: LogEntry) -> list[LogEntry]:
        """Give what comes into the buffer now that this line is written."""
        if self._last is not None and _words(entry) == _words(self._last):
            self._dropped += bool(self._held)
            self._held = [*self._held[:1], entry] if self._dropped else [entry]
            return []
        released = self._release()
        self._last = entry
        return [*released, entry]

    def _release(self) -> list[LogEntry]:
        held, dropped, self._held, self._dropped = self._held, self._dropped, [], 0
        if not dropped:
            return held
        return [marker(held[0], "identical", dropped, self._name_of), held[-1]]


def _words(entry: LogEntry) -> tuple[int, int, int, str, str, str]:
    return entry.uid, entry.pid, entry.tid, entry.priority, entry.tag, entry.message


def prune(entries: Iterable[LogEntry], capacity: int, name_of: NameOf) -> deque[LogEntry] | None:
    """Give the entries without the oldest ones of the uid that takes the most; None when no uid is that bad.

    Its lines go until it has less than the next one or the buffer is a tenth empty. What went is counted in one entry
    that stands where the newest of them stood.
    """
    kept = list(entries)
    sizes: Counter[int] = Counter()
    for entry in kept:
        sizes[entry.uid] += entry.size
    ranked = [*sizes.most_common(2), (-1, 0), (-1, 0)]
    (worst, worst_size), (_, second_size) = ranked[0], ranked[1]
    if worst_size * _THRESHOLD <= capacity or second_size == 0:
        return None
    excess = min(worst_size - second_size, sum(sizes.values()) - capacity * 9 // 10)
    return _without(kept, worst, excess, name_of)


def _without(entries: list[LogEntry], uid: int, excess: int, name_of: NameOf) -> deque[LogEntry] | None:
    gone, last = 0, -1
    left: list[LogEntry] = []
    for position, entry in enumerate(entries):
        if entry.uid == uid and excess > 0:
            excess -= entry.size
            gone += entry.dropped or 1
            last = position
        else:
            left.append(entry)
    if last < 0:
        return None
    place = sum(entry.uid != uid for entry in entries[:last])
    left.insert(place, marker(entries[last], "expire", gone, name_of))
    return deque(left)
