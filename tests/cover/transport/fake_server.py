"""A small outside: an adb server that says what a test tells it to. It knows nothing of the code under test."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from contextlib import suppress
from dataclasses import dataclass
from dataclasses import field

NOT_FOUND = 127


@dataclass
class Reply:
    """What a command prints and how it ends. `end`: `exit`, `cut` (the connection ends) or `hang`."""

    stdout: str | bytes = ""
    stderr: str = ""
    status: int = 0
    end: str = "exit"


def packet(kind: int, payload: bytes) -> bytes:
    return struct.pack("<BI", kind, len(payload)) + payload


@dataclass
class FakeServer:
    """Devices by serial with their state as `adb devices -l` prints it, and commands with their replies."""

    port: int = 0
    devices: dict[str, str] = field(default_factory=dict)
    commands: dict[str, Reply] = field(default_factory=dict)
    services: dict[str, Callable[[socket.socket], None]] = field(default_factory=dict)
    hosts: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    broken: str = ""
    """`mute`: takes connections, never answers. `gone`: closes at once. `http`: answers something else."""
    over: threading.Event = field(default_factory=threading.Event)
    closed_by_client: threading.Event = field(default_factory=threading.Event)

    def handle(self, connection: socket.socket) -> None:
        with connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with suppress(OSError, EOFError):
                self._talk(connection)
                connection.shutdown(socket.SHUT_WR)  # as adb does: unread bytes must not reset the connection
                while connection.recv(1024):
                    pass

    def _talk(self, connection: socket.socket) -> None:
        if self.broken == "mute":
            self.over.wait(10)
        elif self.broken == "http":
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        elif not self.broken:
            self._serve(connection, self._request(connection))

    def _request(self, connection: socket.socket) -> str:
        size = int(self._read(connection, 4), 16)
        text = self._read(connection, size).decode()
        self.asked.append(text)
        return text

    def _read(self, connection: socket.socket, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = connection.recv(size - len(data))
            if not more:
                raise EOFError
            data += more
        return data

    def _serve(self, connection: socket.socket, request: str) -> None:
        serial = request.removeprefix("host:tport:serial:")
        if request == "host:version":
            connection.sendall(b"OKAY" + block("0029"))
        elif request == "host:devices-l":
            lines = "".join(f"{serial:<22} {state}\n" for serial, state in self.devices.items())
            connection.sendall(b"OKAY" + block(lines))
        elif request in self.hosts:
            connection.sendall(b"OKAY" + block(self.hosts[request]))
        elif serial == request:
            connection.sendall(b"FAIL" + block("unknown host service"))
        elif problem := self._problem(serial):
            connection.sendall(b"FAIL" + block(problem))
        else:
            connection.sendall(b"OKAY" + bytes(8))
            self._service(connection, self._request(connection))

    def _problem(self, serial: str) -> str:
        if serial not in self.devices:
            return f"device '{serial}' not found"
        state = self.devices[serial].split()[0]
        if state == "unauthorized":
            return (
                "device unauthorized.\nThis adb server's $ADB_VENDOR_KEYS is not set\nTry 'adb kill-server' if that "
                "seems wrong.\nOtherwise check for a confirmation dialog on your device."
            )
        return "" if state == "device" else f"device {state}"

    def _service(self, connection: socket.socket, service: str) -> None:
        if service in self.services:
            self.services[service](connection)
        elif service.startswith("shell,v2,raw:"):
            connection.sendall(b"OKAY")
            self._shell(connection, service.removeprefix("shell,v2,raw:"))
        else:
            connection.sendall(b"FAIL" + block("closed"))

    def _shell(self, connection: socket.socket, line: str) -> None:
        word = line.split(" ", maxsplit=1)[0]
        unknown = Reply(stderr=f"/system/bin/sh: {word}: inaccessible or not found\n", status=NOT_FOUND)
        reply = self.commands.get(line, unknown)
        stdout = reply.stdout if isinstance(reply.stdout, bytes) else reply.stdout.encode()
        connection.sendall(packet(1, stdout) + packet(2, reply.stderr.encode()))
        if reply.end == "exit":
            connection.sendall(packet(3, bytes([reply.status])))
        elif reply.end == "hang":
            with suppress(OSError):
                while connection.recv(1024):
                    pass
            self.closed_by_client.set()


def block(text: str) -> bytes:
    data = text.encode()
    return b"%04x" % len(data) + data


def sends(data: bytes) -> Callable[[socket.socket], None]:
    """Give a service that is opened, says this, and closes."""
    return lambda connection: connection.sendall(b"OKAY" + data)


@contextmanager
def running(server: FakeServer) -> Iterator[FakeServer]:
    """Serve on a port of 127.0.0.1 until the end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        acceptor = threading.Thread(target=_accept, args=(listener, server), daemon=True)
        acceptor.start()
        try:
            yield server
        finally:
            server.over.set()
            listener.shutdown(socket.SHUT_RDWR)
            acceptor.join(5)


def _accept(listener: socket.socket, server: FakeServer) -> None:
    while True:
        try:
            connection = listener.accept()[0]
        except OSError:
            return
        threading.Thread(target=server.handle, args=(connection,), daemon=True).start()
