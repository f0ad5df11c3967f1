"""A phone's log through a real adb server, captured whole: beside `adb logcat > file`, and at 100,000 lines a second.

The phone is a virtual one that floods its log (`inputs/flood.py`), every line with its number, one in a hundred a line
that matters. Captured means: every byte in logcat.txt, every line classified, what matters parsed and journalled, all
in one run. Rounds of both ways alternate. Wanted: at least half of what `adb logcat > file` takes, and no line lost.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from bgtask_harness import journal
from bgtask_harness.broker.phone_process import PhoneProcess
from bgtask_harness.capture.log_capture import LogCapture
from bgtask_harness.deadline import Deadline
from bgtask_harness.journal import FORMAT
from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.journal import Writer
from bgtask_harness.observe import LogObserver
from bgtask_harness.observe import LogTemplate
from bgtask_harness.session.recording import Recording
from bgtask_harness.transport.adb import AdbTransport
from bgtask_harness.transport.server import find_adb
from bgtask_harness.transport.shell import follow
from bgtask_reference.events import AppSpec
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Event
from bgtask_reference.events import Header
from bgtask_reference.events import LogLost
from bgtask_reference.events import RunStarted

HERE = Path(__file__).parent
LINES, ROUNDS = 500_000, 5
RATE, SECONDS = 100_000, 5
PACKAGE, ONE_IN = "com.example.app", 100
TEMPLATES = (LogTemplate("Dispatch", "Starting task [{task}] line {any}", "run.started"),)
HEADER = Header(FORMAT, "bench", "bench", "bench", AppSpec("bench", PACKAGE, ()), DeviceSpec("bench"))
PHONE = ["--phone", "pixel7-api36", "--program", "bgtask_reference.lineage.tvmaniac:fixed", "--package", PACKAGE]


def flooding_phone() -> PhoneProcess:
    os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE / "inputs"), os.environ.get("PYTHONPATH", "")])
    return PhoneProcess([*PHONE, "--virtual-fault", "flood:floods"], Deadline.after(60))


class Captured:
    """One capture from its first byte to the end of the stream, into a folder of its own."""

    def __init__(self, phone: PhoneProcess, folder: Path, lines: int, rate: int) -> None:
        transport = AdbTransport("127.0.0.1", phone.ready.adb_server_port, phone.ready.serial)
        self.folder, self.recording = folder, Recording(Writer(folder / JOURNAL_NAME, HEADER))
        self._ended = threading.Event()
        begun = time.perf_counter()
        stream = follow(transport, f"logcat flood {lines} {rate}", Deadline.after(60))
        capture = LogCapture(stream, LogObserver(PACKAGE, TEMPLATES), self._take, folder / "logcat.txt")
        capture.start()
        assert self._ended.wait(60), "the log did not end"
        self.seconds = time.perf_counter() - begun
        capture.stop()
        self.recording.close()

    def _take(self, events: Sequence[Event]) -> None:
        self.recording.add_many(events)
        if any(isinstance(event, LogLost) and event.reason == "eof" for event in events):
            self._ended.set()

    def check(self, lines: int) -> dict[str, int]:
        """Count what is missing: from the raw log by the numbers of its lines, and from the journal."""
        numbers = (int(line.rpartition(b" ")[2]) for line in (self.folder / "logcat.txt").open("rb"))
        in_order = sum(number == expected for expected, number in enumerate(numbers))
        history = journal.read(self.folder / JOURNAL_NAME)
        matter = sum(isinstance(entry.event, RunStarted) for entry in history.entries)
        return {"lines lost": lines - in_order, "lines that matter, not journalled": lines // ONE_IN - matter}


def by_adb(phone: PhoneProcess, folder: Path) -> float:
    """`adb logcat > file`, from the command's begin to its end."""
    address = ["-P", str(phone.ready.adb_server_port), "-s", phone.ready.serial]
    begun = time.perf_counter()
    with (folder / "adb.txt").open("wb") as file:
        command = [find_adb(), *address, "logcat", "flood", str(LINES), "0"]
        subprocess.run(command, stdout=file, stderr=subprocess.DEVNULL, check=True, timeout=60)
    seconds = time.perf_counter() - begun
    assert (folder / "adb.txt").read_bytes().count(b"\n") == LINES
    return seconds


def fastest(phone: PhoneProcess) -> dict[str, object]:
    ours, theirs = [], []
    missing: dict[str, int] = {}
    for number in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=HERE) as name:
            theirs.append(by_adb(phone, Path(name)))
            captured = Captured(phone, Path(name), LINES, 0)
            ours.append(captured.seconds)
            if number == 0:
                missing = captured.check(LINES)
    ratios = [one / two for one, two in zip(theirs, ours, strict=True)]
    return {
        "capture, lines/s": LINES / statistics.median(ours),
        "peer: adb logcat > file, lines/s": LINES / statistics.median(theirs),
        "capture over the peer, median of rounds (wanted 0.5)": statistics.median(ratios),
        "the worst round": min(ratios),
        **missing,
    }


def steady(phone: PhoneProcess) -> dict[str, object]:
    lines = RATE * SECONDS
    with tempfile.TemporaryDirectory(dir=HERE) as name:
        before = time.process_time()
        captured = Captured(phone, Path(name), lines, RATE)
        busy = time.process_time() - before
        return {
            "lines": lines,
            "lines/s, as they came": lines / captured.seconds,
            "behind at the end, s": captured.seconds - SECONDS,
            "CPU of the capture, share of one core": busy / captured.seconds,
            **captured.check(lines),
        }


def measure() -> dict[str, object]:
    phone = flooding_phone()
    try:
        return {"as fast as it goes": fastest(phone), f"at {RATE:,} lines/s": steady(phone)}
    finally:
        phone.end()
