"""A connection of pymobiledevice3's as a stream for whoever is not asynchronous."""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import Any
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.link import Link

_CLOSE_S = 5.0


class ServiceStream:
    """Satisfies `transport.port.Stream`."""

    def __init__(self, link: Link, connection: Any) -> None:
        self._link = link
        self._connection = connection

    def recv(self, size: int, deadline: Deadline) -> bytes:
        """See `Stream.recv`."""

        async def receive() -> bytes:
            return bytes(await self._connection.recv_any(size))

        return self._link.call(receive, deadline, "waiting for a service")

    def send(self, data: bytes, deadline: Deadline) -> None:
        """See `Stream.send`."""

        async def send() -> None:
            await self._connection.sendall(data)

        self._link.call(send, deadline, "sending to a service")

    def close(self) -> None:
        """Close it. Twice is harmless."""

        async def close() -> None:
            await self._connection.close()

        with contextlib.suppress(Exception):  # what has gone needs no closing
            self._link.call(close, Deadline.after(_CLOSE_S), "closing a service")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
