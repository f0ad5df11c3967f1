"""Workers as the contract wants them: a result for everything that can happen, cancellation passed on, nothing kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.contract import Failure
from bgtask_reference.contract import Retry
from bgtask_reference.contract import Success
from bgtask_reference.contract import WorkerResult
from bgtask_reference.ports.app import AppPort
from bgtask_reference.ports.app import Cancelled
from bgtask_reference.ports.app import NetworkError


@dataclass(frozen=True, slots=True)
class EndpointWorker:
    """Calls one endpoint of the app's server when there is something to do.

    Attributes:
        app: The process it runs in.
        worker_name: Its task.
        endpoint: What it calls.
        is_needed: Says whether there is anything to do; without need the work is done.

    """

    app: AppPort
    worker_name: str
    endpoint: str
    is_needed: Callable[[AppPort], bool]

    async def do_work(self) -> WorkerResult:
        """Success when done or not needed, retry without a network, failure for anything else."""
        if not self.is_needed(self.app):
            return Success()
        try:
            status = await self.app.request(self.endpoint)
        except Cancelled:
            raise
        except NetworkError as error:
            return Retry(str(error))
        except Exception as error:  # noqa: BLE001 - the boundary: whatever escaped would end the work for good
            return Failure(str(error))
        return Success() if status == "ok" else Failure(status)


@dataclass(frozen=True, slots=True)
class Workers:
    """`WorkerFactory` over some workers. Two of one name are a mistake in the app, and are told at once.

    Raises:
        ValueError: Two workers have one name.

    """

    workers: tuple[BackgroundWorker, ...]

    def __post_init__(self) -> None:
        names = [worker.worker_name for worker in self.workers]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"two workers are called {', '.join(twice)}")

    @property
    def worker_names(self) -> tuple[str, ...]:
        """Every name, in the order given."""
        return tuple(worker.worker_name for worker in self.workers)

    def create_worker(self, name: str) -> BackgroundWorker | None:
        """Give the worker of that name, None for an unknown one."""
        return next((worker for worker in self.workers if worker.worker_name == name), None)
