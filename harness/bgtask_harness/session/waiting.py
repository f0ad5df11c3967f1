"""Waiting on the phone's own time: a virtual phone's clock is moved on, a real one is waited for."""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Device
from bgtask_harness.devices.port import Progress
from bgtask_harness.errors import Inconclusive
from bgtask_harness.errors import Unsupported
from bgtask_harness.profiles.durations import describe_duration
from bgtask_harness.session.barrier import Barriers
from bgtask_harness.session.reach import Reach
from bgtask_harness.session.recording import Predicate
from bgtask_harness.session.recording import Recording
from bgtask_reference.events import Event
from bgtask_reference.events import LogLost

NS_PER_S = 1_000_000_000
_ADVANCE_S = 60.0
_FIRST_STEP_NS = 100_000_000
_TELL_EVERY_S = 10.0


class NothingSeen(Inconclusive):
    """What was waited for did not show in its time. Whether it had to is for the oracle to say."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Ways to let time pass.

    Attributes:
        device: Whose time.
        recording: What is waited in.
        barriers: Clock samples.
        can_advance: True for a phone whose clock can be moved on.
        patience_s: The longest real wait.
        reach: Has a phone back that went away meanwhile.
        progress: Told what is waited for.

    """

    device: Device
    recording: Recording
    barriers: Barriers
    can_advance: bool
    patience_s: float
    reach: Reach
    progress: Progress

    def for_event(self, wanted: Predicate, mark: int, within_ns: int, what: str) -> Event | None:
        """Give the first event after a mark that is wanted; None when that much phone time passed without one.

        Raises:
            Unsupported: It would take longer than the patience allows.
            DeviceLostError: The device went away.

        """
        seen = self.recording.wait(wanted, mark, Deadline.after(0))
        if seen is not None:
            return seen
        if self.can_advance:
            return self._jumping(wanted, mark, within_ns, what)
        return self._really(wanted, mark, within_ns, what)

    def pass_time(self, ns: int, what: str) -> None:
        """Let that much phone time pass, whatever happens in it. Raises as `for_event`."""
        if ns <= 0:
            return
        if not self.can_advance:
            self._really(_never, self.recording.count, ns, what)
            return
        self.progress(f"moving the clock on by {describe_duration(ns)}: {what}")
        target = self.barriers.sample().boot_ns + ns
        self.reach.ask(lambda: self.device.advance_to(target, until_output=False, deadline=Deadline.after(_ADVANCE_S)))
        self.barriers.settle()

    def _jumping(self, wanted: Predicate, mark: int, within_ns: int, what: str) -> Event | None:
        """Jump from output to output, so that whoever waits acts at the moment that he waited for.

        In between the phone's time runs by itself, so what is wanted may come without a jump and be missed by the next:
        jumps begin short and double, and no wait is overshot by more than it has taken.
        """
        self.progress(f"waiting up to {describe_duration(within_ns)} of phone time for {what}")
        now, step = self.barriers.settle().boot_ns, _FIRST_STEP_NS
        target, deadline = now + within_ns, Deadline.after(max(_ADVANCE_S, self.patience_s))
        while True:
            found = self.recording.wait(wanted, mark, Deadline.after(0))
            if found is not None or now >= target:
                return found
            deadline.check(f"moving the clock on for {what}")
            self._step(min(now + step, target), deadline)
            now, step = self.barriers.settle().boot_ns, step * 2

    def _step(self, boot_ns: int, deadline: Deadline) -> None:
        self.reach.ask(lambda: self.device.advance_to(boot_ns, until_output=True, deadline=deadline))

    def _really(self, wanted: Predicate, mark: int, within_ns: int, what: str) -> Event | None:
        self.affords(within_ns, what)
        whole = Deadline.after(within_ns / NS_PER_S)
        while True:
            left = describe_duration(int(whole.remaining()) * NS_PER_S)
            self.progress(f"waiting up to {left} for {what}")
            found = self.recording.wait(
                lambda event: wanted(event) or self._went_blind(event),
                mark,
                Deadline.after(min(_TELL_EVERY_S, whole.remaining())),
            )
            if whole.passed or (found is not None and wanted(found)):
                self.barriers.settle()
                return self.recording.wait(wanted, mark, Deadline.after(0))
            if not self.reach.following:
                self.barriers.settle()

    def _went_blind(self, event: Event) -> bool:
        """The log has ended by itself, and has not been taken up again."""
        return isinstance(event, LogLost) and not self.reach.following

    def affords(self, ns: int, what: str) -> None:
        """Make sure that such a wait is within the patience.

        Raises:
            Unsupported: It is not; names the option.

        """
        if not self.can_advance and ns > self.patience_s * NS_PER_S:
            raise Unsupported(
                f"waiting for {what} takes {describe_duration(ns)} and the patience is "
                f"{describe_duration(int(self.patience_s * NS_PER_S))}; give --patience {ns // NS_PER_S + 1}s"
            )


def _never(event: Event) -> bool:  # noqa: ARG001 - a predicate
    return False
