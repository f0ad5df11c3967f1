"""What is measured: from when to when, and which runs are expected in it."""

from __future__ import annotations

from bgtask_harness.session.barrier import Barriers
from bgtask_harness.session.recording import Recording
from bgtask_harness.session.recording import host_stamp
from bgtask_reference.events import RunWanted
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import WindowClosed
from bgtask_reference.events import WindowOpened


class Window:
    """The measured window of one session."""

    def __init__(self, recording: Recording, barriers: Barriers) -> None:
        self._recording, self._barriers = recording, barriers
        self._opened = False

    def open(self) -> None:
        """Begin to measure."""
        self._barriers.settle()
        self._recording.add(WindowOpened(stamp=host_stamp()))
        self._opened = True

    def close(self) -> None:
        """Stop measuring, if it had begun."""
        if self._opened:
            self._barriers.settle()
            self._recording.add(WindowClosed(stamp=host_stamp()))
            self._opened = False

    def want(self, task: TaskSpec, unique_name: str | None, within_ns: int, stimulus: int | None = None) -> None:
        """Record that a run is expected within that time, by itself or of the stimulus of that number."""
        self._recording.add(
            RunWanted(stamp=host_stamp(), task=task.id, unique_name=unique_name, within_ns=within_ns, stimulus=stimulus)
        )
