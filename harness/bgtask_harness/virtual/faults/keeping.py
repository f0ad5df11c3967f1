"""Faults of what outlives a run, a process or a boot: re-arming, jobs, rows, cancellation, unique names."""

from __future__ import annotations

from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.layers import Layers
from bgtask_harness.virtual.workmanager.database import NOT_SCHEDULED
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_harness.virtual.workmanager.database import WorkState
from bgtask_harness.virtual.workmanager.enqueue import insert
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ExistingWorkPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import WorkRequest


def rearm_dropped(layers: Layers) -> Layers:
    """Periodic work runs once (MU01)."""

    class OneShot(layers.work_manager):  # type: ignore[name-defined,misc]
        def re_arm(self, work: Work) -> None:
            """Once was enough."""

    return layers.replace(work_manager=OneShot)


def rearm_dropped_after_failure(layers: Layers) -> Layers:
    """A failed run of periodic work is its last (MU01)."""

    class Sulking(layers.work_manager):  # type: ignore[name-defined,misc]
        def on_result(self, work: Work, result: ListenableWorkerResult) -> bool:
            if work.periodic and result is ListenableWorkerResult.FAILURE:
                self.fail(work)
                return False
            return bool(super().on_result(work, result))

    return layers.replace(work_manager=Sulking)


def rearm_dropped_after_cold_start(layers: Layers) -> Layers:
    """A process that the system started for a job does not know what to arm (MU02)."""

    class InMemory(layers.work_manager):  # type: ignore[name-defined,misc]
        def re_arm(self, work: Work) -> None:
            if self.host.why != "job":
                super().re_arm(work)

    return layers.replace(work_manager=InMemory)


def no_job_for_the_next_period(layers: Layers) -> Layers:
    """The row is enqueued, and the system never hears of it (MU32)."""

    class Desynced(layers.work_manager):  # type: ignore[name-defined,misc]
        def hand_over(self, work: Work, job: JobInfo) -> JobInfo | None:
            return None if work.periodic and work.period_count > 0 else job

    return layers.replace(work_manager=Desynced)


def never_a_job(layers: Layers) -> Layers:
    """Nothing is handed to the system: work runs while the process lives (MU32)."""

    class InProcess(layers.work_manager):  # type: ignore[name-defined,misc]
        def hand_over(self, work: Work, job: JobInfo) -> JobInfo | None:
            del work, job
            return None

    return layers.replace(work_manager=InProcess)


def lost_on_reboot(layers: Layers) -> Layers:
    """After a boot nobody looks for jobs that are gone (MU29)."""

    class Trusting(layers.work_manager):  # type: ignore[name-defined,misc]
        def reconcile(self) -> bool:
            return False

    return layers.replace(work_manager=Trusting)


def orphaned_by_death(layers: Layers) -> Layers:
    """A row whose process died stays RUNNING for ever (MU30)."""

    class Orphaning(layers.work_manager):  # type: ignore[name-defined,misc]
        def recover(self, work: Work) -> None:
            """It says that it runs."""

    return layers.replace(work_manager=Orphaning)


def cancel_ignored(layers: Layers) -> Layers:
    """What was cancelled goes on (MU33)."""

    class Deaf(layers.work_manager):  # type: ignore[name-defined,misc]
        def on_cancel(self, work: Work) -> None:
            """Leave it where it is."""

    return layers.replace(work_manager=Deaf)


def cancelled_work_resurrected(layers: Layers) -> Layers:
    """The next process takes cancelled rows for lost ones (MU33)."""

    class Raising(layers.work_manager):  # type: ignore[name-defined,misc]
        def reconcile(self) -> bool:
            dead = [work for work in self.database.rows.values() if work.state is WorkState.CANCELLED]
            for work in dead:
                work.state, work.schedule_requested_ms = WorkState.ENQUEUED, NOT_SCHEDULED
            return bool(super().reconcile()) or bool(dead)

    return layers.replace(work_manager=Raising)


