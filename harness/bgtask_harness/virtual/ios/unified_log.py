"""The unified log: whatever any process writes, told to whoever reads. A message that is not public is `<private>`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bgtask_harness.virtual.ios.port import Clocks
from bgtask_harness.virtual.ios.port import LogRecord
from bgtask_harness.virtual.ios.port import Stop
from bgtask_reference.ports.background_tasks import OSLogType

PRIVATE = "<private>"

Collector = Callable[[LogRecord], None]


class UnifiedLog:
    """Stamps and delivers; keeps nothing: who is not there does not hear."""

    def __init__(self, clocks: Clocks) -> None:
        self._clocks = clocks
        self._collectors: list[tuple[Collector, bool]] = []

    def follow(self, collector: Collector, *, reads_private: bool = False) -> Stop:
        """Tell of each entry from now on; a debugger, and a phone with a logging profile, reads what is private."""
        entry = (collector, reads_private)
        self._collectors.append(entry)

        def stop() -> None:
            if entry in self._collectors:
                self._collectors.remove(entry)

        return stop

    def write(
        self,
        source: Source,
        message: str,
        *,
        kind: OSLogType = OSLogType.DEFAULT,
        subsystem: str = "",
        category: str = "",
        public: bool = True,
    ) -> None:
        """Write an entry."""
        if not self._collectors:
            return
        record = LogRecord(
            wall_ns=self._clocks.wall_ns(),
            boot_ns=self._clocks.boot_ns(),
            pid=source.pid,
            thread_id=source.thread_id,
            process=source.process,
            sender=source.sender or source.process,
            subsystem=subsystem,
            category=category,
            kind=kind,
            message=message,
        )
        told = record if public else replace(record, message=PRIVATE)
        for collector, reads_private in tuple(self._collectors):
            collector(record if reads_private else told)


class Source:
    """Who writes: a process, and the image in it. Absolute paths; an empty sender is the executable."""

    __slots__ = ("pid", "process", "sender", "thread_id")

    def __init__(self, pid: int, process: str, sender: str = "") -> None:
        self.pid = pid
        self.process = process
        self.sender = sender
        self.thread_id = pid * 16 + 3
