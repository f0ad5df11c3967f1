"""Barriers: read all clocks, leave a numbered sentinel in the log, wait until it has come back."""

from __future__ import annotations

import threading

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.devices.port import Device
from bgtask_harness.session.following import SessionLog
from bgtask_harness.session.reach import Reach
from bgtask_harness.session.recording import Recording
from bgtask_harness.session.recording import host_stamp
from bgtask_reference.events import Clock
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import LogLost
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Stamp

CALL_S = 20.0
SENTINEL_S = 10.0
ANSWER_S = 0.5
STREAM = "logcat"


class Barriers:
    """Clock samples of one session, numbered from 1 within the journal."""

    def __init__(self, device: Device, recording: Recording, log: SessionLog, reach: Reach) -> None:
        self._device, self._recording, self._log, self._reach = device, recording, log, reach
        self._lock = threading.Lock()
        self._number = 0
        self._boot_id: str | None = None

    def sample(self) -> ClockReading:
        """Read the clocks and record them, and a boot if there has been one since the last time.

        Raises:
            DeviceLostError: The device went away and did not come back.

        """
        with self._lock:
            reading = self._reach.ask(self._read)
            stamp = Stamp(Clock.BOOT, reading.boot_ns, reading.error_ns)
            if self._boot_id not in {None, reading.boot_id}:
                self._recording.add(PhoneBooted(stamp=stamp, boot_id=reading.boot_id))
            self._boot_id = reading.boot_id
            self._recording.add(_sampled(reading, stamp))
        return reading

    def _read(self) -> ClockReading:
        """Each try has a number of its own: nobody knows whether one that failed has reached the log."""
        self._number += 1
        return self._device.clocks(self._number, Deadline.after(CALL_S))

    def settle(self) -> ClockReading:
        """Read the clocks and wait until everything that was logged before has been read, or is known to be lost."""
        reading = self.sample()
        if self._device.facts.platform == "ios":
            # The app itself answers: a suspended one does when it runs again, and until then nothing is proven.
            self._log.wait_for_sentinel(reading.number, Deadline.after(ANSWER_S))
            return reading
        if not self._log.wait_for_sentinel(reading.number, Deadline.after(SENTINEL_S)):
            seen = self._recording.of(SentinelSeen)
            last = seen[-1].number if seen else None
            self._recording.add(
                LogLost(stamp=host_stamp(), stream=STREAM, reason="sentinel-missing", after_sentinel=last)
            )
        return reading


def _sampled(reading: ClockReading, stamp: Stamp) -> ClockSampled:
    return ClockSampled(
        stamp=stamp,
        number=reading.number,
        boot_id=reading.boot_id,
        boot_ns=reading.boot_ns,
        wall_ns=reading.wall_ns,
        error_ns=reading.error_ns,
        host_ns=reading.host_ns,
    )
