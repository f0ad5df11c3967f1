"""Faults of retries: spacing, counting, and what becomes of a try that asked for another."""

from __future__ import annotations

from typing import Any

from bgtask_harness.virtual.layers import Layers
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_reference.ports.work_manager import BackoffPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult

_A_MONTH_MS = 30 * 86_400_000


def backoff_ignored(layers: Layers) -> Layers:
    """A retry comes at once (MU13)."""

    class Impatient(layers.work_manager):  # type: ignore[name-defined,misc]
        def backoff_delay_ms(self, work: Work) -> int:
            del work
            return 0

    return layers.replace(work_manager=Impatient)


def backoff_linear(layers: Layers) -> Layers:
    """Each pause is only one step longer, though it was to double (MU13)."""

    class Linear(layers.work_manager):  # type: ignore[name-defined,misc]
        def backoff_delay_ms(self, work: Work) -> int:
            if work.request.backoff_policy is BackoffPolicy.LINEAR:
                return int(super().backoff_delay_ms(work))
            return work.request.backoff_delay_ms * work.run_attempt_count

    return layers.replace(work_manager=Linear)


def backoff_one_step_short(layers: Layers) -> Layers:
    """The exponent, or the factor, is one too small (MU13)."""

    class Short(layers.work_manager):  # type: ignore[name-defined,misc]
        def backoff_delay_ms(self, work: Work) -> int:
            whole, first = int(super().backoff_delay_ms(work)), work.request.backoff_delay_ms
            return whole // 2 if work.request.backoff_policy is BackoffPolicy.EXPONENTIAL else whole - first

    return layers.replace(work_manager=Short)


def backoff_never_ends(layers: Layers) -> Layers:
    """A pause without a cap: after a retry nothing comes for days (MU13)."""

    class Endless(layers.work_manager):  # type: ignore[name-defined,misc]
        def backoff_delay_ms(self, work: Work) -> int:
            return int(super().backoff_delay_ms(work)) * 10_000

    return layers.replace(work_manager=Endless)


def attempts_reset(layers: Layers) -> Layers:
    """Every retry counts as the first attempt (MU13)."""

    class Forgetful(layers.work_manager):  # type: ignore[name-defined,misc]
        def enqueue_again(self, work: Work) -> None:
            super().enqueue_again(work)
            work.run_attempt_count = min(work.run_attempt_count, 1)

        def parameters(self, work: Work) -> Any:
            made = super().parameters(work)
            return type(made)(made.work_id, made.input_data, made.tags, 0)

    return layers.replace(work_manager=Forgetful)


def attempts_counted_twice(layers: Layers) -> Layers:
    """A retry costs two attempts (MU13)."""

    class Double(layers.work_manager):  # type: ignore[name-defined,misc]
        def enqueue_again(self, work: Work) -> None:
            super().enqueue_again(work)
            work.run_attempt_count += 1

    return layers.replace(work_manager=Double)


def attempts_kept_after_success(layers: Layers) -> Layers:
    """The counter is not set back when a period ends well (MU13)."""

    class Keeping(layers.work_manager):  # type: ignore[name-defined,misc]
        def parameters(self, work: Work) -> Any:
            made = super().parameters(work)
            return type(made)(made.work_id, made.input_data, made.tags, made.run_attempt_count + work.period_count)

    return layers.replace(work_manager=Keeping)


def _taken_for(layers: Layers, other: ListenableWorkerResult) -> Layers:
    class Deaf(layers.work_manager):  # type: ignore[name-defined,misc]
        def on_result(self, work: Work, result: ListenableWorkerResult) -> bool:
            return bool(super().on_result(work, other if result is ListenableWorkerResult.RETRY else result))

    return layers.replace(work_manager=Deaf)


def retry_taken_for_success(layers: Layers) -> Layers:
    """What wanted another try is done (MU14)."""
    return _taken_for(layers, ListenableWorkerResult.SUCCESS)


def retry_ends_it(layers: Layers) -> Layers:
    """What wanted another try has failed for good (MU14)."""

    class Final(layers.work_manager):  # type: ignore[name-defined,misc]
        def on_result(self, work: Work, result: ListenableWorkerResult) -> bool:
            if result is not ListenableWorkerResult.RETRY:
                return bool(super().on_result(work, result))
            self.fail(work)
            return False

    return layers.replace(work_manager=Final)


def retry_waits_for_the_next_period(layers: Layers) -> Layers:
    """What wanted another try waits for a whole interval (MU14)."""

    class Patient(layers.work_manager):  # type: ignore[name-defined,misc]
        def on_result(self, work: Work, result: ListenableWorkerResult) -> bool:
            if result is not ListenableWorkerResult.RETRY or not work.periodic:
                return bool(super().on_result(work, result))
            self.re_arm(work)
            return False

    return layers.replace(work_manager=Patient)


def retry_parked(layers: Layers) -> Layers:
    """What wanted another try waits until somebody opens the app (MU11)."""

    class Parking(layers.work_manager):  # type: ignore[name-defined,misc]
        def on_result(self, work: Work, result: ListenableWorkerResult) -> bool:
            if result is ListenableWorkerResult.RETRY:
                parked.add(work.id)
            return bool(super().on_result(work, result))

        def reconcile(self) -> bool:
            parked.clear()
            return bool(super().reconcile())

        def next_run_ms(self, work: Work) -> int:
            waits = work.backed_off and work.id in parked
            return work.last_enqueue_ms + _A_MONTH_MS if waits else int(super().next_run_ms(work))

    parked: set[str] = set()
    return layers.replace(work_manager=Parking)
