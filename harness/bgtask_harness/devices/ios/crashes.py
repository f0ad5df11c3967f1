"""Crash reports of one app, as the phone keeps them: taken when its process has ended, kept beside the journal.

Nobody else's report is read: a file is called after the process, and its first line names the app. None is removed.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.link import Link
from bgtask_harness.devices.port import Text
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported

if TYPE_CHECKING:
    from pymobiledevice3.services.crash_reports import CrashReportsManager

PARSER = "crash-report"
_SUFFIX = ".ips"
_MOVED = b"ping\x00"
"""What crashreportmover says once it is done."""
BEFORE = dt.timedelta(seconds=2)
"""A report is dated a moment before launchd tells of the end, in whole seconds."""
_WRITTEN = "%Y-%m-%d %H:%M:%S.%f %z"


def reports(link: Link, bundle_id: str, since: dt.datetime, deadline: Deadline) -> tuple[Text, ...]:
    """Give the app's reports written since then, oldest first; nothing where the phone gives none away."""

    async def ask() -> dict[str, str]:
        from pymobiledevice3.services.crash_reports import CrashReportsManager  # noqa: PLC0415 - imported when used
        from pymobiledevice3.services.installation_proxy import InstallationProxyService  # noqa: PLC0415 - as above

        options = {"BundleIDs": [bundle_id], "ReturnAttributes": ["CFBundleExecutable"]}
        async with InstallationProxyService(await link.lockdown()) as proxy:
            app = dict(await proxy.lookup(options) or {}).get(bundle_id, {})
        async with CrashReportsManager(await link.developer()) as manager:
            await _flush(manager)
            paths = [path for path in await manager.ls() if is_of(path, str(app.get("CFBundleExecutable", "")))]
            return {path: (await manager.afc.get_file_contents(path)).decode("utf-8", "replace") for path in paths}

    try:
        found = link.call(ask, deadline, f"asking for crash reports of {bundle_id}")
    except (Refused, Unsupported):
        return ()
    told = [(path, text) for path, text in sorted(found.items()) if is_new(text, bundle_id, since)]
    return tuple(Text(PARSER, f"pymobiledevice3 crash pull . {path}", text) for path, text in told)


async def _flush(manager: CrashReportsManager) -> None:
    """Have pending reports moved to where they are read. The manager's own `flush` leaves its connection open."""
    mover = await manager.lockdown.start_lockdown_service(manager.crash_mover_service_name)
    try:
        await mover.recvall(len(_MOVED))
    finally:
        await mover.aclose()


def is_of(path: str, executable: str) -> bool:
    """Say whether a file is a report of a process of that name: `NAME-2026-11-23-010203.ips`."""
    name = PurePosixPath(path).name
    return bool(executable) and name.startswith(f"{executable}-") and name.endswith(_SUFFIX)


def is_new(text: str, bundle_id: str, since: dt.datetime) -> bool:
    """Say whether a report's first line names the app and a time since then."""
    try:
        head = json.loads(text.partition("\n")[0])
        written = dt.datetime.strptime(head["timestamp"], _WRITTEN)  # noqa: DTZ007 - the format has %z
        return bool(head["bundleID"] == bundle_id and written >= since)
    except (ValueError, TypeError, KeyError, RecursionError):
        return False
