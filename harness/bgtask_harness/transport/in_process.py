"""A virtual phone in this process as a `Transport`: the same services, no sockets, no threads, no real time.

Virtual time moves only for what a command itself waits for, at most as much of it as the caller's deadline leaves, and
for the jumps that are asked for. A stream that follows the log hands out what is there; when nothing is,
`DeadlineExceeded` is raised at once, because no waiting of this process could make something come.

This package must not import `virtual`, so what it needs of a phone is said here.
"""

from __future__ import annotations

from types import TracebackType
from typing import Any
from typing import Protocol
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_harness.transport.port import Stream


class Door(Protocol):
    """`virtual.adbd.local.LocalDoor`: the phone's daemon without a wire. Times are virtual nanoseconds."""

    @property
    def online(self) -> bool:
        """False while the phone is off."""

    def boot(self, patience_ns: int) -> bool:
        """Let a phone that is off come up; False when it is still off."""

    def open(self, service: str, patience_ns: int) -> Any | None:
        """Open a service and let it run; None when it is refused."""

    def recv(self, stream: Any, size: int) -> bytes:
        """What there is, `b""` when there is nothing now."""

    def send(self, stream: Any, data: bytes, patience_ns: int) -> None:
        """Give the service input."""

    def close(self, stream: Any) -> None:
        """Hang up."""


class HostedPhone(Protocol):
    """What `virtual.assemble.build` gives."""

    @property
    def door(self) -> Door:
        """The way in."""


class InProcessTransport:
    """The way to a phone in this process."""

    def __init__(self, phone: HostedPhone) -> None:
        self._door = phone.door

    def open(self, service: str, deadline: Deadline) -> Stream:
        if not self._door.online and not self._door.boot(_nanoseconds(deadline)):
            raise DeviceLostError("the virtual phone is off and has not come up in time")
        opened = self._door.open(service, _nanoseconds(deadline))
        if opened is None:
            raise Refused(f"the device does not have the service {service!r}")
        return InProcessStream(self._door, opened, service)


class InProcessStream:
    """A service that runs in this process."""

    def __init__(self, door: Door, opened: Any, service: str) -> None:
        self._door = door
        self._opened = opened
        self._service = service

    def recv(self, size: int, deadline: Deadline) -> bytes:
        data = self._door.recv(self._opened, size)
        if not data and not self._opened.ended:
            raise DeadlineExceeded(f"waiting for output of {self._service!r} (no time passes on an in-process phone)")
        del deadline  # nothing here takes real time
        return data

    def send(self, data: bytes, deadline: Deadline) -> None:
        if self._opened.ended:
            raise DeviceLostError(f"{self._service!r} has ended")
        self._door.send(self._opened, data, _nanoseconds(deadline))

    def close(self) -> None:
        self._door.close(self._opened)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _nanoseconds(deadline: Deadline) -> int:
    return int(deadline.remaining() * 1_000_000_000)
