"""The one thread in which a driver's asyncio lives: calls from outside wait for it under a deadline."""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Coroutine
from typing import Any
from typing import TypeVar

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeadlineExceeded

Result = TypeVar("Result")
_END_S = 5.0


class Loop:
    """An event loop in a thread of its own, until `close`."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, Result], deadline: Deadline, doing: str) -> Result:
        """Run a coroutine there and give its result; whatever it raises is raised here.

        Raises:
            DeadlineExceeded: It took too long and was cancelled; `doing` says what it was.

        """
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            return future.result(deadline.check(doing))
        except concurrent.futures.TimeoutError as error:
            if future.done() and not future.cancelled():
                raise
            future.cancel()
            raise DeadlineExceeded(doing) from error

    def start(self, work: Coroutine[Any, Any, None]) -> concurrent.futures.Future[None]:
        """Start a coroutine there that goes on by itself."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def close(self) -> None:
        """Cancel what runs there and end the thread."""
        if self._loop.is_closed():
            return
        ended = asyncio.run_coroutine_threadsafe(_cancel_all(), self._loop)
        with contextlib.suppress(concurrent.futures.TimeoutError):
            ended.result(_END_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_END_S)
        if not self._thread.is_alive():
            self._loop.close()


async def _cancel_all() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
