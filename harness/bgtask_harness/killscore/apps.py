"""The healthy apps of a campaign: `tvmaniac@fixed`, and apps made from generated task lists."""

from __future__ import annotations

import dataclasses
import random
from functools import lru_cache

from bgtask_harness.killscore.programs import ON
from bgtask_harness.killscore.programs import WORKER_CLASS
from bgtask_harness.killscore.programs import Program
from bgtask_harness.killscore.programs import state_of
from bgtask_harness.killscore.subject import Subject
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
from bgtask_reference.events import ExistingWork
from bgtask_reference.events import Network
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import UniqueName
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy

FIXED, GENERATED = "tvmaniac@fixed", "generated"
APPS = (FIXED, GENERATED)
PHONE = "virtual-pixel7"
PACKAGE = "com.example.generated"
_MINUTE = 60_000_000_000
_INTERVALS = tuple(minutes * _MINUTE for minutes in (5, 15, 20, 30, 60, 120, 300, 720, 1440))
_DELAYS = (0, 0, 0, 2 * _MINUTE, 10 * _MINUTE, 45 * _MINUTE)
_BACKOFFS = (10_000_000_000, 30_000_000_000, 30_000_000_000, 120_000_000_000)
_STARTS_WITHIN = _MINUTE
_POLICIES = (ExistingPeriodicWorkPolicy.KEEP, ExistingPeriodicWorkPolicy.UPDATE)
_EXISTING = {
    ExistingPeriodicWorkPolicy.KEEP: ExistingWork.KEEP,
    ExistingPeriodicWorkPolicy.UPDATE: ExistingWork.UPDATE,
}
_FLEXES = (None, None, None, 5 * _MINUTE, 10 * _MINUTE)
_CONSTRAINTS = (
    *(Constraints(),) * 6,
    Constraints(charging=True),
    Constraints(battery_not_low=True),
    Constraints(charging=True, battery_not_low=True),
)


def healthy(app: str, seed: int) -> Subject:
    """Give a healthy app of that name; a generated one differs with the seed."""
    fixed = _fixed()
    if app == FIXED:
        return fixed
    rng = random.Random(f"tasks {seed}")  # noqa: S311 - a campaign must come out the same twice
    policy = rng.choice(_POLICIES)
    tasks = tuple(_task(number, rng, policy) for number in range(rng.randint(1, 4)))
    return dataclasses.replace(fixed, app=_app_file(fixed.app, tasks), program=Program(tasks, policy))


@lru_cache(maxsize=1)
def _fixed() -> Subject:
    search = SearchPath.standard()
    app = load_app(FIXED, search).on_virtual_phone()
    assert app.virtual.program is not None
    return Subject(app, app.virtual.program, load_profile(PHONE, search))


def _task(number: int, rng: random.Random, policy: ExistingPeriodicWorkPolicy) -> TaskSpec:
    periodic = rng.random() < 0.75  # noqa: PLR2004 - most background tasks repeat
    name = f"{PACKAGE}.task{number}"
    return TaskSpec(
        id=name,
        title=f"task-{number}",
        interval_ns=rng.choice(_INTERVALS) if periodic else None,
        unique_names=(UniqueName(name, periodic, _EXISTING[policy] if periodic else ExistingWork.REPLACE),),
        network=rng.choice(tuple(Network)),
        backoff=Backoff(rng.choice(_BACKOFFS), rng.random() < 0.7),  # noqa: PLR2004 - exponential is the default
        initial_delay_ns=rng.choice(_DELAYS),
        worker_class=WORKER_CLASS,
        starts_within_ns=_STARTS_WITHIN,
        constraints=rng.choice(_CONSTRAINTS),
        flex_ns=rng.choice(_FLEXES) if periodic else None,
    )


def _app_file(base: AppFile, tasks: tuple[TaskSpec, ...]) -> AppFile:
    spec = AppSpec(
        name=GENERATED,
        package=PACKAGE,
        tasks=tasks,
        norms=base.spec.norms,
        evidence=base.spec.evidence,
        work_manager_version=base.spec.work_manager_version,
        activity=f"{PACKAGE}.MainActivity",
        hook_receiver=f"{PACKAGE}.BackgroundTaskHook",
    )
    control = Control(
        hook_receiver=spec.hook_receiver,
        states={task.title: State(name=state_of(task), on=ON, off="") for task in tasks},
        endpoints={task.id: task.id for task in tasks},
        when_scheduled={task.id: (task.title,) for task in tasks},
        retries=tuple(task.id for task in tasks),
    )
    changed = dataclasses.replace(base, spec=spec, activity=spec.activity, control=control, virtual=VirtualApp())
    return dataclasses.replace(changed, ignore_tags=())
