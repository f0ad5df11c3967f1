"""Faults between the driver and the phone: what cables, servers and log readers do. None is the phone's doing."""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable
from types import TracebackType
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.killscore.subject import Wrap
from bgtask_harness.transport.port import Stream
from bgtask_harness.transport.port import Transport

_LOG = "shell,v2,raw:logcat"
_NAMESPACE = re.compile(r"(jobscheduler run .*)-n \S+ ")
_HEADER = 5
"""Of a packet of the shell protocol: its kind and its length."""


class Around:
    """A stream around another one: what is read goes through `change`, which may give less, or raise."""

    def __init__(self, inner: Stream, change: Callable[[bytes], bytes]) -> None:
        self._inner, self._change = inner, change

    def recv(self, size: int, deadline: Deadline) -> bytes:
        while True:
            data = self._inner.recv(size, deadline)
            changed = self._change(data)
            if changed or not data:
                return changed

    def send(self, data: bytes, deadline: Deadline) -> None:
        self._inner.send(data, deadline)

    def close(self) -> None:
        self._inner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Tampered:
    """A transport whose log goes through `change`, and whose opening goes through `before`."""

    def __init__(
        self,
        inner: Transport,
        change: Callable[[bytes], bytes] | None = None,
        before: Callable[[str], None] | None = None,
    ) -> None:
        self._inner, self._change, self._before = inner, change, before

    def open(self, service: str, deadline: Deadline) -> Stream:
        if self._before is not None:
            self._before(service)
        stream = self._inner.open(service, deadline)
        if self._change is None or not service.startswith(_LOG):
            return stream
        return Around(stream, self._change)


def log_lost(seed: int) -> Wrap:
    """Lose some of the log without a word: the reader was too slow for the ring."""
    rng = random.Random(f"lost {seed}")  # noqa: S311 - a campaign must come out the same twice
    lost = set(rng.sample(range(4, 12), 3))
    count = itertools.count()

    def change(data: bytes) -> bytes:
        return b"" if data and next(count) in lost else data

    return lambda transport: Tampered(transport, change)


def log_ends(seed: int) -> Wrap:
    """End the log in the middle of a line; nobody opens it again."""
    rng = random.Random(f"ends {seed}")  # noqa: S311 - same
    left = rng.randint(5, 11)
    count = itertools.count()

    def change(data: bytes) -> bytes:
        if next(count) >= left:
            raise DeviceLostError("read: unexpected EOF")
        return data

    return lambda transport: Tampered(transport, change)


def sentinels_lost(seed: int) -> Wrap:
    """Lose every line that the harness logged in some stretch."""
    rng = random.Random(f"sentinels {seed}")  # noqa: S311 - same
    first = rng.randint(5, 9)
    count = itertools.count()

    def change(data: bytes) -> bytes:
        if b"bgtask-harness: sentinel" in data and first <= next(count) < first + 4:
            return b""
        return data

    return lambda transport: Tampered(transport, change)


def device_lost(seed: int) -> Wrap:
    """Let the device go away for good."""
    return _after(seed, "lost", lambda: DeviceLostError("device 'in-process' not found"))


def device_hangs(seed: int) -> Wrap:
    """Let the device answer no more."""
    return _after(seed, "hangs", lambda: DeadlineExceeded("waiting for an answer"))


def unauthorized(_seed: int) -> Wrap:
    """Refuse everything after the session has begun: somebody revoked the key."""
    return _after(0, "unauthorized", lambda: DeviceLostError("device unauthorized"), first=60)


def _after(seed: int, name: str, error: Callable[[], Exception], first: int | None = None) -> Wrap:
    rng = random.Random(f"{name} {seed}")  # noqa: S311 - same
    left = first or rng.randint(45, 70)
    count = itertools.count()

    def before(_service: str) -> None:
        if next(count) >= left:
            raise error()

    return lambda transport: Tampered(transport, before=before)


def forces_refused(_seed: int) -> Wrap:
    """Aim every force at the wrong namespace, as a driver does that does not know of it."""

    class Misled(Tampered):
        def open(self, service: str, deadline: Deadline) -> Stream:
            return super().open(_NAMESPACE.sub(r"\1", service), deadline)

    return Misled


def in_small_pieces(seed: int) -> Wrap:
    """Hand the log out in pieces that end anywhere: legal, and every line must be whole all the same."""
    rng = random.Random(f"pieces {seed}")  # noqa: S311 - same

    class Pieces(Around):
        def __init__(self, inner: Stream) -> None:
            super().__init__(inner, lambda data: data)
            self._kept = b""

        def recv(self, size: int, deadline: Deadline) -> bytes:
            if not self._kept:
                self._kept = super().recv(size, deadline)
            cut = rng.randint(1, 700)
            given, self._kept = self._kept[:cut], self._kept[cut:]
            return given

    class Slow(Tampered):
        def open(self, service: str, deadline: Deadline) -> Stream:
            stream = super().open(service, deadline)
            return Pieces(stream) if service.startswith(_LOG) else stream

    return Slow


def reordered(seed: int) -> Wrap:
    """Swap lines of different processes that were logged in the same millisecond, as merged buffers do."""
    rng = random.Random(f"order {seed}")  # noqa: S311 - same

    def change(data: bytes) -> bytes:
        packets = list(_packets(data))
        for at in range(len(packets) - 1):
            one, other = packets[at], packets[at + 1]
            if _may_swap(one, other) and rng.random() < 0.5:  # noqa: PLR2004 - as often as not
                packets[at], packets[at + 1] = other, one
        return b"".join(packets)

    return lambda transport: Tampered(transport, change)


def _packets(data: bytes) -> list[bytes]:
    found, at = [], 0
    while at + _HEADER <= len(data):
        end = at + _HEADER + int.from_bytes(data[at + 1 : at + _HEADER], "little")
        found.append(data[at:end])
        at = end
    return [*found, data[at:]] if at < len(data) else found


def _may_swap(one: bytes, other: bytes) -> bool:
    """Tell whether two lines have the same millisecond, different processes, and neither is a sentinel."""
    a, b = one[_HEADER:].split(None, 2), other[_HEADER:].split(None, 2)
    if len(a) < 3 or len(b) < 3 or b"sentinel" in one + other:  # noqa: PLR2004 - stamp, pid, the rest
        return False
    return a[0][:-3] == b[0][:-3] and a[1] != b[1]
