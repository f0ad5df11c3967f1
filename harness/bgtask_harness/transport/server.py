"""Which adb server owns a phone, and what it sees. Nothing here starts, stops or restarts a server."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

from bgtask_harness.deadline import Deadline
from bgtask_harness.errors import BadInput
from bgtask_harness.transport.smart_socket import SmartSocket

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 5037
_HIGHEST_PORT = 65535


@dataclass(frozen=True, slots=True)
class SeenDevice:
    """One line of `adb devices -l`.

    Attributes:
        serial: What the server calls it.
        state: `device`, `offline`, `unauthorized`, `no permissions (...)`, `recovery`, ... as printed.
        details: `product`, `model`, `device`, `usb`, `transport_id`, as printed; a device that is not ready has few.

    """

    serial: str
    state: str
    details: Mapping[str, str] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """True when commands can be sent to it."""
        return self.state == "device"


@dataclass(frozen=True, slots=True)
class AdbServer:
    """The address of an adb server."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT

    def connect(self, deadline: Deadline) -> SmartSocket:
        """Connect to it. Raises what `SmartSocket.connect` raises."""
        return SmartSocket.connect(self.host, self.port, deadline)

    def query(self, request: str, deadline: Deadline) -> str:
        """Ask a host service that answers with one text, e.g. `host:version`.

        Raises:
            NoServer: Nobody listens there.
            Refused: The server says no; the sentence holds its text.

        """
        with self.connect(deadline) as connection:
            connection.ask(request, deadline)
            return connection.read_block(deadline)

    def version(self, deadline: Deadline) -> int:
        """Give the server's protocol version: 41 for adb 1.0.41."""
        return int(self.query("host:version", deadline), 16)

    def devices(self, deadline: Deadline) -> tuple[SeenDevice, ...]:
        """Give every device that the server knows, usable or not."""
        return parse_devices(self.query("host:devices-l", deadline))

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


_LINE = re.compile(
    r"(?P<serial>\(no serial number\)|\S+)\s+"
    r"(?P<state>no permissions(?:.*?\](?=\s|$)|[^:]*?(?=\s\w+:|$))|\S+)"
    r"(?P<details>.*)"
)


def parse_devices(text: str) -> tuple[SeenDevice, ...]:
    """Read the answer to `host:devices-l`. Lines of another shape are skipped."""
    matches = (_LINE.fullmatch(line.strip()) for line in text.splitlines())
    return tuple(
        SeenDevice(found["serial"], found["state"], _details(found["details"]))
        for found in matches
        if found is not None
    )


def _details(text: str) -> dict[str, str]:
    return {key: value for key, colon, value in (word.partition(":") for word in text.split()) if colon}


def server_address(environ: Mapping[str, str] | None = None) -> AdbServer:
    """Give the server that adb itself would use: environment first, 127.0.0.1:5037 otherwise.

    `ADB_SERVER_SOCKET` (tcp only) outranks `ANDROID_ADB_SERVER_ADDRESS` (adbutils and others say `..._HOST`) and
    `ANDROID_ADB_SERVER_PORT`, as in adb's `client/commandline.cpp`.

    Raises:
        BadInput: A variable holds something that is no address.

    """
    environ = os.environ if environ is None else environ
    given = environ.get("ADB_SERVER_SOCKET", "")
    if given:
        return _from_socket_spec(given)
    host = environ.get("ANDROID_ADB_SERVER_ADDRESS") or environ.get("ANDROID_ADB_SERVER_HOST") or DEFAULT_HOST
    port = environ.get("ANDROID_ADB_SERVER_PORT") or str(DEFAULT_PORT)
    return AdbServer(host, _port(port, "ANDROID_ADB_SERVER_PORT"))


def _from_socket_spec(given: str) -> AdbServer:
    found = re.fullmatch(r"tcp:(?:(?P<host>\[.*\]|[^:]+):)?(?P<port>\d+)", given)
    if found is None:
        raise BadInput(f"environment variable ADB_SERVER_SOCKET: expected tcp:HOST:PORT, got {given!r}")
    return AdbServer((found["host"] or DEFAULT_HOST).strip("[]"), _port(found["port"], "ADB_SERVER_SOCKET"))


def _port(text: str, variable: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= _HIGHEST_PORT):
        raise BadInput(f"environment variable {variable}: expected a port from 1 to {_HIGHEST_PORT}, got {text!r}")
    return int(text)


def find_adb() -> str:
    """Give the path of an adb that runs on this machine: from PATH, else from adbutils' wheel.

    Raises:
        BadInput: There is none; names the package to install.

    """
    for candidate in (shutil.which("adb"), _bundled_adb()):
        if candidate is not None and _runs(candidate):
            return candidate
    raise BadInput(
        "no adb that runs on this machine, neither on PATH nor in the adbutils wheel: install the package `adb` "
        "(Debian, Ubuntu), `android-tools` (Fedora, Arch) or `android-platform-tools` (Homebrew)"
    )


def _bundled_adb() -> str | None:
    found = importlib.util.find_spec("adbutils")
    if found is None or found.origin is None:
        return None
    path = Path(found.origin).parent / "binaries" / "adb"
    return str(path) if path.is_file() else None


def _runs(adb: str) -> bool:
    """`adb version` talks to no server; a binary of another machine does not start at all."""
    try:
        return subprocess.run([adb, "version"], capture_output=True, timeout=10, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
