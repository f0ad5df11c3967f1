"""Looking at a phone without waking anybody: dumps are kept whole, read, and recorded as what they show."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from collections.abc import Iterable
from pathlib import Path

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.devices.port import Device
from bgtask_harness.devices.port import Text
from bgtask_harness.observe import observe_text
from bgtask_harness.session.barrier import CALL_S
from bgtask_harness.session.barrier import Barriers
from bgtask_harness.session.reach import Reach
from bgtask_harness.session.recording import Recording
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Clock
from bgtask_reference.events import Event
from bgtask_reference.events import Stamp

Ask = Callable[[AppSpec, Deadline], tuple[Text, ...]]


class Looking:
    """Takes dumps, numbered in the order in which they were taken; None for a folder keeps none of them."""

    def __init__(
        self,
        device: Device,
        app: AppSpec,
        recording: Recording,
        barriers: Barriers,
        reach: Reach,
        folder: Path | None,
    ) -> None:
        self._device, self._app, self._recording, self._barriers = device, app, recording, barriers
        self._reach, self._folder = reach, folder
        self._numbers = itertools.count(1)

    def look(self) -> list[Event]:
        """Ask for the environment and the jobs, and give what they show."""
        shown, between_them = self._take(self._device.environment, self._barriers.sample())
        return [*shown, *self._take(self._device.jobs, between_them)[0]]

    def _take(self, ask: Ask, before: ClockReading) -> tuple[list[Event], ClockReading]:
        """Each dump was made between two readings of the clocks; that is all that is known of when."""
        texts = self._reach.ask(lambda: ask(self._app, Deadline.after(CALL_S)))
        after = self._barriers.settle()
        stamp = between(before, after)
        events = [event for text in texts for event in self._read(text, stamp)]
        self._recording.add_many(events)
        return events, after

    def _read(self, text: Text, stamp: Stamp) -> Iterable[Event]:
        if self._folder is not None:
            self._keep(text, self._folder)
        return observe_text(text.parser, text.text, stamp, self._app.package)

    def _keep(self, text: Text, folder: Path) -> None:
        name = re.sub(r"[^a-z0-9-]", "-", text.parser.lower())
        path = folder / f"{next(self._numbers):04d}-{name}.txt"
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(f"$ {text.command}\n{text.text}", encoding="utf-8", errors="replace")


def between(before: ClockReading, after: ClockReading) -> Stamp:
    """Give the stamp of what happened between two readings; of the later one alone when the phone booted between."""
    if before.boot_id != after.boot_id:
        return Stamp(Clock.BOOT, after.boot_ns, after.boot_ns)
    half = (after.boot_ns - before.boot_ns + 1) // 2
    return Stamp(Clock.BOOT, before.boot_ns + half, half + max(before.error_ns, after.error_ns))
