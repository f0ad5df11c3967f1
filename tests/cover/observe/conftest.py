from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from bgtask_harness.observe import LogObserver
from bgtask_reference.events import Event

Feed = Callable[..., list[Event]]


@pytest.fixture
def recorded() -> Callable[[str], str]:
    folder = Path(__file__).parent / "fixtures"
    return lambda name: (folder / name).read_text()


@pytest.fixture
def feed() -> Feed:
    """Give an observer lines `P Tag: message`, one second apart, of process 500 thread 501 unless `pid:` precedes."""

    def read(observer: LogObserver, *lines: str) -> list[Event]:
        events: list[Event] = []
        for second, line in enumerate(lines):
            pid, at, text = line.rpartition("@ ")
            events += observer.feed(f"         {1000 + second}.000001  {pid if at else 500}   501 {text}")
        return events

    return read
