"""The verbs of a plan: what each line of it does to a phone."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Rung
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import Unsupported
from bgtask_harness.killscore.subject import CampaignDevice
from bgtask_harness.killscore.subject import Running as AnyRunning
from bgtask_harness.profiles.durations import parse_duration
from bgtask_harness.session import NothingSeen
from bgtask_reference.events import TaskSpec

Verb = Callable[..., object]
Running = AnyRunning[CampaignDevice]
MOST_EVENTS = 3_000
"""A life with more of them is a storm: what it shows has been shown."""
_FIRST_STRIDE_NS = 20 * 60_000_000_000


class TooBusy(Exception):  # noqa: N818 - reads as what it is
    """So much happens that nothing new can be learnt from more of it."""


LEAD_S = 2.0
AFTERWARDS_S = 40.0
"""Long enough that what follows a run is settled by any rule's allowance."""
_CALL_S = 30.0
_ENVIRONMENT: Mapping[str, Mapping[str, str]] = {
    "network": {"on": "svc wifi enable; svc data enable", "off": "svc wifi disable; svc data disable"},
    "metered": {"on": "svc wifi disable; svc data enable", "off": "svc wifi enable"},
    "doze": {
        "deep": "dumpsys battery unplug; dumpsys deviceidle force-idle deep",
        "light": "dumpsys battery unplug; dumpsys deviceidle force-idle light",
        "off": "dumpsys deviceidle unforce; dumpsys battery reset; input keyevent KEYCODE_WAKEUP",
    },
    "saver": {
        "on": "dumpsys battery unplug; settings put global low_power 1",
        "off": "settings put global low_power 0; dumpsys battery reset",
    },
    "charger": {"on": "dumpsys battery reset", "off": "dumpsys battery unplug"},
    "battery": {"low": "dumpsys battery unplug; dumpsys battery set level 5", "good": "dumpsys battery reset"},
    "screen": {"on": "input keyevent KEYCODE_WAKEUP", "off": "input keyevent KEYCODE_SLEEP"},
}


def perform(line: str, running: Running) -> None:
    """Do what a line says. What the app or the phone has no way for is left out: plans are made without knowing.

    Raises:
        BadInput: The line says nothing.
        DeviceLostError: The device went away.

    """
    verb, *words = line.split()
    if verb in _ENVIRONMENT:
        _set_environment(running, verb, *words)
        return
    if verb not in _VERBS:
        raise BadInput(f"plan line {line!r}: there is no verb {verb!r}")
    try:
        _VERBS[verb](running, *words)
    except (Unsupported, NothingSeen):
        running.session.look()


def _set_environment(running: Running, what: str, value: str) -> None:
    """Look afterwards: a fact is known only between two readings that agree."""
    _lever(running, f"env.{what}", value, _ENVIRONMENT[what][value])
    running.session.advance(1)
    running.session.look()


def advance(running: AnyRunning[Any], length: str) -> None:
    """Let time pass. A phone with a fault is looked at on the way, lest it runs in circles for days.

    Raises:
        TooBusy: It does.

    """
    session = running.session
    if not running.watched:
        session.advance(length)
        return
    left, stride = parse_duration(length), _FIRST_STRIDE_NS
    while left > 0:
        session.advance(min(left, stride) / 1e9)
        left, stride = left - stride, stride * 2
        if session.mark > MOST_EVENTS:
            raise TooBusy(f"more than {MOST_EVENTS} events")


def _lever(running: Running, verb: str, value: str, line: str) -> Answer:
    def call(deadline: Deadline) -> Answer:
        return running.device.lever(verb, line, deadline)

    return running.session.act(verb, {"value": value}, call)


def _bucket(running: Running, name: str) -> None:
    package = running.session.app.spec.package
    _lever(running, "env.bucket", name, f"am set-standby-bucket {package} {name}")
    running.session.advance(1)
    running.session.look()


