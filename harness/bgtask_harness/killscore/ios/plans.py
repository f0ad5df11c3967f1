"""Generated lives of an iPhone: what a person, a server, a network and a system do to an app, and to the phone.

A move begins and ends with the phone locked and the app out of sight: processing waits until nobody uses the phone. The
same seed gives the same life.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from collections.abc import Mapping

from bgtask_harness.killscore.plans import LEAST_STIMULI
from bgtask_harness.killscore.plans import Lines
from bgtask_harness.killscore.plans import asking_states
from bgtask_harness.profiles import AppFile
from bgtask_reference.events import Network

_MORE = 3
_LEAST_MOVES = 3
_BEFORE = 1
"""What each session begins with: the app is launched. Its data goes with the app alone."""
_NO_STIMULI = frozenset({"look", "advance", "due", "begun"})
_PAUSES = ("20s", "2m", "6m", "16m", "50m", "2h", "5h", "7h", "13h")
_SHORT_PAUSES = _PAUSES[:6]
_BUSY_NS = 30 * 60_000_000_000
_LONG = ("12s", "25s", "2m")
_TOO_LONG = "302s"
"""Longer than any task is given."""

Move = Callable[["Life"], Lines]


class Life:
    """What a generator knows: the app, and where chance is."""

    def __init__(self, app: AppFile, rng: random.Random) -> None:
        tasks = app.spec.tasks
        self.rng = rng
        self.states = asking_states(app)
        self.tasks = len(tasks)
        self.busy = any(task.interval_ns is not None and task.interval_ns <= _BUSY_NS for task in tasks)
        self.repeated = tuple(n for n, task in enumerate(tasks) if task.interval_ns is not None)
        self.online = tuple(n for n, task in enumerate(tasks) if task.network is not Network.NOT_REQUIRED)
        named = {task.id: n for n, task in enumerate(tasks)}
        self.states_of = {named[task]: states for task, states in app.control.when_scheduled.items()}

    def pause(self) -> str:
        """Give a line that lets time pass: seldom half a day where something runs each quarter of an hour."""
        seldom = self.busy and self.rng.random() < 0.7  # noqa: PLR2004 - seven in ten
        return f"advance {self.rng.choice(_SHORT_PAUSES if seldom else _PAUSES)}"

    def task(self) -> int:
        """Give any task's number, rather one that repeats."""
        return self.rng.choice(self.repeated or tuple(range(self.tasks)))

    def look(self) -> Lines:
        """Give a look now and then."""
        return ("look",) if self.rng.random() < 0.3 else ()  # noqa: PLR2004 - three in ten

    def state_of(self, task: int) -> str:
        """Give the state that has a task asked for or cancelled."""
        return self.states_of[task][-1]


def generate(app: AppFile, seed: int, theme: str = "") -> Lines:
    """Give the life of a seed: everything is asked for, then moves until enough was done to the phone."""
    rng = random.Random(f"iphone {seed} {theme}")  # noqa: S311 - a campaign must come out the same twice
    life = Life(app, rng)
    chosen = theme or rng.choice(tuple(EVERY_DAY))
    moves = _weights(THEMES[chosen])
    lines: list[str] = [*(f"on {state}" for state in life.states), "advance 20s", "look", "lock", "advance 10m"]
    end = ("launch", *(f"server {task} ok" for task in range(life.tasks)), "lock", f"due {life.task()}")
    wanted = rng.randint(LEAST_STIMULI, LEAST_STIMULI + _MORE)
    made = 0
    while made < _LEAST_MOVES or stimuli((*lines, *end)) < wanted:
        lines += rng.choice(moves)(life)
        made += 1
    return (*lines, *end)


def stimuli(lines: Lines) -> int:
    """Count what a life with these lines does to the phone. What is put back at its end is not counted."""
    return _BEFORE + sum(line.split()[0] not in _NO_STIMULI for line in lines)


def _weights(weighted: Mapping[Move, int]) -> tuple[Move, ...]:
    return tuple(move for move, weight in weighted.items() for _ in range(weight))


def wait(life: Life) -> Lines:
    """Let time pass, and look."""
    return (life.pause(), *life.look())


def visit(life: Life) -> Lines:
    """A person opens the app, and locks the phone again."""
    return ("launch", "advance 20s", "lock", life.pause())


