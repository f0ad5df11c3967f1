"""The log of one session: followed from its begin to its end, taken up again after a reboot or a loss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bgtask_harness.capture.log_capture import LogCapture
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Device
from bgtask_harness.observe import LogObserver
from bgtask_harness.observe.ios import IosLogObserver
from bgtask_harness.profiles import AppFile
from bgtask_harness.session.recording import Recording
from bgtask_reference.events import Event
from bgtask_reference.events import SentinelSeen

RAW_NAME = "logcat.txt"
OS_LOG_NAME = "oslog.ndjson"
_OPEN_S = 20.0


def _observer(device: Device, app: AppFile) -> LogObserver | IosLogObserver:
    if device.facts.platform == "ios":
        identifiers = [task.identifier for task in app.spec.tasks]
        return IosLogObserver(app.spec.package, app.templates, identifiers=identifiers)
    handle = device.sentinel(1).split()[1]
    return LogObserver(app.spec.package, app.templates, sentinel_handle=handle, ignore_tags=app.ignore_tags)


class SessionLog:
    """Follows a device's log into the journal. One observer for all of it: what it has learnt outlives a reboot."""

    def __init__(
        self, device: Device, app: AppFile, recording: Recording, folder: Path, *, threaded: bool = True
    ) -> None:
        """`threaded=False` reads only while somebody waits: for a phone in this process, which moves only then."""
        name = OS_LOG_NAME if device.facts.platform == "ios" else RAW_NAME
        self._device, self._recording, self._path = device, recording, folder / name
        self._threaded = threaded
        self._observer = _observer(device, app)
        self._capture: LogCapture | None = None

    def open(self) -> None:
        """Begin to follow. A log begins with its last line from before: that is made sentinel 0, which counts nothing.

        Raises:
            DeviceLostError: The device is not there.

        """
        self._device.clocks(0, Deadline.after(_OPEN_S))
        self._follow()

    def _follow(self) -> None:
        stream = self._device.open_log(Deadline.after(_OPEN_S))
        self._capture = LogCapture(
            stream, self._observer, self._take, self._path, answered=isinstance(self._observer, IosLogObserver)
        )
        if self._threaded:
            self._capture.start()
        else:
            self._capture.pump()

    @property
    def following(self) -> bool:
        """True until the stream has ended, by itself or because it was closed."""
        return self._capture is not None and not self._capture.ended

    def reopen(self) -> None:
        """Follow again after the stream ended. What was logged meanwhile is lost, and known to be: see `LogLost`."""
        self.close()
        self.open()

    def _take(self, events: Sequence[Event]) -> None:
        kept = [event for event in events if not (isinstance(event, SentinelSeen) and event.number == 0)]
        self._recording.add_many(kept)

    def wait_for_sentinel(self, number: int, deadline: Deadline) -> bool:
        """Wait until a sentinel was read; False when it never comes."""
        return self._capture is not None and self._capture.wait_for_sentinel(number, deadline)

    def close(self) -> None:
        """Follow no longer. Twice is harmless."""
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.stop()
