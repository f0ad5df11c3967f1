"""The device's side of DTX: channels that a host opens by name, and methods that it calls on them."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from typing import Any

from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.iphone.dtx import archive
from bgtask_harness.virtual.iphone.dtx import primitives
from bgtask_harness.virtual.iphone.dtx.archive import BadArchive
from bgtask_harness.virtual.iphone.dtx.archive import NSError
from bgtask_harness.virtual.iphone.dtx.wire import DISPATCH
from bgtask_harness.virtual.iphone.dtx.wire import ERROR
from bgtask_harness.virtual.iphone.dtx.wire import OBJECT
from bgtask_harness.virtual.iphone.dtx.wire import OK
from bgtask_harness.virtual.iphone.dtx.wire import Message
from bgtask_harness.virtual.iphone.dtx.wire import Messages
from bgtask_harness.virtual.iphone.dtx.wire import call
from bgtask_harness.virtual.iphone.links import Link

ERROR_DOMAIN = "DTXMessage"
CAPABILITIES: Mapping[str, int] = {"com.apple.private.DTXConnection": 1, "com.apple.private.DTXBlockCompression": 0}

Method = Callable[..., Any]
Tell = Callable[..., None]
"""Calls a method on the host: selector, arguments."""


@dataclass(slots=True)
class Channel:
    """What answers on a channel: methods by selector, and what to do when the channel is gone."""

    methods: Mapping[str, Method]
    close: Callable[[], None] = field(default=lambda: None)


Open = Callable[[Tell], Channel]
"""Opens a channel of one kind."""


class Server:
    """One host's connection. `kinds` gives the channels that there are, by identifier."""

    def __init__(self, link: Link, kinds: Mapping[str, Open], versions: Mapping[str, int]) -> None:
        self._link = link
        self._kinds = kinds
        self._versions = versions
        self._channels: dict[int, Channel] = {}
        self._identifiers = itertools.count(1)

    async def serve(self) -> None:
        """Answer until the host hangs up."""
        self._tell(0, "_notifyOfPublishedCapabilities:", {**CAPABILITIES, **self._versions})
        messages = Messages(self._link)
        try:
            while True:
                message = await messages.next()
                if message.kind == DISPATCH and message.conversation % 2 == 0:
                    self._dispatch(message)
                await self._link.drain()
        finally:
            for channel in self._channels.values():
                channel.close()

    def _tell(self, channel: int, selector: str, *arguments: Any) -> None:
        self._link.write(call(next(self._identifiers), -channel, selector, *arguments).encode())

    def _dispatch(self, message: Message) -> None:
        try:
            kind, content = self._result(message)
        except Refused as refusal:
            text = {"NSLocalizedDescription": refusal.sentence}
            kind, content = ERROR, archive.dumps(NSError(refusal.domain or ERROR_DOMAIN, refusal.code or 1, text))
        except (BadArchive, TypeError) as error:
            text = {"NSLocalizedDescription": f"Unable to invoke: {error}"}
            kind, content = ERROR, archive.dumps(NSError(ERROR_DOMAIN, 1, text))
        if message.expects_reply:
            answer = Message(kind, message.identifier, message.conversation + 1, message.channel, content)
            self._link.write(answer.encode())

    def _result(self, message: Message) -> tuple[int, bytes]:
        selector = archive.loads(message.content)
        arguments = primitives.loads(message.arguments)
        method = self._method(message.channel, selector)
        if method is None:
            raise Refused(f"Unable to invoke -[channel {message.channel} {selector}] - it does not respond", code=1)
        value = method(*arguments)
        return (OK, b"") if value is None else (OBJECT, archive.dumps(value))

    def _method(self, channel: int, selector: object) -> Method | None:
        if not isinstance(selector, str):
            return None
        if channel == 0:
            own: dict[str, Method] = {
                "_requestChannelWithCode:identifier:": self._open,
                "_notifyOfPublishedCapabilities:": lambda _theirs: None,
                "_channelCanceled:": self._cancel,
            }
            return own.get(selector)
        opened = self._channels.get(channel)
        return opened.methods.get(selector) if opened is not None else None

    def _open(self, code: int, identifier: str) -> None:
        kind = self._kinds.get(identifier)
        if kind is None or not isinstance(code, int):
            raise Refused(f"there is no service {identifier}")
        self._channels[code] = kind(lambda selector, *arguments: self._tell(code, selector, *arguments))

    def _cancel(self, code: int) -> None:
        channel = self._channels.pop(abs(code), None)
        if channel is not None:
            channel.close()
