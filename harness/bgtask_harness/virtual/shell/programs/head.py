"""`head`: the first lines."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bgtask_harness.virtual.shell.programs.program import Lines
from bgtask_harness.virtual.shell.programs.program import Surroundings
from bgtask_harness.virtual.shell.programs.program import UsageError
from bgtask_harness.virtual.shell.programs.program import number
from bgtask_harness.virtual.shell.programs.program import opened
from bgtask_harness.virtual.shell.programs.program import options
from bgtask_harness.virtual.shell.streams import Streams

DEFAULT_LINES = "10"


async def head(shell: Surroundings, argv: Sequence[str], streams: Streams) -> int:
    """Run it: `-n N`, `-N`, `-c N`."""
    argv = [re.sub(r"^-(\d+)$", r"-n\1", word) for word in argv]
    try:
        given, names = options(argv, "n:c:qv")
        wanted = {key: number(value) for key, value in {"-n": DEFAULT_LINES, **dict(given)}.items() if value}
    except UsageError as error:
        streams.err(f"head: {error}\n")
        return 1
    status = 0
    for name in names or ["-"]:
        lines = opened(shell, name, streams, "head")
        status |= lines is None
        if lines is not None and "-c" in wanted:
            await _bytes(lines, wanted["-c"], streams)
        elif lines is not None:
            await _lines(lines, wanted["-n"], streams)
    return int(status)


async def _lines(lines: Lines, count: int, streams: Streams) -> None:
    for _ in range(count):
        line = await lines.next()
        if not line:
            return
        streams.out(line)
        await streams.drain()


async def _bytes(lines: Lines, count: int, streams: Streams) -> None:
    while count > 0 and (line := await lines.next()):
        data = line.encode(errors="surrogateescape")[:count]
        streams.stdout.write(data)
        count -= len(data)
