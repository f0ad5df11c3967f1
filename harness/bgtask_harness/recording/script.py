"""What is done while a recording runs: a text with one verb a line, in the words of a session.

    launch
    state logged-in on
    pull wifi off
    wait 6h            # a virtual phone's clock is moved on, a real phone is waited for
    release wifi
    force "token refresh"

Each is a stimulus like a scenario's: on disk before it is sent, within what the profile allows, put back at the end.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bgtask_harness.devices.changes import Lever
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.ios.driver import IPhoneDevice
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import Unsupported
from bgtask_harness.session import Session
from bgtask_harness.session.lengths import nanoseconds

Do = Callable[..., object]


@dataclass(frozen=True, slots=True)
class Verb:
    """How a verb is written, and what it has a session do."""

    usage: str
    do: Do

    @property
    def most(self) -> int:
        """How many arguments it takes at most."""
        return len(self.usage.split())

    @property
    def least(self) -> int:
        """How many it needs."""
        return sum(not each.startswith("[") for each in self.usage.split())


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a script, ready to be done. `text` is the line."""

    text: str
    verb: str
    arguments: tuple[str, ...]

    def do(self, session: Session) -> None:
        """Do it. Raises what the session raises."""
        VERBS[self.verb].do(session, *self.arguments)


def _by_hand(session: Session, verb: str) -> None:
    press = getattr(_iphone(session), verb)
    session.act(verb, {}, press)


def _simulate(session: Session, task: str, what: Simulation) -> None:
    identifier, phone, app = session.task(task).identifier, _iphone(session), session.app.spec
    verb = "bgtask.simulate-launch" if what is Simulation.LAUNCH else "bgtask.simulate-expiration"
    session.act(verb, {"task": identifier}, lambda limit: phone.simulate(app, identifier, what, limit))


def _iphone(session: Session) -> IPhoneDevice:
    device = session.device
    if not isinstance(device, IPhoneDevice):
        raise Unsupported(f"{session.name} is no iPhone: lock, unlock, simulate and expire are an iPhone's")
    return device


VERBS: dict[str, Verb] = {
    "launch": Verb("", lambda session: session.launch()),
    "home": Verb("", lambda session: session.home()),
    "kill": Verb("", lambda session: session.kill()),
    "crash": Verb("", lambda session: session.crash()),
    "force-stop": Verb("", lambda session: session.force_stop()),
    "clear-data": Verb("", lambda session: session.clear_data()),
    "reboot": Verb("", lambda session: session.reboot()),
    "look": Verb("", lambda session: session.look()),
    "diagnose": Verb("", lambda session: session.diagnose()),
    "wait": Verb("TIME", lambda session, time: session.advance(time)),
    "move-clock": Verb("TIME", lambda session, time: session.move_wall_clock(nanoseconds(time))),
    "state": Verb("NAME on|off", lambda session, name, value: session.set_state(name, _on(value))),
    "schedule": Verb("TASK", lambda session, task: session.schedule(task)),
    "cancel": Verb("TASK", lambda session, task: session.cancel(task)),
    "server": Verb("TASK REPLY [TIME]", lambda session, task, reply, time=None: session.server(task, reply, time)),
    "force": Verb("TASK", lambda session, task: session.force(task, want=False)),
    "pull": Verb("LEVER VALUE", lambda session, lever, value: session.pull(lever, value)),
    "release": Verb("LEVER", lambda session, lever: session.release(lever)),
    "lock": Verb("", lambda session: _by_hand(session, "lock")),
    "unlock": Verb("", lambda session: _by_hand(session, "unlock")),
    "simulate": Verb("TASK", lambda session, task: _simulate(session, task, Simulation.LAUNCH)),
    "expire": Verb("TASK", lambda session, task: _simulate(session, task, Simulation.EXPIRATION)),
}


def read_script(path: Path) -> tuple[Step, ...]:
    """Read a script.

    Raises:
        BadInput: It cannot be read, or a line of it cannot be done: file, line, and how it is written.

    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"--do {path}: cannot be read ({error})") from error
    steps = (_step(f"{path}, line {number}", line) for number, line in enumerate(lines, start=1))
    return tuple(step for step in steps if step is not None)


def _step(place: str, line: str) -> Step | None:
    try:
        words = shlex.split(line, comments=True)
    except ValueError as error:
        raise BadInput(f"{place}: {error}") from error
    if not words:
        return None
    name, *arguments = words
    verb = VERBS.get(name)
    if verb is None:
        raise BadInput(f"{place}: there is no verb {name!r}; there are {', '.join(VERBS)}")
    if not verb.least <= len(arguments) <= verb.most:
        raise BadInput(f"{place}: expected `{f'{name} {verb.usage}'.strip()}`")
    _check(place, verb, arguments)
    return Step(line.strip(), name, tuple(arguments))


def _check(place: str, verb: Verb, arguments: list[str]) -> None:
    """Find out before the phone is touched what can be found out."""
    for kind, argument in zip(verb.usage.replace("[", "").replace("]", "").split(), arguments, strict=False):
        if kind == "LEVER" and argument not in list(Lever):
            raise BadInput(f"{place}: there is no lever {argument!r}; there are {', '.join(Lever)}")
        if kind == "on|off":
            _on(argument, place)
        if kind == "TIME":
            _time(argument, place)


def _time(text: str, place: str) -> None:
    try:
        nanoseconds(text)
    except BadInput as error:
        raise BadInput(f"{place}: {error}") from error


def _on(text: str, place: str = "state") -> bool:
    if text not in {"on", "off"}:
        raise BadInput(f"{place}: expected on or off, got {text!r}")
    return text == "on"
