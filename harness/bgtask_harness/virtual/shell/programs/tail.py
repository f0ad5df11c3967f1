"""`tail`: the last lines, or all from one on."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence

from bgtask_harness.virtual.shell.programs.program import Lines
from bgtask_harness.virtual.shell.programs.program import Surroundings
from bgtask_harness.virtual.shell.programs.program import UsageError
from bgtask_harness.virtual.shell.programs.program import number
from bgtask_harness.virtual.shell.programs.program import opened
from bgtask_harness.virtual.shell.programs.program import options
from bgtask_harness.virtual.shell.streams import Streams

DEFAULT_LINES = "10"


async def tail(shell: Surroundings, argv: Sequence[str], streams: Streams) -> int:
    """Run it: `-n N`, `-n +N`, `-N`."""
    argv = [re.sub(r"^-(\d+)$", r"-n\1", word) for word in argv]
    try:
        given, names = options(argv, "n:")
        wanted = dict(given).get("-n", DEFAULT_LINES)
        count = number(wanted)
    except UsageError as error:
        streams.err(f"tail: {error}\n")
        return 1
    status = 0
    for name in names or ["-"]:
        lines = opened(shell, name, streams, "tail")
        status |= lines is None
        if lines is not None and wanted.startswith("+"):
            await _from(lines, count, streams)
        elif lines is not None:
            await _last(lines, abs(count), streams)
    return int(status)


async def _from(lines: Lines, first: int, streams: Streams) -> None:
    at = 0
    while line := await lines.next():
        at += 1
        if at >= first:
            streams.out(line)
            await streams.drain()


async def _last(lines: Lines, count: int, streams: Streams) -> None:
    kept: deque[str] = deque(maxlen=count)
    while line := await lines.next():
        kept.append(line)
    streams.out("".join(kept))
