"""From a forced job to its verdict, beside the time that the phone itself took for it.

A real pytest runs the shipped scenario on the virtual phone over a real adb server, several times. Host times are the
journal's own; the phone's time lies between the forced job's answer and the run's last line, on the phone's clock.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bgtask_harness import journal
from bgtask_reference.events import Entry
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import StimulusSent
from bgtask_reference.oracle import judge

ROUNDS = 5
SCENARIO = "force_when_due and token"


def one_round(folder: Path) -> dict[str, float]:
    began = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--device", "virtual-pixel7"]
    done = subprocess.run(
        [*command, "-k", SCENARIO, f"--run-dir={folder}"], check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise SystemExit(f"the scenario did not pass: pytest ended with {done.returncode}\n{done.stdout}{done.stderr}")
    whole = time.perf_counter() - began
    (path,) = folder.glob("*/*/journal.jsonl")
    history = journal.read(path)
    forced = next(e for e in history.entries if isinstance(e.event, StimulusSent) and e.event.verb == "job.run")
    started = first(RunStarted, forced, history.entries)
    finished = first(RunFinished, started, history.entries)
    before = time.perf_counter()
    judge(history)
    return {
        "force sent to run started, seen by the host, ms": (started.host_ns - forced.host_ns) / 1e6,
        "force sent to run finished, seen by the host, ms": (finished.host_ns - forced.host_ns) / 1e6,
        "the phone's own time from start to finish, ms": (finished.event.stamp.ns - started.event.stamp.ns) / 1e6,
        "judging the journal, ms": (time.perf_counter() - before) * 1e3,
        "whole session, from the command to the page, s": whole,
    }


def first(kind: type, after: Entry, entries: tuple[Entry, ...]) -> Entry:
    return next(entry for entry in entries if entry.index > after.index and isinstance(entry.event, kind))


def measure() -> dict[str, float | int]:
    rounds = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(prefix="bgtask-bench-") as folder:
            rounds.append(one_round(Path(folder) / "run"))
    medians = {key: statistics.median(each[key] for each in rounds) for key in rounds[0]}
    return {"rounds (medians below)": ROUNDS, **medians}
