"""How a phone's time passes beside the host's: 1:1 with its monotonic clock, and in jumps when the host asks for one.

The bridge between the phone's kernel and asyncio, all in the event loop's thread. The kernel is brought up to the
present before something from outside touches it and after it was touched; between, one timer of the loop waits for the
kernel's next. Nothing polls.

A jump runs the kernel's timers one by one. Whenever one of them has made output that some host has not taken, the phone
stands still until it was taken: the log ring cannot overrun a reader, and a line that is printed at a virtual time is
read before the next virtual second. A reader that takes nothing for `PATIENCE_S` of real time is waited for no longer.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import deque
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import field
from typing import Protocol

from bgtask_harness.virtual.kernel import Kernel
from bgtask_harness.virtual.kernel import Waiter

PATIENCE_S = 5.0
"""How long a jump waits for a reader that takes nothing."""

SLICE_S = 0.01
"""How long a jump keeps the event loop from its other work."""


class BootClock(Protocol):
    """What of a phone's clocks a jump needs."""

    def boot_ns(self) -> int:
        """Since this boot."""


class Timed(Protocol):
    """A phone, as far as its time goes."""

    @property
    def kernel(self) -> Kernel:
        """Virtual time."""

    @property
    def clocks(self) -> BootClock:
        """The phone's clocks."""

    def on_log(self, collector: Callable[[], None]) -> Callable[[], None]:
        """Call the collector after each log entry; gives the function that ends that."""


class Reader(Protocol):
    """A stream whose host has something to take."""

    @property
    def service(self) -> str:
        """What it reads, for people."""

    @property
    def turns(self) -> int:
        """How often it has taken something."""

    stalled: bool
    """Nobody waits for it any more."""


@dataclass(slots=True, eq=False)
class Jump:
    """A wish to be at a boot time. `waiter` gets the boot time that was reached."""

    boot_ns: int
    until_output: bool
    waiter: Waiter = field(default_factory=Waiter)
    logged: bool = False
    abandoned: bool = False
    stop_listening: Callable[[], None] = lambda: None

    def saw_log(self) -> None:
        """The log has got an entry."""
        self.logged = True

    def abandon(self) -> None:
        """Whoever wanted it has gone."""
        self.abandoned = True
        self.stop_listening()


class Pace(Protocol):
    """What decides how time passes."""

    def jump(self, boot_ns: int, *, until_output: bool) -> Waiter:
        """Ask for a jump; the waiter gets the boot time reached. With `until_output` it ends at the first log entry."""


class Jumps:
    """The jumps that were asked for, one after the other, and the step that each consists of."""

    def __init__(self, phone: Timed) -> None:
        self._phone = phone
        self._waiting: deque[Jump] = deque()

    def add(self, boot_ns: int, *, until_output: bool) -> Waiter:
        """Have another one."""
        jump = Jump(boot_ns, until_output)
        jump.waiter.on_abandon = jump.abandon
        jump.stop_listening = self._phone.on_log(jump.saw_log)
        self._waiting.append(jump)
        return jump.waiter

    def current(self) -> Jump | None:
        """The one that is due; abandoned ones are forgotten."""
        while self._waiting and self._waiting[0].abandoned:
            self._waiting.popleft()
        return self._waiting[0] if self._waiting else None

    def step(self, jump: Jump) -> bool:
        """Do the next thing that the jump comes by; False when it has arrived."""
        kernel = self._phone.kernel
        target = self._target(jump)
        if jump.until_output and jump.logged:
            target = kernel.now
        if kernel.run_next(target):
            return True
        kernel.run_until(target)
        return False

    def arrive(self, jump: Jump) -> None:
        """The jump is over."""
        self._waiting.remove(jump)
        jump.stop_listening()
        jump.waiter.set(self._phone.clocks.boot_ns())

    def _target(self, jump: Jump) -> int:
        return self._phone.kernel.now + max(0, jump.boot_ns - self._phone.clocks.boot_ns())


class RealTime:
    """A `Pace` on an asyncio event loop.

    `after` is called whenever the kernel has run: it sends what has become ready to be sent. `unread` gives the streams
    whose hosts have output to take. `daemon` is who says that it waits no longer.
    """

    def __init__(
        self,
        phone: Timed,
        after: Callable[[], None],
        unread: Callable[[], Sequence[Reader]],
        daemon: str = "adbd",
    ) -> None:
        self._daemon = daemon
        self._kernel = phone.kernel
        self._jumps = Jumps(phone)
        self._after = after
        self._unread = unread
        self._loop = asyncio.get_running_loop()
        self._origin = time.monotonic_ns() - phone.kernel.now
        self._timer: asyncio.TimerHandle | None = None
        self._leap: asyncio.Handle | None = None
        self._patience: asyncio.TimerHandle | None = None
        self._behind: dict[Reader, int] = {}

    def jump(self, boot_ns: int, *, until_output: bool) -> Waiter:
        self._leap_soon()
        return self._jumps.add(boot_ns, until_output=until_output)

    def catch_up(self) -> None:
        """Bring the phone up to the present. During a jump the present is where the jump stands."""
        if self._jumps.current() is None:
            self._kernel.run_until(self._present())

    def run(self) -> None:
        """Let the phone do what is due, send what came of it, and wait for what is due next."""
        try:
            self.catch_up()
            self._kernel.run_until(self._kernel.now)
            self._after()
        finally:
            self._arm()

    def stop(self) -> None:
        """Stand still for ever."""
        for handle in (self._timer, self._leap, self._patience):
            if handle is not None:
                handle.cancel()

    def _present(self) -> int:
        return max(self._kernel.now, time.monotonic_ns() - self._origin)

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._jumps.current() is not None:
            self._leap_soon()
            return
        due = self._kernel.next_due()
        if due is not None:
            delay = (due + self._origin - time.monotonic_ns()) / 1e9
            self._timer = self._loop.call_later(max(0.0, delay), self.run)

    def _leap_soon(self) -> None:
        if self._leap is None:
            self._leap = self._loop.call_soon(self._leap_on)

    def _leap_on(self) -> None:
        """Go on with the jump until a reader must be waited for, it is over, or others must have their turn."""
        self._leap = None
        try:
            self._leap_slice(time.monotonic() + SLICE_S)
        finally:
            self._origin = time.monotonic_ns() - self._kernel.now
            if self._patience is None:
                self._arm()

    def _leap_slice(self, until: float) -> None:
        while (jump := self._jumps.current()) is not None and time.monotonic() < until:
            if self._must_wait():
                return
            going = self._jumps.step(jump)
            self._after()
            if not going and not self._must_wait():
                self._jumps.arrive(jump)
                self._kernel.run_until(self._kernel.now)
                self._after()

    def _must_wait(self) -> bool:
        """Say whether a reader is behind, and begin to lose patience with those that are."""
        behind = [stream for stream in self._unread() if not stream.stalled]
        if not behind:
            if self._patience is not None:
                self._patience.cancel()
                self._patience = None
            return False
        if self._patience is None:
            self._behind = {stream: stream.turns for stream in behind}
            self._patience = self._loop.call_later(PATIENCE_S, self._give_up)
        return True

    def _give_up(self) -> None:
        """Wait no longer for those that have taken nothing since patience began to run."""
        self._patience = None
        for stream in self._unread():
            if not stream.stalled and self._behind.get(stream) == stream.turns:
                stream.stalled = True
                since = f"nobody has read {stream.service!r} for {PATIENCE_S:.0f} s"
                print(f"{self._daemon}: {since}; time goes on without it", file=sys.stderr)  # noqa: T201 - not the phone's log
        self._arm()
