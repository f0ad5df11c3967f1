"""Faults of a single run: begun twice, never ended, ended twice, deaf to being stopped, given the wrong work."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping
from typing import Any

from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.jobstatus import Override
from bgtask_harness.virtual.layers import Layers
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_reference.lineage import tvmaniac
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.work_manager import AndroidApplication
from bgtask_reference.ports.work_manager import ListenableWorker
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkerParameters
from bgtask_reference.ports.work_manager import WorkManagerPort

_MINUTE_NS = 60_000_000_000


def overlaps_itself(layers: Layers) -> Layers:
    """One request runs the worker's body twice at a time (MU21)."""

    class Twice(_App):
        def create_worker(self, class_name: str, parameters: WorkerParameters) -> ListenableWorker | None:
            worker, other = (self.inner.create_worker(class_name, parameters) for _ in range(2))
            return None if worker is None or other is None else _Both(worker, other, self.port)

    return _apps(layers, Twice)


def hangs(layers: Layers) -> Layers:
    """The worker never returns; it does hear that it is stopped (MU22)."""
    return _ports(layers, _NoAnswer)


def hangs_and_is_deaf(layers: Layers) -> Layers:
    """The worker never returns and does not hear that it is stopped (MU22)."""
    return deaf_to_stops(hangs(layers))


def runs_past_the_limit(layers: Layers) -> Layers:
    """The worker takes an hour and the system lets it (MU26)."""

    class Patient(layers.job_scheduler):  # type: ignore[name-defined,misc]
        def longest_ms(self, job: JobStatus) -> int:
            del job
            return 86_400_000

    return _ports(layers.replace(job_scheduler=Patient), _AnHour)


def ends_twice(layers: Layers) -> Layers:
    """The app tells the end of each run twice (MU23)."""
    return _ports(layers, _TellsEndTwice)


def deaf_to_stops(layers: Layers) -> Layers:
    """A worker does not hear that its run was stopped or cancelled and works on (MU24)."""

    class Placebo(layers.work_manager):  # type: ignore[name-defined,misc]
        def tells_of_stop(self, work: Work, reason: int) -> bool:
            del work, reason
            return False

    return layers.replace(work_manager=Placebo)


def result_lost(layers: Layers) -> Layers:
    """The worker ends and nobody takes its result: the row stays RUNNING (MU22)."""

    class Leaky(layers.work_manager):  # type: ignore[name-defined,misc]
        def on_result(self, work: Work, result: ListenableWorkerResult) -> bool:
            if work.names and work.periodic:
                return False
            return bool(super().on_result(work, result))

    return layers.replace(work_manager=Leaky)


def delivered_twice(layers: Layers) -> Layers:
    """A period's work runs once more right after it has ended well (MU20)."""

    class Again(layers.work_manager):  # type: ignore[name-defined,misc]
        def next_run_ms(self, work: Work) -> int:
            odd = work.periodic and not work.backed_off and work.period_count % 2 == 1
            return work.last_enqueue_ms + 2000 if odd else int(super().next_run_ms(work))

    return layers.replace(work_manager=Again)


def worker_not_found(layers: Layers) -> Layers:
    """The app does not know the class that it enqueued (MU27)."""
    return _apps(layers, _NoWorker)


def worker_of_another_task(layers: Layers) -> Layers:
    """What was enqueued for one task runs another one's worker (MU27)."""

    class Swapped(layers.work_manager):  # type: ignore[name-defined,misc]
        def parameters(self, work: Work) -> WorkerParameters:
            made: WorkerParameters = super().parameters(work)
            others = [row for row in self.database.rows.values() if row.names and row is not work]
            if not work.names or not others:
                return made
            return dataclasses.replace(made, input_data=dict(others[0].request.input_data))

    return layers.replace(work_manager=Swapped)


def input_lost(layers: Layers) -> Layers:
    """The worker gets no input (MU28)."""
    return _inputless(layers, lambda _work: True)


