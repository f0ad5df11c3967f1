"""TvManiac's background tasks (thomaskioko/tv-maniac at d81865cff, 2026-08-22) as programs for a virtual phone.

`u6` is faithful to what is published; `fixed` is u6 with these findings repaired:

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

Cited facts, commits and what is not modelled: `docs/seed-system.md`.
"""

from __future__ import annotations

from bgtask_reference.lineage.tvmaniac import repairs
from bgtask_reference.lineage.tvmaniac.application import TvManiac
from bgtask_reference.lineage.tvmaniac.dispatch import Dispatcher
from bgtask_reference.lineage.tvmaniac.factory import DefaultWorkerFactory
from bgtask_reference.lineage.tvmaniac.initializers import Initializers
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.lineage.tvmaniac.scheduler import AndroidTaskScheduler
from bgtask_reference.lineage.tvmaniac.workers import EpisodeNotificationWorker
from bgtask_reference.lineage.tvmaniac.workers import LibrarySyncWorker
from bgtask_reference.lineage.tvmaniac.workers import TokenRefreshWorker
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.work_manager import WorkManagerPort


def u6(app: AppPort, work_manager: WorkManagerPort) -> TvManiac:
    """TvManiac as published."""
    logger = KermitLogger(app)
    worker_types = (TokenRefreshWorker, LibrarySyncWorker, EpisodeNotificationWorker)
    factory = DefaultWorkerFactory([make(app, logger) for make in worker_types], logger)
    scheduler = AndroidTaskScheduler(work_manager, logger)
    return TvManiac(app, scheduler, Dispatcher(app, factory, logger), Initializers(app, scheduler, logger))


def fixed(app: AppPort, work_manager: WorkManagerPort) -> TvManiac:
    """TvManiac with the findings above repaired: what healthy means."""
    logger = KermitLogger(app)
    factory = repairs.StrictWorkerFactory(repairs.workers(app, logger), logger)
    scheduler = repairs.TidyTaskScheduler(app, work_manager, logger)
    dispatcher = repairs.OneAtATimeDispatcher(app, factory, logger)
    return TvManiac(app, scheduler, dispatcher, repairs.SteadyInitializers(app, scheduler, logger))
