"""A task as an app gets it: implements `BGTask`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from bgtask_harness.virtual.ios import text
from bgtask_reference.ports.background_tasks import BGTaskRequest

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.framework import BGTaskScheduler


class HandedTask:
    """`activity` is None for a simulated launch: no activity, no time limit, no success that anybody hears of."""

    def __init__(self, scheduler: BGTaskScheduler, request: BGTaskRequest, activity: str | None) -> None:
        self._scheduler = scheduler
        self._request = request
        self.simulated = activity is None
        self.expiration_handler: Callable[[], None] | None = None

    @property
    def identifier(self) -> str:
        return self._request.identifier

    def set_expiration_handler(self, handler: Callable[[], None]) -> None:
        self.expiration_handler = handler

    def set_task_completed(self, success: bool) -> None:
        self._scheduler.completed(self, success)

    def __str__(self) -> str:
        """As the framework logs it."""
        return text.task(self._request.kind, self.identifier)