def input_lost_on_retry(layers: Layers) -> Layers:
    """The worker gets its input only at the first attempt (MU28)."""
    return _inputless(layers, lambda work: work.run_attempt_count > 0)


def input_lost_after_first_period(layers: Layers) -> Layers:
    """The worker gets its input only in the first period (MU28)."""
    return _inputless(layers, lambda work: work.period_count > 0)


def _inputless(layers: Layers, when: Callable[[Work], bool]) -> Layers:
    class Empty(layers.work_manager):  # type: ignore[name-defined,misc]
        def parameters(self, work: Work) -> WorkerParameters:
            made: WorkerParameters = super().parameters(work)
            return dataclasses.replace(made, input_data={}) if when(work) else made

    return layers.replace(work_manager=Empty)


def tvmaniac_as_published(layers: Layers) -> Layers:
    """TvManiac's U6: two runs of one task at once, and all that its repairs repair (MU21)."""
    return layers.replace(program=tvmaniac.u6)


def force_does_nothing(layers: Layers) -> Layers:
    """`cmd jobscheduler run` says that it runs the job, and nothing runs (F1)."""

    class Idle(layers.job_scheduler):  # type: ignore[name-defined,misc]
        def run_ready(self) -> None:
            """Say that it runs, and leave everything where it was."""
            for job in self.jobs():
                job.override = Override.NONE

    return layers.replace(job_scheduler=Idle)


# --- around an app and its port -----------------------------------------------------------------------------------


class _Both:
    """Two workers that run at a time. Implements `ListenableWorker`."""

    def __init__(self, worker: ListenableWorker, other: ListenableWorker, app: AppPort) -> None:
        self._worker, self._other, self._app = worker, other, app

    async def do_work(self) -> ListenableWorkerResult:
        self._app.spawn(_quietly(self._other), "again")
        return await self._worker.do_work()


async def _quietly(worker: ListenableWorker) -> None:
    try:
        await worker.do_work()
    except Cancelled:
        return


class _App:
    """An app around another one. Implements `AndroidApplication`."""

    def __init__(self, inner: AndroidApplication, port: AppPort) -> None:
        self.inner, self.port = inner, port

    def on_create(self) -> None:
        self.inner.on_create()

    def create_worker(self, class_name: str, parameters: WorkerParameters) -> ListenableWorker | None:
        return self.inner.create_worker(class_name, parameters)

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        return self.inner.on_hook(command, arguments)


class _NoWorker(_App):
    def create_worker(self, class_name: str, parameters: WorkerParameters) -> ListenableWorker | None:
        del class_name, parameters
        return None


class _Port:
    """An `AppPort` around another one."""

    def __init__(self, inner: AppPort) -> None:
        self._inner = inner

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class _NoAnswer(_Port):
    async def request(self, endpoint: str) -> str:
        del endpoint
        while True:
            await self._inner.sleep(60 * _MINUTE_NS)


class _AnHour(_Port):
    async def request(self, endpoint: str) -> str:
        await self._inner.sleep(60 * _MINUTE_NS)
        return await self._inner.request(endpoint)


class _TellsEndTwice(_Port):
    def beacon(self, event: str, fields: Mapping[str, str | int | None]) -> None:
        for _ in range(2 if event == "end" else 1):
            self._inner.beacon(event, fields)


def _apps(layers: Layers, around: Callable[[AndroidApplication, AppPort], AndroidApplication]) -> Layers:
    inner = layers.program

    def program(app: AppPort, work_manager: WorkManagerPort) -> AndroidApplication:
        return around(inner(app, work_manager), app)

    return layers.replace(program=program)


def _ports(layers: Layers, around: Callable[[AppPort], Any]) -> Layers:
    inner = layers.program

    def program(app: AppPort, work_manager: WorkManagerPort) -> AndroidApplication:
        return inner(around(app), work_manager)

    return layers.replace(program=program)
