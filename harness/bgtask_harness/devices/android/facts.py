"""What a phone says of itself, read once when it is opened."""

from __future__ import annotations

import json
import re

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.port import DeviceFacts
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_harness.transport.port import Transport

_INFO_SERVICE = "bgtask-virtual:info"
_PROPERTIES = {
    "model": "ro.product.model",
    "os_version": "ro.build.version.release",
    "api_level": "ro.build.version.sdk",
    "build": "ro.build.version.incremental",
    "manufacturer": "ro.product.manufacturer",
    "board": "ro.product.board",
    "serialno": "ro.serialno",
    "security-patch": "ro.build.version.security_patch",
    "fingerprint": "ro.build.fingerprint",
}
_NOTES = ("manufacturer", "board", "serialno", "security-patch", "fingerprint")
_OVER_NETWORK = re.compile(r":\d+\Z|\._adb-tls-connect\._tcp\Z|\._adb\._tcp\Z")
"""`HOST:PORT` of `adb connect`, and the name that mDNS gives a phone (adb's docs/dev/adb_wifi.md)."""
_MOST_INFO = 64 * 1024


def read_facts(link: Link, deadline: Deadline) -> DeviceFacts:
    """Ask for all of it. A property that is not set is empty; an API level that is no number is None."""
    found = read_properties(link, _PROPERTIES, deadline)
    virtual = is_virtual(link.transport, deadline)
    return DeviceFacts(
        platform="android",
        serial=link.serial,
        model=found["model"],
        os_version=found["os_version"],
        api_level=int(found["api_level"]) if found["api_level"].isdecimal() else None,
        build=found["build"],
        virtual=virtual,
        over_network=not virtual and _OVER_NETWORK.search(link.serial) is not None,
        notes={name: found[name] for name in _NOTES if found[name]},
    )


def read_properties(link: Link, names: dict[str, str], deadline: Deadline) -> dict[str, str]:
    """Read system properties in one command: name of ours to property; empty where it is not set."""
    done = link.shell("; ".join(f"getprop {name}" for name in names.values()), deadline)
    lines = done.stdout.split("\n")
    if len(lines) <= len(names):
        raise DeviceLostError(f"{link.serial}: `getprop` gave {len(lines) - 1} lines for {len(names)} properties")
    return {ours: line.strip() for ours, line in zip(names, lines, strict=False)}


def is_virtual(transport: Transport, deadline: Deadline) -> bool:
    """Tell whether it is a phone without hardware: only those have a service that says so."""
    try:
        with transport.open(_INFO_SERVICE, deadline) as stream:
            text = b""
            while len(text) < _MOST_INFO and (more := stream.recv(_MOST_INFO, deadline)):
                text += more
    except Refused:
        return False
    try:
        found = json.loads(text)
    except ValueError as error:
        raise DeviceLostError(f"the service {_INFO_SERVICE} answered {text[:100]!r}, which is no JSON") from error
    return isinstance(found, dict) and bool(found.get("virtual"))
