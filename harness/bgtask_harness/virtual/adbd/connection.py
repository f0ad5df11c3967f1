"""One connection of a host: handshake, and packets to and from its streams."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import socket
import sys
from typing import TYPE_CHECKING

from bgtask_harness.virtual.adbd.packets import MAX_PAYLOAD
from bgtask_harness.virtual.adbd.packets import MAX_PAYLOAD_BEFORE_CONNECT
from bgtask_harness.virtual.adbd.packets import VERSION
from bgtask_harness.virtual.adbd.packets import AuthType
from bgtask_harness.virtual.adbd.packets import Command
from bgtask_harness.virtual.adbd.packets import Decoder
from bgtask_harness.virtual.adbd.packets import Malformed
from bgtask_harness.virtual.adbd.packets import Packet
from bgtask_harness.virtual.adbd.packets import encode
from bgtask_harness.virtual.adbd.stream import Stream

if TYPE_CHECKING:
    from bgtask_harness.virtual.adbd.listener import Listener

LINGER_S = 1.0
"""How long a host has to take the last bytes of a connection that was dropped."""

TOKEN_SIZE = 20
"""Bytes of an AUTH token (adb_auth.h)."""


class Connection(asyncio.Protocol):
    """What the daemon keeps of one host: a `stream.Link`."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._daemon = listener.daemon
        self._decoder = Decoder()
        self._transport: asyncio.Transport | None = None
        self._output = bytearray()
        self._ids = itertools.count(1)
        self._streams: dict[int, Stream] = {}
        self._touched: dict[Stream, None] = {}
        self._peer_version = 0
        self._online = False
        self.max_payload = MAX_PAYLOAD_BEFORE_CONNECT

    # --- asyncio --------------------------------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if not isinstance(transport, asyncio.Transport):  # pragma: no cover - a TCP server makes no other
            raise TypeError(type(transport).__name__)
        self._transport = transport
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._listener.connections.add(self)
        if self._listener.frozen:
            transport.pause_reading()

    def data_received(self, data: bytes) -> None:
        self._listener.pace.catch_up()
        try:
            for packet in self._decoder.feed(data):
                self._handle(packet)
        except Malformed as error:
            print(f"adbd: {error}", file=sys.stderr)  # noqa: T201 - the process' own log
            self.drop()
        self._listener.pace.run()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc  # why a host went away makes no difference to a phone
        self._listener.connections.discard(self)
        self._transport = None
        for stream in tuple(self._streams.values()):
            stream.gone()
        self._listener.pace.run()

    # --- the daemon's side ----------------------------------------------------------------------------------------

    def drop(self) -> None:
        """Break the connection. What was said before still arrives; nothing that is underway goes on."""
        transport = self._transport
        if transport is None or transport.is_closing():
            return
        self.flush()
        for stream in tuple(self._streams.values()):
            stream.gone()
        transport.close()
        asyncio.get_running_loop().call_later(LINGER_S, transport.abort)

    def pause(self, paused: bool) -> None:
        """Stop reading from the host, or go on."""
        if self._transport is not None and paused:
            self._transport.pause_reading()
        elif self._transport is not None:
            self._transport.resume_reading()

    def unread(self) -> list[Stream]:
        """Streams with output that the host has not taken."""
        return [stream for stream in self._streams.values() if stream.unread]

    def flush(self) -> None:
        """Send everything that may be sent, in one piece."""
        while self._touched:
            touched, self._touched = self._touched, {}
            for stream in touched:
                stream.flush()
        if self._output and self._transport is not None and not self._transport.is_closing():
            self._transport.write(bytes(self._output))
        self._output.clear()

    def come_online(self) -> None:
        """Say that the host may open streams."""
        self._online = True
        banner = self._daemon.banner().encode()
        # The host learns our version from this packet only, so it alone has its checksum in any case.
        self._output += encode(Packet(Command.CNXN, VERSION, MAX_PAYLOAD, banner), checksum=True)

    # --- the streams' side ----------------------------------------------------------------------------------------

    def send(self, packet: Packet) -> None:
        self._output += encode(packet, checksum=self._peer_version < VERSION)

    def touched(self, stream: Stream) -> None:
        self._touched[stream] = None

    def forget(self, stream: Stream) -> None:
        self._streams.pop(stream.local, None)

    # --- packets --------------------------------------------------------------------------------------------------

    def _handle(self, packet: Packet) -> None:
        match packet.command:
            case Command.CNXN:
                self._connect(packet)
            case Command.AUTH:
                self._authenticate(packet)
            case Command.OPEN if self._online:
                self._open(packet)
            case Command.OKAY | Command.WRTE | Command.CLSE if self._online:
                self._route(packet)
            case _:
                pass  # as adbd does: what is not known, or comes too early, is ignored

    def _connect(self, packet: Packet) -> None:
        for stream in tuple(self._streams.values()):
            stream.gone()
        self._peer_version, self._online = packet.arg0, False
        self.max_payload = max(1, min(packet.arg1, MAX_PAYLOAD))
        match self._daemon.auth:
            case "open":
                self.come_online()
            case "mute":
                pass
            case _:
                self._challenge()

    def _challenge(self) -> None:
        self._output += encode(Packet(Command.AUTH, AuthType.TOKEN, 0, secrets.token_bytes(TOKEN_SIZE)), checksum=True)

    def _authenticate(self, packet: Packet) -> None:
        if self._online or self._daemon.auth == "mute":
            return
        if packet.arg0 == AuthType.SIGNATURE:
            self._challenge()
        elif packet.arg0 == AuthType.RSA_PUBLIC_KEY and self._daemon.auth != "unauthorized":
            self.come_online()

    def _open(self, packet: Packet) -> None:
        service = packet.data.rstrip(b"\0").decode("utf-8", "surrogateescape")
        stream = Stream(self, next(self._ids), packet.arg0, service)
        if not self._daemon.begin(service, stream):
            self.send(Packet(Command.CLSE, 0, packet.arg0))
            return
        self._streams[stream.local] = stream
        self.send(Packet(Command.OKAY, stream.local, packet.arg0))

    def _route(self, packet: Packet) -> None:
        stream = self._streams.get(packet.arg1)
        if stream is None:
            if packet.command == Command.WRTE:
                self.send(Packet(Command.CLSE, 0, packet.arg0))
        elif packet.command == Command.OKAY:
            stream.taken()
        elif packet.command == Command.WRTE:
            stream.received(packet.data)
        else:
            stream.gone()
            self.send(Packet(Command.CLSE, stream.local, packet.arg0))
