"""DTX messages: a header of 32 bytes for each fragment, then a header of 16, arguments, and a payload.

A message has an identifier, and a conversation index: 0 for a question, 1 for its answer. Whoever opened a channel
uses its code as it is; the other side uses it negated.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

from bgtask_harness.virtual.iphone.dtx import archive
from bgtask_harness.virtual.iphone.dtx import primitives
from bgtask_harness.virtual.iphone.links import LONGEST
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.links import Malformed

MAGIC = 0x1F3D5B79
OK, DISPATCH, OBJECT, ERROR = 0, 2, 3, 4

_FRAGMENT = struct.Struct("<IIHHIIIiI")
_MESSAGE = struct.Struct("<BBBBIQ")
_EXPECTS_REPLY = 1


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `content` is the archived payload, `arguments` the encoded arguments."""

    kind: int
    identifier: int
    conversation: int
    channel: int
    content: bytes = b""
    arguments: bytes = b""
    expects_reply: bool = False

    def encode(self) -> bytes:
        """Write it in one fragment."""
        length = len(self.arguments)
        body = _MESSAGE.pack(self.kind, 0, 0, 0, length, length + len(self.content)) + self.arguments + self.content
        flags = _EXPECTS_REPLY if self.expects_reply else 0
        header = _FRAGMENT.pack(
            MAGIC, _FRAGMENT.size, 0, 1, len(body), self.identifier, self.conversation, self.channel, flags
        )
        return header + body


def call(identifier: int, channel: int, selector: str, *arguments: Any) -> Message:
    """Give a message that calls a method on the other side."""
    return Message(DISPATCH, identifier, 0, channel, archive.dumps(selector), primitives.dumps(arguments))


class Messages:
    """What comes from one host, its fragments put together."""

    def __init__(self, link: Link) -> None:
        self._link = link
        self._parts: dict[int, bytearray] = {}

    async def next(self) -> Message:
        """Give the next whole message.

        Raises:
            Malformed: What came is none.

        """
        while True:
            head = _FRAGMENT.unpack(await self._link.exactly(_FRAGMENT.size))
            magic, header, index, count, length, identifier, conversation, channel, flags = head
            if magic != MAGIC or not _FRAGMENT.size <= header <= LONGEST or length > LONGEST:
                raise Malformed("no DTX fragment")
            await self._link.exactly(header - _FRAGMENT.size)
            if count > 1 and index == 0:
                self._parts[identifier] = bytearray()  # the first of several holds nothing but its header
                continue
            body = self._whole(identifier, index, count, await self._link.exactly(length))
            if body is not None:
                return _decode(body, identifier, conversation, channel, expects_reply=bool(flags & _EXPECTS_REPLY))

    def _whole(self, identifier: int, index: int, count: int, part: bytes) -> bytes | None:
        if count <= 1:
            return part
        collected = self._parts.setdefault(identifier, bytearray())
        collected += part
        if len(collected) > LONGEST:
            raise Malformed("a DTX message without end")
        return bytes(self._parts.pop(identifier)) if index == count - 1 else None


def _decode(body: bytes, identifier: int, conversation: int, channel: int, *, expects_reply: bool) -> Message:
    if len(body) < _MESSAGE.size:
        raise Malformed("a DTX message without a header")
    kind, _, _, _, arguments, total = _MESSAGE.unpack_from(body)
    content = body[_MESSAGE.size :]
    return Message(
        kind, identifier, conversation, channel, content[arguments:total], content[:arguments], expects_reply
    )