def _zone(running: Running, name: str) -> None:
    _lever(running, "env.zone", name, f"cmd alarm set-timezone {name}")
    running.session.advance(1)
    running.session.look()


def _task(running: Running, number: str) -> TaskSpec:
    return running.session.tasks[int(number)]


def _due(running: Running, number: str) -> None:
    """Wait until a task is due, say that its run is wanted, and give it time."""
    session, task = running.session, _task(running, number)
    within = (task.starts_within_ns or 60_000_000_000) / 1e9
    session.wait_until_due(task, LEAD_S)
    session.want_run(task, within=within + LEAD_S)
    session.advance(within + LEAD_S + AFTERWARDS_S)
    session.look()


def _force(running: Running, number: str, *soft: str) -> None:
    """Force a task's periodic job, or whichever it has; the driver must know its id first."""
    session, task = running.session, _task(running, number)
    session.diagnose()
    session.look()
    session.force(task, session.periodic_name(task), soft=bool(soft))
    session.advance(AFTERWARDS_S)
    session.look()


def _make_due(running: Running, number: str) -> None:
    """Move the wall clock to when a task is due, force its job, and want its run."""
    running.session.diagnose()
    running.session.look()
    running.session.make_run(_task(running, number), rungs=(Rung.MOVE_WALL_CLOCK,))
    running.session.advance(AFTERWARDS_S)
    running.session.look()


def _server(running: Running, number: str, reply: str, duration: str = "1s") -> None:
    running.session.server(_task(running, number), reply, duration)


def _asked(running: Running, number: str) -> None:
    """Have the app ask for a task, and want the run that this leads to where the app file says that it does."""
    session, task = running.session, _task(running, number)
    session.look()
    session.schedule(task)
    session.want_run(task)
    session.advance((task.starts_within_ns or 0) / 1e9 + AFTERWARDS_S)
    session.look()


def _again(running: Running, number: str) -> None:
    """Have the app ask for a task that it has asked for, past the states that would make it do so."""
    arguments = {"task": _task(running, number).id}

    def call(deadline: Deadline) -> Answer:
        return running.device.hook(running.session.app.spec, "schedule", arguments, deadline)

    running.session.act("app.schedule", arguments, call)


def _step_clock(running: Running, length: str) -> None:
    """Move the wall clock without telling anybody, as network time does."""
    wall = running.device.clocks(0, Deadline.after(_CALL_S)).wall_ns + _signed(length)
    running.device.behind_its_back(f"date @{wall // 1_000_000_000}", Deadline.after(_CALL_S))


def _signed(length: str) -> int:
    return -parse_duration(length[1:]) if length.startswith("-") else parse_duration(length)


def _restart(running: Running) -> None:
    """Kill the app's process, as the system does for memory, and start it again."""
    running.session.home()
    running.session.kill()
    running.session.advance(2)
    running.session.launch()
    running.session.advance(5)


_VERBS: Mapping[str, Verb] = {
    "on": lambda running, state: running.session.set_state(state, on=True),
    "off": lambda running, state: running.session.set_state(state, on=False),
    "advance": advance,
    "launch": lambda running: running.session.launch(),
    "home": lambda running: running.session.home(),
    "kill": lambda running: (running.session.home(), running.session.kill()),
    "force-stop": lambda running: running.session.force_stop(),
    "restart": _restart,
    "reboot": lambda running: running.session.reboot(),
    "look": lambda running: running.session.look(),
    "diagnose": lambda running: running.session.diagnose(),
    "want": lambda running, task, within: running.session.want_run(_task(running, task), within=within),
    "begun": lambda running, task: running.session.wait_for_run(_task(running, task), finished=False, within="90s"),
    "asked": _asked,
    "again": _again,
    "due": _due,
    "force": _force,
    "make-due": _make_due,
    "server": _server,
    "bucket": _bucket,
    "zone": _zone,
    "step-clock": _step_clock,
}
