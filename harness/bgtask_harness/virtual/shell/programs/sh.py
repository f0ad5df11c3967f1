"""`sh -c COMMAND`, or commands from standard input."""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_harness.virtual.shell.programs.program import Lines
from bgtask_harness.virtual.shell.programs.program import Surroundings
from bgtask_harness.virtual.shell.streams import Null
from bgtask_harness.virtual.shell.streams import Streams

NAME = "/system/bin/sh"


async def sh(shell: Surroundings, argv: Sequence[str], streams: Streams) -> int:
    """Run it; what comes after the command is not handed to it (`$0`, `$1` stay empty)."""
    child = shell.child()
    if argv[1:2] == ["-c"]:
        if len(argv) == 2:  # noqa: PLR2004 - sh -c
            streams.err(f"{NAME}: -c requires an argument\n")
            return 1
        return await child.run(argv[2], streams)
    if len(argv) > 1:
        content = shell.read_file(argv[1])
        if content is None:
            streams.err(f"{NAME}: {argv[1]}: No such file or directory\n")
            return 127
        return await child.run(content.decode(errors="surrogateescape"), streams)
    lines = Lines(streams.read)
    while line := await lines.next():
        await child.run(line, Streams(Null(), streams.stdout, streams.stderr))
    return child.status
