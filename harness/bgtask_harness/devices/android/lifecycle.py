"""What a person or the system does to an app and its process, and to the phone's wall clock."""

from __future__ import annotations

import re

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.android import readings
from bgtask_harness.devices.android.link import Link
from bgtask_harness.devices.port import Answer
from bgtask_harness.errors import Unsupported
from bgtask_reference.events import AppSpec
from bgtask_reference.events import ForceLevel

NS_PER_MS = 1_000_000
_KEYCODE_HOME = "3"
_COMPONENT = re.compile(r"^[\w.]+/[\w.$]+$", re.MULTILINE)


def launch(link: Link, app: AppSpec, deadline: Deadline) -> Answer:
    """Start the app's activity, the one of the app file or else the launcher's."""
    component = f"{app.package}/{app.activity}" if app.activity else launcher_activity(link, app.package, deadline)
    return link.act("app.launch", ["am", "start", "-n", component], deadline, readings.start)


def launcher_activity(link: Link, package: str, deadline: Deadline) -> str:
    """Ask which activity a tap on the app's icon starts, as `package/class`.

    Raises:
        Unsupported: The phone names none.

    """
    command = ["cmd", "package", "resolve-activity", "--brief", "-c", "android.intent.category.LAUNCHER", package]
    done = link.shell(command, deadline)
    found: list[str] = _COMPONENT.findall(done.stdout)
    if not found:
        raise Unsupported(
            f"the phone knows no launcher activity of {package}: name one with `activity` in the app file, "
            f"or install the app (`{link.spoken(command)}` said {done.stdout.strip()!r})"
        )
    return found[-1]


def home(link: Link, deadline: Deadline) -> Answer:
    """Press the home key."""
    return link.act("home", ["input", "keyevent", _KEYCODE_HOME], deadline, readings.silent)


def kill(link: Link, package: str, deadline: Deadline) -> Answer:
    """Kill its processes if they are cached. The phone never says whether there was one."""
    return link.act("app.kill", ["am", "kill", package], deadline, readings.silent)


def crash(link: Link, package: str, deadline: Deadline) -> Answer:
    """Have its process crash: unlike `am kill` this also ends one that runs a job."""
    return link.act("app.crash", ["am", "crash", package], deadline, readings.silent)


def force_stop(link: Link, package: str, deadline: Deadline) -> Answer:
    """Stop the app as Settings does: jobs and alarms are gone, broadcasts do not reach it."""
    return link.act("app.force-stop", ["am", "force-stop", package], deadline, readings.silent)


def clear_data(link: Link, package: str, deadline: Deadline) -> Answer:
    """Delete the app's data."""
    return link.act("app.clear-data", ["pm", "clear", package], deadline, readings.clear)


def set_wall_clock(link: Link, wall_ns: int, deadline: Deadline) -> Answer:
    """Set the wall clock; network time may set it back while `auto_time` is on."""
    command = ["cmd", "alarm", "set-time", str(wall_ns // NS_PER_MS)]
    level, arguments = ForceLevel.CLOCK_MOVED, {"wall_ns": str(wall_ns)}
    return link.act("clock.set", command, deadline, readings.silent, level=level, arguments=arguments)
