"""The unified generations on iOS, U1 to U6 and `fixed`, put together from their parts."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace

from bgtask_reference.lineage.tvmaniac import generations as shared
from bgtask_reference.lineage.tvmaniac import repairs as shared_repairs
from bgtask_reference.lineage.tvmaniac.factory import DefaultWorkerFactory
from bgtask_reference.lineage.tvmaniac.ios.application import TvManiacIos
from bgtask_reference.lineage.tvmaniac.ios.logger import IosKermitLogger
from bgtask_reference.lineage.tvmaniac.ios.logger import OutspokenLogger
from bgtask_reference.lineage.tvmaniac.ios.repairs import TidyIosTaskScheduler
from bgtask_reference.lineage.tvmaniac.ios.scheduler import IosTaskScheduler
from bgtask_reference.lineage.tvmaniac.ios.scheduler import Ways
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosAppPort


@dataclass(frozen=True, slots=True)
class IosGeneration:
    """A generation's shared half (requests, workers, initializers) and its own scheduler."""

    shared: shared.Generation
    ways: Ways
    scheduler: type[IosTaskScheduler] = IosTaskScheduler
    factory: type[DefaultWorkerFactory] = DefaultWorkerFactory
    logger: type[IosKermitLogger] = IosKermitLogger


_BLOG = Ways(eager=False, names_eager=False, by_kind=False, first_delay=False, hears=False)
_SECOND = replace(_BLOG, eager=True, by_kind=True)

_REPAIRED = replace(
    shared.U6,
    workers=(
        shared_repairs.GuardedTokenRefreshWorker,
        shared_repairs.HonestLibrarySyncWorker,
        shared.U6.workers[-1],
    ),
    initializers=shared_repairs.SteadyInitializers,
)

U1 = IosGeneration(shared.U1, _BLOG)
U2 = IosGeneration(shared.U2, _SECOND)
U3 = IosGeneration(shared.U3, replace(_SECOND, first_delay=True))
U4 = IosGeneration(shared.U4, Ways())
U5 = IosGeneration(shared.U5, Ways())
U6 = IosGeneration(shared.U6, Ways())
FIXED = IosGeneration(_REPAIRED, Ways(), TidyIosTaskScheduler, shared_repairs.StrictWorkerFactory, OutspokenLogger)


def assemble(generation: IosGeneration, app: IosAppPort, tasks: BGTaskSchedulerPort) -> TvManiacIos:
    """Make a process of that generation."""
    logger = generation.logger(app)
    workers = [make(app, logger) for make in generation.shared.workers]
    factory = generation.factory(workers, logger if generation.shared.names_its_workers else None)
    scheduler = generation.scheduler(app, tasks, factory, logger, generation.ways)
    initializers = generation.shared.initializers(app, scheduler, logger, generation.shared.requests)

    async def run(task: str) -> None:
        worker = factory.create_worker(task)
        if worker is not None:
            await scheduler.runs.run_by_hook(worker)

    hook = shared.hook_of(generation.shared, app, scheduler, run)
    return TvManiacIos(scheduler, initializers, hook, logger)
