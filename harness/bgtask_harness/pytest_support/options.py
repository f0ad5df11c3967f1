"""The command line's options. Imported by every pytest run, so it imports next to nothing."""

from __future__ import annotations

import pytest

MARK = "scenario"
MARK_LINE = (
    "scenario(needs=(), disruption='observe', tasks='all'): what a test needs of its device (Capability of "
    "bgtask_harness.devices.port) and how much it does to it (Disruption); what is missing skips it with the reason"
)


def add_options(parser: pytest.Parser) -> None:
    """Say what can be given. Without `--device` (or `--list-devices`) none of it has any effect."""
    group = parser.getgroup("bgtask", "background tasks on phones")
    add = group.addoption
    add(
        "--device",
        action="append",
        default=[],
        metavar="NAME",
        help="device profile to run on; may be given again; NAME#2 is one more virtual phone",
    )
    add("--device-profiles", metavar="DIR", help="folder of profiles and app files to look in first")
    add("--app", metavar="NAME|FILE", help="app file to judge by; the profile's default when absent")
    add("--run-dir", metavar="DIR", help="where journals and the report go (default: reports/runs/<UTC time>)")
    add("--list-devices", action="store_true", help="list known profiles and what is attached, then stop")
    add("--virtual-app", metavar="MODULE:ATTR", help="program that a virtual phone hosts instead of the app file's")
    add("--virtual-fault", action="append", default=[], metavar="MODULE:ATTR", help="fault of a virtual phone")
    add("--patience", default="2m", metavar="TIME", help="longest real wait for a task to come due (default: 2m)")
    add("--allow-disruption", metavar="CLASS", help="allow more than the profile does, up to this class, for this run")
    add("--lease-wait", default="0s", metavar="TIME", help="how long to wait for a device that somebody else holds")


def device_names(config: pytest.Config) -> list[str]:
    """Give the devices that were asked for, each once."""
    return list(dict.fromkeys(config.getoption("device", [])))
