"""`cat`: files, or standard input, to standard output."""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_harness.virtual.shell.programs.program import Surroundings
from bgtask_harness.virtual.shell.programs.program import UsageError
from bgtask_harness.virtual.shell.programs.program import options
from bgtask_harness.virtual.shell.streams import Streams


async def cat(shell: Surroundings, argv: Sequence[str], streams: Streams) -> int:
    """Run it; status 1 when a file is not there."""
    try:
        _, names = options(argv, "u")
    except UsageError as error:
        streams.err(f"cat: {error}\n")
        return 1
    status = 0
    for name in names or ["-"]:
        if name == "-":
            await _copy(streams)
        elif (content := shell.read_file(name)) is not None:
            streams.stdout.write(content)
        else:
            quoted = name or "''"
            streams.err(f"cat: {quoted}: No such file or directory\n")
            status = 1
    return status


async def _copy(streams: Streams) -> None:
    while data := await streams.read():
        streams.stdout.write(data)
        await streams.stdout.drain()