def cancels_foreign_work(layers: Layers) -> Layers:
    """Cancelling one name cancels everything of the app (MU33)."""

    class Sweeping(layers.work_manager):  # type: ignore[name-defined,misc]
        def on_cancel(self, work: Work) -> None:
            for other in [work, *self.database.unfinished()]:
                super().on_cancel(other)

    return layers.replace(work_manager=Sweeping)


def duplicates(layers: Layers) -> Layers:
    """Every request for periodic work adds another row (MU10)."""

    class Piling(layers.work_manager):  # type: ignore[name-defined,misc]
        def enqueue_unique_periodic_work(
            self, name: str, policy: ExistingPeriodicWorkPolicy, request: WorkRequest
        ) -> None:
            del policy
            sound = self.normalise(request)

            def add() -> None:
                insert(self, sound, (name,))
                self.schedule_all()

            self.host.execute(add)

    return layers.replace(work_manager=Piling)


def varying_names(layers: Layers) -> Layers:
    """The unique name holds something that changes, so KEEP finds nothing to keep (MU10)."""

    class Varying(layers.work_manager):  # type: ignore[name-defined,misc]
        def enqueue_unique_periodic_work(
            self, name: str, policy: ExistingPeriodicWorkPolicy, request: WorkRequest
        ) -> None:
            varied = f"{name}#{len(self.database.rows)}"
            super().enqueue_unique_periodic_work(varied, policy, request)

    return layers.replace(work_manager=Varying)


def keep_replaces(layers: Layers) -> Layers:
    """KEEP does what CANCEL_AND_REENQUEUE does (MU09)."""
    return _another_policy(layers, ExistingPeriodicWorkPolicy.KEEP)


def update_resets_the_period(layers: Layers) -> Layers:
    """UPDATE does what CANCEL_AND_REENQUEUE does (MU09)."""
    return _another_policy(layers, ExistingPeriodicWorkPolicy.UPDATE)


def _another_policy(layers: Layers, broken: ExistingPeriodicWorkPolicy) -> Layers:
    class Replacing(layers.work_manager):  # type: ignore[name-defined,misc]
        def enqueue_unique_periodic_work(
            self, name: str, policy: ExistingPeriodicWorkPolicy, request: WorkRequest
        ) -> None:
            acted = ExistingPeriodicWorkPolicy.CANCEL_AND_REENQUEUE if policy is broken else policy
            super().enqueue_unique_periodic_work(name, acted, request)

    return layers.replace(work_manager=Replacing)


def replace_keeps(layers: Layers) -> Layers:
    """REPLACE of one-time work does what KEEP does (MU09)."""

    class Keeping(layers.work_manager):  # type: ignore[name-defined,misc]
        def enqueue_unique_work(self, name: str, policy: ExistingWorkPolicy, request: WorkRequest) -> None:
            acted = ExistingWorkPolicy.KEEP if policy is ExistingWorkPolicy.REPLACE else policy
            super().enqueue_unique_work(name, acted, request)

    return layers.replace(work_manager=Keeping)


def one_time_work_again(layers: Layers) -> Layers:
    """One-time work that has succeeded runs once more (MU20)."""

    class Again(layers.work_manager):  # type: ignore[name-defined,misc]
        def on_result(self, work: Work, result: ListenableWorkerResult) -> bool:
            again = bool(super().on_result(work, result))
            first = work.period_count == 0
            if work.state is WorkState.SUCCEEDED and work.names and not work.periodic and first:
                work.period_count = 1
                work.state, work.schedule_requested_ms = WorkState.ENQUEUED, NOT_SCHEDULED
                work.run_attempt_count, work.last_enqueue_ms = 0, self.now_ms()
            return again

    return layers.replace(work_manager=Again)


def leaks_rows(layers: Layers) -> Layers:
    """Each process start leaves twenty rows behind that wait for a month: no slot is free for others (MU34)."""

    class Leaking(layers.work_manager):  # type: ignore[name-defined,misc]
        def reconcile(self) -> bool:
            some = next(iter(self.database.rows.values()), None)
            if some is not None:
                later = WorkRequest(some.request.worker_class, initial_delay_ms=30 * 86_400_000)
                for _ in range(20):
                    insert(self, later, ())
            return bool(super().reconcile())

    return layers.replace(work_manager=Leaking)
