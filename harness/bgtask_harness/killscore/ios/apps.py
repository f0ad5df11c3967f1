"""The healthy apps of a campaign on iPhones: `tvmaniac@fixed`, and apps made from generated task lists."""

from __future__ import annotations

import dataclasses
import random
from functools import lru_cache

from bgtask_harness.killscore.ios.program import ON
from bgtask_harness.killscore.ios.program import Program
from bgtask_harness.killscore.ios.program import state_of
from bgtask_harness.killscore.ios.subject import IosSubject
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import SearchPath
from bgtask_harness.profiles import load_app
from bgtask_harness.profiles import load_profile
from bgtask_harness.profiles.app_schema import Control
from bgtask_harness.profiles.app_schema import State
from bgtask_harness.profiles.app_schema import VirtualApp
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Backoff
from bgtask_reference.events import Constraints
from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec

FIXED, GENERATED = "tvmaniac@fixed", "generated"
APPS = (FIXED, GENERATED)
PHONES = ("virtual-iphone15", "virtual-iphone13")
PACKAGE = "com.example.generated"
_MINUTE = 60_000_000_000
_INTERVALS = tuple(minutes * _MINUTE for minutes in (15, 30, 60, 120, 300, 720, 1440))
_DELAYS = (0, 0, 0, 2 * _MINUTE, 10 * _MINUTE, 45 * _MINUTE)
_MOST_TASKS = 5


def healthy(app: str, seed: int) -> IosSubject:
    """Give a healthy app of that name on one of the iPhones; a generated one differs with the seed."""
    fixed = _fixed(PHONES[seed // len(APPS) % len(PHONES)])
    if app == FIXED:
        return fixed
    rng = random.Random(f"tasks {seed}")  # noqa: S311 - a campaign must come out the same twice
    tasks = tuple(_task(number, rng) for number in range(rng.randint(1, _MOST_TASKS)))
    refresh = frozenset({rng.choice(tasks).id} if rng.random() < 0.6 else ())  # noqa: PLR2004 - one at most is taken
    return dataclasses.replace(fixed, app=_app_file(fixed.app, tasks), program=Program(tasks, refresh))


@lru_cache(maxsize=2)
def _fixed(phone: str) -> IosSubject:
    search = SearchPath.standard()
    app = load_app(FIXED, search).on_virtual_phone()
    assert app.virtual.ios.program is not None
    return IosSubject(app, app.virtual.ios.program, load_profile(phone, search))


def _task(number: int, rng: random.Random) -> TaskSpec:
    periodic = rng.random() < 0.85  # noqa: PLR2004 - most background tasks repeat
    return TaskSpec(
        id=f"{PACKAGE}.task{number}",
        title=f"task-{number}",
        interval_ns=rng.choice(_INTERVALS) if periodic else None,
        network=rng.choice((Network.NOT_REQUIRED, Network.CONNECTED, Network.CONNECTED, Network.UNMETERED)),
        backoff=Backoff(30_000_000_000, exponential=True),
        initial_delay_ns=rng.choice(_DELAYS),
        constraints=Constraints(charging=rng.random() < 0.3),  # noqa: PLR2004 - three in ten
    )


def _app_file(base: AppFile, tasks: tuple[TaskSpec, ...]) -> AppFile:
    spec = AppSpec(name=GENERATED, package=PACKAGE, tasks=tasks, norms=base.spec.norms, evidence=base.spec.evidence)
    control = Control(
        states={task.title: State(name=state_of(task), on=ON, off="") for task in tasks},
        endpoints={task.id: task.id for task in tasks},
        when_scheduled={task.id: (task.title,) for task in tasks},
        retries=tuple(task.id for task in tasks),
    )
    changed = dataclasses.replace(base, spec=spec, control=control, virtual=VirtualApp())
    return dataclasses.replace(changed, log_lines=(), ignore_tags=())