def leaves(life: Life) -> Lines:
    """A person opens the app, leaves it, and uses the phone for something else."""
    return ("launch", "advance 5s", "home", life.pause(), "lock", "advance 2m")


def due(life: Life) -> Lines:
    """Wait until a task's begin date, and look what comes of it."""
    return (f"due {life.task()}", *life.look())


def listing(life: Life) -> Lines:
    """Have the app list what is pending."""
    return ("launch", "advance 2s", "pending", "advance 2s", "lock", life.pause())


def forget_and_ask(life: Life) -> Lines:
    """Switch something off and on again."""
    state = life.rng.choice(life.states)
    return ("launch", f"off {state}", "advance 5s", f"on {state}", "advance 5s", "lock", life.pause())


def forget_for_a_while(life: Life) -> Lines:
    """Switch something off, wait, switch it on again."""
    state = life.rng.choice(life.states)
    return ("launch", f"off {state}", "lock", life.pause(), "launch", f"on {state}", "lock", life.pause())


def forgotten_when_due(life: Life) -> Lines:
    """What was switched off stays off for longer than it would have waited."""
    state = life.rng.choice(life.states)
    return (
        "launch",
        f"off {state}",
        "advance 15s",
        "lock",
        "advance 13h",
        "launch",
        f"on {state}",
        "lock",
        life.pause(),
    )


def ask_again(life: Life) -> Lines:
    """What is pending is asked for once more."""
    return ("launch", f"again {life.task()}", "advance 2s", "pending", "advance 2s", "lock", life.pause())


def trouble_at_the_server(life: Life) -> Lines:
    """The server fails for a while, then not."""
    task = life.task()
    reply = life.rng.choice(("network_error", "network_error", "error"))
    later = ("launch", f"server {task} ok", "lock", life.pause())
    return ("launch", f"server {task} {reply}", "lock", f"due {task}", life.pause(), *later)


def slow_server(life: Life) -> Lines:
    """The server takes its time from now on."""
    return ("launch", f"server {life.task()} ok {life.rng.choice(_LONG)}", "lock", life.pause())


def expires(life: Life) -> Lines:
    """The work takes longer than the system gives it: it expires, and is handled."""
    task = life.task()
    after = ("launch", "advance 5s", f"server {task} ok", "lock", life.pause())
    return ("launch", f"server {task} ok {_TOO_LONG}", "lock", f"due {task}", "advance 7m", *after)


def in_mid_run(life: Life) -> Lines:
    """Something happens while a run is under way."""
    task = life.task()
    state = life.state_of(task)
    what = life.rng.choice(
        (
            ("kill",),
            ("launch", "advance 30s", "lock"),
            ("network off", "advance 2m", "network on"),
            ("launch", f"off {state}", "advance 20s", f"on {state}", "lock"),
            ("low-power on", "advance 3m", "low-power off"),
        )
    )
    after = ("advance 6m", "launch", "advance 5s", f"server {task} ok", "lock", life.pause())
    return ("launch", f"server {task} ok 2m", "lock", f"begun {task}", "advance 3s", *what, *after)


def process_ends(life: Life) -> Lines:
    """The process is jettisoned; some time later a person opens the app, or dasd starts it for what is due."""
    again = visit(life) if life.rng.random() < 0.4 else (f"due {life.task()}",)  # noqa: PLR2004 - four in ten
    return ("kill", life.rng.choice(("advance 10s", life.pause())), *again)


def quits(life: Life) -> Lines:
    """A person sweeps the app out of the app switcher."""
    return ("launch", "advance 5s", "force-quit", "lock", life.pause(), *visit(life))


def killed_and_listed(life: Life) -> Lines:
    """The process is jettisoned, a person opens the app at once, and has it list what is pending."""
    return ("kill", "launch", "advance 2s", "pending", "advance 2s", "lock", life.pause())


def reboot(life: Life) -> Lines:
    """The phone restarts; nobody unlocks it for a while."""
    return (
        "reboot",
        life.rng.choice(("advance 30s", life.pause())),
        "look",
        "launch",
        "advance 10s",
        "lock",
        *due(life),
    )


