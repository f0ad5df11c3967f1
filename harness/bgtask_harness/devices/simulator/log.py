"""A simulator's unified log as a stream of lines: what `log stream --style ndjson` prints, as it is."""

from __future__ import annotations

import collections
import json
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.simulator import simctl
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Refused

STREAM = ("log", "stream", "--level", "debug", "--style", "ndjson")

_BANNERS = (b"Filtering the log data using", b"Timestamp ")
_NO_ENTRY = (*_BANNERS, b"getpwuid_r ")
_HOOK = b'"bgt"'
_WORDS = 3
_CLOSE_S = 5.0


@dataclass(frozen=True, slots=True)
class Label:
    """Where an entry was written: its category."""

    category: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that may be an answer of the hook, as `HookAnswers.hear` takes one."""

    message: str
    label: Label


def as_entry(line: bytes) -> Entry | None:
    """Read a line that may be an answer of the hook; None for any other: there are thousands a second."""
    if _HOOK not in line:
        return None
    try:
        fields = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(fields, dict):
        return None
    return Entry(str(fields.get("eventMessage", "")), Label(str(fields.get("category", ""))))


class SimulatorLog:
    """Lines as they come. Satisfies `transport.port.Stream`; nothing can be sent.

    Whoever ends this process by force leaves `log stream` behind until its next line, which nobody takes then.
    """

    def __init__(self, udid: str, heard: Callable[[Entry], None]) -> None:
        self._heard = heard
        self._ready = threading.Condition()
        self._lines = bytearray()
        self._words: collections.deque[str] = collections.deque(maxlen=_WORDS)
        self._failed: HarnessError | None = None
        self._ended = False
        self._opened = threading.Event()
        self._process = simctl.start(("spawn", udid, *STREAM), subprocess.STDOUT)
        self._pump = threading.Thread(target=self._follow, name=f"log of {udid}", daemon=True)
        self._pump.start()

    def wait_until_open(self, deadline: Deadline) -> None:
        """Wait for its first line.

        Raises:
            DeviceLostError: It ended before that; its last words say why.
            DeadlineExceeded: Nothing came in time.

        """
        if not self._opened.wait(deadline.check("opening the log of a simulator")):
            raise DeadlineExceeded("opening the log of a simulator")
        if self._failed is not None and not self._lines:
            raise self._failed

    def recv(self, size: int, deadline: Deadline) -> bytes:
        """Give what has come; see `Stream.recv`."""
        with self._ready:
            while not self._lines:
                if self._ended:
                    return b""
                if self._failed is not None:
                    raise self._failed
                if not self._ready.wait(deadline.check("waiting for the log of a simulator")):
                    raise DeadlineExceeded("waiting for the log of a simulator")
            taken = bytes(self._lines[:size])
            del self._lines[:size]
            return taken

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Refuse: a log is read."""
        del data, deadline
        raise Refused("nothing can be written to the log of a simulator")

    @property
    def is_open(self) -> bool:
        """Lines still come."""
        return not self._ended and self._failed is None

    def close(self) -> None:
        """End it. Twice is harmless."""
        with self._ready:
            self._ended = True
            self._ready.notify_all()
        simctl.end(self._process)
        self._pump.join(_CLOSE_S)
        if self._process.stdout is not None and not self._pump.is_alive():
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _follow(self) -> None:
        for line in self._process.stdout or ():
            self._take(line)
        said = f": {' '.join(self._words)}" if self._words else ""
        with self._ready:
            self._failed = DeviceLostError(f"the log of the simulator ended{said}")
            self._ready.notify_all()
        self._opened.set()

    def _take(self, line: bytes) -> None:
        """Pass on what is no banner: a line that nobody can read is a hole that the observer has to see."""
        if line.startswith(b"{") or line.startswith(_BANNERS):
            self._opened.set()
        else:
            self._words.append(line.decode("utf-8", "replace").strip())
        if line.startswith(_NO_ENTRY):
            return
        entry = as_entry(line)
        if entry is not None:
            self._heard(entry)
        with self._ready:
            self._lines += line
            self._ready.notify_all()
