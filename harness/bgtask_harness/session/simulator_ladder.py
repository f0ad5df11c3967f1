"""The one rung on a simulator: its scheduler takes no request, so the worker runs by the app's hook or not at all."""

from __future__ import annotations

from bgtask_harness.devices.port import ClockReading
from bgtask_harness.devices.simulator import no_scheduler
from bgtask_harness.session.ladder import Asked
from bgtask_harness.session.ladder import Ladder
from bgtask_reference.events import TaskSpec


class SimulatorLadder(Ladder):
    """Climbs as on an iPhone; whatever needs a pending request is refused with the reason."""

    def due_in(self, task: TaskSpec, now: ClockReading) -> int | None:
        """Refuse: nothing is ever due.

        Raises:
            Unsupported: Always.

        """
        del task, now
        no_scheduler.refuse()

    def _natural(self, task: TaskSpec) -> Asked:
        del task
        no_scheduler.refuse()

    _immediate = _due = _clock = _job = _natural

    def _hook(self, task: TaskSpec) -> Asked:
        """A suspended app hears no command: it is brought to the front first."""
        self._session.launch()
        return super()._hook(task)
