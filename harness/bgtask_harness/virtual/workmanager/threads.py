"""Which thread of a process is running: what its log lines are stamped with. No real threads."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Coroutine
from collections.abc import Generator
from typing import Any

from bgtask_harness.virtual.kernel import Task

_EXECUTOR = 11
_FIRST_WORKER = 20
_WORKERS = 20


class Threads:
    """The thread ids of a process. The main thread's is the process id, as on Linux."""

    def __init__(self, pid: int) -> None:
        self.main = pid
        self.executor = pid + _EXECUTOR
        self._pid = pid
        self._handed_out = 0
        self.current = pid

    def worker(self) -> int:
        """Give the id of a thread for the next worker run."""
        number = self._handed_out % _WORKERS
        self._handed_out += 1
        return self._pid + _FIRST_WORKER + number

    def on(self, tid: int, action: Callable[[], Any]) -> Any:
        """Do something as that thread."""
        before, self.current = self.current, tid
        try:
            return action()
        finally:
            self.current = before


class OnThread(Coroutine[Any, Any, Any]):
    """A coroutine each of whose steps runs as one thread."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], threads: Threads, tid: int) -> None:
        self._coroutine = coroutine
        self._threads = threads
        self._tid = tid
        self.begun = False
        self.returned: Any = None
        """What it returned, once it has."""

    def send(self, value: Any) -> Any:
        """Resume it with a value."""
        return self._step(lambda: self._coroutine.send(value))

    def throw(self, *raised: Any) -> Any:
        """Resume it with an exception."""
        return self._step(lambda: self._coroutine.throw(*raised))

    def close(self) -> None:
        """End it where it is."""
        self._threads.on(self._tid, self._coroutine.close)

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._coroutine.__await__()

    def _step(self, resume: Callable[[], Any]) -> Any:
        self.begun = True
        try:
            return self._threads.on(self._tid, resume)
        except StopIteration as stop:
            self.returned = stop.value
            raise


class Started:
    """A coroutine that was started on a thread: `Job`. Cancelled before its first step it never runs, as in Kotlin."""

    def __init__(self, task: Task, threaded: OnThread) -> None:
        self._task = task
        self._threaded = threaded

    @property
    def active(self) -> bool:
        """True until it has ended."""
        return self._task.active

    def cancel(self) -> None:
        """Cancel it."""
        if self._threaded.begun:
            self._task.cancel()
        else:
            self._task.destroy()

    def destroy(self) -> None:
        """End it where it is: its process has died."""
        self._task.destroy()
