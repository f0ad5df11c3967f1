"""Faults of what a later process finds: jobs that are gone, work of an older version, requests that came to nothing."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from typing import Any

from bgtask_harness.virtual.layers import Layers
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import WorkRequest


def jobs_lost_when_killed(layers: Layers) -> Layers:
    """The system drops the jobs of an app whose process was killed, and nobody looks for them (MU29)."""

    class Losing(layers.work_manager):  # type: ignore[name-defined,misc]
        def reconcile(self) -> bool:
            if self.host.why == "job":
                return bool(super().reconcile())
            self.system_jobs.cancel_all()
            return False

    return layers.replace(work_manager=Losing)


def worker_renamed_by_update(layers: Layers) -> Layers:
    """From its second process on the app is a newer version, which has no worker of the stored class (MU31)."""

    def renamed(work: Work) -> None:
        work.request = dataclasses.replace(work.request, worker_class=f"{work.request.worker_class}V1")

    return _updated(layers, renamed)


def old_version_goes_on(layers: Layers) -> Layers:
    """From its second process on the app is a newer version with other unique names; the old work goes on (MU31)."""

    def forgotten(work: Work) -> None:
        work.names = tuple(f"{name}.v1" for name in work.names)

    return _updated(layers, forgotten)


def _updated(layers: Layers, change: Callable[[Work], None]) -> Layers:
    processes = itertools.count(1)

    class Updated(layers.work_manager):  # type: ignore[name-defined,misc]
        def reconcile(self) -> bool:
            rows = [work for work in self.database.unfinished() if work.names]
            if rows and next(processes) == 1:
                for work in rows:
                    change(work)
            return bool(super().reconcile())

    return layers.replace(work_manager=Updated)


def request_swallowed(layers: Layers) -> Layers:
    """Asking for one-time work throws, and the app catches it and goes on (MU37)."""

    class Throwing(layers.work_manager):  # type: ignore[name-defined,misc]
        def enqueue_unique_work(self, name: str, policy: ExistingWorkPolicy, request: WorkRequest) -> None:
            """Nothing comes of it."""

    return layers.replace(work_manager=Throwing)


def append_poisoned(layers: Layers) -> Layers:
    """REPLACE does what APPEND does: after one failure all that is asked for under that name has failed (MU12)."""

    class Appending(layers.work_manager):  # type: ignore[name-defined,misc]
        def enqueue_unique_work(self, name: str, policy: ExistingWorkPolicy, request: WorkRequest) -> None:
            acted = ExistingWorkPolicy.APPEND if policy is ExistingWorkPolicy.REPLACE else policy
            super().enqueue_unique_work(name, acted, request)

    return layers.replace(work_manager=Appending)


def lists_waiting_work_as_failed(layers: Layers) -> Layers:
    """WorkManager's own list tells of work that waits that it has failed (MU40)."""

    class Lying(layers.work_manager):  # type: ignore[name-defined,misc]
        log: Any

        def __init__(self, *parts: Any) -> None:
            super().__init__(*parts)
            self.log = _LyingLogger(self.log)

    return layers.replace(work_manager=Lying)


class _LyingLogger:
    """A `Logger` around another one."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def i(self, tag: str, text: str, *more: Any) -> None:
        """Log at INFO."""
        told = text.replace("\t ENQUEUED\t", "\t FAILED\t") if tag == "DiagnosticsWrkr" else text
        self._inner.i(tag, told, *more)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)
