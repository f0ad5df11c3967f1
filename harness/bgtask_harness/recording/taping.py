"""Between the driver and the way to a phone: whatever passes is written on a tape, and passed on as it is."""

from __future__ import annotations

import time
from types import TracebackType
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import Refused
from bgtask_harness.recording.tape import SHELL
from bgtask_harness.recording.tape import Exchange
from bgtask_harness.recording.tape import TapeWriter
from bgtask_harness.transport.port import Stream
from bgtask_harness.transport.port import Transport
from bgtask_harness.transport.shell import OUTPUT_LIMIT
from bgtask_harness.transport.shell import Packets

_FOLLOWS = f"{SHELL}logcat "
_STDOUT, _STDERR, _EXIT = 1, 2, 3


class TapedTransport:
    """A way to a phone, and a tape of what goes over it. Satisfies `transport.port.Transport`."""

    def __init__(self, transport: Transport, tape: TapeWriter) -> None:
        self._transport, self._tape = transport, tape

    def open(self, service: str, deadline: Deadline) -> Stream:
        at_ns = time.monotonic_ns()
        try:
            stream = self._transport.open(service, deadline)
        except Refused:
            self._tape.add(Exchange(at_ns, time.monotonic_ns(), service, refused=True))
            raise
        if service.startswith(_FOLLOWS):
            self._tape.add(Exchange(at_ns, time.monotonic_ns(), service, follows=True))
            return _FollowedStream(stream, self._tape, service)
        return _TapedStream(stream, self._tape, service, at_ns)


class _FollowedStream:
    """A stream of the log: what comes is kept by whoever follows it, so the tape has its begin and its end."""

    def __init__(self, stream: Stream, tape: TapeWriter, service: str) -> None:
        self._stream, self._tape, self._service = stream, tape, service
        self._closed = False

    def recv(self, size: int, deadline: Deadline) -> bytes:
        return self._stream.recv(size, deadline)

    def send(self, data: bytes, deadline: Deadline) -> None:
        self._stream.send(data, deadline)

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            now = time.monotonic_ns()
            self._tape.add(Exchange(now, now, self._service, hung_up=True))
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _TapedStream:
    """A stream whose bytes are kept until it is closed, and then written on the tape as one exchange."""

    def __init__(self, stream: Stream, tape: TapeWriter, service: str, at_ns: int) -> None:
        self._stream, self._tape = stream, tape
        self._service, self._at_ns = service, at_ns
        self._came = bytearray()
        self._closed = False

    def recv(self, size: int, deadline: Deadline) -> bytes:
        data = self._stream.recv(size, deadline)
        if len(self._came) < OUTPUT_LIMIT:
            self._came += data
        return data

    def send(self, data: bytes, deadline: Deadline) -> None:
        self._stream.send(data, deadline)

    def close(self) -> None:
        self._stream.close()
        if not self._closed:
            self._closed = True
            self._tape.add(_exchange(self._service, self._at_ns, bytes(self._came)))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _exchange(service: str, at_ns: int, came: bytes) -> Exchange:
    now = time.monotonic_ns()
    if not service.startswith(SHELL):
        return Exchange(at_ns, now, service, stdout=came.decode(errors="replace"))
    texts, status = {_STDOUT: b"", _STDERR: b""}, None
    for kind, payload in Packets().feed(came):
        if kind in texts:
            texts[kind] += payload
        elif kind == _EXIT:
            status = payload[0] if payload else 0
    stdout, stderr = (texts[kind].decode(errors="replace") for kind in (_STDOUT, _STDERR))
    return Exchange(at_ns, now, service, stdout, stderr, status)
