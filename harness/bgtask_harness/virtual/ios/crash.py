"""A crash report, as `crashreportcopymobile` offers it: a line of JSON about the report, then the report."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bgtask_harness.virtual.ios.process import AppProcess

_NS_PER_S = 1_000_000_000


def report(process: AppProcess, why: str) -> tuple[str, bytes]:
    """Give a report's file name and content: an abort with the uncaught exception's line, no backtrace."""
    phone = process.phone
    moment = dt.datetime.fromtimestamp(phone.clocks.wall_ns() // _NS_PER_S, tz=dt.UTC)
    name = process.app.executable.rpartition("/")[2]
    stamp = moment.strftime("%Y-%m-%d %H:%M:%S.00 +0000")
    system = f"iPhone OS {phone.profile.version} ({phone.profile.lockdown['BuildVersion']})"
    head = {"app_name": name, "bundleID": process.package, "timestamp": stamp, "os_version": system, "bug_type": "309"}
    body = {
        "pid": process.pid,
        "procName": name,
        "captureTime": stamp,
        "exception": {"type": "EXC_CRASH", "signal": "SIGABRT"},
        "asi": {"CoreFoundation": [why]},
    }
    file_name = f"{name}-{moment:%Y-%m-%d-%H%M%S}.ips"
    return file_name, f"{json.dumps(head)}\n{json.dumps(body, indent=2)}\n".encode()
