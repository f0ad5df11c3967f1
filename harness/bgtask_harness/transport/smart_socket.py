"""One connection to an adb server: the smart-socket protocol, every step under the caller's deadline.

A request is four hexadecimal digits and its text; the server answers `OKAY` or `FAIL` and a text (`SERVICES.TXT` and
`OVERVIEW.TXT` of adb). After a service was opened the same socket carries the service's bytes.
"""

from __future__ import annotations

import socket
from types import TracebackType
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Refused

_LENGTH_DIGITS = 4


class NoServer(DeviceLostError):  # noqa: N818 - reads as what it is
    """No adb server answers at that address."""


def failure(text: str, doing: str) -> HarnessError:
    """Give the error for the server's `FAIL` text, with what a person can do about it."""
    for beginning, advice in _GONE:
        if beginning in text:
            return DeviceLostError(f"{doing}: {text.splitlines()[0].rstrip('.')}; {advice}")
    return Refused(f"{doing}: the device refused it ({text})")


_GONE = (
    ("not found", "look at `adb devices -l`, and at the cable"),
    ("no devices", "look at `adb devices -l`, and at the cable"),
    ("unauthorized", "unlock the phone and accept the dialog `Allow USB debugging?`"),
    ("still authorizing", "unlock the phone and accept the dialog `Allow USB debugging?`"),
    ("still connecting", "wait for it, or pull the cable and plug it in again"),
    ("offline", "pull the cable and plug it in again, or `adb disconnect` and `adb connect` a device on TCP"),
    ("no permissions", "add a udev rule for the phone (Debian, Ubuntu: package android-sdk-platform-tools-common)"),
    ("insufficient permissions", "add a udev rule for the phone (package android-sdk-platform-tools-common)"),
    ("more than one", "name the device by its serial"),
    ("protocol fault", "the adb server speaks another version or is shutting down"),
)


class SmartSocket:
    """A connection to an adb server. Satisfies `transport.port.Stream`."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    @classmethod
    def connect(cls, host: str, port: int, deadline: Deadline) -> Self:
        """Connect. Starts no server, whatever happens.

        Raises:
            NoServer: Nobody listens there.
            DeadlineExceeded: No answer in time.

        """
        doing = f"connecting to the adb server at {host}:{port}"
        try:
            connected = socket.create_connection((host, port), timeout=deadline.check(doing))
        except TimeoutError as error:
            raise DeadlineExceeded(doing) from error
        except OSError as error:
            raise NoServer(
                f"no adb server answers at {host}:{port} ({error.strerror or error}); start one with `adb start-server`"
            ) from error
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return cls(connected)

    def recv(self, size: int, deadline: Deadline) -> bytes:
        """Give what has come, `b""` at the end. See `Stream.recv`."""
        self._bound(deadline, "waiting for the device")
        try:
            return self._socket.recv(size)
        except TimeoutError as error:
            raise DeadlineExceeded("waiting for the device") from error
        except OSError as error:
            raise DeviceLostError(f"the connection to the device broke ({error.strerror or error})") from error

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Send all of it. See `Stream.send`."""
        self._bound(deadline, "sending to the device")
        try:
            self._socket.sendall(data)
        except TimeoutError as error:
            raise DeadlineExceeded("sending to the device") from error
        except OSError as error:
            raise DeviceLostError(f"the connection to the device broke ({error.strerror or error})") from error

    def read(self, size: int, deadline: Deadline) -> bytes:
        """Give exactly that many bytes.

        Raises:
            DeviceLostError: The stream ended before.

        """
        data = b""
        while len(data) < size:
            more = self.recv(size - len(data), deadline)
            if not more:
                raise DeviceLostError("the adb server closed the connection in the middle of an answer")
            data += more
        return data

    def ask(self, request: str, deadline: Deadline) -> None:
        """Send a request; returns once the server said `OKAY`.

        Raises:
            DeviceLostError: The device is not there, or not usable (offline, unauthorized, ...).
            Refused: The device or the server does not have that service.

        """
        self.send_request(request, deadline)
        self.check_okay(request, deadline)

    def send_request(self, request: str, deadline: Deadline) -> None:
        """Send a request in one piece."""
        text = request.encode()
        self.send(b"%04x%s" % (len(text), text), deadline)

    def check_okay(self, request: str, deadline: Deadline) -> None:
        """Read the verdict on a request. Raises what `ask` raises."""
        verdict = self.read(4, deadline)
        if verdict == b"FAIL":
            raise failure(self.read_block(deadline), request)
        if verdict != b"OKAY":
            raise DeviceLostError(
                f"{request}: {verdict!r} is no answer of an adb server; is it one that listens there?"
            )

    def read_block(self, deadline: Deadline) -> str:
        """Read a text with its length before it."""
        digits = self.read(_LENGTH_DIGITS, deadline)
        try:
            size = int(digits, 16)
        except ValueError as error:
            raise DeviceLostError(f"{digits!r} is no length: no adb server listens there") from error
        return self.read(size, deadline).decode(errors="replace")

    def close(self) -> None:
        """Close it, at once: the kernel delivers what was sent."""
        self._socket.close()

    def _bound(self, deadline: Deadline, doing: str) -> None:
        left = deadline.check(doing)
        try:
            self._socket.settimeout(left)
        except OSError as error:
            raise DeviceLostError("the connection to the device was closed") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
