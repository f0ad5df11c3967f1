"""com.apple.syslog_relay: the unified log as text, `Mon dd HH:MM:SS host process(image)[pid] <Level>: message`.

Lines end with a line break and a zero byte; a message may have several lines. Debug and info records are not relayed:
UNCONFIRMED, as is what a phone that is not at UTC prints.
"""

from __future__ import annotations

import time
from pathlib import PurePosixPath
from typing import Any

from bgtask_harness.virtual.ios.port import LogRecord
from bgtask_harness.virtual.iphone.handset import Handset
from bgtask_harness.virtual.iphone.links import Link
from bgtask_harness.virtual.iphone.outlet import Outlet
from bgtask_harness.virtual.iphone.services.streaming import stream
from bgtask_reference.ports.background_tasks import OSLogType

NAME = "com.apple.syslog_relay"

_LEVELS = {
    OSLogType.DEFAULT: "Notice",
    OSLogType.ERROR: "Error",
    OSLogType.FAULT: "Fault",
}


async def serve(handset: Handset, link: Link) -> None:
    """Relay until the host hangs up."""

    def begin(way: Outlet) -> Any:
        with handset.present() as phone:
            host = str(phone.value("", "DeviceName") or "iPhone").replace(" ", "-")
            offset = phone.value("", "TimeZoneOffsetFromUTC") or 0
        return handset.follow(lambda record: way.put(line(record, host, int(offset))))

    await stream(handset, link, NAME, begin)


def line(record: LogRecord, host: str, utc_offset_s: int = 0) -> bytes:
    """Write a record as the relay does; nothing for a level that it leaves out."""
    level = _LEVELS.get(record.kind)
    if level is None:
        return b""
    when = time.gmtime(record.wall_ns // 1_000_000_000 + utc_offset_s)
    stamp = f"{time.strftime('%b', when)} {when.tm_mday:2d} {time.strftime('%H:%M:%S', when)}"
    process, image = PurePosixPath(record.process).name, PurePosixPath(record.sender).name
    sender = f"({image})" if image and image != process else ""
    text = f"{stamp} {host} {process}{sender}[{record.pid}] <{level}>: {record.message}\n"
    return text.encode(errors="replace").replace(b"\0", b"\\0") + b"\0"
