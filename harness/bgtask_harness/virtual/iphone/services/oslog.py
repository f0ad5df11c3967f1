"""com.apple.os_trace_relay: the unified log as records.

A request is a property list behind its length. `StartActivity` is answered by the length of a length (4), a length
(both little endian) and a property list; each record then comes behind the byte 2 and a length. `PidList` is answered
behind the byte 1. The record's layout is that which pymobiledevice3 reads; fields that nobody reads are zero.
"""

from __future__ import annotations

import plistlib
import struct
import uuid
from pathlib import PurePosixPath
from typing import Any

from bgtask_harness.virtual.ios.port import LogRecord
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.outlet import Outlet
from bgtask_harness.virtual.iphone.services.streaming import stream
from bgtask_reference.ports.background_tasks import OSLogType

NAME = "com.apple.os_trace_relay"
EVERY_PROCESS = (-1, 0xFFFFFFFF)
INFO_FLAG, DEBUG_FLAG = 0x100, 0x20
"""`os_activity_stream_flag_t`."""

LONGEST_MESSAGE = 0xFFFE
"""Bytes: the record counts them, and a zero byte, in 16 bits."""

_HEADER = struct.Struct("<9xIQ16s18xI4xI1xB6xQQ16sHHHIIII")
_LEVELS = {
    OSLogType.DEFAULT: 0x00,
    OSLogType.INFO: 0x01,
    OSLogType.DEBUG: 0x02,
    OSLogType.ERROR: 0x10,
    OSLogType.FAULT: 0x11,
}
_TICKS_PER_SECOND = 24_000_000
"""`mach_timebase_info` of phones with arm64: 125/3 ns a tick."""


async def serve(handset: Handset, link: Link) -> None:
    """Answer one request; a stream goes on until the host hangs up."""
    asked = await link.receive()
    if asked.get("Request") == "PidList":
        await _list(handset, link)
    elif asked.get("Request") == "StartActivity":
        await _follow(handset, link, asked)
    else:
        _acknowledge(link, {"Status": "RequestFailed"})
        await link.drain()


async def _list(handset: Handset, link: Link) -> None:
    with handset.present() as phone:
        running = {str(each.pid): {"ProcessName": PurePosixPath(each.path).name} for each in phone.processes()}
    body = plistlib.dumps({"Payload": running, "Status": "RequestSuccessful"})
    link.write(b"\1" + struct.pack(">I", len(body)) + body)
    await link.drain()


async def _follow(handset: Handset, link: Link, asked: dict[str, Any]) -> None:
    def begin(way: Outlet) -> Any:
        return handset.follow(lambda record: way.put(_framed(record)) if _wanted(record, asked) else None)

    _acknowledge(link, {"Status": "RequestSuccessful"})
    await stream(handset, link, NAME, begin)


def _acknowledge(link: Link, answer: dict[str, Any]) -> None:
    body = plistlib.dumps(answer)
    link.write(struct.pack("<II", 4, len(body)) + body)


def _wanted(record: LogRecord, asked: dict[str, Any]) -> bool:
    """Say whether a stream gets a record: which flag lets which level through is UNCONFIRMED."""
    pid, flags = asked.get("Pid", -1), asked.get("StreamFlags", INFO_FLAG | DEBUG_FLAG)
    if pid not in EVERY_PROCESS and pid != record.pid:
        return False
    if record.kind is OSLogType.DEBUG:
        return bool(flags & DEBUG_FLAG)
    return record.kind is not OSLogType.INFO or bool(flags & (INFO_FLAG | DEBUG_FLAG))


def _framed(record: LogRecord) -> bytes:
    body = encode(record)
    return b"\2" + struct.pack("<I", len(body)) + body


def encode(record: LogRecord) -> bytes:
    """Write a record: the fixed part, then texts that each end with a zero byte."""
    sender, message = _text(record.sender), _text(record.message, LONGEST_MESSAGE)
    labelled = bool(record.subsystem)
    subsystem, category = (_text(record.subsystem), _text(record.category)) if labelled else (b"", b"")
    header = _HEADER.pack(
        record.pid,
        record.pid,
        _image_id(record.process),
        record.wall_ns // 1_000_000_000,
        record.wall_ns % 1_000_000_000 // 1000,
        _LEVELS[record.kind],
        record.boot_ns * _TICKS_PER_SECOND // 1_000_000_000,
        record.thread_id,
        _image_id(record.sender),
        len(sender),
        len(message),
        0,
        0,
        len(subsystem),
        len(category),
        0,
    )
    return (
        header
        + _text(record.process)
        + sender
        + message[: 0xFFFF - 1]
        + (message[0xFFFF - 1 :] and b"\0")
        + (subsystem + category)
    )


def _text(text: str, longest: int | None = None) -> bytes:
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace")[:longest] + b"\0"


def _image_id(path: str) -> bytes:
    """Give an image's UUID: invented, the same for the same path."""
    return uuid.uuid5(uuid.NAMESPACE_URL, path).bytes
