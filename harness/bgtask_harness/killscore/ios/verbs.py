"""The verbs of a plan: what each line of it does to an iPhone."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Rung
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported
from bgtask_harness.killscore.ios.device import LocalIPhone
from bgtask_harness.killscore.subject import Running as AnyRunning
from bgtask_harness.killscore.verbs import advance
from bgtask_harness.profiles.durations import parse_duration
from bgtask_harness.session import NothingSeen
from bgtask_reference.events import Outcome
from bgtask_reference.events import TaskSpec

Verb = Callable[..., object]
Running = AnyRunning[LocalIPhone]
LEAD_S = 2.0
AFTERWARDS_S = 90.0
"""Long enough that what follows a run is settled by any rule's allowance."""
_HANDS = {
    "network": "network",
    "low-power": "low-power-mode",
    "refresh": "background-refresh",
    "battery": "battery",
    "thermal": "thermal",
}


def perform(line: str, running: Running) -> None:
    """Do what a line says. What the app or the phone has no way for is left out: plans are made without knowing.

    Raises:
        BadInput: The line says nothing.
        DeviceLostError: The phone went away.

    """
    verb, *words = line.split()
    if verb not in VERBS:
        raise BadInput(f"plan line {line!r}: there is no verb {verb!r}")
    try:
        VERBS[verb](running, *words)
    except (Unsupported, NothingSeen, Refused):
        running.session.look()


def _hand(running: Running, what: str, act: str, argument: str = "") -> None:
    def call(_deadline: Deadline) -> Answer:
        running.device.hand(act, argument)
        return Answer(what, f"a hand: {act} {argument}".rstrip(), Outcome.ACCEPTED)

    running.session.act(what, {"value": argument or act}, call)


def _switch(name: str) -> Verb:
    return lambda running, value: _hand(running, f"env.{name}", _HANDS[name], value)


def _charger(running: Running, value: str) -> None:
    _hand(running, "env.charger", "plug" if value == "on" else "unplug")


def _task(running: Running, number: str) -> TaskSpec:
    return running.session.tasks[int(number)]


def _due(running: Running, number: str) -> None:
    """Wait until the begin date of a task's request, and give it time."""
    running.session.wait_until_due(_task(running, number), LEAD_S)
    running.session.advance(LEAD_S + AFTERWARDS_S)


def _begun(running: Running, number: str) -> None:
    """Wait until a task is under way."""
    session, task = running.session, _task(running, number)
    mark = session.mark
    session.wait_until_due(task, LEAD_S)
    session.wait_for_run(task, finished=False, within="90s", mark=mark)


def _force(running: Running, number: str, *unended: str) -> None:
    """Simulate a launch, and want what comes of it; `unended`: without waiting for its end."""
    session, task = running.session, _task(running, number)
    if not unended:
        session.make_run(task, rungs=(Rung.JOB_RUN,))
        return
    _simulate(running, number, Simulation.LAUNCH)


def _simulate(running: Running, number: str, what: Simulation) -> None:
    session, task = running.session, _task(running, number)

    def call(deadline: Deadline) -> Answer:
        return running.device.simulate(session.app.spec, task.id, what, deadline)

    verb = "bgtask.simulate-launch" if what is Simulation.LAUNCH else "bgtask.simulate-expiration"
    session.act(verb, {"task": task.id}, call)


def _again(running: Running, number: str) -> None:
    """Have the app ask for a task that it has asked for, past the states that would make it do so."""
    running.session.hook("schedule", {"task": _task(running, number).id})


def _lock(running: Running) -> None:
    running.session.act("lock", {}, running.device.lock)


def _step_clock(running: Running, length: str) -> None:
    sign, digits = (-1, length[1:]) if length.startswith("-") else (1, length)
    running.device.step_wall_clock(sign * parse_duration(digits))


VERBS: Mapping[str, Verb] = {
    "on": lambda running, state: running.session.set_state(state, on=True),
    "off": lambda running, state: running.session.set_state(state, on=False),
    "server": lambda running, task, *reply: running.session.server(_task(running, task), *reply),
    "advance": advance,
    "launch": lambda running: running.session.launch(),
    "home": lambda running: running.session.home(),
    "lock": _lock,
    "kill": lambda running: running.session.kill(),
    "force-quit": lambda running: _hand(running, "app.terminate", "force-quit", running.session.app.spec.package),
    "reboot": lambda running: running.session.reboot(),
    "look": lambda running: running.session.look(),
    "pending": lambda running: running.session.hook("pending", {}),
    "begun": _begun,
    "due": _due,
    "again": _again,
    "force": _force,
    "expire": lambda running, task: _simulate(running, task, Simulation.EXPIRATION),
    "charger": _charger,
    "step-clock": _step_clock,
    **{name: _switch(name) for name in _HANDS},
}
"""`docs/kill-score.md` lists them."""
