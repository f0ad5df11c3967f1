"""`androidx.work.impl.Processor`: which work is being executed in this process, and who wants to know of its end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Protocol

from bgtask_harness.virtual.workmanager.worker_wrapper import WorkerWrapper

if TYPE_CHECKING:
    from bgtask_harness.virtual.workmanager.library import WorkManager


class Token:
    """`StartStopToken`: one request to start a generation of work. Two tokens of the same work are not the same."""

    __slots__ = ("generation", "work_id")

    def __init__(self, work_id: str, generation: int) -> None:
        self.work_id = work_id
        self.generation = generation

    def __str__(self) -> str:
        return f"WorkGenerationalId(workSpecId={self.work_id}, generation={self.generation})"


class ExecutionListener(Protocol):
    """Told when a generation of work has been dealt with."""

    def on_executed(self, work_id: str, generation: int, *, reschedule: bool) -> None:
        """It ended, was stopped, or was turned away."""


class Processor:
    """Runs work, once at a time for each row."""

    def __init__(self, manager: WorkManager) -> None:
        self._manager = manager
        self._running: dict[str, WorkerWrapper] = {}
        self._tokens: dict[str, list[Token]] = {}
        self.listeners: list[ExecutionListener] = []

    def is_enqueued(self, work_id: str) -> bool:
        """Tell whether it is being executed."""
        return work_id in self._running

    def start_work(self, token: Token) -> bool:
        """Begin, unless it is being executed already or has changed since it was asked for."""
        log = self._manager.log
        work = self._manager.database.get(token.work_id)
        if work is None:
            log.w("Processor", f"Didn't find WorkSpec for id {token}")
            return self._turn_away(token)
        running = self._running.get(work.id)
        if running is not None:
            if running.generation == token.generation:
                self._tokens[work.id].append(token)
                log.d("Processor", f"Work {token} is already enqueued for processing")
                return False
            return self._turn_away(token)
        if work.generation != token.generation:
            return self._turn_away(token)
        self._running[work.id] = wrapper = WorkerWrapper(self._manager, work, self._ended)
        self._tokens[work.id] = [token]
        wrapper.launch()
        log.d("Processor", f"Processor: processing {token}")
        return True

    def stop_work(self, token: Token, reason: int) -> bool:
        """Stop it, if this very request is one of those that it runs for."""
        if token not in self._tokens.get(token.work_id, []):
            return False
        return self._interrupt(token.work_id, reason)

    def stop_and_cancel(self, work_id: str, reason: int) -> bool:
        """Stop it because it was cancelled."""
        self._manager.log.d("Processor", f"Processor cancelling {work_id}")
        return self._interrupt(work_id, reason)

    def _interrupt(self, work_id: str, reason: int) -> bool:
        wrapper = self._running.pop(work_id, None)
        self._tokens.pop(work_id, None)
        if wrapper is None:
            self._manager.log.d("Processor", f"WorkerWrapper could not be found for {work_id}")
            return False
        wrapper.interrupt(reason)
        self._manager.log.d("Processor", f"WorkerWrapper interrupted for {work_id}")
        return True

    def _turn_away(self, token: Token) -> bool:
        self._manager.host.post(lambda: self._tell(token.work_id, token.generation, reschedule=False))
        return False

    def _ended(self, wrapper: WorkerWrapper, reschedule: bool) -> None:
        work_id = wrapper.work.id
        if self._running.get(work_id) is wrapper:
            del self._running[work_id]
            self._tokens.pop(work_id, None)
        told = "true" if reschedule else "false"
        self._manager.log.d("Processor", f"Processor {work_id} executed; reschedule = {told}")
        self._tell(work_id, wrapper.generation, reschedule=reschedule)

    def _tell(self, work_id: str, generation: int, *, reschedule: bool) -> None:
        for listener in tuple(self.listeners):
            listener.on_executed(work_id, generation, reschedule=reschedule)
