"""`IosTaskScheduler`, U1 to U6 (ITS at d81865cff; U1's @eb0d24c63; U2's and U3's @a83fa20c0).

What a generation does otherwise is data (`Ways`); what `fixed` does otherwise overrides the small methods.
"""

from __future__ import annotations

from dataclasses import dataclass

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.contract import PeriodicTaskRequest
from bgtask_reference.contract import Success
from bgtask_reference.contract import WorkerFactory
from bgtask_reference.contract import WorkerResult
from bgtask_reference.lineage.tvmaniac.ios.foundation import described
from bgtask_reference.lineage.tvmaniac.ios.immediate import ImmediateRuns
from bgtask_reference.lineage.tvmaniac.ios.immediate import WorkerRuns
from bgtask_reference.lineage.tvmaniac.ios.window import Window
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosAppPort
from bgtask_reference.ports.background_tasks import NSError
from bgtask_reference.ports.background_tasks import RequestKind

TAG = "IosTaskScheduler"
INITIAL_DELAY_MS = 300_000


@dataclass(frozen=True, slots=True)
class Ways:
    """What tells one generation's scheduler from another's.

    Attributes:
        eager: It registers every worker's name when it is made (U2); before, each when it is first asked for.
        names_eager: The line about that lists the names (U4).
        by_kind: `longRunning` asks for a processing task (U2); before, everything is an app refresh.
        first_delay: The first request begins after five minutes, not after the interval (U3).
        hears: The error of a refused submit is read, pending requests are dumped and not submitted again (U4).

    """

    eager: bool = True
    names_eager: bool = True
    by_kind: bool = True
    first_delay: bool = True
    hears: bool = True


