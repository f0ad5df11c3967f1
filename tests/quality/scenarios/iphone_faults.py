"""Faults of a virtual iPhone, one for what each scenario of iPhones is about; each replaces one layer."""

from __future__ import annotations

import dataclasses
from typing import Any

from bgtask_reference.ports.background_tasks import ErrorCode


def held_back_and_launched(layers: Any) -> Any:
    """Dasd says that something must not proceed, and launches it."""

    class Hasty(layers.dasd):
        def decision(self, activity: Any) -> Any:
            return _Ignored(super().decision(activity))

    return layers.replace(dasd=Hasty)


class _Ignored:
    def __init__(self, sound: Any) -> None:
        self.line, self.final, self.may_proceed = sound.line, sound.final, True


def cancelled_and_kept(layers: Any) -> Any:
    class Deaf(layers.background_tasks):
        def cancel(self, identifier: str) -> None:
            self.say(f"cancelTaskRequestWithIdentifier: {identifier}")

    return layers.replace(background_tasks=Deaf)


def forgotten_with_its_process(layers: Any) -> Any:
    class Forgetful(layers.dasd):
        def process_died(self, bundle_id: str) -> None:
            for activity in self.pending(bundle_id):
                self.cancel(bundle_id, activity.identifier)
            super().process_died(bundle_id)

    return layers.replace(dasd=Forgetful)


def launched_too_early(layers: Any) -> Any:
    class Early(layers.dasd):
        def begin_ns(self, request: Any) -> int:
            return int(super().begin_ns(request)) - 60_000_000_000

    return layers.replace(dasd=Early)


def network_is_not_asked_for(layers: Any) -> Any:
    class Careless(layers.background_tasks):
        def submit(self, request: Any) -> Any:
            return super().submit(dataclasses.replace(request, requires_network_connectivity=False))

    return layers.replace(background_tasks=Careless)


def one_request_is_enough(layers: Any) -> Any:
    class Full(layers.background_tasks):
        def objections(self, request: Any) -> Any:
            others = [one for one in self._dasd.pending(self._process.package) if one.identifier != request.identifier]
            return ErrorCode.TOO_MANY_PENDING_TASK_REQUESTS if others else super().objections(request)

    return layers.replace(background_tasks=Full)


def completed_twice(layers: Any) -> Any:
    class Twice(layers.background_tasks):
        def completed(self, task: Any, success: bool) -> None:
            super().completed(task, success)
            super().completed(task, success)

    return layers.replace(background_tasks=Twice)


def next_request_is_lost(layers: Any) -> Any:
    """What a launch handler submits is never heard of."""

    class Lossy(layers.background_tasks):
        def submit(self, request: Any) -> Any:
            return None if self._running else super().submit(request)

    return layers.replace(background_tasks=Lossy)
