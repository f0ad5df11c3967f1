"""`logcat -S`: how much each buffer and each uid has logged.

Source: system/core/logd LogStatistics.cpp (`format`), the head as it was read there. The widths of the lines of uids
and the overhead of an entry are UNCONFIRMED, and so is what Android 12 and later print besides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Sequence

from bgtask_harness.virtual.android.logbuffer import LogBuffers
from bgtask_harness.virtual.android.logbuffer import Ring

_COLUMN, _FIRST = 19, 10
_ENTRY_OVERHEAD = 72
_LINE, _PRUNED = 80, 14
_MOST_UIDS = 32


def statistics(logs: LogBuffers, buffers: Sequence[str], name_of: Callable[[int], str | None]) -> str:
    """Give the text for some buffers."""
    rings = [logs.rings[name] for name in buffers]
    text = _row("size/num", 1, [*buffers, "Total"])
    text += _counted("\nTotal", [(ring.total_bytes, ring.total_entries) for ring in rings])
    text += _counted("\nNow", [(ring.used, len(ring.entries)) for ring in rings])
    overheads = [ring.used + len(ring.entries) * _ENTRY_OVERHEAD for ring in rings]
    shown = [str(overhead) if ring.entries else "" for ring, overhead in zip(rings, overheads, strict=True)]
    text += _row("\nOverhead", _FIRST - len("\nOverhead"), [*shown, str(sum(overheads))])
    return text + "".join(_uids(name, logs.rings[name], name_of) for name in buffers)


def _row(label: str, spaces: int, words: Iterable[str]) -> str:
    text = label
    for word in words:
        added = " " * max(spaces, 0) + word if word else ""
        text += added
        spaces = (max(spaces, 0) if word else spaces) + _COLUMN - len(added)
    return text


def _counted(label: str, counts: list[tuple[int, int]]) -> str:
    total = (sum(size for size, _ in counts), sum(number for _, number in counts))
    words = [f"{size}/{number}" if number else "" for size, number in counts]
    return _row(label, _FIRST - len(label), [*words, f"{total[0]}/{total[1]}"])


def _uids(name: str, ring: Ring, name_of: Callable[[int], str | None]) -> str:
    sizes: Counter[int] = Counter()
    pruned: Counter[int] = Counter()
    for entry in ring.entries:
        sizes[entry.uid] += entry.size
        pruned[entry.uid] += entry.dropped
    if not sizes:
        return ""
    lines = _line(f"Chattiest UIDs in {name} log buffer:", "Size", "Pruned")
    lines += _line("UID   PACKAGE", "BYTES", "NUM")
    most = sizes.most_common(1)[0][1]
    for uid, size in sizes.most_common(_MOST_UIDS):
        if size > most // 100:
            lines += _line(f"{uid:<5} {name_of(uid) or ''}".rstrip(), str(size), str(pruned[uid] or ""))
    return f"\n\n{lines}"


def _line(name: str, size: str, pruned: str) -> str:
    return f"{name:<{_LINE - _PRUNED - 10}}{size:>10}{pruned:>{_PRUNED}}".rstrip() + "\n"
