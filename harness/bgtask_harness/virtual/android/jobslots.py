"""The fixed slots in which API 28 to 32 run jobs: dumps name each, also those in which nothing runs."""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_harness.virtual.android.jobexecution import Execution


@dataclass(slots=True)
class Slot:
    """One JobServiceContext: what runs in it, else when and why the last execution ended."""

    execution: Execution | None = None
    stopped_ns: int | None = None
    reason: str = ""


class Slots:
    """All of them. One execution is in at most one slot; the first that is free is taken."""

    def __init__(self, number: int) -> None:
        self._slots = [Slot() for _ in range(number)]

    def take(self, execution: Execution) -> None:
        """An execution begins."""
        free = next((slot for slot in self._slots if slot.execution is None), None)
        if free is not None:
            free.execution = execution

    def release(self, execution: Execution, boot_ns: int, reason: str) -> None:
        """It has ended."""
        for slot in self._slots:
            if slot.execution is execution:
                slot.execution, slot.stopped_ns, slot.reason = None, boot_ns, reason

    def all(self) -> tuple[Slot, ...]:
        """Give every slot, in their order."""
        return tuple(self._slots)

    def clear(self) -> None:
        """Begin again, as after a boot."""
        self._slots = [Slot() for _ in self._slots]
