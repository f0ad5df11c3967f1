"""The phone within reach: its loss and its return are events of the history, and its log is taken up again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Device
from bgtask_harness.devices.port import Progress
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.profiles.durations import describe_duration
from bgtask_harness.session.following import SessionLog
from bgtask_harness.session.recording import Recording
from bgtask_harness.session.recording import host_stamp
from bgtask_reference.events import DeviceLost
from bgtask_reference.events import DeviceRegained

Answered = TypeVar("Answered")
NS_PER_S = 1_000_000_000
PROBE_S = 3.0
"""How long a phone that is there may take to read its clocks: thousands of times what it needs."""
TRY_S = 10.0
"""How long it is waited for at a stretch, before it is asked whether it is still ours."""
AGAIN = 2
"""How often one question is asked again. A phone that goes away each time is not waited for for ever."""


class Reach:
    """Has a phone back that went away in the middle of a session, for as long as it is ours.

    Attributes:
        away: It went away and has not come back.

    """

    def __init__(
        self,
        device: Device,
        recording: Recording,
        log: SessionLog,
        check: Callable[[], None],
        within_ns: int,
        progress: Progress,
    ) -> None:
        """`check` raises `DeviceLostError` when the phone is not ours any more; `within_ns` is waited for it."""
        self._device, self._recording, self._log = device, recording, log
        self._check, self._within_ns, self._progress = check, within_ns, progress
        self.away = False

    @property
    def following(self) -> bool:
        """True while its log is being read."""
        return self._log.following

    def ask(self, question: Callable[[], Answered]) -> Answered:
        """Ask what may be asked again, and again after the phone was lost meanwhile.

        Raises:
            DeviceLostError: It went away and did not come back.
            DeadlineExceeded: It is there and has no answer in time, however often it is asked.

        """
        for _ in range(AGAIN):
            self.hold()
            try:
                answer = question()
            except DeviceLostError as error:
                self.regain(error)
            except DeadlineExceeded as error:
                if not self._answers():
                    self.regain(error)
            else:
                self._found()
                return answer
        return question()

    def hold(self) -> None:
        """Take up the log again if it has ended by itself. Raises as `regain`."""
        if not self.following:
            self.follow_again()

    def follow_again(self) -> None:
        """Follow the log anew. Raises as `regain`."""
        try:
            self._log.reopen()
        except (DeviceLostError, DeadlineExceeded) as error:
            self.regain(error)

    def lost(self, error: Exception) -> None:
        """Record that it went away, unless that is recorded already."""
        if not self.away:
            self.away = True
            self._recording.add(DeviceLost(stamp=host_stamp(), reason=str(error)))

    def regain(self, error: Exception) -> None:
        """Record that it went away, wait for it, follow its log again, and record that it is back.

        Raises:
            DeviceLostError: It did not come back, or is not ours any more.

        """
        self.lost(error)
        deadline = Deadline.after(self._within_ns / NS_PER_S)
        self._progress(f"the phone went away, waiting up to {describe_duration(self._within_ns)} for it: {error}")
        while not self._back(deadline):
            if deadline.passed:
                raise DeviceLostError(
                    f"the phone went away and was not back within {describe_duration(self._within_ns)}: {error}"
                ) from error
        self._found()

    def _back(self, deadline: Deadline) -> bool:
        self._check()
        try:
            self._device.regain(Deadline(min(deadline.at, Deadline.after(TRY_S).at)))
            self._log.reopen()
        except (DeviceLostError, DeadlineExceeded):
            return False
        return True

    def _found(self) -> None:
        if self.away:
            self.away = False
            self._recording.add(DeviceRegained(stamp=host_stamp()))

    def _answers(self) -> bool:
        """Sentinel 0 counts nothing, so it may be asked for at any time."""
        try:
            self._device.clocks(0, Deadline.after(PROBE_S))
        except (DeviceLostError, DeadlineExceeded):
            return False
        return True
