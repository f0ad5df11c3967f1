"""`grep`: lines that match."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from bgtask_harness.virtual.shell.programs.program import Lines
from bgtask_harness.virtual.shell.programs.program import Surroundings
from bgtask_harness.virtual.shell.programs.program import UsageError
from bgtask_harness.virtual.shell.programs.program import number
from bgtask_harness.virtual.shell.programs.program import opened
from bgtask_harness.virtual.shell.programs.program import options
from bgtask_harness.virtual.shell.programs.regex import translate
from bgtask_harness.virtual.shell.streams import Streams

FOUND, NOT_FOUND, TROUBLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Query:
    """What is looked for and how it is shown."""

    pattern: re.Pattern[str]
    flags: frozenset[str]
    before: int
    after: int
    limit: int | None

    def matches(self, line: str) -> bool:
        """Say whether a line is wanted."""
        return bool(self.pattern.search(line)) != ("v" in self.flags)


async def grep(shell: Surroundings, argv: Sequence[str], streams: Streams) -> int:
    """Run it: `-EFivwxcnoqlhHs`, `-A -B -C -m NUM`, `-e PATTERN`. Status 0 found, 1 not, 2 trouble."""
    try:
        query, names = _query(argv)
    except UsageError as error:
        streams.err(f"grep: {error}\n")
        return TROUBLE
    found, trouble = False, False
    for name in names or ["-"]:
        lines = opened(shell, name, streams, "grep")
        trouble |= lines is None
        if lines is not None:
            named = "H" in query.flags or (len(names) > 1 and "h" not in query.flags)
            found |= await _Search(query, streams, name, f"{name}" if named else "").run(lines)
    return TROUBLE if trouble else FOUND if found else NOT_FOUND


def _query(argv: Sequence[str]) -> tuple[Query, list[str]]:
    given, operands = options(argv, "EFivwxcnoqlhHsaA:B:C:m:e:", ["line-buffered"])
    flags = frozenset(key[1:] for key, value in given if not value)
    patterns = [value for key, value in given if key == "-e"]
    if not patterns:
        if not operands:
            raise UsageError("no REGEX")
        patterns = [operands.pop(0)]
    asked = {key: number(value) for key, value in given if key in {"-A", "-B", "-C", "-m"}}
    around = asked.get("-C", 0)
    pattern = _compiled("\n".join(patterns).split("\n"), flags)
    return Query(pattern, flags, asked.get("-B", around), asked.get("-A", around), asked.get("-m")), operands


def _compiled(patterns: list[str], flags: frozenset[str]) -> re.Pattern[str]:
    pieces = []
    for pattern in patterns:
        text = re.escape(pattern) if "F" in flags else translate(pattern, extended="E" in flags)
        try:
            re.compile(text)
        except re.error as error:
            raise UsageError(f"bad regex '{pattern}': Invalid regular expression") from error
        pieces.append(f"(?:{text})")
    whole = "|".join(pieces)
    if "w" in flags:
        whole = rf"(?<!\w)(?:{whole})(?!\w)"
    if "x" in flags:
        whole = rf"\A(?:{whole})\Z"
    return re.compile(whole, re.IGNORECASE if "i" in flags else 0)


class _Search:
    """One input."""

    def __init__(self, query: Query, streams: Streams, name: str, label: str) -> None:
        self.query = query
        self.streams = streams
        self.name = name
        self.label = label
        self.count = 0
        self.shown = 0  # number of the last line that was shown
        self.trailing = 0  # lines still to be shown after a match
        self.waiting: deque[tuple[int, str]] = deque(maxlen=query.before)

    async def run(self, lines: Lines) -> bool:
        at = 0
        while self.query.limit is None or self.count < self.query.limit:
            line = await lines.next()
            if not line:
                break
            at += 1
            self._line(at, line.removesuffix("\n"))
            if self.count and {"q", "l"} & self.query.flags:
                break
            await self.streams.drain()
        self._summary()
        return self.count > 0

    def _line(self, at: int, line: str) -> None:
        if self.query.matches(line):
            self.count += 1
            self.trailing = self.query.after
            self._matched(at, line)
        elif self.trailing:
            self.trailing -= 1
            self._show(at, line, "-")
        else:
            self.waiting.append((at, line))

    def _matched(self, at: int, line: str) -> None:
        if {"q", "l", "c"} & self.query.flags:
            return
        context = list(self.waiting)
        self.waiting.clear()
        first = context[0][0] if context else at
        if self.shown and first > self.shown + 1 and (self.query.before or self.query.after):
            self.streams.out("--\n")
        for number_, text in context:
            self._show(number_, text, "-")
        texts = [found[0] for found in self.query.pattern.finditer(line)] if "o" in self.query.flags else [line]
        for text in texts:
            self._show(at, text, ":")

    def _show(self, at: int, line: str, mark: str) -> None:
        if {"q", "l", "c"} & self.query.flags:
            return
        label = f"{self.label}{mark}" if self.label else ""
        position = f"{at}{mark}" if "n" in self.query.flags else ""
        self.streams.out(f"{label}{position}{line}\n")
        self.shown = at

    def _summary(self) -> None:
        if "q" in self.query.flags:
            return
        if "l" in self.query.flags and self.count:
            self.streams.out(f"{self.name}\n")
        elif "c" in self.query.flags:
            label = f"{self.label}:" if self.label else ""
            self.streams.out(f"{label}{self.count}\n")
