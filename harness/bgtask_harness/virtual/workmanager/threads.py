"""Which thread of a process is running: what its log lines are stamped with. No real threads."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Coroutine
from collections.abc import Generator
from typing import Any

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

    def send(self, value: Any) -> Any:
        """Resume it with a value."""
        return self._threads.on(self._tid, lambda: self._coroutine.send(value))

    def throw(self, *raised: Any) -> Any:
        """Resume it with an exception."""
        return self._threads.on(self._tid, lambda: self._coroutine.throw(*raised))

    def close(self) -> None:
        """End it where it is."""
        self._threads.on(self._tid, self._coroutine.close)

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._coroutine.__await__()
