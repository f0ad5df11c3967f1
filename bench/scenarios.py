"""The wall time of every shipped scenario on the virtual phone, beside the time that passed on the phone in it.

One real pytest over the real adb server, one task for each scenario; what is not for this phone is left out. The peer
is the phone's own time: what the same scenario takes on a phone whose clock nobody moves on.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

from bgtask_harness import journal
from bgtask_reference.events import ClockSampled

ROOT = Path(__file__).parent.parent
DEVICE = "virtual-pixel7"
PYTEST = [sys.executable, "-m", "pytest", "--device", DEVICE, "-q", "-p", "no:cacheprovider"]


def one_of_each() -> list[str]:
    """The first of each scenario's tests, as pytest names them."""
    said = subprocess.run(
        [*PYTEST, "--collect-only"], check=True, capture_output=True, text=True, cwd=ROOT, timeout=120
    ).stdout
    names = [line.strip() for line in said.splitlines() if "::test_" in line]
    first: dict[str, str] = {}
    for name in names:
        first.setdefault(name.partition("[")[0], name)
    return list(first.values())


def phone_time(folder: Path) -> float:
    """Seconds of the phone's own time in one journal, boot by boot."""
    samples = [e.event for e in journal.read(folder / "journal.jsonl").entries if isinstance(e.event, ClockSampled)]
    return sum(two.boot_ns - one.boot_ns for one, two in pairwise(samples) if one.boot_id == two.boot_id) / 1e9


def measure() -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bgtask-bench-") as name:
        folder = Path(name)
        begun = time.perf_counter()
        done = subprocess.run(
            [*PYTEST, f"--run-dir={folder}/run", f"--junitxml={folder}/junit.xml", *one_of_each()],
            check=False,
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=300,
        )
        whole = time.perf_counter() - begun
        assert done.returncode == 0, done.stdout + done.stderr
        cases = list(ET.parse(folder / "junit.xml").iter("testcase"))
        walls = {case.get("name", ""): float(case.get("time", 0)) for case in cases if case.find("skipped") is None}
        phone = sum(phone_time(path.parent) for path in folder.glob("run/*/*/journal.jsonl"))
    return {
        "wall, s": {re.sub(r"\[.*", "", name): seconds for name, seconds in sorted(walls.items())},
        "scenarios": len(walls),
        "not for this phone": len(cases) - len(walls),
        "the slowest, s": max(walls.values()),
        "all of them, from the command to the page, s": whole,
        "peer: time that passed on the phone, h": phone / 3600,
        "phone time over wall": phone / whole,
    }
