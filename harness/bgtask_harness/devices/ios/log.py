"""The unified log as a stream of lines: each os_trace_relay record becomes one line of JSON, as `log stream` has it."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any
from typing import Self

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios import walls
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.devices.ios.link import Said
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import HarnessError
from bgtask_harness.errors import Refused

_LEVELS = {"NOTICE": "Default", "INFO": "Info", "DEBUG": "Debug", "ERROR": "Error", "FAULT": "Fault"}
_CLOSE_S = 5.0
FOLLOWS: Said = ("follow", {})
HUNG_UP: Said = ("unfollow", {})


def as_line(entry: Any) -> bytes:
    """Give a record of pymobiledevice3's (`SyslogEntry`) as a line of JSON."""
    moment = entry.timestamp.astimezone(dt.UTC)
    label = entry.label
    fields = {
        "timestamp": moment.strftime("%Y-%m-%d %H:%M:%S.%f+0000"),
        "processID": entry.pid,
        "threadID": entry.thread_id,
        "processImagePath": entry.filename,
        "senderImagePath": entry.image_name,
        "subsystem": label.subsystem if label else "",
        "category": label.category if label else "",
        "messageType": _LEVELS.get(entry.level.name, "Default"),
        "machTimestamp": entry.mach_timestamp,
        "eventMessage": entry.message,
    }
    return json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


class LogStream:
    """Lines as they come. Satisfies `transport.port.Stream`; nothing can be sent.

    `heard` is told of every record, in the phone's own thread: whoever waits for an answer in the log. `noted`: its
    begin and its end are told to whoever takes notes of what is said to the phone.
    """

    def __init__(self, link: Link, heard: Callable[[Any], None], *, noted: bool = False) -> None:
        self._link = link
        self._noted = noted
        self._heard = heard
        self._ready = threading.Condition()
        self._lines = bytearray()
        self._failed: HarnessError | None = None
        self._ended = False
        self._opened = threading.Event()
        self._pump = link.loop.start(self._follow())

    def wait_until_open(self, deadline: Deadline) -> None:
        """Wait until records come from now on.

        Raises:
            HarnessError: The log cannot be followed.

        """
        if not self._opened.wait(deadline.check("opening the log of an iPhone")):
            raise DeadlineExceeded("opening the log of an iPhone")
        if self._failed is not None:
            raise self._failed
        if self._noted:
            self._link.note(FOLLOWS, time.monotonic_ns())

    def recv(self, size: int, deadline: Deadline) -> bytes:
        """Give what has come; see `Stream.recv`."""
        with self._ready:
            while not self._lines:
                if self._failed is not None:
                    raise self._failed
                if self._ended:
                    return b""
                if not self._ready.wait(deadline.check("waiting for the log of an iPhone")):
                    raise DeadlineExceeded("waiting for the log of an iPhone")
            taken = bytes(self._lines[:size])
            del self._lines[:size]
            return taken

    def send(self, data: bytes, deadline: Deadline) -> None:
        """Refuse: a log is read."""
        del data, deadline
        raise Refused("nothing can be written to the log of an iPhone")

    @property
    def is_open(self) -> bool:
        """Records still come."""
        return not self._ended and self._failed is None

    def close(self) -> None:
        """End it."""
        self._pump.cancel()
        self._note_end()
        with self._ready:
            self._ended = True
            self._ready.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    async def _follow(self) -> None:
        try:
            await self._records()
            self._fail(DeviceLostError("the log of the iPhone ended"))
        except asyncio.CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - told to whoever reads
            ours = walls.told(error, self._link.udid, self._link.address)
            self._fail(ours or DeviceLostError(f"the log of the iPhone broke off ({error!r})"))
        finally:
            self._opened.set()

    async def _records(self) -> None:
        from pymobiledevice3.services.os_trace import OsTraceService  # noqa: PLC0415 - a back-end is imported when used

        async with OsTraceService(await self._link.lockdown()) as relay:
            stream = relay.syslog()
            first = asyncio.ensure_future(anext(stream))
            await asyncio.sleep(0)
            self._opened.set()
            self._take(await first)
            async for entry in stream:
                self._take(entry)

    def _take(self, entry: Any) -> None:
        self._heard(entry)
        line = as_line(entry)
        with self._ready:
            self._lines += line
            self._ready.notify_all()

    def _note_end(self) -> None:
        if self._noted and self._opened.is_set():
            self._noted = False
            self._link.note(HUNG_UP, time.monotonic_ns())

    def _fail(self, error: HarnessError) -> None:
        self._note_end()
        with self._ready:
            self._failed = error
            self._ready.notify_all()
