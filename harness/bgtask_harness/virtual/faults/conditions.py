"""Faults of constraints: mapped wrongly, not waited for, not watched, not believed when they hold again."""

from __future__ import annotations

import dataclasses
from typing import Any

from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobs import JobNetwork
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.layers import Layers
from bgtask_harness.virtual.workmanager.constants import CONSTANTS
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_harness.virtual.workmanager.processor import Token
from bgtask_reference.ports.work_manager import NetworkType
from bgtask_reference.ports.work_manager import WorkRequest

_FLAPS, _FLAP_NS = 40, 30_000_000
"""In one process, and how long each lasts (field catalogue: pairs of less than 100 ms)."""


def constraints_ignored(layers: Layers) -> Layers:
    """Constraints are dropped on the way: work runs whatever the network is (MU15)."""
    return _mapped(layers, dict.fromkeys(NetworkType, NetworkType.NOT_REQUIRED))


def constraints_permuted(layers: Layers) -> Layers:
    """The constants are shifted: connected needs nothing, unmetered any network, nothing an unmetered one (MU16)."""
    return _mapped(
        layers,
        {
            NetworkType.CONNECTED: NetworkType.NOT_REQUIRED,
            NetworkType.UNMETERED: NetworkType.CONNECTED,
            NetworkType.NOT_REQUIRED: NetworkType.UNMETERED,
        },
    )


def unmetered_taken_for_connected(layers: Layers) -> Layers:
    """Any network will do (MU16)."""
    return _mapped(layers, {NetworkType.UNMETERED: NetworkType.CONNECTED})


def _mapped(layers: Layers, table: dict[NetworkType, NetworkType]) -> Layers:
    class Mapping(layers.work_manager):  # type: ignore[name-defined,misc]
        def normalise(self, request: WorkRequest) -> WorkRequest:
            sound: WorkRequest = super().normalise(request)
            wanted = sound.constraints.required_network_type
            network = dataclasses.replace(sound.constraints, required_network_type=table.get(wanted, wanted))
            return dataclasses.replace(sound, constraints=network)

    return layers.replace(work_manager=Mapping)


def system_ignores_network(layers: Layers) -> Layers:
    """JobScheduler starts jobs without the network that they want (MU15)."""

    class Careless(layers.job_scheduler):  # type: ignore[name-defined,misc]
        def is_ready(self, job: JobStatus) -> bool:
            job.satisfied |= Constraint.CONNECTIVITY
            return bool(super().is_ready(job))

    return layers.replace(job_scheduler=Careless)


def system_ignores_delay(layers: Layers) -> Layers:
    """JobScheduler starts jobs before their delay is over (MU06)."""

    class Hasty(layers.job_scheduler):  # type: ignore[name-defined,misc]
        def due_at(self, job: JobStatus) -> int | None:
            del job
            return None

    return layers.replace(job_scheduler=Hasty)


def goes_on_without_network(layers: Layers) -> Layers:
    """Neither library nor system stops work whose network is gone (MU17)."""

    class Going(layers.work_manager):  # type: ignore[name-defined,misc]
        def unmet(self, work: Work) -> int | None:
            running = self.processor.is_enqueued(work.id)
            return None if running else super().unmet(work)

    class Lenient(layers.job_scheduler):  # type: ignore[name-defined,misc]
        def must_stop(self, job: JobStatus) -> bool:
            del job
            return False

    return layers.replace(work_manager=Going, job_scheduler=Lenient)


def never_believes_in_network_again(layers: Layers) -> Layers:
    """Once a network was missing, it stays missing to library and system (MU18)."""

    class Doubting(layers.work_manager):  # type: ignore[name-defined,misc]
        def unmet(self, work: Work) -> int | None:
            reason: int | None = super().unmet(work)
            if reason is not None:
                self.host.phone.network_was_lost = True
            wants = work.request.constraints.required_network_type is not NetworkType.NOT_REQUIRED
            lost = wants and getattr(self.host.phone, "network_was_lost", False)
            return CONSTANTS.stop_reason.connectivity if lost else reason

    class Stubborn(layers.job_scheduler):  # type: ignore[name-defined,misc]
        lost = False

        def is_ready(self, job: JobStatus) -> bool:
            if job.job.network is not JobNetwork.NONE and not job.satisfied & Constraint.CONNECTIVITY:
                self.lost = True
            return bool(super().is_ready(job)) and not (self.lost and job.job.network is not JobNetwork.NONE)

    return layers.replace(work_manager=Doubting, job_scheduler=Stubborn)


def wants_a_network_nobody_asked_for(layers: Layers) -> Layers:
    """Everything waits for the strictest network (MU16)."""
    return _mapped(layers, dict.fromkeys(NetworkType, NetworkType.UNMETERED))


def charger_ignored(layers: Layers) -> Layers:
    """What was to wait for a charger, or for a battery that is not low, does not (MU15)."""

    class Unplugged(layers.work_manager):  # type: ignore[name-defined,misc]
        def normalise(self, request: WorkRequest) -> WorkRequest:
            sound: WorkRequest = super().normalise(request)
            less = dataclasses.replace(sound.constraints, requires_charging=False, requires_battery_not_low=False)
            return dataclasses.replace(sound, constraints=less)

    return layers.replace(work_manager=Unplugged)


def starts_and_stops(layers: Layers) -> Layers:
    """Library and system disagree on a constraint: work is started and stopped in a circle (MU19)."""

    class Flapping(layers.work_manager):  # type: ignore[name-defined,misc]
        def __init__(self, *parts: Any) -> None:
            super().__init__(*parts)
            self.flaps = 0

        def start(self, token: Token) -> None:
            super().start(token)
            self.flaps += 1
            if self.flaps <= _FLAPS:
                self.host.after(_FLAP_NS, lambda: self.stop(token, CONSTANTS.stop_reason.charging))

        def backoff_delay_ms(self, work: Work) -> int:
            flapping = work.stop_reason == CONSTANTS.stop_reason.charging
            return 0 if flapping else int(super().backoff_delay_ms(work))

    return layers.replace(work_manager=Flapping)
