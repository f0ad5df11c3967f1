"""1, 2, 4 and 8 virtual phones under xdist, each with the same small set of scenarios, against one.

A worker owns a phone, so n phones do n times the work. On c cores that is c times the work in the time of one at best,
and a little more: what a phone waits for (its process, adb, the disk) overlaps. One phone is measured before and after
the others, and the mean is the peer.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
COUNTS = (1, 2, 4, 8)
SCENARIOS = "test_runs_to_success"


def wall(phones: int) -> float:
    """Seconds from the command to its end; with one phone too a worker runs it."""
    devices = [word for number in range(1, phones + 1) for word in ("--device", f"virtual-pixel7#{number}")]
    command = [sys.executable, "-m", "pytest", *devices, "-n", str(phones), "-q", "-p", "no:cacheprovider"]
    with tempfile.TemporaryDirectory(prefix="bgtask-bench-") as folder:
        begun = time.perf_counter()
        done = subprocess.run(
            [*command, f"--run-dir={folder}/run", "-k", SCENARIOS],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=300,
        )
        seconds = time.perf_counter() - begun
    assert done.returncode == 0, done.stdout + done.stderr
    return seconds


def measure() -> dict[str, object]:
    walls = {count: [wall(count)] for count in COUNTS}
    walls[1].append(wall(1))
    alone = statistics.mean(walls[1])
    cores = os.cpu_count() or 1
    by_count = {
        f"{count} phones": {
            "wall, s": walls[count][0],
            "wall over that of one": walls[count][0] / alone,
            f"work done in the time of one (at most {min(count, cores)} by cores)": count * alone / walls[count][0],
        }
        for count in COUNTS[1:]
    }
    return {"cores": cores, "one phone, s": alone, **by_count}
