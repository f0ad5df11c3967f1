"""`logcat`: print the rings, or follow them.

Source: system/logging/logcat/logcat.cpp. A reader sees the divider `--------- beginning of BUFFER` before the first
entry of each buffer, and `--------- switch to BUFFER` when it comes back to one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bgtask_harness.virtual.android.commands.logcat_request import DEFAULT_BUFFERS
from bgtask_harness.virtual.android.commands.logcat_request import Request
from bgtask_harness.virtual.android.commands.logcat_request import UsageError
from bgtask_harness.virtual.android.commands.logcat_request import parse
from bgtask_harness.virtual.android.logentry import LogEntry
from bgtask_harness.virtual.android.logformat import Filter
from bgtask_harness.virtual.android.logformat import LogFormat
from bgtask_harness.virtual.android.logstatistics import statistics
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System
from bgtask_harness.virtual.kernel import Waiter


async def logcat(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """Print, clear, measure or follow the log."""
    try:
        request = parse(argv[1:])
        buffers = _buffers(request, phone)
        wanted = _filter(request)
    except UsageError as mistake:
        io.err(f"logcat: {mistake}\n")
        return 1
    if request.capacity is not None or request.flags & {"clear", "size", "statistics"}:
        return _tend(phone, request, buffers, io)
    return await _Reader(phone, request, buffers, wanted, io).run()


def _filter(request: Request) -> Filter:
    try:
        return Filter(request.filters)
    except ValueError as mistake:
        raise UsageError(f"Invalid filter expression '{mistake}'.") from None


def _tend(phone: System, request: Request, buffers: list[str], io: CommandIO) -> int:
    """Clear, resize, measure and count, in this order; none of them reads the log."""
    logs, flags = phone.logs, request.flags
    if "clear" in flags:
        logs.clear(buffers)
    failed = request.capacity is not None and not _LEAST <= request.capacity <= _MOST
    if request.capacity is not None and not failed:
        logs.resize(buffers, request.capacity)
    if "size" in flags:
        io.out("".join(_size(phone, name) for name in buffers))
    if failed:
        io.err(f"logcat: failed to set the '{','.join(buffers)}' log size{'s' if len(buffers) > 1 else ''}.\n")
        return 1
    if "statistics" in flags:
        io.out(statistics(logs, buffers, phone.packages.name_of))
    return 0


_LEAST, _MOST = 64 * 1024, 256 * 1024 * 1024
"""LOG_BUFFER_MIN_SIZE and LOG_BUFFER_MAX_SIZE."""


def _buffers(request: Request, phone: System) -> list[str]:
    asked = request.buffers or [name for name in DEFAULT_BUFFERS if name in phone.logs.names]
    found: list[str] = []
    for name in asked:
        if name in {"all", "default"}:
            found.extend(phone.logs.names if name == "all" else DEFAULT_BUFFERS)
        elif name in phone.logs.names:
            found.append(name)
        else:
            raise UsageError(f"Unknown buffer '{name}' listed for -b.")
    return list(dict.fromkeys(found))


def _size(phone: System, name: str) -> str:
    """`ring buffer is 256 KiB (3 KiB consumed ...`; which level has which of the texts is UNCONFIRMED for 29 and 31."""
    ring = phone.logs.rings[name]
    capacity, used = _amount(ring.capacity), _amount(ring.used)
    text = phone.level.log_size.format(
        name=name,
        size=capacity[0],
        unit=capacity[1],
        binary=_binary(capacity[1]),
        used=used[0],
        used_unit=used[1],
        used_binary=_binary(used[1]),
    )
    return f"{text}\n"


def _binary(unit: str) -> str:
    return f"{unit}i" if unit else ""


def _amount(size: int) -> tuple[int, str]:
    """Give a number of bytes in the largest unit that it fills: `format_of_size`."""
    units = ["", "K", "M", "G"]
    while size >= _UNIT and len(units) > 1:
        size, units = size // _UNIT, units[1:]
    return size, units[0]


_UNIT = 1024


class _Reader:
    """One run of logcat: prints what is there, then what comes."""

    def __init__(self, phone: System, request: Request, buffers: list[str], wanted: Filter, io: CommandIO) -> None:
        self._phone, self._request, self._buffers, self._wanted, self._io = phone, request, buffers, wanted, io
        self._format = LogFormat(request.format, frozenset(request.modifiers))
        self._seen: set[str] = set()
        self._last: str | None = None
        self._after = 0
        self._printed = 0

    async def run(self) -> int:
        self._print(self._tail(self._take()))
        await self._io.drain()
        while "dump" not in self._request.flags and not self._full():
            await self._new_entries()
            self._print(self._take())
            await self._io.drain()
        return 0

    async def _new_entries(self) -> None:
        if self._phone.logs.read(self._buffers, self._after):
            return
        waiter = Waiter()
        remove = self._phone.logs.observe(waiter.set)
        waiter.on_abandon = remove
        await waiter
        remove()

    def _take(self) -> list[LogEntry]:
        entries = self._phone.logs.read(self._buffers, self._after)
        if entries:
            self._after = entries[-1].number
        return [entry for entry in entries if self._matches(entry)]

    def _matches(self, entry: LogEntry) -> bool:
        request = self._request
        if request.pid is not None and entry.pid != request.pid:
            return False
        if request.uids and entry.uid not in request.uids:
            return False
        if request.regex is not None and not request.regex.search(entry.message):
            return False
        return self._wanted.passes(entry)

    def _tail(self, entries: list[LogEntry]) -> list[LogEntry]:
        tail = self._request.tail
        if tail is None:
            return entries
        if tail.isdecimal():
            return entries[-int(tail) :] if int(tail) else []
        since = _since(tail, self._phone)
        return [entry for entry in entries if entry.wall_ns >= since]

    def _print(self, entries: list[LogEntry]) -> None:
        for entry in entries:
            if self._full():
                return
            lines = self._format.lines(entry, self._phone.clocks)
            self._io.out("".join(f"{line}\n" for line in [*self._divider(entry), *lines]))
            self._printed += 1

    def _divider(self, entry: LogEntry) -> list[str]:
        if entry.buffer == self._last or (len(self._buffers) == 1 and self._last is not None):
            return []
        first, self._last = entry.buffer not in self._seen, entry.buffer
        self._seen.add(entry.buffer)
        if first:
            return [f"--------- beginning of {entry.buffer}"]
        return [f"--------- switch to {entry.buffer}"] if "dividers" in self._request.flags else []

    def _full(self) -> bool:
        limit = self._request.max_count
        return limit is not None and self._printed >= limit


def _since(text: str, phone: System) -> int:
    """Give the wall time that `-t` or `-T` names: `MM-DD hh:mm:ss.mmm`, `YYYY-...` or `sssss.mmm`."""
    if re.fullmatch(r"\d+\.\d+", text):
        whole, fraction = text.split(".")
        return int(whole) * 1_000_000_000 + int(fraction[:9].ljust(9, "0"))
    return phone.clocks.parse_local(text)