class IosTaskScheduler:
    """Implements `BackgroundTaskScheduler`."""

    def __init__(
        self, app: IosAppPort, tasks: BGTaskSchedulerPort, workers: WorkerFactory, logger: KermitLogger, ways: Ways
    ) -> None:
        self._app = app
        self._tasks = tasks
        self._workers = workers
        self._logger = logger
        self._ways = ways
        self._active: dict[str, PeriodicTaskRequest] = {}
        self._registered: set[str] = set()
        self.runs = self._make_runs()
        self._immediate = ImmediateRuns(app, self.runs, logger, TAG)
        if ways.eager:
            self._register_all()
        if ways.hears:
            tasks.get_pending(self._dump)

    def schedule_periodic(self, request: PeriodicTaskRequest) -> None:
        self.ensure_registered(request.id)
        self._active[request.id] = request
        self.submit(request, self._first_delay_ms(request))

    def schedule_and_execute(self, request: PeriodicTaskRequest) -> None:
        self.schedule_periodic(request)
        worker = self._workers.create_worker(request.id)
        if worker is None:
            self._logger.e(TAG, f"No worker found for [{request.id}]")
        else:
            self._immediate.begin(worker)

    def cancel(self, task_id: str) -> None:
        self._active.pop(task_id, None)
        self._tasks.cancel(task_id)
        self._logger.d(TAG, f"Cancelled task [{task_id}]")

    def cancel_all(self) -> None:
        """Forget every pending request of the app, foreign ones too."""
        self._active.clear()
        self._tasks.cancel_all()
        self._logger.d(TAG, "Cancelled all tasks")

    def reschedule_background_task(self) -> None:
        if self._ways.hears:
            self._tasks.get_pending(self._resubmit_missing)
            return
        for request in tuple(self._active.values()):
            self.submit(request, self._first_delay_ms(request))
        self._logger.d(TAG, f"Rescheduled {len(self._active)} tasks")

    def ensure_registered(self, task_id: str) -> None:
        """Register once; the answer is not read (ITS:109-125)."""
        if task_id not in self._registered:
            self._tasks.register(task_id, self.handle)
            self._registered.add(task_id)
            self._logger.d(TAG, f"Registered background task [{task_id}]")

    def submit(self, request: PeriodicTaskRequest, delay_ms: int) -> bool:
        """Ask the system, `delay_ms` from now; tell whether it took the request."""
        processing = request.long_running and self._ways.by_kind
        kind = RequestKind.PROCESSING if processing else RequestKind.APP_REFRESH
        earliest = self._app.now_ms() + delay_ms
        network = processing and request.constraints.requires_network
        error = self._tasks.submit(BGTaskRequest(request.id, kind, earliest, requires_network_connectivity=network))
        if error is None or not self._ways.hears:  # `error = null`: U1 to U3 cannot know
            word = f"{kind} task" if self._ways.by_kind else "task"
            self._logger.d(TAG, f"Scheduled {word} [{request.id}] for {described(earliest)}")
        else:
            self._logger.e(TAG, f"Submit failed [{request.id}] type={kind} {self.told(error)}")
        return error is None

    def told(self, error: NSError) -> str:
        """Give what the log says of an error."""
        return f"code={error.code} domain={error.domain} desc={error.description}"

    def handle(self, task: BGTask) -> None:
        """`handleTask`: begin the work, then ask for the next run while it goes on."""
        name = task.identifier
        request = self.known_request(name)
        if self._ways.hears:
            self._logger.d(TAG, f"handleTask fired [{name}] knownRequest={str(request is not None).lower()}")
        worker = self._workers.create_worker(name)
        if worker is None:
            self._logger.e(TAG, f"Received unknown task [{name}]")
            task.set_task_completed(success=False)
            return
        self.execute_within_window(task, worker)
        if request is not None:
            self.submit(request, request.interval_ms)

    def known_request(self, task_id: str) -> PeriodicTaskRequest | None:
        """Give what was asked for under that name in this process."""
        return self._active.get(task_id)

    def execute_within_window(self, task: BGTask, worker: BackgroundWorker) -> None:
        """Expiry completes the task; the worker goes on (ITS:197-245)."""
        window = Window(task)
        self._logger.d(TAG, f"Starting task [{window.identifier}]")

        def expired() -> None:
            self._logger.d(TAG, f"Task [{window.identifier}] expired, cancelling")
            window.complete(success=False)

        task.set_expiration_handler(expired)
        self._app.spawn(self.work(window, worker), f"task {window.identifier}")

    async def work(self, window: Window, worker: BackgroundWorker) -> None:
        """Run the worker and complete the task by its result; a cancelled one leaves it uncompleted."""
        try:
            result = await self.runs.run(worker)
            window.complete(isinstance(result, Success))
            self._logger.d(TAG, f"Task [{window.identifier}] completed with result: {in_kotlin(result)}")
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - published: any other Throwable
            window.complete(success=False)
            self._logger.e(TAG, f"Task [{window.identifier}] failed: {error}")

    def _make_runs(self) -> WorkerRuns:
        return WorkerRuns(self._app)

    def _first_delay_ms(self, request: PeriodicTaskRequest) -> int:
        return INITIAL_DELAY_MS if self._ways.first_delay else request.interval_ms

    def _register_all(self) -> None:
        names = self._workers.worker_names
        for name in names:
            self.ensure_registered(name)
        listed = f": [{', '.join(names)}]" if self._ways.names_eager else ""
        self._logger.d(TAG, f"Eagerly registered {len(names)} background task handlers{listed}")

    def _dump(self, pending: tuple[BGTaskRequest, ...]) -> None:
        for each in pending:
            earliest = "null" if each.earliest_begin_ms is None else described(each.earliest_begin_ms)
            self._logger.d(TAG, f"Pending dump [init]: id={each.identifier} earliest={earliest}")
        if not pending:
            self._logger.d(TAG, "Pending dump [init]: empty")

    def _resubmit_missing(self, pending: tuple[BGTaskRequest, ...]) -> None:
        there = {each.identifier for each in pending}
        active = tuple(self._active.values())
        missing = [request for request in active if request.id not in there]
        for request in active:
            if request.id in there:
                self._logger.d(TAG, f"Already pending, skipping resubmit [{request.id}]")
            else:
                self.submit(request, self._first_delay_ms(request))
        counts = f"pending={len(pending)}, resubmitted={len(missing)}, active={len(active)}"
        self._logger.d(TAG, f"Reschedule complete. {counts}")


def in_kotlin(result: WorkerResult) -> str:
    """Give a result as Kotlin's data class prints itself."""
    if isinstance(result, Success):
        return "Success"
    return f"{type(result).__name__}(message={'null' if result.message is None else result.message})"
