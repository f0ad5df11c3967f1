"""`DefaultWorkerFactory` (DWF:16-24): workers by name, one instance for every run."""

from __future__ import annotations

from collections.abc import Sequence

from bgtask_reference.contract import BackgroundWorker
from bgtask_reference.lineage.tvmaniac.logger import KermitLogger

_TAG = "DefaultWorkerFactory"


class DefaultWorkerFactory:
    """Of two workers with the same name the last one wins, silently. Without a logger (U1 to U3) it says nothing."""

    def __init__(self, workers: Sequence[BackgroundWorker], logger: KermitLogger | None) -> None:
        self._workers = {worker.worker_name: worker for worker in workers}
        if logger is not None:
            logger.d(_TAG, f"Registered workers: [{', '.join(self._workers)}]")

    @property
    def worker_names(self) -> tuple[str, ...]:
        return tuple(self._workers)

    def create_worker(self, name: str) -> BackgroundWorker | None:
        return self._workers.get(name)
