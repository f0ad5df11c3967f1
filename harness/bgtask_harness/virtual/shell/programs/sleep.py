"""`sleep`: in the phone's time."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bgtask_harness.virtual.shell.programs.program import Surroundings
from bgtask_harness.virtual.shell.streams import Streams

_UNITS = {"": 1, "s": 1, "m": 60, "h": 3_600, "d": 86_400}


async def sleep(shell: Surroundings, argv: Sequence[str], streams: Streams) -> int:
    """Run it: seconds with a fraction, or with one of the suffixes `s`, `m`, `h`, `d`."""
    if len(argv) < 2:  # noqa: PLR2004 - its name and its argument
        streams.err('sleep: Needs 1 argument (see "sleep --help")\n')
        return 1
    total = 0
    for word in argv[1:]:
        found = re.fullmatch(r"(\d+\.?\d*|\.\d+)([smhd]?)", word)
        if found is None:
            streams.err(f"sleep: Not a number '{word}'\n")
            return 1
        total += int(float(found[1]) * 1e9) * _UNITS[found[2]]
    await shell.phone.kernel.sleep(total)
    return 0
