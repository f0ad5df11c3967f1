"""Memory of a capture of eight hours: 100 lines a second, one in a hundred matters, read as fast as it goes.

The log is made on the way, with work ids, attempts and processes that are new each time, as in a long night. Resident
memory is sampled all along in a process of its own; growth is what a straight line through the samples after the
warm-up says. Twice: into a journal alone, and as a session does it, which also knows every event for whoever waits.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable
from collections.abc import Sequence
from pathlib import Path

from bgtask_harness.capture.log_capture import LogCapture
from bgtask_harness.deadline import Deadline
from bgtask_harness.journal import FORMAT
from bgtask_harness.journal import JOURNAL_NAME
from bgtask_harness.journal import Writer
from bgtask_harness.observe import LogObserver
from bgtask_harness.observe import LogTemplate
from bgtask_harness.session.recording import Recording
from bgtask_reference.events import AppSpec
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Event
from bgtask_reference.events import Header

HOURS, RATE, ONE_IN = 8, 100, 100
LINES = HOURS * 3600 * RATE
BLOCK, WARM_UP, EVERY = 1000, 0.25, 20
PACKAGE = "com.example.app"
TEMPLATES = (LogTemplate("Dispatch", "Starting task [{task}]", "run.started"),)
HEADER = Header(FORMAT, "bench", "bench", "bench", AppSpec("bench", PACKAGE, ()), DeviceSpec("bench"))
NOISE = (
    "D NetworkController.MobileSignalController(1): onSignalStrengthsChanged signalStrength=SignalStrength:{level=3}"
)
MB = 1 << 20


class Night:
    """A stream of eight hours' log, as far as `LogCapture` reads one."""

    def __init__(self) -> None:
        self.given = 0
        self.at_each_block: Callable[[int], object] = int

    def recv(self, _size: int, _deadline: Deadline) -> bytes:
        if self.given >= LINES:
            return b""
        lines = [self._line(number) for number in range(self.given, self.given + BLOCK)]
        self.given += BLOCK
        if self.given % (EVERY * BLOCK) == 0:
            self.at_each_block(self.given)
        return "".join(lines).encode()

    def _line(self, number: int) -> str:
        pid = 6000 + number // 36000
        stamp = f"{1790090107 + number // RATE}.{number % RATE * 10000:06d}"
        return f"         {stamp}  {pid}  {pid + 34} {NOISE if number % ONE_IN else matters(number, pid)}\n"

    def close(self) -> None:
        return


def matters(number: int, pid: int) -> str:
    work = uuid.UUID(int=number)
    which = number // ONE_IN % 4
    if which == 0:
        return f"I ActivityManager: Start proc {pid}:{PACKAGE}/u0a217 for service {{{PACKAGE}/a.B}}"
    if which == 1:
        return f"I WM-WorkerWrapper: Worker result SUCCESS for Work [ id={work}, tags={{ a.B }} ]"
    if which == 2:
        beacon = {"v": 1, "event": "start", "task": "sync", "attempt_id": f"{work}@1", "work_id": str(work)}
        return f"I bgtask-beacon: {json.dumps(beacon, separators=(',', ':'))}"
    return "D Dispatch: Starting task [com.example.sync]"


def resident() -> float:
    """Resident memory of this process, MB."""
    statm = Path("/proc/self/statm")
    if statm.exists():
        return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / MB
    said = subprocess.run(["ps", "-o", "rss=", "-p", str(os.getpid())], capture_output=True, text=True, check=True)
    return int(said.stdout) / 1024


def capture(*, as_a_session: bool) -> list[tuple[int, float]]:
    """Read all of it, and give (lines, MB) along the way."""
    night, samples = Night(), []
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as name:
        writer = Writer(Path(name) / JOURNAL_NAME, HEADER)
        recording = Recording(writer)

        def take(events: Sequence[Event]) -> None:
            (recording.add_many if as_a_session else writer.append_many)(events)

        reader = LogCapture(night, LogObserver(PACKAGE, TEMPLATES), take, Path(name) / "logcat.txt")
        night.at_each_block = lambda lines: samples.append((lines, resident()))
        reader.pump()
        reader.stop()
        assert reader.counters.lines == LINES
        assert reader.counters.unknown == 0
    return samples


def growth(samples: list[tuple[int, float]]) -> float:
    """MB per million lines after the warm-up, by least squares."""
    kept = [(lines / 1e6, mb) for lines, mb in samples if lines >= LINES * WARM_UP]
    mean_x, mean_y = (sum(column) / len(kept) for column in zip(*kept, strict=True))
    return sum((x - mean_x) * (y - mean_y) for x, y in kept) / sum((x - mean_x) ** 2 for x, _ in kept)


def in_its_own_process(way: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, __file__, way], capture_output=True, text=True, check=True)
    samples = [(int(lines), float(mb)) for lines, mb in json.loads(done.stdout)]
    warm = next(mb for lines, mb in samples if lines >= LINES * WARM_UP)
    return {
        "MB after the warm-up": warm,
        "MB at the end": samples[-1][1],
        "growth, MB per million lines": growth(samples),
    }


def measure() -> dict[str, object]:
    return {
        "hours": HOURS,
        "lines": LINES,
        "events": LINES // ONE_IN,
        "into a journal": in_its_own_process("journal"),
        "as a session": in_its_own_process("session"),
    }


if __name__ == "__main__":
    print(json.dumps(capture(as_a_session=sys.argv[1:] == ["session"])))
