"""usbmuxd of our own: one socket, the phones attached to it, and this computer's pair records.

It never opens the machine's (`/var/run/usbmuxd`): hosts are told where it is by `USBMUXD_SOCKET_ADDRESS`.
"""

from __future__ import annotations

import asyncio
import itertools
import plistlib
import uuid
from collections.abc import Awaitable
from collections.abc import Callable
from typing import Any
from typing import Protocol

from bgtask_harness.virtual.iphone.handset import report
from bgtask_harness.virtual.iphone.links import BROKEN
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.usbmux.wire import Request
from bgtask_harness.virtual.iphone.usbmux.wire import message
from bgtask_harness.virtual.iphone.usbmux.wire import read_request

OK, BAD_COMMAND, BAD_DEVICE, REFUSED = 0, 1, 2, 3
"""Numbers of a Result (usbmuxd-proto.h)."""

HIGH_SPEED = 480_000_000
PRODUCT_ID = 0x12A8
"""Of iPhones on USB."""

LOCATION = 0x14100000


class Attached(Protocol):
    """A phone on the other end of the cable."""

    @property
    def udid(self) -> str:
        """Its UDID."""

    @property
    def online(self) -> bool:
        """Somebody answers there."""

    def pair_record(self) -> dict[str, Any] | None:
        """Give the record of a computer that was paired before the phone was made; None when there is none."""

    def door(self, port: int) -> Callable[[Link], Awaitable[None]] | None:
        """Give who answers at a port; None refuses. It gets the link after the host was told that it is connected."""

    def on_online(self, collector: Callable[[bool], None]) -> Callable[[], None]:
        """Tell of it coming and going."""


class Daemon:
    """One usbmuxd."""

    def __init__(self) -> None:
        self.buid = str(uuid.uuid4()).upper()
        self._phones: dict[int, Attached] = {}
        self._numbers = itertools.count(1)
        self._records: dict[str, bytes | None] = {}
        self._listening: set[Link] = set()

    def attach(self, phone: Attached) -> None:
        """Put a phone on a cable. It has a number for as long as it is there, and another one after a restart."""
        phone.on_online(lambda online: self._came(phone) if online else self._went(phone))
        if phone.online:
            self._came(phone)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one host; what `asyncio.start_server` calls."""
        link = Link(reader, writer)
        try:
            await self._serve(link)
        except BROKEN:
            pass
        except Exception:  # noqa: BLE001 - one host's fault must not take the others with it
            report("usbmuxd")
        finally:
            self._listening.discard(link)
            link.close()

    async def _serve(self, link: Link) -> None:
        while True:
            request = await read_request(link)
            door = self._door(request) if request.kind == "Connect" else None
            if door is not None:
                link.hold()
                link.write(message(_result(OK), request.tag))
                await door(link)
                return
            link.write(message(self._answer(request), request.tag))
            if request.kind == "Listen":
                self._listen(link)
            await link.drain()

    def _door(self, request: Request) -> Callable[[Link], Awaitable[None]] | None:
        phone = self._phone(request.message)
        return phone.door(request.port()) if phone is not None else None

    def _phone(self, asked: dict[str, Any]) -> Attached | None:
        number = asked.get("DeviceID")
        return self._phones.get(number) if isinstance(number, int) else None

    def _answer(self, request: Request) -> dict[str, Any]:
        answer = _ANSWERS.get(request.kind)
        return answer(self, request.message) if answer is not None else _result(BAD_COMMAND)

    def _refuse(self, asked: dict[str, Any]) -> dict[str, Any]:
        return _result(REFUSED if self._phone(asked) is not None else BAD_DEVICE)

    def _list(self, _asked: dict[str, Any]) -> dict[str, Any]:
        return {"DeviceList": [self._attached(number) for number in self._phones]}

    def _system_id(self, _asked: dict[str, Any]) -> dict[str, Any]:
        return {"BUID": self.buid}

    def _read_record(self, asked: dict[str, Any]) -> dict[str, Any]:
        udid = str(asked.get("PairRecordID", ""))
        if udid not in self._records:
            self._records[udid] = self._made_before(udid)
        found = self._records[udid]
        return {"PairRecordData": found} if found is not None else _result(BAD_DEVICE)

    def _save_record(self, asked: dict[str, Any]) -> dict[str, Any]:
        data = asked.get("PairRecordData")
        if not isinstance(data, bytes):
            return _result(BAD_COMMAND)
        self._records[str(asked.get("PairRecordID", ""))] = data
        return _result(OK)

    def _delete_record(self, asked: dict[str, Any]) -> dict[str, Any]:
        self._records[str(asked.get("PairRecordID", ""))] = None
        return _result(OK)

    def _made_before(self, udid: str) -> bytes | None:
        for phone in self._phones.values():
            record = phone.pair_record() if phone.udid == udid else None
            if record is not None:
                return plistlib.dumps({**record, "SystemBUID": self.buid})
        return None

    def _listen(self, link: Link) -> None:
        self._listening.add(link)
        for number in self._phones:
            link.write(message(self._attached(number)))

    def _came(self, phone: Attached) -> None:
        number = next(self._numbers)
        self._phones[number] = phone
        self._tell(self._attached(number))

    def _went(self, phone: Attached) -> None:
        for number in [number for number, each in self._phones.items() if each is phone]:
            del self._phones[number]
            self._tell({"MessageType": "Detached", "DeviceID": number})

    def _tell(self, news: dict[str, Any]) -> None:
        for link in tuple(self._listening):
            link.write(message(news))

    def _attached(self, number: int) -> dict[str, Any]:
        return {
            "MessageType": "Attached",
            "DeviceID": number,
            "Properties": {
                "ConnectionSpeed": HIGH_SPEED,
                "ConnectionType": "USB",
                "DeviceID": number,
                "LocationID": LOCATION + number,
                "ProductID": PRODUCT_ID,
                "SerialNumber": self._phones[number].udid,
            },
        }


def _result(number: int) -> dict[str, Any]:
    return {"MessageType": "Result", "Number": number}


_ANSWERS: dict[str, Callable[[Daemon, dict[str, Any]], dict[str, Any]]] = {
    "ListDevices": Daemon._list,  # noqa: SLF001 - its own table
    "Listen": lambda _daemon, _asked: _result(OK),
    "ReadBUID": Daemon._system_id,  # noqa: SLF001 - same
    "ReadPairRecord": Daemon._read_record,  # noqa: SLF001 - same
    "SavePairRecord": Daemon._save_record,  # noqa: SLF001 - same
    "DeletePairRecord": Daemon._delete_record,  # noqa: SLF001 - same
    "Connect": Daemon._refuse,  # noqa: SLF001 - same; a port that somebody answers at never comes here
}
