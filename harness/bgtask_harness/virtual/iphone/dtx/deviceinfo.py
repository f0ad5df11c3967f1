"""...services.deviceinfo: what runs, and on what."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from bgtask_harness.virtual.ios.port import IPhonePort
from bgtask_harness.virtual.ios.port import ProcessState
from bgtask_harness.virtual.ios.port import Refused
from bgtask_harness.virtual.ios.port import RunningProcess
from bgtask_harness.virtual.iphone.dtx.server import Channel
from bgtask_harness.virtual.iphone.dtx.server import Tell
from bgtask_harness.virtual.iphone.handset import Handset

NAME = "com.apple.instruments.server.services.deviceinfo"
VERSION = 113
_TIMEBASE = (125, 3)
"""Nanoseconds a mach tick on phones with arm64: numerator, denominator."""


def open_channel(handset: Handset, _tell: Tell) -> Channel:
    """Open a channel of this kind."""

    def running() -> list[dict[str, Any]]:
        with handset.present() as phone:
            return [describe(each) for each in phone.processes()]

    def is_running(pid: int) -> bool:
        with handset.present() as phone:
            return any(each.pid == pid for each in phone.processes())

    def path(pid: int) -> str:
        with handset.present() as phone:
            found = next((each.path for each in phone.processes() if each.pid == pid), None)
        if found is None:
            raise Refused(f"no process {pid}", "NSPOSIXErrorDomain", 3)
        return found

    def system() -> dict[str, Any]:
        with handset.present() as phone:
            return _system(phone)

    def ticks() -> list[int]:
        with handset.present() as phone:
            now = phone.clocks.boot_ns() * _TIMEBASE[1] // _TIMEBASE[0]
        return [now, *_TIMEBASE, now, *_TIMEBASE]

    return Channel(
        {
            "runningProcesses": running,
            "isRunningPid:": is_running,
            "execnameForPid:": path,
            "systemInformation": system,
            "machTimeInfo": ticks,
        }
    )


def describe(process: RunningProcess) -> dict[str, Any]:
    """Give what `runningProcesses` says of one."""
    described = {
        "pid": process.pid,
        "name": PurePosixPath(process.path).name,
        "realAppName": process.path,
        "isApplication": bool(process.bundle_id),
    }
    if process.bundle_id:
        described["bundleIdentifier"] = process.bundle_id
        described["foregroundRunning"] = process.state is ProcessState.FOREGROUND
    return described


def _system(phone: IPhonePort) -> dict[str, Any]:
    return {
        "_deviceDisplayName": phone.value("", "DeviceName") or "",
        "_deviceIdentifier": phone.udid,
        "_productType": phone.value("", "ProductType") or "",
        "_productVersion": ".".join(map(str, phone.version)),
        "_xrdeviceClassName": "XRMobileDevice",
    }
