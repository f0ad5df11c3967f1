"""Faults of what the scenarios of conditions, requests and results are about; each replaces one layer."""

from __future__ import annotations

import dataclasses
from typing import Any

from bgtask_reference.ports.work_manager import Constraints
from bgtask_reference.ports.work_manager import ExistingPeriodicWorkPolicy
from bgtask_reference.ports.work_manager import ListenableWorkerResult
from bgtask_reference.ports.work_manager import NetworkType


def constraints_dropped(layers: Any) -> Any:
    class Dropping(layers.work_manager):
        def normalise(self, request: Any) -> Any:
            return dataclasses.replace(super().normalise(request), constraints=Constraints())

    return layers.replace(work_manager=Dropping)


def goes_on_whatever_is_lost(layers: Any) -> Any:
    class Going(layers.work_manager):
        def unmet(self, work: Any) -> Any:
            return None if self.processor.is_enqueued(work.id) else super().unmet(work)

    class Lenient(layers.job_scheduler):
        def must_stop(self, job: Any) -> bool:
            return False

    return layers.replace(work_manager=Going, job_scheduler=Lenient)


def any_network_will_do(layers: Any) -> Any:
    class Careless(layers.work_manager):
        def normalise(self, request: Any) -> Any:
            sound = super().normalise(request)
            network = dataclasses.replace(sound.constraints, required_network_type=NetworkType.CONNECTED)
            return dataclasses.replace(sound, constraints=network)

    return layers.replace(work_manager=Careless)


def keeps_nothing(layers: Any) -> Any:
    class Restless(layers.work_manager):
        def enqueue_unique_periodic_work(self, name: str, policy: Any, request: Any) -> None:
            anew = ExistingPeriodicWorkPolicy.CANCEL_AND_REENQUEUE
            super().enqueue_unique_periodic_work(name, anew, request)

    return layers.replace(work_manager=Restless)


def failure_is_a_retry(layers: Any) -> Any:
    class Hopeful(layers.work_manager):
        def on_result(self, work: Any, result: Any) -> bool:
            again = super().on_result(work, result)
            if result is ListenableWorkerResult.FAILURE:
                self.enqueue_again(work)
                return True
            return bool(again)

    return layers.replace(work_manager=Hopeful)


def cancelling_one_cancels_all(layers: Any) -> Any:
    class Thorough(layers.work_manager):
        def cancel_unique_work(self, name: str) -> None:
            self.cancel_all_work()

    return layers.replace(work_manager=Thorough)


def flex_is_forgotten(layers: Any) -> Any:
    class Early(layers.work_manager):
        def next_run_ms(self, work: Any) -> int:
            return int(super().next_run_ms(work)) if work.period_count or work.backed_off else work.last_enqueue_ms

    return layers.replace(work_manager=Early)
