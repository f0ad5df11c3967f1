"""Generated lives: what a user, a server, a network and a system do to an app. The same seed gives the same life."""

from __future__ import annotations

import random
from collections.abc import Callable
from collections.abc import Mapping

from bgtask_harness.profiles import AppFile
from bgtask_reference.events import Network

LEAST_STIMULI = 10
_MORE = 3
_BEFORE = 2
"""What each session begins with: the app's data is cleared, and it is launched."""
_NO_STIMULI = frozenset({"look", "advance", "due", "begun", "want"})
_SEVERAL = {"restart": 3, "kill": 2}
"""The app is put away, killed, and launched."""
_PAUSES = ("20s", "2m", "16m", "50m", "2h", "5h", "7h", "13h")
_SHORT_PAUSES = _PAUSES[:5]
_BUSY_NS = 30 * 60_000_000_000
_LONG = ("12s", "45s", "3m", "8m")

_TOUCHES_NETWORK = frozenset({"network off", "metered on"})

Lines = tuple[str, ...]
Move = Callable[["Life"], Lines]


class Life:
    """What a generator knows: the app, and where chance is."""

    def __init__(self, app: AppFile, rng: random.Random) -> None:
        self.rng = rng
        self.states = asking_states(app)
        self.tasks = len(app.spec.tasks)
        self.retries = tuple(n for n, task in enumerate(app.spec.tasks) if task.id in app.control.retries)
        self.busy = any(task.interval_ns is not None and task.interval_ns <= _BUSY_NS for task in app.spec.tasks)
        self.once = tuple(n for n, task in enumerate(app.spec.tasks) if task.interval_ns is None)
        self.needs_none = tuple(n for n, task in enumerate(app.spec.tasks) if task.network is Network.NOT_REQUIRED)
        self.needs_some = tuple(n for n in range(self.tasks) if n not in self.needs_none)
        self._named = {task.id: n for n, task in enumerate(app.spec.tasks)}
        self.states_of = {self._named[task]: states for task, states in app.control.when_scheduled.items()}

    def pause(self) -> str:
        """Give a line that lets time pass: seldom half a day where something runs each quarter of an hour."""
        seldom = self.busy and self.rng.random() < 0.7  # noqa: PLR2004 - seven in ten
        return f"advance {self.rng.choice(_SHORT_PAUSES if seldom else _PAUSES)}"

    def task(self) -> int:
        """Give any task's number."""
        return self.rng.randrange(self.tasks)

    def look(self) -> Lines:
        """Give a look now and then: looking costs more than living."""
        return ("look",) if self.rng.random() < 0.3 else ()  # noqa: PLR2004 - three in ten

    def state_of(self, task: int) -> str:
        """Give the state that has a task asked for or cancelled."""
        return self.states_of[task][-1]


def asking_states(app: AppFile) -> tuple[str, ...]:
    """Give the states by which an app asks for its tasks."""
    return tuple(dict.fromkeys(state for states in app.control.when_scheduled.values() for state in states))


def generate(app: AppFile, seed: int, theme: str = "") -> Lines:
    """Give the life of a seed: everything is asked for, then moves until enough was done to the phone."""
    rng = random.Random(f"plan {seed} {theme}")  # noqa: S311 - a campaign must come out the same twice
    life = Life(app, rng)
    chosen = theme or rng.choice(tuple(EVERY_DAY))
    moves = _weights(THEMES[chosen])
    lines, end = [*_first_days(life, chosen)], _last_days(life)
    wanted = rng.randint(LEAST_STIMULI, LEAST_STIMULI + _MORE)
    while stimuli((*lines, *end)) < wanted:
        lines += rng.choice(moves)(life)
    network = ("network on",) if _TOUCHES_NETWORK & set(lines) else ()
    return (*lines, *network, *end)


def stimuli(lines: Lines) -> int:
    """Count what a life with these lines does to the phone. What is put back at its end is not counted."""
    verbs = (line.split()[0] for line in lines)
    return _BEFORE + sum(_SEVERAL.get(verb, 1) for verb in verbs if verb not in _NO_STIMULI)


def _first_days(life: Life, theme: str) -> Lines:
    failing = theme == "server" and life.rng.random() < 0.5  # noqa: PLR2004 - half of them begin badly
    before = tuple(f"server {task} network_error" for task in life.retries) if failing else ()
    asked = tuple(f"on {state}" for state in life.states)
    return (*before, *asked, "advance 90s", "look")


def _last_days(life: Life) -> Lines:
    healed = tuple(f"server {task} ok" for task in range(life.tasks))
    return (*healed, f"due {life.task()}")


def _weights(weighted: Mapping[Move, int]) -> tuple[Move, ...]:
    return tuple(move for move, weight in weighted.items() for _ in range(weight))


def wait(life: Life) -> Lines:
    """Let time pass, and look."""
    return (life.pause(), *life.look())


