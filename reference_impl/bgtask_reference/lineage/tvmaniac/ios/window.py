"""One execution window: a task that the system handed over, completed once whatever happens."""

from __future__ import annotations

from bgtask_reference.ports.background_tasks import BGTask


class Window:
    """`completeTask` behind an atomic compare-and-set, as published from G1 on."""

    def __init__(self, task: BGTask) -> None:
        self._task = task
        self._completed = False

    @property
    def identifier(self) -> str:
        return self._task.identifier

    def complete(self, success: bool) -> bool:
        """Complete it, unless it was; tell whether this call did."""
        if self._completed:
            return False
        self._completed = True
        self._task.set_task_completed(success)
        return True
