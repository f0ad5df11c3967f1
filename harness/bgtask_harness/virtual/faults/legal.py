"""No faults: what a phone may do and often does. Nobody may be accused of it."""

from __future__ import annotations

import zlib

from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.layers import Layers

_SECOND_NS = 1_000_000_000
_JITTER_NS = 25 * _SECOND_NS
_LATE_NS = 4 * 3_600 * _SECOND_NS


def jitter(layers: Layers) -> Layers:
    """Jobs start up to half a minute after they are due: alarms are batched."""
    return _late_by(layers, _JITTER_NS)


def hours_late(layers: Layers) -> Layers:
    """Jobs start up to four hours after they are due. JobScheduler promises no more."""
    return _late_by(layers, _LATE_NS)


def _late_by(layers: Layers, most_ns: int) -> Layers:
    class Late(layers.job_scheduler):  # type: ignore[name-defined,misc]
        def due_at(self, job: JobStatus) -> int | None:
            due: int | None = super().due_at(job)
            chance = zlib.crc32(f"{job.job.job_id} {job.enqueue_ns}".encode())
            return None if due is None else due + chance % most_ns

    return layers.replace(job_scheduler=Late)
