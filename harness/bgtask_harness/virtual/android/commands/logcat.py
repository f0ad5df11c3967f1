"""`logcat`: print the rings, or follow them.

Source: system/logging/logcat/logcat.cpp. A reader sees the divider `--------- beginning of BUFFER` before the first
entry of each buffer, and `--------- switch to BUFFER` when it comes back to one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field

from bgtask_harness.virtual.android.commands.program import Arguments
from bgtask_harness.virtual.android.logbuffer import LogEntry
from bgtask_harness.virtual.android.logformat import FORMATS
from bgtask_harness.virtual.android.logformat import MODIFIERS
from bgtask_harness.virtual.android.logformat import Filter
from bgtask_harness.virtual.android.logformat import LogFormat
from bgtask_harness.virtual.android.port import CommandIO
from bgtask_harness.virtual.android.system import System
from bgtask_harness.virtual.kernel import Waiter

DEFAULT_BUFFERS = ("main", "system", "crash", "kernel")
"""What is read without `-b`."""

_FLAGS = {"-d": "dump", "-c": "clear", "--clear": "clear", "-D": "dividers", "--dividers": "dividers", "-g": "size"}
_VALUED = ("-b", "--buffer", "-v", "--format", "-t", "-T", "--pid", "--uid", "-m", "--max-count", "-e", "--regex", "-s")


class UsageError(Exception):
    """A mistake on the command line; the text is what logcat says of it."""


@dataclass(slots=True)
class Request:
    """What the command line asks for."""

    buffers: list[str] = field(default_factory=list)
    format: str = "threadtime"
    modifiers: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)
    tail: str | None = None
    pid: int | None = None
    uids: frozenset[int] = frozenset()
    max_count: int | None = None
    regex: re.Pattern[str] | None = None
    filters: list[str] = field(default_factory=list)


async def logcat(phone: System, argv: Sequence[str], io: CommandIO) -> int:
    """Print, clear, measure or follow the log."""
    try:
        request = parse(argv[1:])
        buffers = _buffers(request, phone)
        wanted = Filter(request.filters)
    except UsageError as mistake:
        io.err(f"{mistake}\n")
        return 1
    except ValueError as mistake:
        io.err(f"Invalid filter expression '{mistake}'\n")
        return 1
    if "clear" in request.flags:
        phone.logs.clear(buffers)
        return 0
    if "size" in request.flags:
        io.out("".join(_size(phone, name) for name in buffers))
        return 0
    return await _Reader(phone, request, buffers, wanted, io).run()


def parse(words: Sequence[str]) -> Request:
    """Give what the words ask for; raises `UsageError`."""
    request, arguments = Request(), Arguments(_split(words))
    while (word := arguments.next()) is not None:
        if word in _FLAGS:
            request.flags.add(_FLAGS[word])
        elif word == "-s":
            request.filters.append("*:S")
        elif word in _VALUED:
            value = arguments.next()
            if value is None:
                raise UsageError(f"logcat: option requires an argument -- '{word.lstrip('-')}'")
            _option(request, word, value)
        elif word.startswith("-"):
            raise UsageError(f"logcat: unknown option -- '{word.lstrip('-')}'\nTry --help for usage.")
        else:
            request.filters.extend(part for part in word.split(" ") if part)
    return request


def _split(words: Sequence[str]) -> list[str]:
    """Take `-bmain`, `-vepoch`, `--pid=7` and `-t5` apart."""
    apart: list[str] = []
    for word in words:
        if word.startswith("--") and "=" in word:
            apart.extend(word.split("=", 1))
        elif re.match(r"-[bvtTme].", word):
            apart.extend((word[:2], word[2:]))
        else:
            apart.append(word)
    return apart


def _option(request: Request, word: str, value: str) -> None:
    if word in {"-b", "--buffer"}:
        request.buffers.extend(value.split(","))
    elif word in {"-v", "--format"}:
        _format(request, value)
    elif word in {"-t", "-T"}:
        request.tail = value
        if word == "-t":
            request.flags.add("dump")
    elif word == "--pid":
        request.pid = _number(value, "pid")
    elif word == "--uid":
        request.uids = frozenset(_number(part, "uid") for part in value.split(","))
    elif word in {"-m", "--max-count"}:
        request.max_count = _number(value, "max-count")
    else:
        request.regex = re.compile(value)


def _format(request: Request, value: str) -> None:
    for name in value.split(","):
        if name in FORMATS:
            request.format = name
        elif name in MODIFIERS:
            request.modifiers.add(name)
        else:
            raise UsageError(f"Invalid parameter '{name}' to -v\nTry --help for usage.")


def _number(word: str, what: str) -> int:
    if not word.isdecimal():
        raise UsageError(f"{what} {word} not a number")
    return int(word)


def _buffers(request: Request, phone: System) -> list[str]:
    asked = request.buffers or [name for name in DEFAULT_BUFFERS if name in phone.logs.names]
    found: list[str] = []
    for name in asked:
        if name in {"all", "default"}:
            found.extend(phone.logs.names if name == "all" else DEFAULT_BUFFERS)
        elif name in phone.logs.names:
            found.append(name)
        else:
            raise UsageError(f"Unknown buffer '{name}' listed for -b. Try --help for usage.")
    return list(dict.fromkeys(found))


def _size(phone: System, name: str) -> str:
    ring = phone.logs.rings[name]
    capacity, used = ring.capacity // 1024, -(-ring.used // 1024)
    # logcat.cpp, PRINT_BUFFER_SIZES
    return (
        f"{name}: ring buffer is {capacity} KiB ({used} KiB consumed, {used} KiB readable), "
        f"max entry is 5120 B, max payload is 4068 B\n"
    )


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