def comes_and_goes(life: Life) -> Lines:
    """A person leaves the app and comes back."""
    return ("home", life.pause(), "launch", "advance 5s")


def due(life: Life) -> Lines:
    """Wait for a task to come due, and want its run."""
    return (f"due {life.task()}",)


def forget_and_ask(life: Life) -> Lines:
    """Switch something off, wait, switch it on again."""
    state = life.rng.choice(life.states)
    return (f"off {state}", "advance 15s", life.pause(), f"on {state}", life.pause(), *life.look())


def ask_again(life: Life) -> Lines:
    """Have a task that is cancelled asked for, and want the run."""
    task = life.task()
    return (f"off {life.state_of(task)}", "advance 20s", f"asked {task}")


def ask_twice(life: Life) -> Lines:
    """What waits is asked for once more: its policy says what becomes of it."""
    task = life.rng.choice((*life.once, life.task()))
    state = life.state_of(task)
    asked = (f"off {state}", "advance 15s", f"on {state}", f"advance {life.rng.choice(('10s', '70s', '6m'))}")
    return (*asked, "diagnose", "advance 20s", f"again {task}", life.pause(), *life.look())


def forget_and_restart(life: Life) -> Lines:
    """What was switched off stays off in the next process."""
    state = life.rng.choice(life.states)
    return (f"off {state}", "advance 15s", "restart", life.pause(), f"on {state}", "advance 90s")


def trouble_at_the_server(life: Life) -> Lines:
    """The server fails for some tries, then not."""
    task = life.rng.choice(life.retries) if life.retries else life.task()
    reply = life.rng.choice(("network_error", "network_error", "network_error", "error"))
    tries = [f"advance {life.rng.choice(('40s', '90s', '4m', '11m', '40m'))}" for _ in range(life.rng.randint(1, 5))]
    return (f"server {task} {reply}", f"due {task}", *tries, f"server {task} ok", life.pause(), *life.look())


def slow_server(life: Life) -> Lines:
    """The server takes its time from now on."""
    return (f"server {life.task()} ok {life.rng.choice(_LONG)}",)


def in_mid_run(life: Life) -> Lines:
    """Something happens while a run is under way."""
    task = life.task()
    state = life.state_of(task)
    what = life.rng.choice(
        (
            ("restart",),
            ("kill",),
            ("reboot",),
            ("network off", f"advance {life.rng.choice(('2m', '6m'))}", "network on"),
            (f"off {state}", "advance 30s", f"on {state}"),
            (f"off {state}", "advance 30s", life.pause(), f"on {state}"),
        )
    )
    return (
        f"server {task} ok 4m",
        f"off {state}",
        "advance 12s",
        f"on {state}",
        f"begun {task}",
        "advance 3s",
        *what,
        "look",
        f"want {task} 10m",
        "advance 11m",
        f"server {task} ok",
        life.pause(),
        life.rng.choice(("look", f"due {task}")),
    )


def process_ends(life: Life) -> Lines:
    """The process is killed; some time later it is started by a person, or by the system for a job that is due."""
    again = ("launch", "advance 5s") if life.rng.random() < 0.5 else (f"due {life.task()}",)  # noqa: PLR2004 - as often
    return ("kill", life.pause(), *again)


def restart(life: Life) -> Lines:
    """Each process start asks again."""
    return ("restart", life.pause(), *life.look())


def reboot(life: Life) -> Lines:
    """The phone reboots; nobody opens the app."""
    return ("reboot", "advance 20s", f"due {life.task()}")


def offline(life: Life) -> Lines:
    """No network for a while; what needs none goes on."""
    undisturbed = life.rng.choice(life.needs_none) if life.needs_none else life.task()
    meanwhile = life.rng.choice((life.pause(), f"due {undisturbed}"))
    return ("network off", meanwhile, "look", "network on", "advance 90s", f"due {life.task()}")


def loses_network(life: Life) -> Lines:
    """The network goes away under a run that needs it, for longer than the run takes."""
    task = life.rng.choice(life.needs_some) if life.needs_some else life.task()
    state = life.state_of(task)
    begun = (f"server {task} ok 4m", f"off {state}", "advance 12s", f"on {state}", f"begun {task}", "advance 3s")
    return (*begun, "network off", "advance 6m", "look", "network on", f"server {task} ok", "advance 90s", "look")


def metered(life: Life) -> Lines:
    """Only mobile data for a while."""
    return ("metered on", life.pause(), "look", "metered off", "network on", "advance 2m", *life.look())


def listing(_life: Life) -> Lines:
    """Have WorkManager list its work."""
    return ("diagnose", "look")


def forced(life: Life) -> Lines:
    """Nothing but forces from here on: a task is asked for and its job made to run, past its constraints."""
    task = life.task()
    state = life.state_of(task)
    return (f"off {state}", "advance 15s", f"on {state}", "advance 1s", f"force {task}")


