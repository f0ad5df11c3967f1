"""The journal: appending with fsync, and reading with every check. Peers in the same run: the bare disk, and json."""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
import zlib
from collections.abc import Callable
from pathlib import Path

from bgtask_harness.journal import FORMAT
from bgtask_harness.journal import Writer
from bgtask_harness.journal import parse
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Clock
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Event
from bgtask_reference.events import Header
from bgtask_reference.events import RunStarted
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import Subject

HEADER = Header(FORMAT, "bench", "bench", "bench", AppSpec("bench", "com.example", ()), DeviceSpec("bench"))
SINGLE, RECORDS, BATCH, ROUNDS = 1000, 50_000, 100, 3


def event(number: int) -> Event:
    return RunStarted(
        stamp=Stamp(Clock.LOG, 1_790_090_107_000_000_000 + number * 1_000_003, 500),
        source=Source.APP_LOG,
        raw=f"1790090107.{number % 1_000_000:06d}  6037  6071 D DispatchWorker: Starting task [com.example.sync]",
        subject=Subject(task="com.example.sync", attempt_id=f"attempt-{number}"),
        run_attempt=1,
    )


def latencies(step: Callable[[int], object], times: int) -> dict[str, float]:
    taken = []
    for number in range(times):
        begun = time.perf_counter()
        step(number)
        taken.append((time.perf_counter() - begun) * 1000)
    cuts = statistics.quantiles(taken, n=20)
    return {"p50 ms": statistics.median(taken), "p95 ms": cuts[18]}


def append_one(folder: Path) -> dict[str, float]:
    with Writer(folder / "one.jsonl", HEADER) as writer:
        return latencies(lambda number: writer.append(event(number)), SINGLE)


def append_many(folder: Path) -> dict[str, float]:
    with Writer(folder / "many.jsonl", HEADER) as writer:
        return latencies(lambda n: writer.append_many(event(n * BATCH + k) for k in range(BATCH)), RECORDS // BATCH)


def bare_disk(folder: Path) -> dict[str, float]:
    """Write and fsync a line of the same length: what the disk itself costs."""
    line = b"x" * 400 + b"\n"
    fd = os.open(folder / "bare", os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        return latencies(lambda _: (os.write(fd, line), os.fsync(fd)), SINGLE)
    finally:
        os.close(fd)


def per_second(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - begun)
    return RECORDS / best


def standard_library(raw: bytes) -> int:
    """Check and decode with zlib and json alone, into dicts, without sequence, holes or types."""
    lines = raw.splitlines()
    return sum(1 for line in lines if line[:8] == b"%08x" % zlib.crc32(line[9:]) and json.loads(line[9:]))


def measure() -> dict[str, object]:
    with tempfile.TemporaryDirectory(dir=Path(__file__).parent) as name:
        folder = Path(name)
        one, many, bare = append_one(folder), append_many(folder), bare_disk(folder)
        raw = (folder / "many.jsonl").read_bytes()
    assert parse(raw).history.whole
    ours, peer = per_second(lambda: parse(raw)), per_second(lambda: standard_library(raw))
    return {
        "append one event, fsync": one,
        f"append {BATCH} events, one fsync": many,
        "peer: write and fsync of a bare line": bare,
        "append over the bare disk, p50": one["p50 ms"] / bare["p50 ms"],
        "read and check, events/s": ours,
        "peer: zlib and json to dicts, events/s": peer,
        "read and check over the peer": ours / peer,
        "bytes an event": len(raw) / RECORDS,
    }
