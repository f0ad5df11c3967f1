"""The ring of Doze's events that `dumpsys deviceidle` prints: `Idling history:`.

Source: a30 DeviceIdleController.addEvent and dump; corpus deviceidle_idling_history_hyperos_2026.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from bgtask_harness.virtual.android.durations import from_ns

EVENT_BUFFER_SIZE = 100


class DozeHistory:
    """The last events; one that repeats the last is not kept. `boot_ns` tells the time."""

    def __init__(self, boot_ns: Callable[[], int]) -> None:
        self._boot_ns = boot_ns
        self._events: deque[tuple[int, str, str]] = deque(maxlen=EVENT_BUFFER_SIZE)

    def add(self, event: str, reason: str = "") -> None:
        """Note `normal`, `light-idle`, `light-maint`, `deep-idle` or `deep-maint`."""
        if not self._events or self._events[-1][1] != event:
            self._events.append((self._boot_ns(), event, reason))

    def events(self) -> tuple[tuple[int, str, str], ...]:
        """Give all of them, the oldest first: when (nanoseconds since boot), what and why."""
        return tuple(self._events)

    def clear(self) -> None:
        """Forget everything, as after a boot."""
        self._events.clear()

    def lines(self) -> list[str]:
        """Give the block of the dump, the oldest first; nothing when there is nothing."""
        now = self._boot_ns()
        rows = [line(when - now, event, reason) for when, event, reason in self._events]
        return ["  Idling history:", *rows] if rows else []


def line(ago_ns: int, event: str, reason: str) -> str:
    """Give one line of it; `ago_ns` is negative."""
    return f"    {event:>11}: {from_ns(ago_ns)}" + (f" ({reason})" if reason else "")
