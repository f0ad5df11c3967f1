"""The shipped suite on the four virtual phones, and how long each scenario took: `make suite`, or one of `make bench`.

    python bench/suite.py [APP...]        # app files; the phones' own default when none is named

Each phone has a process of its own and a pytest worker of its own. What a scenario takes is its set-up, body and end as
pytest reports them, for all of its tasks together; phones share the machine's cores, so their times overlap.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from bgtask_harness import journal
from bgtask_reference.events import ClockSampled

PHONES = ("virtual-pixel3", "virtual-pixel5", "virtual-pixel8", "virtual-pixel7")
APP = "tvmaniac@fixed"
LEVELS = {
    "virtual-pixel3": "API 28",
    "virtual-pixel5": "API 30",
    "virtual-pixel8": "API 34",
    "virtual-pixel7": "API 36",
}
Seconds = dict[str, dict[str, float]]
"""By scenario and phone."""


def run(app: str, folder: Path, *, quiet: bool) -> tuple[int, Path]:
    """Run the suite with one app; pytest's exit status, and its report as XML."""
    report = folder / f"{app}.xml"
    devices = [word for phone in PHONES for word in ("--device", phone)]
    options = ["-n", "auto", "-q", "-p", "no:cacheprovider", f"--junit-xml={report}", f"--run-dir={folder / app}"]
    command = [sys.executable, "-m", "pytest", *devices, "--app", app, *options]
    done = subprocess.run(command, check=False, capture_output=quiet, text=True)
    if quiet and done.returncode:
        raise SystemExit(f"the suite did not pass with {app}: pytest ended with {done.returncode}\n{done.stdout}")
    return done.returncode, report


def seconds(report: Path, found: Seconds) -> tuple[int, int]:
    """Add up what each scenario took; the number of tests, and of those that were skipped."""
    tests = skipped = 0
    for case in ET.parse(report).iter("testcase"):
        name, _, parameters = case.get("name", "").partition("[")
        phone = next((each for each in PHONES if parameters.startswith(each)), None)
        if phone is None:
            continue
        tests, skipped = tests + 1, skipped + (case.find("skipped") is not None)
        times = found.setdefault(name.removeprefix("test_"), defaultdict(float))
        times[phone] += float(case.get("time", "0"))
    return tests, skipped


def whole(folder: Path, apps: Sequence[str], *, quiet: bool) -> tuple[int, Seconds, dict[str, float | int]]:
    """Run it with each app: the worst exit status, what each scenario took, and the sums."""
    found: Seconds = {}
    worst = tests = skipped = 0
    began = time.perf_counter()
    for app in apps:
        status, report = run(app, folder, quiet=quiet)
        more, out = seconds(report, found) if report.is_file() else (0, 0)
        worst, tests, skipped = max(worst, status), tests + more, skipped + out
    sums = {"tests": tests, "of them unsupported": skipped, "whole, s": time.perf_counter() - began}
    return worst, found, {**sums, "cores": os.cpu_count() or 0}


def table(found: Seconds) -> str:
    """Give the wall times as a table, the longest scenario first."""
    head = f"{'scenario':<46}" + "".join(f"{LEVELS[phone]:>10}" for phone in PHONES) + f"{'all, s':>10}"
    rows = sorted(found.items(), key=lambda row: -sum(row[1].values()))
    lines = [
        f"{name:<46}"
        + "".join(f"{times[phone]:>10.2f}" if phone in times else f"{'-':>10}" for phone in PHONES)
        + f"{sum(times.values()):>10.2f}"
        for name, times in rows
    ]
    return "\n".join([head, *lines])


def phone_time(folder: Path) -> float:
    """Hours that passed on the phones, boot by boot: what the same takes where nobody moves a clock on."""
    passed = 0
    for path in folder.rglob("journal.jsonl"):
        samples = [e.event for e in journal.read(path).entries if isinstance(e.event, ClockSampled)]
        passed += sum(two.boot_ns - one.boot_ns for one, two in pairwise(samples) if one.boot_id == two.boot_id)
    return passed / 3.6e12


def measure() -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="bgtask-suite-") as folder:
        _, found, sums = whole(Path(folder), [APP], quiet=True)
        hours = phone_time(Path(folder))
    sums |= {"peer: time that passed on the phones, h": hours, "phone time over wall": hours * 3600 / sums["whole, s"]}
    by_scenario = {f"{name}, s": sum(times.values()) for name, times in sorted(found.items())}
    return {**sums, "all four phones together": by_scenario}


def main() -> int:
    folder = Path("reports/suite").resolve()
    folder.mkdir(parents=True, exist_ok=True)
    status, found, sums = whole(folder, sys.argv[1:] or [APP], quiet=False)
    text = "\n".join([table(found), "", *(f"{key}: {value:,.0f}" for key, value in sums.items())])
    (folder / "times.txt").write_text(text + "\n")
    print(f"\n{text}")
    return status


if __name__ == "__main__":
    raise SystemExit(main())
