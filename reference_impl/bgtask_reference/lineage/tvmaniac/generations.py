"""The unified generations, U1 to U6, put together from their parts (`docs/seed-system.md` has their commits)."""

from __future__ import annotations

import functools
from collections.abc import Awaitable
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import replace

from bgtask_reference.contract import BackgroundTaskScheduler
from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.lineage.hook import Commands
from bgtask_reference.lineage.hook import TaskHook
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac import requests
from bgtask_reference.lineage.tvmaniac.application import TvManiac
from bgtask_reference.lineage.tvmaniac.conditions import forget_token
from bgtask_reference.lineage.tvmaniac.conditions import is_logged_in
from bgtask_reference.lineage.tvmaniac.dispatch import BlogDispatcher
from bgtask_reference.lineage.tvmaniac.dispatch import Dispatcher
from bgtask_reference.lineage.tvmaniac.dispatch import UncaughtDispatcher
from bgtask_reference.lineage.tvmaniac.early_workers import EarlyEpisodeNotificationWorker
from bgtask_reference.lineage.tvmaniac.early_workers import EarlyLibrarySyncWorker
from bgtask_reference.lineage.tvmaniac.factory import DefaultWorkerFactory
from bgtask_reference.lineage.tvmaniac.initializers import EarlyInitializers
from bgtask_reference.lineage.tvmaniac.initializers import Initializers
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.scheduler import AndroidTaskScheduler
from bgtask_reference.lineage.tvmaniac.scheduler import BlogTaskScheduler
from bgtask_reference.lineage.tvmaniac.workers import EpisodeNotificationWorker
from bgtask_reference.lineage.tvmaniac.workers import LibrarySyncWorker
from bgtask_reference.lineage.tvmaniac.workers import TokenRefreshWorker
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.work_manager import WorkManagerPort

MakeWorker = Callable[[AppPort, KermitLogger], BackgroundWorker]


@dataclass(frozen=True, slots=True)
class Generation:
    """What tells one unified generation from another. `scheduler` and `dispatcher` are Android's.

    Attributes:
        requests: What it asks for.
        workers: What runs.
        scheduler: Its calls to WorkManager, and their lines.
        dispatcher: How it runs a worker, and the lines of that.
        initializers: When it asks.
        names_its_workers: `DefaultWorkerFactory` logs the names at start.
        executes: Its scheduler has `scheduleAndExecute`.
        switch_executes: The switch of episode notifications executes the task by itself
            (`ToggleEpisodeNotificationsInteractor`).

    """

    requests: requests.Requests
    workers: tuple[MakeWorker, ...]
    scheduler: type[AndroidTaskScheduler] = AndroidTaskScheduler
    dispatcher: type[Dispatcher] = Dispatcher
    initializers: type[Initializers] = EarlyInitializers
    names_its_workers: bool = True
    executes: bool = True
    switch_executes: bool = False


_EARLY_WORKERS = (TokenRefreshWorker, EarlyLibrarySyncWorker, EarlyEpisodeNotificationWorker)

U1 = Generation(
    requests.U1,
    _EARLY_WORKERS,
    scheduler=BlogTaskScheduler,
    dispatcher=BlogDispatcher,
    names_its_workers=False,
    switch_executes=True,
)
U2 = replace(U1, requests=requests.U2, scheduler=AndroidTaskScheduler, dispatcher=UncaughtDispatcher)
U3 = replace(U2, requests=requests.U3)
U4 = replace(U3, requests=requests.U4, dispatcher=Dispatcher, names_its_workers=True, switch_executes=False)
U5 = replace(U4, executes=False)
U6 = Generation(
    requests.U6, (TokenRefreshWorker, LibrarySyncWorker, EpisodeNotificationWorker), initializers=Initializers
)


def assemble(generation: Generation, app: AppPort, work_manager: WorkManagerPort) -> TvManiac:
    """Make a process of that generation."""
    logger = KermitLogger(app)
    workers = [make(app, logger) for make in generation.workers]
    factory = DefaultWorkerFactory(workers, logger if generation.names_its_workers else None)
    scheduler = generation.scheduler(work_manager, logger)
    dispatcher = generation.dispatcher(app, factory, logger)
    initializers = generation.initializers(app, scheduler, logger, generation.requests)
    hook = hook_of(generation, app, scheduler, dispatcher.dispatch_by_hook)
    return TvManiac(scheduler, dispatcher, initializers, hook)


def hook_of(
    generation: Generation, app: AppPort, scheduler: BackgroundTaskScheduler, run: Callable[[str], Awaitable[object]]
) -> TaskHook:
    """Give the debug hook that goes with these parts; `run` runs a task's worker here and now."""
    asked = generation.requests

    async def run_here(task: str) -> None:
        await run(task)

    def switched(setting: str, value: str) -> None:
        on = setting == names.EPISODE_NOTIFICATIONS_ENABLED and value == "true"
        if on and generation.switch_executes and is_logged_in(app):
            scheduler.schedule_and_execute(asked[names.EPISODE_NOTIFICATIONS])

    commands: Commands = {
        "schedule": lambda task: scheduler.schedule_periodic(asked[task]),
        "cancel": scheduler.cancel,
    }
    if generation.executes:
        commands = {**commands, "execute": lambda task: scheduler.schedule_and_execute(asked[task])}
    due = functools.partial(forget_token, app)
    return TaskHook(
        app,
        tuple(asked),
        commands,
        run_here,
        switched=switched,
        server_changed=due,
        cancel_all=scheduler.cancel_all,
    )
