"""JobPackageTracker's event ring: the last hundred starts and stops of all jobs of the phone."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

EVENT_BUFFER_SIZE = 100
"""JobPackageTracker.EVENT_BUFFER_SIZE."""

START, STOP = "START", "STOP"


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """One start or stop. `label` is START or STOP; `reason` why it stopped, None for a start."""

    boot_ns: int
    label: str
    periodic: bool
    uid: int
    job_id: int
    tag: str
    reason: str | None = None


class JobHistory:
    """The ring."""

    def __init__(self) -> None:
        self._events: deque[HistoryEvent] = deque(maxlen=EVENT_BUFFER_SIZE)

    def add(self, event: HistoryEvent) -> None:
        """Add an event; the oldest goes when the ring is full."""
        self._events.append(event)

    def events(self) -> tuple[HistoryEvent, ...]:
        """All of them, oldest first."""
        return tuple(self._events)

    def clear(self) -> None:
        """Forget them all: they live in system_server's memory."""
        self._events.clear()
