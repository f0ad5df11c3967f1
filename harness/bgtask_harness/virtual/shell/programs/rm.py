"""`rm`: files that were pushed; `-f` says nothing of those that are not there."""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_harness.virtual.shell.programs.program import Surroundings
from bgtask_harness.virtual.shell.programs.program import UsageError
from bgtask_harness.virtual.shell.programs.program import options
from bgtask_harness.virtual.shell.streams import Streams


async def rm(shell: Surroundings, argv: Sequence[str], streams: Streams) -> int:
    """Run it; status 1 when a file is not there, or is the phone's own."""
    try:
        given, names = options(argv, "f")
    except UsageError as error:
        streams.err(f"rm: {error}\n")
        return 1
    if not names and not given:
        streams.err('rm: Needs 1 argument (see "rm --help")\n')
        return 1
    status = 0
    for name in names:
        if shell.remove_file(name):
            continue
        own = shell.read_file(name) is not None
        if own or not given:
            streams.err(f"rm: {name}: {'Permission denied' if own else 'No such file or directory'}\n")
            status = 1
    return status
