"""Unique work: what each policy does to the rows of a name (`EnqueueRunnable`, `WorkerUpdater`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bgtask_harness.virtual.workmanager.database import NOT_SCHEDULED
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_harness.virtual.workmanager.database import WorkState
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import WorkRequest

if TYPE_CHECKING:
    from bgtask_harness.virtual.workmanager.library import WorkManager

_APPENDING = (ExistingWorkPolicy.APPEND, ExistingWorkPolicy.APPEND_OR_REPLACE)


@dataclass(frozen=True, slots=True)
class _Prerequisites:
    """What a new row is put behind, and the state that it is therefore in."""

    ids: tuple[str, ...] = ()
    state: WorkState = WorkState.ENQUEUED


def enqueue_unique(manager: WorkManager, name: str, policy: ExistingWorkPolicy, request: WorkRequest) -> None:
    """Apply the policy to the rows of that name, add the new row unless it was kept, and schedule."""
    prerequisites = _apply(manager, name, policy)
    if prerequisites is None:
        return
    insert(manager, request, (name,), prerequisites)
    manager.schedule_all()


def insert(
    manager: WorkManager, request: WorkRequest, names: tuple[str, ...], after: _Prerequisites | None = None
) -> None:
    """Add a row."""
    behind = after or _Prerequisites()
    now = manager.now_ms()
    work = Work(manager.database.new_id(), request, names, behind.state, now, prerequisites=behind.ids)
    manager.database.insert(work)


def update_periodic(manager: WorkManager, name: str, request: WorkRequest) -> None:
    """`ExistingPeriodicWorkPolicy.UPDATE`: change the row and keep its state, tries, period and enqueue time.

    A row that FAILED is left as it is, silently (`UpdateResult.NOT_APPLIED`); so is one-time work of the same name.
    """
    rows = manager.database.named(name)
    if not rows:
        enqueue_unique(manager, name, ExistingWorkPolicy.KEEP, request)
        return
    work = rows[0]
    if len(rows) > 1 or not work.periodic:
        return
    if work.state is WorkState.CANCELLED:
        manager.database.delete(work)
        enqueue_unique(manager, name, ExistingWorkPolicy.KEEP, request)
    elif not work.state.finished:
        _update(manager, work, request)


def _update(manager: WorkManager, work: Work, request: WorkRequest) -> None:
    executing = manager.processor.is_enqueued(work.id)
    if not executing:
        manager.cancel_in_schedulers(work.id)
    work.request = request
    work.generation += 1
    if not executing:
        work.schedule_requested_ms = NOT_SCHEDULED
        manager.schedule_all()


def _apply(manager: WorkManager, name: str, policy: ExistingWorkPolicy) -> _Prerequisites | None:
    rows = manager.database.named(name)
    if not rows:
        return _Prerequisites()
    if policy in _APPENDING:
        return _append(manager, rows, policy)
    if policy is ExistingWorkPolicy.KEEP and any(_alive(work) for work in rows):
        return None
    _replace(manager, rows)
    return _Prerequisites()


def _alive(work: Work) -> bool:
    return work.state in {WorkState.ENQUEUED, WorkState.RUNNING}


def _replace(manager: WorkManager, rows: list[Work]) -> None:
    for work in rows:
        if not work.state.finished:
            manager.on_cancel(work)
    for work in rows:
        manager.database.delete(work)


def _append(manager: WorkManager, rows: list[Work], policy: ExistingWorkPolicy) -> _Prerequisites:
    leaves = [work for work in rows if not manager.database.dependents(work)]
    states = {work.state for work in leaves}
    broken = states & {WorkState.FAILED, WorkState.CANCELLED}
    if broken and policy is ExistingWorkPolicy.APPEND_OR_REPLACE:
        for work in rows:
            manager.database.delete(work)
        return _Prerequisites()
    return _Prerequisites(tuple(work.id for work in leaves), _state_behind(states))


def _state_behind(states: set[WorkState]) -> WorkState:
    if WorkState.FAILED in states:
        return WorkState.FAILED
    if WorkState.CANCELLED in states:
        return WorkState.CANCELLED
    return WorkState.ENQUEUED if states == {WorkState.SUCCEEDED} else WorkState.BLOCKED
