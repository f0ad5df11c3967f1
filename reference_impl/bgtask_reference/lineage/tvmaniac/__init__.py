"""TvManiac's background tasks (thomaskioko/tv-maniac, up to d81865cff, 2026-08-22) as programs for a virtual phone.

`g0`, `g1a`, `g1b`, `u1` to `u6` are its generations as published; `docs/seed-system.md` has their commits, what each
models and what is inferred. `g1b_late` is G1b with one thing changed: its initializers run after
`Application.onCreate`, as those of later generations do. `fixed` is u6 with these findings repaired:

1. `scheduleAndExecute` on a new install made two runs at once, the first period's and `_immediate`'s: the periodic work
   is now enqueued with an initial delay of one interval.
2. `UPDATE` on each process start cancelled the system's job, also one that was just starting, and left a FAILED row as
   it was for ever: an unchanged request is now enqueued with `KEEP`, which leaves live work alone and replaces dead.
3. `cancelAll` cancelled every WorkManager job of the app, foreign ones too: it now cancels this app's task names.
4. Every process start, a cold start by JobScheduler too, executed token refresh and notifications once more: they are
   now executed when they become wanted (stored across processes), otherwise only scheduled.
5. Runs of one task under its two unique names could overlap on one worker instance: they now take turns.
6. `TokenRefreshWorker` let exceptions escape: they are now a failure with a message.
7. `LibrarySyncWorker` turned its own cancellation into `Retry`: it is now rethrown.
8. Of two workers with one name the last won silently: the app now refuses to start.
9. `LibrarySyncWorker` answered a lost network with `Failure`, losing half a day: it now asks for a retry.
"""

from __future__ import annotations

from bgtask_reference.lineage.tvmaniac import g1
from bgtask_reference.lineage.tvmaniac import generations
from bgtask_reference.lineage.tvmaniac import repairs
from bgtask_reference.lineage.tvmaniac.application import TvManiac
from bgtask_reference.lineage.tvmaniac.g0 import TvManiacG0
from bgtask_reference.lineage.tvmaniac.g1 import TvManiacG1
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.requests import U6 as REQUESTS
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.work_manager import WorkManagerPort

_LATE_NS = 100_000_000
"""When `g1b_late` has run its initializers: after a job that started the process has started its worker."""


def g0(app: AppPort, work_manager: WorkManagerPort) -> TvManiacG0:
    """A class for each task."""
    return TvManiacG0(app, work_manager)


def g1a(app: AppPort, work_manager: WorkManagerPort) -> TvManiacG1:
    """The registry, with two tasks."""
    return TvManiacG1(app, work_manager, (g1.TOKEN_REFRESH, g1.LIBRARY_SYNC))


def g1b(app: AppPort, work_manager: WorkManagerPort) -> TvManiacG1:
    """The registry, with three tasks."""
    return TvManiacG1(app, work_manager, (g1.TOKEN_REFRESH, g1.LIBRARY_SYNC, g1.EPISODE_NOTIFICATIONS))


def g1b_late(app: AppPort, work_manager: WorkManagerPort) -> TvManiacG1:
    """What G1b would do with initializers that run after `onCreate`: a job can come before its worker is registered."""
    return TvManiacG1(app, work_manager, (g1.TOKEN_REFRESH, g1.LIBRARY_SYNC, g1.EPISODE_NOTIFICATIONS), _LATE_NS)


def u1(app: AppPort, work_manager: WorkManagerPort) -> TvManiac:
    """The blog's code."""
    return generations.assemble(generations.U1, app, work_manager)


def u2(app: AppPort, work_manager: WorkManagerPort) -> TvManiac:
    """New log lines."""
    return generations.assemble(generations.U2, app, work_manager)


def u3(app: AppPort, work_manager: WorkManagerPort) -> TvManiac:
    """Token refresh each five hours."""
    return generations.assemble(generations.U3, app, work_manager)


def u4(app: AppPort, work_manager: WorkManagerPort) -> TvManiac:
    """What a worker throws is caught."""
    return generations.assemble(generations.U4, app, work_manager)


def u5(app: AppPort, work_manager: WorkManagerPort) -> TvManiac:
    """Without `scheduleAndExecute`."""
    return generations.assemble(generations.U5, app, work_manager)


def u6(app: AppPort, work_manager: WorkManagerPort) -> TvManiac:
    """As published last."""
    return generations.assemble(generations.U6, app, work_manager)


def fixed(app: AppPort, work_manager: WorkManagerPort) -> TvManiac:
    """TvManiac with the findings above repaired: what healthy means."""
    logger = KermitLogger(app)
    factory = repairs.StrictWorkerFactory(repairs.workers(app, logger), logger)
    scheduler = repairs.TidyTaskScheduler(app, work_manager, logger)
    dispatcher = repairs.OneAtATimeDispatcher(app, factory, logger)
    initializers = repairs.SteadyInitializers(app, scheduler, logger, REQUESTS)
    hook = generations.hook_of(generations.U6, app, scheduler, dispatcher.dispatch_by_hook)
    return TvManiac(scheduler, dispatcher, initializers, hook)