def offline(life: Life) -> Lines:
    """No network for a while."""
    return ("network off", life.pause(), "look", "network on", "advance 2m", f"due {life.task()}")


def saves_power(life: Life) -> Lines:
    """Low Power Mode, a low battery, a hot phone or no charger: dasd holds back what may not proceed."""
    what, back = life.rng.choice(
        (
            (("low-power on",), ("low-power off",)),
            (("charger off", "battery 10"), ("battery 80", "charger on")),
            (("thermal 2",), ("thermal 0",)),
            (("charger off",), ("charger on",)),
        )
    )
    return (*what, life.pause(), *life.look(), *back, life.pause())


def refresh_off(life: Life) -> Lines:
    """A person switches Background App Refresh off: what is asked for is refused, with code 1."""
    state = life.rng.choice(life.states)
    refused = (
        "launch",
        "refresh off",
        f"off {state}",
        "advance 5s",
        f"on {state}",
        "advance 20s",
        "lock",
        life.pause(),
    )
    return (
        *refused,
        "launch",
        "refresh on",
        f"off {state}",
        "advance 5s",
        f"on {state}",
        "advance 5s",
        "lock",
        "advance 10m",
    )


def forced(life: Life) -> Lines:
    """A launch is simulated, long before the begin date."""
    task = life.task()
    return ("launch", "advance 2s", f"force {task}", "advance 40s", "lock", *life.look())


def forced_offline(life: Life) -> Lines:
    """The same without a network and without a charger."""
    task = life.rng.choice(life.online or (life.task(),))
    without, back = ("network off", "charger off"), ("network on", "charger on")
    return (*without, "launch", f"force {task}", "advance 40s", *back, "lock", *life.look())


def forced_and_expired(life: Life) -> Lines:
    """A simulated launch takes long, and its expiration is simulated as well."""
    task = life.task()
    begun = ("launch", f"server {task} ok {_TOO_LONG}", f"force {task} unended", "advance 10s")
    return (*begun, f"expire {task}", "advance 20s", f"server {task} ok", "lock", life.pause())


def forced_for_nothing(life: Life) -> Lines:
    """What is not pending is refused."""
    task = life.task()
    state = life.state_of(task)
    return ("launch", f"off {state}", "advance 2s", f"force {task}", "advance 5s", f"on {state}", "lock", life.pause())


_USUAL: dict[Move, int] = {wait: 2, due: 4, visit: 3, leaves: 1, listing: 1}
EVERY_DAY: Mapping[str, Mapping[Move, int]] = {
    "quiet": {**_USUAL, slow_server: 1},
    "server": {**_USUAL, trouble_at_the_server: 5, slow_server: 1, expires: 1, process_ends: 1},
    "user": {
        **_USUAL,
        forget_and_ask: 3,
        forget_for_a_while: 2,
        forgotten_when_due: 2,
        ask_again: 3,
        in_mid_run: 1,
        quits: 1,
    },
    "process": {**_USUAL, process_ends: 4, killed_and_listed: 3, reboot: 2, in_mid_run: 3, quits: 1},
    "network": {**_USUAL, offline: 5, in_mid_run: 1, trouble_at_the_server: 1},
    "mixed": {
        **_USUAL,
        forget_and_ask: 1,
        forget_for_a_while: 1,
        ask_again: 1,
        trouble_at_the_server: 2,
        expires: 1,
        in_mid_run: 2,
        process_ends: 2,
        reboot: 1,
        offline: 1,
        saves_power: 1,
    },
}
"""Lives of every day. A seed chooses among these when no theme was asked for."""

OTHER: Mapping[str, Mapping[Move, int]] = {
    "forced": {forced: 3, forced_offline: 2, forced_and_expired: 2, forced_for_nothing: 1, listing: 1},
    "expiry": {**_USUAL, expires: 6, in_mid_run: 2},
    "power": {**_USUAL, saves_power: 6},
    "refresh": {**_USUAL, refresh_off: 6},
    "twice": {**_USUAL, ask_again: 6, forget_and_ask: 1, killed_and_listed: 2},
    "reboot": {**_USUAL, reboot: 6},
}
"""Lives in which the system holds work back, ends it, or somebody forces it."""

THEMES: Mapping[str, Mapping[Move, int]] = {**EVERY_DAY, **OTHER}