def forced_offline(life: Life) -> Lines:
    """What waits for a network is made to run without one."""
    task = life.task()
    state = life.state_of(task)
    asked = (f"off {state}", "advance 15s", f"on {state}", "advance 5s")
    return ("network off", *asked, f"force {task}", "network on", "advance 90s", "look")


def forced_when_due(life: Life) -> Lines:
    """The wall clock is moved to when it is due, so that WorkManager lets a forced job run."""
    return (f"make-due {life.task()}",)


def dozes(life: Life) -> Lines:
    """The phone dozes for a while."""
    return (f"doze {life.rng.choice(('deep', 'light'))}", life.pause(), "look", "doze off", "advance 2m", "look")


def rarely_used(life: Life) -> Lines:
    """The app falls into a standby bucket that runs less."""
    bucket = life.rng.choice(("working_set", "frequent", "rare", "restricted"))
    return ("home", f"bucket {bucket}", life.pause(), "look", "bucket active", "advance 2m", f"due {life.task()}")


def saves_power(life: Life) -> Lines:
    """Battery saver, a low battery, or no charger."""
    what, back = life.rng.choice(
        (("saver on", "saver off"), ("battery low", "battery good"), ("charger off", "charger on"))
    )
    return ("home", "screen off", what, life.pause(), "look", back, "screen on", "advance 2m", "look")


def is_stopped(life: Life) -> Lines:
    """A person stops the app in Settings, and opens it later."""
    return ("force-stop", life.pause(), "look", "launch", "advance 90s", f"due {life.task()}")


def is_stopped_in_mid_run(life: Life) -> Lines:
    """The same while a run is under way."""
    task = life.task()
    state = life.state_of(task)
    begun = (f"server {task} ok 4m", f"off {state}", "advance 12s", f"on {state}", f"begun {task}", "advance 3s")
    return (*begun, "force-stop", "advance 20s", "launch", "look", f"want {task} 10m", "advance 11m", "look")


def fails_for_good(life: Life) -> Lines:
    """What failed is asked for again, with the server well again."""
    task = life.rng.choice(life.once) if life.once else life.task()
    state = life.state_of(task)
    fails = (f"server {task} error", f"off {state}", "advance 15s", f"on {state}", life.pause(), *life.look())
    return (*fails, f"server {task} ok", f"off {state}", "advance 20s", f"asked {task}")


def travels(life: Life) -> Lines:
    """The phone comes into another time zone, with or without the app's process."""
    zone = life.rng.choice(("America/Los_Angeles", "Europe/Berlin", "Asia/Tokyo", "Australia/Adelaide"))
    ended = ("kill",) if life.rng.random() < 0.5 else ()  # noqa: PLR2004 - as often as not
    return (*ended, f"zone {zone}", f"due {life.task()}", life.pause())


_USUAL: dict[Move, int] = {wait: 2, due: 2, comes_and_goes: 3, listing: 1}
EVERY_DAY: Mapping[str, Mapping[Move, int]] = {
    "quiet": {**_USUAL, restart: 1, slow_server: 1},
    "server": {**_USUAL, trouble_at_the_server: 6, restart: 1, process_ends: 1},
    "user": {**_USUAL, forget_and_ask: 3, ask_again: 3, ask_twice: 3, forget_and_restart: 2, in_mid_run: 1},
    "process": {**_USUAL, restart: 3, process_ends: 3, reboot: 2, in_mid_run: 3},
    "network": {**_USUAL, offline: 4, metered: 2, loses_network: 2, in_mid_run: 1, trouble_at_the_server: 1},
    "mixed": {
        **_USUAL,
        forget_and_ask: 1,
        forget_and_restart: 1,
        ask_again: 1,
        trouble_at_the_server: 2,
        slow_server: 1,
        in_mid_run: 2,
        process_ends: 1,
        restart: 1,
        reboot: 1,
        offline: 1,
        metered: 1,
    },
}
"""Lives of every day. A seed chooses among these when no theme was asked for."""

OTHER: Mapping[str, Mapping[Move, int]] = {
    "forced": {forced: 2, forced_offline: 2, forced_when_due: 2, listing: 1},
    "doze": {**_USUAL, dozes: 6, restart: 1},
    "bucket": {**_USUAL, rarely_used: 6, restart: 1},
    "power": {**_USUAL, saves_power: 6, dozes: 1},
    "stopped": {**_USUAL, is_stopped: 3, is_stopped_in_mid_run: 4},
    "twice": {**_USUAL, ask_twice: 6, restart: 1},
    "failing": {**_USUAL, fails_for_good: 6, restart: 1},
    "zone": {**_USUAL, travels: 6, restart: 1},
}
"""Lives in which the system holds work back, somebody forces it, or it fails."""

THEMES: Mapping[str, Mapping[Move, int]] = {**EVERY_DAY, **OTHER}
