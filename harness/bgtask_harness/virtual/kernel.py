"""Virtual time: a heap of timers and the coroutines that sleep on it. No real time, no threads, no randomness.

The kernel's clock is nanoseconds since the *first* boot of the phone and only ever goes forward; `run_until` executes
everything due up to a point, in the order of (time, order of arrival). Whoever hosts the kernel decides how virtual
time relates to the host's: the adb daemon lets it run 1:1, an in-process phone moves it by hand.

Coroutines suspend by awaiting `sleep` or a `Waiter`. Cancelling throws `bgtask_reference.ports.app.Cancelled`, an
ordinary exception, at the suspension point. As in Kotlin, a program that catches it goes on until it suspends again,
and then gets it again: a cancelled job cannot wait for anything any more.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable
from collections.abc import Coroutine
from collections.abc import Generator
from typing import Any

from bgtask_reference.ports.app import Cancelled


class Timer:
    """Something that is due at a time. Cancelling it is free: the heap forgets it when it comes up."""

    __slots__ = ("action", "at", "cancelled")

    def __init__(self, at: int, action: Callable[[], None]) -> None:
        self.at = at
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        """Have it never happen."""
        self.cancelled = True


class Waiter:
    """What a coroutine can await: resumed once, by `set`, with a value. Setting it twice is harmless.

    `on_abandon` runs when the coroutine that waits is cancelled first.
    """

    __slots__ = ("_done", "_resume", "_value", "on_abandon")

    def __init__(self) -> None:
        self._done = False
        self._value: Any = None
        self._resume: Callable[[Any], None] | None = None
        self.on_abandon: Callable[[], None] | None = None

    def set(self, value: Any = None) -> None:
        """Resume whoever waits, or whoever will."""
        if self._done:
            return
        self._done, self._value = True, value
        if self._resume is not None:
            self._resume(value)

    def __await__(self) -> Generator[Waiter, Any, Any]:
        if self._done:
            return self._value
        return (yield self)

    def attach(self, resume: Callable[[Any], None]) -> None:
        """Say whom to resume."""
        self._resume = resume

    def detach(self) -> None:
        """Resume nobody any more, and tell whoever was going to set it."""
        self._resume = None
        if self.on_abandon is not None:
            self.on_abandon()


class Task:
    """A coroutine that runs on the kernel."""

    __slots__ = ("_cancelled", "_coroutine", "_done", "_kernel", "_waiting", "error", "name", "on_end")

    def __init__(self, kernel: Kernel, coroutine: Coroutine[Any, Any, Any], name: str) -> None:
        self._kernel = kernel
        self._coroutine = coroutine
        self._waiting: Waiter | None = None
        self._done = False
        self._cancelled = False
        self.name = name
        self.error: Exception | None = None
        self.on_end: Callable[[Task], None] | None = None

    @property
    def active(self) -> bool:
        """True until the coroutine has ended."""
        return not self._done

    def begin(self) -> None:
        """Take the first step."""
        self._step()

    def cancel(self) -> None:
        """Throw `Cancelled` where the coroutine is suspended. Does nothing once it has ended."""
        if self._done or self._cancelled:
            return
        self._cancelled = True
        if self._waiting is not None:
            waiter, self._waiting = self._waiting, None
            waiter.detach()
            self._kernel.soon(lambda: self._step(error=Cancelled(self.name)))

    def destroy(self) -> None:
        """End it without letting it run: its process has died."""
        if self._done:
            return
        self._done = True
        if self._waiting is not None:
            self._waiting.detach()
            self._waiting = None
        self._coroutine.close()

    def _step(self, value: Any = None, error: Exception | None = None) -> None:
        if self._done:
            return
        try:
            waiter = self._coroutine.throw(error) if error is not None else self._coroutine.send(value)
        except StopIteration:
            self._end(None)
        except Exception as escaped:  # noqa: BLE001 - what escapes a coroutine belongs to whoever spawned it
            self._end(escaped)
        else:
            self._wait(waiter)

    def _wait(self, waiter: Waiter) -> None:
        if self._cancelled:
            waiter.detach()
            self._kernel.soon(lambda: self._step(error=Cancelled(self.name)))
            return
        self._waiting = waiter

        def resume(value: Any) -> None:
            self._waiting = None
            self._kernel.soon(lambda: self._step(value))

        waiter.attach(resume)

    def _end(self, error: Exception | None) -> None:
        self._done = True
        self.error = error
        if self.on_end is not None:
            self.on_end(self)


class Exhausted(Exception):  # noqa: N818 - reads as what it is
    """As much has happened as was allowed to: whatever goes on, goes on in circles."""


class Kernel:
    """The virtual clock and everything that waits on it.

    `steps_left` bounds how much more may happen before `run_next` raises `Exhausted`; None bounds nothing.
    """

    def __init__(self) -> None:
        self.steps_left: int | None = None
        self._now = 0
        self._heap: list[tuple[int, int, Timer]] = []
        self._order = itertools.count()

    @property
    def now(self) -> int:
        """Nanoseconds since the phone was first switched on."""
        return self._now

    def at(self, when: int, action: Callable[[], None]) -> Timer:
        """Have something happen at a time; at once, after what is already due, if that has passed."""
        timer = Timer(max(when, self._now), action)
        heapq.heappush(self._heap, (timer.at, next(self._order), timer))
        return timer

    def after(self, delay: int, action: Callable[[], None]) -> Timer:
        """Have something happen that many nanoseconds from now."""
        return self.at(self._now + delay, action)

    def soon(self, action: Callable[[], None]) -> Timer:
        """Have something happen now, after what is already due."""
        return self.at(self._now, action)

    def spawn(
        self, coroutine: Coroutine[Any, Any, Any], name: str, on_end: Callable[[Task], None] | None = None
    ) -> Task:
        """Start a coroutine; its first step comes after what is already due."""
        task = Task(self, coroutine, name)
        task.on_end = on_end
        self.soon(task.begin)
        return task

    async def sleep(self, duration: int) -> None:
        """Suspend the coroutine that calls this."""
        waiter = Waiter()
        waiter.on_abandon = self.after(duration, waiter.set).cancel
        await waiter

    def next_due(self) -> int | None:
        """When the next thing happens; None if nothing is planned."""
        while self._heap and self._heap[0][2].cancelled:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def run_next(self, limit: int) -> bool:
        """Do the next thing if it is due by `limit`, moving the clock to it. False when nothing was."""
        heap = self._heap
        while heap and heap[0][2].cancelled:
            heapq.heappop(heap)
        if not heap or heap[0][0] > limit:
            return False
        if self.steps_left is not None:
            self._count()
        at, _, timer = heapq.heappop(heap)
        self._now = max(self._now, at)
        timer.action()
        return True

    def _count(self) -> None:
        assert self.steps_left is not None
        if self.steps_left <= 0:
            raise Exhausted("no step is left")
        self.steps_left -= 1

    def run_until(self, when: int) -> None:
        """Do everything due up to a time, then set the clock to it."""
        while self.run_next(when):
            pass
        self._now = max(self._now, when)
