"""Faults of the library's arithmetic: when work may run."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

from bgtask_harness.virtual.layers import Layers
from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_reference.ports.work_manager import WorkRequest


def period_not_waited_for(layers: Layers) -> Layers:
    """After the first run every further one is due at once (MU03)."""

    class Hasty(layers.work_manager):  # type: ignore[name-defined,misc]
        def next_run_ms(self, work: Work) -> int:
            if work.periodic and work.period_count > 0 and not work.backed_off:
                return work.last_enqueue_ms + 1000
            return int(super().next_run_ms(work))

    return layers.replace(work_manager=Hasty)


def _interval_times(layers: Layers, numerator: int, denominator: int = 1) -> Layers:
    class OtherUnit(layers.work_manager):  # type: ignore[name-defined,misc]
        def normalise(self, request: WorkRequest) -> WorkRequest:
            if request.interval_ms is None:
                return _as_request(super().normalise(request))
            interval = request.interval_ms * numerator // denominator
            return _as_request(super().normalise(dataclasses.replace(request, interval_ms=interval, flex_ms=None)))

    return layers.replace(work_manager=OtherUnit)


def interval_sixty_times(layers: Layers) -> Layers:
    """Minutes taken for seconds (MU04)."""
    return _interval_times(layers, 60)


def interval_thousand_times(layers: Layers) -> Layers:
    """Seconds taken for milliseconds (MU04)."""
    return _interval_times(layers, 1000)


def interval_a_sixtieth(layers: Layers) -> Layers:
    """Seconds taken for minutes (MU04)."""
    return _interval_times(layers, 1, 60)


def interval_not_clamped(layers: Layers) -> Layers:
    """An interval below 15 minutes is taken as it is (MU05)."""

    class Unclamped(layers.work_manager):  # type: ignore[name-defined,misc]
        def normalise(self, request: WorkRequest) -> WorkRequest:
            sound = _as_request(super().normalise(request))
            if request.interval_ms is None or request.interval_ms >= CONSTANTS.minimum_interval_ms:
                return sound
            return dataclasses.replace(sound, interval_ms=request.interval_ms, flex_ms=request.interval_ms)

    return layers.replace(work_manager=Unclamped)


def initial_delay_ignored(layers: Layers) -> Layers:
    """The first run does not wait for its delay (MU06)."""

    class Undelayed(layers.work_manager):  # type: ignore[name-defined,misc]
        def normalise(self, request: WorkRequest) -> WorkRequest:
            return _as_request(super().normalise(dataclasses.replace(request, initial_delay_ms=0)))

    return layers.replace(work_manager=Undelayed)


def initial_delay_halved(layers: Layers) -> Layers:
    """The first run waits for half of its delay (MU06)."""

    class Halved(layers.work_manager):  # type: ignore[name-defined,misc]
        def normalise(self, request: WorkRequest) -> WorkRequest:
            return _as_request(
                super().normalise(dataclasses.replace(request, initial_delay_ms=request.initial_delay_ms // 2))
            )

    return layers.replace(work_manager=Halved)


def flex_nobody_asked_for(layers: Layers) -> Layers:
    """A flex of five minutes puts the first run off by the rest of the interval (MU06)."""

    class Flexed(layers.work_manager):  # type: ignore[name-defined,misc]
        def normalise(self, request: WorkRequest) -> WorkRequest:
            if request.interval_ms is None:
                return _as_request(super().normalise(request))
            return _as_request(super().normalise(dataclasses.replace(request, flex_ms=CONSTANTS.minimum_flex_ms)))

    return layers.replace(work_manager=Flexed)


def due_time_as_absolute(layers: Layers) -> Layers:
    """A time to wait is stored as a date, and a date as a time to wait (MU08): it is never due again."""

    class Absolute(layers.work_manager):  # type: ignore[name-defined,misc]
        def next_run_ms(self, work: Work) -> int:
            due = int(super().next_run_ms(work))
            return due + work.last_enqueue_ms if work.period_count > 0 else due

    return layers.replace(work_manager=Absolute)


def runs_before_schedule(layers: Layers) -> Layers:
    """The library does not check the time of what the system starts (MU15)."""

    class Unchecked(layers.work_manager):  # type: ignore[name-defined,misc]
        def may_start(self, work: Work) -> bool:
            del work
            return True

        def next_run_ms(self, work: Work) -> int:
            due = int(super().next_run_ms(work))
            waits = work.periodic and work.period_count > 0
            return (work.last_enqueue_ms + due) // 2 if waits else due

    return layers.replace(work_manager=Unchecked)


def _as_request(request: Any) -> WorkRequest:
    assert isinstance(request, WorkRequest)
    return request


def flex_ignored(layers: Layers) -> Layers:
    """The first period may be run from its beginning, though only its end was asked for (MU07)."""

    class Flexless(layers.work_manager):  # type: ignore[name-defined,misc]
        def normalise(self, request: WorkRequest) -> WorkRequest:
            return _as_request(super().normalise(dataclasses.replace(request, flex_ms=None)))

    return layers.replace(work_manager=Flexless)


def counts_in_local_time(layers: Layers) -> Layers:
    """Due times are kept as local times: another zone moves them (MU39)."""
    offsets: dict[tuple[str, int], dt.timedelta] = {}

    class Local(layers.work_manager):  # type: ignore[name-defined,misc]
        def next_run_ms(self, work: Work) -> int:
            clocks = self.host.phone.clocks
            now = clocks.local(clocks.wall_ns()).utcoffset()
            then = offsets.setdefault((work.id, work.last_enqueue_ms), now)
            return int(super().next_run_ms(work)) + int((then - now).total_seconds()) * 1000

    return layers.replace(work_manager=Local)
