"""Which texts of services are read, and how one is known by its content when nothing says what it is."""

from __future__ import annotations

import re

SERVICES: dict[str, str | None] = {
    "alarm": None,
    "battery": "dumpsys-battery",
    "connectivity": "connectivity",
    "deviceidle": "dumpsys-deviceidle",
    "jobscheduler": "dumpsys-jobscheduler",
    "package": "dumpsys-package-stopped",
}
"""dumpsys' names and the parsers of `observe` that read them. `alarm` tells the clocks alone."""

PROPERTIES = "getprop"

_MARKS: dict[str, re.Pattern[str]] = {
    "alarm": re.compile(r"^\s*nowRTC=\d+=", re.MULTILINE),
    "battery": re.compile(r"^\s*Current Battery Service state:", re.MULTILINE),
    "connectivity": re.compile(r"^\s*Active default network:", re.MULTILINE),
    "deviceidle": re.compile(r"^\s*mState=[A-Z_]+ ?(?:mLightState=|$)", re.MULTILINE),
    "jobscheduler": re.compile(
        r"^\s*(?:Registered \d+ jobs:|Job history:|JOB (?:#|\S+:)\w+/-?\d+: [0-9a-f]+ )", re.MULTILINE
    ),
    "package": re.compile(r"^\s*Package \[[\w.]+\] \(", re.MULTILINE),
    PROPERTIES: re.compile(r"^\[ro\.build\.version\.\w+\]: \[", re.MULTILINE),
}


def kinds_in(text: str) -> frozenset[str]:
    """Give the services whose texts are in this one."""
    return frozenset(service for service, mark in _MARKS.items() if mark.search(text))
