"""The environment of an app, asked for without waking anybody. What comes out is text; `observe` reads it."""

from __future__ import annotations

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.port import Text


def environment_commands(package: str) -> tuple[tuple[str, list[str] | str], ...]:
    """Give parser name and command of each question."""
    return (
        ("dumpsys-battery", ["dumpsys", "battery"]),
        ("dumpsys-deviceidle", ["dumpsys", "deviceidle"]),
        ("jobscheduler-getters", GETTERS),
        ("am-bucket", ["am", "get-standby-bucket", package]),
        ("appops", ["cmd", "appops", "get", package, "RUN_ANY_IN_BACKGROUND"]),
        ("netpolicy-restrict-background", ["cmd", "netpolicy", "get", "restrict-background"]),
        ("settings-low-power", ["settings", "get", "global", "low_power"]),
        ("dumpsys-package-stopped", ["dumpsys", "package", package]),
        ("connectivity", ["dumpsys", "connectivity"]),
    )


GETTERS = "; ".join(
    f"echo {verb}; cmd jobscheduler {verb}"
    for verb in ("get-battery-charging", "get-battery-not-low", "get-storage-not-low")
)
"""Each answer after a line with its verb: the phone answers bare words."""


def read_environment(link: Link, package: str, deadline: Deadline) -> tuple[Text, ...]:
    """Ask all of it. A question that the phone cannot answer gives its error text, which no parser takes for a fact."""
    return tuple(ask(link, parser, command, deadline) for parser, command in environment_commands(package))


def ask(link: Link, parser: str, command: list[str] | str, deadline: Deadline) -> Text:
    """Run a command and give its output for a parser."""
    done = link.shell(command, deadline)
    return Text(parser, link.spoken(command), done.stdout + done.stderr)
