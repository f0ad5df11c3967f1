"""Calls of functions in a stopped process, by registers and memory; everything written is put back afterwards.

The called function returns to an address where a breakpoint is set. Only the calling thread runs, so a lock that
another one holds would hold it for ever: the deadline ends that, and the process is let go as it was. UNCONFIRMED on
hardware: pointer authentication (arm64e) and a thread inside a system call are debugserver's own business when it
saves and restores registers.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.debugger.remote import DebuggerRefusedError
from bgtask_harness.devices.ios.debugger.remote import GdbRemote
from bgtask_harness.errors import HarnessError

_PAGE = 0x1000
_RED_ZONE = 0x400
_ALIGNED = ~0xF
_RETURN_REGISTERS = ("x0", "rax")
_TIDY_S = 5.0


class Calls:
    """Calls on one thread of a stopped process. Made by `prepared`."""

    def __init__(self, remote: GdbRemote, thread: str, trap: int, stack: int, page: int) -> None:
        self._remote = remote
        self._thread = thread
        self._trap = trap
        self._stack = stack
        self._free = page
        self._end = page + _PAGE

    def text(self, text: str, deadline: Deadline) -> int:
        """Write a C string; give its address.

        Raises:
            DebuggerRefusedError: It does not fit into the page.

        """
        data = text.encode() + b"\0"
        address = self._free
        if address + len(data) > self._end:
            raise DebuggerRefusedError(f"text of {len(data)} bytes does not fit into what was allocated")
        self._remote.write(address, data, deadline)
        self._free = (address + len(data) + 15) & _ALIGNED
        return address

    def call(self, function: int, arguments: Sequence[int], deadline: Deadline) -> int:
        """Call a function with whole numbers and pointers; give what it returns.

        Raises:
            DebuggerRefusedError: The thread stopped somewhere else than at the return.

        """
        remote, thread = self._remote, self._thread
        for number, argument in enumerate(arguments, start=1):
            remote.write_register(f"arg{number}", argument, thread, deadline)
        stack = (self._stack - _RED_ZONE) & _ALIGNED
        if remote.has("ra"):
            remote.write_register("ra", self._trap, thread, deadline)
        else:  # x86-64 returns to what is on the stack
            stack -= 8
            remote.write(stack, self._trap.to_bytes(8, "little"), deadline)
        remote.write_register("sp", stack, thread, deadline)
        remote.write_register("pc", function, thread, deadline)
        stop = remote.run_thread(thread, deadline)
        at = remote.read_register("pc", thread, deadline)
        if at != self._trap:
            raise DebuggerRefusedError(f"the call stopped at {at:#x} instead of returning: {stop[:80]!r}")
        result = next(name for name in _RETURN_REGISTERS if remote.has(name))
        return remote.read_register(result, thread, deadline)


@contextlib.contextmanager
def prepared(remote: GdbRemote, thread: str, trap: int, deadline: Deadline) -> Iterator[Calls]:
    """Have calls on a thread: registers saved, a page allocated, a breakpoint at `trap`; all put back on every way out.

    Putting back has seconds of its own, so that a call that took too long leaves nothing behind.
    """
    saved = remote.save_registers(thread, deadline)
    with contextlib.ExitStack() as stack:
        stack.callback(_tidy, lambda tidy: remote.restore_registers(saved, thread, tidy))
        page = remote.allocate(_PAGE, deadline)
        stack.callback(_tidy, lambda tidy: remote.free(page, tidy))
        remote.set_breakpoint(trap, deadline)
        stack.callback(_tidy, lambda tidy: remote.clear_breakpoint(trap, tidy))
        yield Calls(remote, thread, trap, remote.read_register("sp", thread, deadline), page)


def _tidy(action: Callable[[Deadline], None]) -> None:
    with contextlib.suppress(
        HarnessError
    ):  # what cannot be put back one by one, debugserver puts back when it detaches
        action(Deadline.after(_TIDY_S))
