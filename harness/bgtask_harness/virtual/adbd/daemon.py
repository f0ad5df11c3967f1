"""adbd itself: which services there are and how one is run. Says nothing of sockets.

This is the transport layer of `virtual.layers.Layers`: a fault replaces it by a subclass. What a subclass may override
keeps its meaning and is listed in `docs/virtual-phones.md`: `auth`, `features`, `properties`, `service`, `reached`.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from collections.abc import Coroutine
from typing import Any
from typing import ClassVar
from typing import Literal
from typing import Protocol

from bgtask_harness.virtual.adbd import services
from bgtask_harness.virtual.adbd.channel import Channel
from bgtask_harness.virtual.adbd.channel import Request
from bgtask_harness.virtual.adbd.files import Files
from bgtask_harness.virtual.android.port import ShellPort
from bgtask_harness.virtual.kernel import Task
from bgtask_harness.virtual.pace import Pace
from bgtask_reference.ports.app import Cancelled

Auth = Literal["open", "unauthorized", "accept", "mute"]
"""How a host is received: without a question; asked for a key that nobody accepts; asked and accepted; not at all."""


class ServedChannel(Channel, Protocol):
    """A channel as the daemon holds it."""

    on_gone: Callable[[], None]

    def finish(self) -> None:
        """Close it once everything has been sent."""


class Hosts(Protocol):
    """Those who are connected: a `Listener`'s, or this process."""

    def drop(self) -> None:
        """Break every connection; hosts may come back at once."""

    def freeze(self, frozen: bool) -> None:
        """Stop reading what hosts send, as a phone that hangs does, or go on."""


class Daemon:
    """The adb daemon of one phone."""

    auth: Auth = "open"
    """Open, so that a private server with a key of its own needs nobody to press a button."""

    features: ClassVar[tuple[str, ...]] = ("shell_v2", "cmd", "stat_v2", "ls_v2", "fixed_push_mkdir")
    """What is announced: nothing that is not here, so a host never asks for it (transport.cpp kFeature...)."""

    properties: ClassVar[tuple[str, ...]] = ("ro.product.name", "ro.product.model", "ro.product.device")
    """What the banner tells of the phone; `adb devices -l` shows these."""

    def __init__(self, phone: ShellPort) -> None:
        self.phone = phone
        self.files = Files(phone.read_file)
        self.pace: Pace | None = None
        """Set by whoever lets time pass: a `Listener` or a `LocalDoor`."""
        self.hosts: Hosts | None = None
        """Set by the same."""

    def service(self, name: str) -> services.Service | None:
        """Give the service of that name; None refuses it."""
        return services.SERVICES.get(name)

    def reached(self, channel: ServedChannel, service: str) -> Channel:
        """Give the channel that a service is to speak on: the host's own, or one around it that loses or delays."""
        del service
        return channel

    def drop(self) -> None:
        """Break every connection; hosts may come back at once. For faults to call, at a time of their choosing."""
        if self.hosts is not None:
            self.hosts.drop()

    def freeze(self, frozen: bool) -> None:
        """Stop answering, as a phone that hangs does, or go on. For faults to call."""
        if self.hosts is not None:
            self.hosts.freeze(frozen)

    def banner(self) -> str:
        """What the daemon says of itself: `device::name=value;...features=a,b`."""
        known = "".join(f"{name}={self.phone.getprop(name)};" for name in self.properties)
        return f"device::{known}features={','.join(self.features)}"

    def begin(self, service: str, channel: ServedChannel) -> bool:
        """Run a service on a channel; False refuses it."""
        request = Request.parse(service)
        found = self.service(request.name)
        work = found(self, request, self.reached(channel, service)) if found is not None else None
        if work is None:
            return False
        self._run(work, service, channel)
        return True

    def _run(self, work: Coroutine[Any, Any, None], service: str, channel: ServedChannel) -> None:
        def ended(task: Task) -> None:
            if task.error is not None and not isinstance(task.error, Cancelled | EOFError):
                report(service, task.error)
            channel.finish()

        task = self.phone.kernel.spawn(work, f"adbd {service}", ended)
        channel.on_gone = task.cancel


def report(service: str, error: Exception) -> None:
    """Say in the process' own log what is broken; the host only sees its stream end without an exit status."""
    text = "".join(traceback.format_exception(error))
    print(f"adbd: {service!r} failed: {text}", file=sys.stderr)  # noqa: T201
