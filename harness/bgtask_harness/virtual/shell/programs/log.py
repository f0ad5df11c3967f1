"""`log`: a line in the phone's log, as the shell user (toys/android/log.c)."""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_harness.virtual.shell.programs.program import Lines
from bgtask_harness.virtual.shell.programs.program import Surroundings
from bgtask_harness.virtual.shell.programs.program import UsageError
from bgtask_harness.virtual.shell.programs.program import options
from bgtask_harness.virtual.shell.streams import Streams

SHELL_UID = 2_000
"""AID_SHELL (android_filesystem_config.h)."""

_PRIORITIES = "defisvw"


async def log(shell: Surroundings, argv: Sequence[str], streams: Streams) -> int:
    """Run it: `-p PRIORITY`, `-t TAG`; the message is what remains, or standard input line by line."""
    try:
        given, words = options(argv, "p:t:")
    except UsageError as error:
        streams.err(f"log: {error}\n")
        return 1
    asked = dict(given)
    priority, tag = asked.get("-p", "i")[:1].lower(), asked.get("-t", "log")
    if not priority or priority not in _PRIORITIES:
        streams.err(f"log: bad -p '{asked['-p']}'\n")
        return 1

    def write(message: str) -> None:
        shell.phone.log(priority.upper(), tag, message, uid=SHELL_UID, pid=shell.pid, tid=shell.pid)

    if words:
        write(" ".join(words))
        return 0
    lines = Lines(streams.read)
    while line := await lines.next():
        write(line.removesuffix("\n"))
    return 0
