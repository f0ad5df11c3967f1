"""The transport port: open a service on a device, exchange bytes, each call under a deadline.

A service is the string that adb's protocol names it by, e.g. `shell,v2,raw:getprop`. Back-ends: `adb` (a real adb
server, through adbutils), `in_process` (a virtual phone in this process). Decision: `docs/adr/0003-device-port.md`.
"""

from __future__ import annotations

from types import TracebackType
from typing import Protocol
from typing import Self

from bgtask_harness.deadline import Deadline


class Stream(Protocol):
    """A two-way stream of bytes. Closing it ends the service on the device."""

    def recv(self, size: int, deadline: Deadline) -> bytes:
        """Give at most `size` bytes, at least one; `b""` at the end of the stream.

        Raises:
            DeadlineExceeded: Nothing came in time.
            DeviceLostError: The connection broke.

        """

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Send all of it.

        Raises:
            DeadlineExceeded: It could not be sent in time.
            DeviceLostError: The connection broke.

        """

    def close(self) -> None:
        """Close it. Closing twice is harmless."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Transport(Protocol):
    """The way to one device."""

    def open(self, service: str, deadline: Deadline) -> Stream:
        """Open a service.

        Raises:
            Refused: The device does not have that service.
            DeviceLostError: The device is not there.
            DeadlineExceeded: It did not answer in time.

        """
