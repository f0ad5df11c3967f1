"""One connection between a host and a daemon: bytes, or property lists behind a four byte length (big endian)."""

from __future__ import annotations

import asyncio
import plistlib
import ssl
import struct
from collections.abc import Awaitable
from collections.abc import Callable
from typing import Any

LONGEST = 1 << 24
"""No message of these protocols is longer: what claims to be is no message."""

BROKEN = (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError, TimeoutError)
"""How a connection ends that nobody ends in order."""


class Malformed(ConnectionError):  # noqa: N818 - reads as what it is
    """What came is no message of this protocol: the daemon hangs up."""


class HostProtocol(asyncio.StreamReaderProtocol):
    """asyncio's streams, but for this: inside TLS nothing is half open, and asyncio grumbles when told otherwise."""

    over_tls = False

    def eof_received(self) -> bool:
        return bool(super().eof_received()) and not self.over_tls


Accept = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def accepting(accept: Accept) -> Callable[[], HostProtocol]:
    """Give what `loop.create_server` needs to serve each host with `accept`."""

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await accept(reader, writer)
        except asyncio.CancelledError:
            # only the end of the event loop cancels it, and asyncio's streams would report that as an error
            writer.close()

    return lambda: HostProtocol(asyncio.StreamReader(), accepted)


class Link:
    """A connection. `host_id` is the computer's, empty until lockdown knows it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host_id: str = "") -> None:
        self.reader = reader
        self.writer = writer
        self.host_id = host_id

    async def exactly(self, size: int) -> bytes:
        """Give that many bytes."""
        return await self.reader.readexactly(size)

    async def receive(self) -> dict[str, Any]:
        """Give the next property list.

        Raises:
            Malformed: It is none, or no dictionary.

        """
        (size,) = struct.unpack(">I", await self.exactly(4))
        if size > LONGEST:
            raise Malformed(f"a property list of {size} bytes")
        return dictionary(await self.exactly(size))

    async def send(self, message: Any, form: plistlib.PlistFormat = plistlib.FMT_XML) -> None:
        """Send a property list."""
        self.put(message, form)
        await self.drain()

    def put(self, message: Any, form: plistlib.PlistFormat = plistlib.FMT_XML) -> None:
        """Send a property list without waiting for it to go out."""
        body = plistlib.dumps(message, fmt=form)
        self.write(struct.pack(">I", len(body)) + body)

    def write(self, data: bytes) -> None:
        """Send bytes without waiting for them to go out."""
        if not self.writer.is_closing():
            self.writer.write(data)

    async def drain(self) -> None:
        """Wait until what was written is on its way."""
        await self.writer.drain()

    def hold(self) -> None:
        """Take nothing more in: the host's first TLS message belongs to TLS, and may follow an answer at once."""
        self.writer.transport.pause_reading()  # type: ignore[attr-defined]  # every transport here can read

    def release(self) -> None:
        """Take in again what the host sends."""
        self.writer.transport.resume_reading()  # type: ignore[attr-defined]  # same

    async def begin_tls(self, context: ssl.SSLContext) -> None:
        """Go on in TLS, as its server. Call `hold` before writing what makes the host begin."""
        protocol = self.writer.transport.get_protocol()
        if isinstance(protocol, HostProtocol):
            protocol.over_tls = True
        await self.writer.start_tls(context)

    def close(self) -> None:
        """Hang up once everything is out."""
        self.writer.close()

    def abort(self) -> None:
        """Hang up now, as a pulled cable does."""
        self.writer.transport.abort()


Serve = Callable[[Link], Awaitable[None]]
"""A service: speaks on a link until it or the host is done."""


def dictionary(data: bytes) -> dict[str, Any]:
    """Read a property list that has to be a dictionary.

    Raises:
        Malformed: It is not.

    """
    try:
        message = plistlib.loads(data)
    except Exception as error:  # plistlib lets struct, expat, index and value errors of hostile input through
        raise Malformed(f"no property list: {error}") from error
    if not isinstance(message, dict):
        raise Malformed(f"expected a dictionary, got {type(message).__name__}")
    return message
