"""A device behind a real adb server.

adbutils picks the device (`AdbDevice.open_transport`: it knows how servers of each version want to be asked), on a
connection of ours. Its own connection would start a server where none answers, bound each receive instead of the whole
call, ask for the server's version each time on a second connection, and sleep 10 ms at each close: 22 ms a command
where the way here takes under 1 ms (`bench/shell.py`).
"""

from __future__ import annotations

import importlib
from typing import Any

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_harness.transport.server import AdbServer
from bgtask_harness.transport.smart_socket import SmartSocket


class AdbTransport:
    """The way to one device through the adb server that owns it. Satisfies `transport.port.Transport`.

    Raises:
        BadInput: adbutils is not installed.

    """

    def __init__(self, host: str, port: int, serial: str) -> None:
        self.server = AdbServer(host, port)
        self.serial = serial
        self._adbutils = _import_adbutils()
        self._version: int | None = None

    def open(self, service: str, deadline: Deadline) -> SmartSocket:
        """Open a service on the device. See `Transport.open`.

        Raises:
            Refused: The device does not have that service.
            DeviceLostError: The device, or its server, is not there.
            DeadlineExceeded: It did not answer in time.

        """
        door = _Door(self.server, self._known_version(deadline), deadline)
        try:
            self._adbutils.AdbDevice(client=door, serial=self.serial).open_transport(timeout=None)
            door.connection.ask(service, deadline)
        except Refused as refused:
            door.close()
            self._unless_it_went_away(service, refused, deadline)
            raise
        except BaseException:
            self._version = None  # the server may be another one by now
            door.close()
            raise
        return door.connection

    def _unless_it_went_away(self, service: str, refused: Refused, deadline: Deadline) -> None:
        """A server says `closed` to a service that the device does not have, and when it loses the device meanwhile."""
        state = next((seen.state for seen in self.server.devices(deadline) if seen.serial == self.serial), "gone")
        if state != "device":
            raise DeviceLostError(f"{service}: the device went away before it answered (it is {state})") from refused

    def _known_version(self, deadline: Deadline) -> int:
        if self._version is None:
            self._version = self.server.version(deadline)
        return self._version


class _Door:
    """What adbutils asks of its client and of its connection, on one connection under one deadline."""

    def __init__(self, server: AdbServer, version: int, deadline: Deadline) -> None:
        self.connection = server.connect(deadline)
        self._version = version
        self._deadline = deadline
        self._asked = ""

    def make_connection(self, timeout: float | None) -> _Door:  # noqa: ARG002 - adbutils' name for its own bound
        return self

    def server_version(self) -> int:
        return self._version

    def send_command(self, request: str) -> None:
        self._asked = request
        self.connection.send_request(request, self._deadline)

    def check_okay(self) -> None:
        self.connection.check_okay(self._asked, self._deadline)

    def read(self, size: int) -> bytes:
        return self.connection.read(size, self._deadline)

    def close(self) -> None:
        self.connection.close()


def _import_adbutils() -> Any:
    try:
        return importlib.import_module("adbutils")
    except ImportError as error:
        raise BadInput(
            "talking to an Android device needs adbutils, which is not installed: pip install 'bgtask-harness[android]'"
        ) from error
