"""The device's side of RemoteXPC: XPC messages in HTTP/2 frames, on stream 1 and, for replies, 3.

As much of HTTP/2 as XPC uses: settings, headers without content, data. What is said here never fills a window.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from bgtask_harness.virtual.iphone.coredevice import xpc
from bgtask_harness.virtual.iphone.links import LONGEST
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.links import Malformed

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

_DATA, _HEADERS, _SETTINGS, _GOAWAY, _WINDOW_UPDATE = 0, 1, 4, 7, 8
_ACK, _END_HEADERS = 1, 4
_MAX_STREAMS, _WINDOW = (3, 100), (4, 1 << 20)
_WRAPPER = struct.Struct("<IIQQ")
_WRAPPER_MAGIC, _PAYLOAD = 0x29B00B92, struct.pack("<II", 0x42133742, 5)
_ALWAYS, _HAS_DATA, _INIT_HANDSHAKE = 0x1, 0x100, 0x400000
_REPLY_CHANNEL = 0x201

Answer = Callable[[dict[str, Any]], dict[str, Any] | None]


async def serve(link: Link, answer: Answer) -> None:
    """Answer messages until the host hangs up; None answers nothing.

    Raises:
        Malformed: What came is no RemoteXPC.

    """
    if await link.exactly(len(PREFACE)) != PREFACE:
        raise Malformed("no HTTP/2")
    settings = b"".join(struct.pack(">HI", *each) for each in (_MAX_STREAMS, _WINDOW))
    link.write(_frame(_SETTINGS, 0, 0, settings) + _frame(_WINDOW_UPDATE, 0, 0, struct.pack(">I", 983_041)))
    streams: dict[int, bytearray] = {}
    while True:
        kind, flags, stream, content = await _next(link)
        if kind == _GOAWAY:
            return
        if kind == _SETTINGS and not flags & _ACK:
            link.write(_frame(_SETTINGS, _ACK, 0))
        elif kind == _HEADERS and stream not in streams:
            streams[stream] = bytearray()
            link.write(_frame(_HEADERS, _END_HEADERS, stream))
        elif kind == _DATA:
            buffer = streams.setdefault(stream, bytearray())
            buffer += content
            for reply in _replies(buffer, answer):
                link.write(_frame(_DATA, 0, stream, reply))
        await link.drain()


async def _next(link: Link) -> tuple[int, int, int, bytes]:
    head = await link.exactly(9)
    length, stream = int.from_bytes(head[:3], "big"), int.from_bytes(head[5:], "big") & 0x7FFFFFFF
    return head[3], head[4], stream, await link.exactly(length)


def _frame(kind: int, flags: int, stream: int, content: bytes = b"") -> bytes:
    return len(content).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + content


def _replies(buffer: bytearray, answer: Answer) -> list[bytes]:
    """Take the whole messages out of a stream and give what is said to them."""
    said = []
    while len(buffer) >= _WRAPPER.size:
        magic, flags, length, identifier = _WRAPPER.unpack_from(buffer)
        if magic != _WRAPPER_MAGIC or length > LONGEST:
            raise Malformed("no XPC message")
        if len(buffer) < _WRAPPER.size + length:
            break
        body = bytes(buffer[_WRAPPER.size : _WRAPPER.size + length])
        del buffer[: _WRAPPER.size + length]
        reply = _reply(flags, identifier, body, answer)
        if reply is not None:
            said.append(reply)
    return said


def _reply(flags: int, identifier: int, body: bytes, answer: Answer) -> bytes | None:
    if flags & _INIT_HANDSHAKE:
        return _wrapped(_INIT_HANDSHAKE | _ALWAYS)
    if flags == _REPLY_CHANNEL:
        return _wrapped(_REPLY_CHANNEL)
    if not body:
        return None
    message = xpc.loads(body[len(_PAYLOAD) :])
    if message == {}:
        return _wrapped(_ALWAYS | _HAS_DATA, 0, {})
    said = answer(message) if isinstance(message, dict) else None
    return None if said is None else _wrapped(_ALWAYS | _HAS_DATA, identifier, said)


def _wrapped(flags: int, identifier: int = 0, message: dict[str, Any] | None = None) -> bytes:
    body = b"" if message is None else _PAYLOAD + xpc.dumps(message)
    return _WRAPPER.pack(_WRAPPER_MAGIC, flags, len(body), identifier) + body
