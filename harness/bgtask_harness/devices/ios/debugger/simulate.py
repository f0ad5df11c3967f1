"""`_simulateLaunchForTaskWithIdentifier:` and `_simulateExpirationForTaskWithIdentifier:`, called through debugserver.

Both need a pending request (or a running simulated task) and a process that runs afterwards: what they set going begins
when the process is let go. Whether it did, the log says; this only makes the call.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.debugger.calls import Calls
from bgtask_harness.devices.ios.debugger.calls import prepared
from bgtask_harness.devices.ios.debugger.images import Images
from bgtask_harness.devices.ios.debugger.remote import DebuggerRefusedError
from bgtask_harness.devices.ios.debugger.remote import GdbRemote
from bgtask_harness.devices.ios.debugger.remote import NotAttachedError
from bgtask_harness.errors import HarnessError
from bgtask_harness.transport.port import Stream

_UTF8 = 0x08000100
"""`kCFStringEncodingUTF8`."""
_OBJC = "/libobjc.A.dylib"
_CORE_FOUNDATION = "/CoreFoundation"
_DETACH_S = 5.0


class Simulation(StrEnum):
    """What is simulated: the private selector of BGTaskScheduler."""

    LAUNCH = "_simulateLaunchForTaskWithIdentifier:"
    EXPIRATION = "_simulateExpirationForTaskWithIdentifier:"


@dataclass(frozen=True, slots=True)
class Forced:
    """What it took, in seconds, and how many packets."""

    attach_s: float
    symbols_s: float
    calls_s: float
    packets: int


def simulate(stream: Stream, pid: int, identifier: str, what: Simulation, deadline: Deadline) -> Forced:
    """Make the call in the process of that pid, and let it run.

    Raises:
        NotAttachedError: It cannot be attached: nothing was called.
        DebuggerRefusedError: It does not use BackgroundTasks, or the call did not return.
        DeadlineExceeded: It took too long; the process was let go as it was.
        DeviceLostError: The connection broke: debugserver lets the process go by itself then.

    """
    remote = GdbRemote(stream)
    began = time.monotonic()
    remote.handshake(deadline)
    try:
        thread = remote.attach(pid, deadline)
    except DebuggerRefusedError as error:
        raise NotAttachedError(str(error)) from error
    attached = time.monotonic()
    with _let_go(remote):
        images = Images(remote, deadline)
        functions = _Functions.find(images, deadline)
        found = time.monotonic()
        with prepared(remote, thread, images.main(deadline), deadline) as calls:
            _send(calls, functions, identifier, what, deadline)
    return Forced(attached - began, found - attached, time.monotonic() - found, remote.packets)


@dataclass(frozen=True, slots=True)
class _Functions:
    """Addresses of what is called."""

    get_class: int
    register_name: int
    send: int
    make_string: int

    @classmethod
    def find(cls, images: Images, deadline: Deadline) -> _Functions:
        return cls(
            images.symbol(_OBJC, "_objc_getClass", deadline),
            images.symbol(_OBJC, "_sel_registerName", deadline),
            images.symbol(_OBJC, "_objc_msgSend", deadline),
            images.symbol(_CORE_FOUNDATION, "_CFStringCreateWithCString", deadline),
        )


def _send(calls: Calls, functions: _Functions, identifier: str, what: Simulation, deadline: Deadline) -> None:
    """`[[BGTaskScheduler sharedScheduler] _simulate...: @"identifier"]`."""

    def selector(name: str) -> int:
        return calls.call(functions.register_name, (calls.text(name, deadline),), deadline)

    scheduler_class = calls.call(functions.get_class, (calls.text("BGTaskScheduler", deadline),), deadline)
    if not scheduler_class:
        raise DebuggerRefusedError("the process has no class BGTaskScheduler: it does not load BackgroundTasks")
    scheduler = calls.call(functions.send, (scheduler_class, selector("sharedScheduler")), deadline)
    text = calls.text(identifier, deadline)
    string = calls.call(functions.make_string, (0, text, _UTF8), deadline)
    calls.call(functions.send, (scheduler, selector(what.value), string), deadline)


@contextlib.contextmanager
def _let_go(remote: GdbRemote) -> Iterator[None]:
    """Detach on every way out, with seconds of its own; a connection that broke has let the process go already."""
    try:
        yield
    except BaseException:
        with contextlib.suppress(HarnessError):
            remote.detach(Deadline.after(_DETACH_S))
        raise
    remote.detach(Deadline.after(_DETACH_S))
