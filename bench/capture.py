"""Lines a second that the log observer reads: 100,000 lines of which one in a hundred matters."""

from __future__ import annotations

import time
from itertools import cycle
from itertools import islice

from bgtask_harness.observe import LogObserver
from bgtask_harness.observe import LogTemplate
from bgtask_harness.observe import parse_line

LINES = 100_000
ONE_IN = 100
ROUNDS = 5

PACKAGE = "com.example.app"
TEMPLATES = (LogTemplate("Dispatch", "Starting task [{task}]", "run.started"),)
NOISE = (
    "D NetworkController.MobileSignalController(1): onSignalStrengthsChanged signalStrength=SignalStrength:{level=3}",
    "I WifiHAL : Creating message to get link statistics; iface = 38",
    "W ResourceType: No package identifier when getting value for resource number 0x00000000",
    "D audio_hw_primary: start_output_stream: enter: stream(0xb400007a1c4c5a10)usecase(1: low-latency-playback)",
)
MATTERS = (
    "I WM-WorkerWrapper: Worker result SUCCESS for Work [ id=354a48f1-8cc3-4846-998e-976f39a15572, tags={ a.B } ]",
    "I ActivityManager: Start proc 6037:com.example.app/u0a217 for service {com.example.app/a.B}",
    "D Dispatch: Starting task [com.example.sync]",
    "I bgtask-harness: sentinel 0123abcd 7",
)


def lines() -> list[str]:
    noise, matters = cycle(NOISE), cycle(MATTERS)
    texts = (next(matters) if number % ONE_IN == 0 else next(noise) for number in range(LINES))
    return [
        f"         {1790090107 + number // 1000}.{number % 1000:03d}123  6037  6071 {text}"
        for number, text in enumerate(islice(texts, LINES))
    ]


def fastest(read: object, log: list[str]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.perf_counter()
        read(log)  # type: ignore[operator]
        best = min(best, time.perf_counter() - began)
    return LINES / best


def observe(log: list[str]) -> None:
    observer = LogObserver(PACKAGE, TEMPLATES, "0123abcd")
    for line in log:
        observer.feed(line)


def observe_block(log: list[str]) -> None:
    observer = LogObserver(PACKAGE, TEMPLATES, "0123abcd")
    observer.feed_block("\n".join(log))


def parse(log: list[str]) -> None:
    for line in log:
        parse_line(line)


def split(log: list[str]) -> None:
    for line in log:
        line.split(None, 5)


def measure() -> dict[str, object]:
    """Peers: reading every line with the full expression, and only splitting it into words."""
    log = lines()
    observed, parsed, words = fastest(observe, log), fastest(parse, log), fastest(split, log)
    in_blocks = fastest(observe_block, log)
    return {
        "LogObserver.feed_block, lines/s": round(in_blocks),
        "LogObserver.feed, lines/s": round(observed),
        "parse_line on every line, lines/s": round(parsed),
        "str.split on every line, lines/s": round(words),
        "observer over parse_line": in_blocks / parsed,
    }


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name:<40} {value:>14,}")
