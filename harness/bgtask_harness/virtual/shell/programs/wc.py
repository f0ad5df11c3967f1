"""`wc`: how many lines, words, bytes."""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_harness.virtual.shell.programs.program import Lines
from bgtask_harness.virtual.shell.programs.program import Surroundings
from bgtask_harness.virtual.shell.programs.program import UsageError
from bgtask_harness.virtual.shell.programs.program import opened
from bgtask_harness.virtual.shell.programs.program import options
from bgtask_harness.virtual.shell.streams import Streams


async def wc(shell: Surroundings, argv: Sequence[str], streams: Streams) -> int:
    """Run it: `-l`, `-w`, `-c`, all three without any."""
    try:
        given, names = options(argv, "lwc")
    except UsageError as error:
        streams.err(f"wc: {error}\n")
        return 1
    asked = {key for key, _ in given} or {"-l", "-w", "-c"}
    status = 0
    for name in names or ["-"]:
        lines = opened(shell, name, streams, "wc")
        if lines is None:
            status = 1
            continue
        counts = await _count(lines)
        shown = [str(counts[key]) for key in ("-l", "-w", "-c") if key in asked]
        label = f" {name}" if names else ""
        streams.out(_row(shown) + label + "\n")
    return status


def _row(shown: list[str]) -> str:
    return shown[0] if len(shown) == 1 else " ".join(text.rjust(7) for text in shown)


async def _count(lines: Lines) -> dict[str, int]:
    counts = {"-l": 0, "-w": 0, "-c": 0}
    while line := await lines.next():
        counts["-l"] += line.endswith("\n")
        counts["-w"] += len(line.split())
        counts["-c"] += len(line.encode(errors="surrogateescape"))
    return counts
