"""Constraint bits of JobScheduler, their printed names, and which of them a force overrides.

Source: y36 apex/jobscheduler/service JobStatus.java, CONSTRAINT_* and dumpConstraints.
"""

from __future__ import annotations

from enum import IntFlag
from functools import cache
from functools import lru_cache
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.jobs import JobNetwork


class Constraint(IntFlag):
    """What may hold a job back. Sets of them are plain numbers at run time: they are counted by the million."""

    CHARGING = 0x1
    BATTERY_NOT_LOW = 0x2
    IDLE = 0x4
    STORAGE_NOT_LOW = 0x8
    FLEXIBLE = 0x0020_0000
    BACKGROUND_NOT_RESTRICTED = 0x0040_0000
    WITHIN_QUOTA = 0x0100_0000
    DEVICE_NOT_DOZING = 0x0200_0000
    CONTENT_TRIGGER = 0x0400_0000
    TARE_WEALTH = 0x0800_0000
    CONNECTIVITY = 0x1000_0000
    DEADLINE = 0x4000_0000
    TIMING_DELAY = 0x8000_0000

    if not TYPE_CHECKING:
        __or__ = __ror__ = int.__or__
        __and__ = __rand__ = int.__and__
        __invert__ = int.__invert__


POWER = Constraint.CHARGING | Constraint.BATTERY_NOT_LOW
IMPLICIT = Constraint.WITHIN_QUOTA | Constraint.DEVICE_NOT_DOZING | Constraint.BACKGROUND_NOT_RESTRICTED
"""What holds for every job without being asked for."""

OF_INTEREST = (
    POWER
    | Constraint.STORAGE_NOT_LOW
    | Constraint.TIMING_DELAY
    | Constraint.CONNECTIVITY
    | Constraint.IDLE
    | Constraint.CONTENT_TRIGGER
    | Constraint.FLEXIBLE
)
"""CONSTRAINTS_OF_INTEREST: all besides implicit and deadline."""

SOFT_OVERRIDE = POWER | Constraint.STORAGE_NOT_LOW | Constraint.TIMING_DELAY | Constraint.IDLE | Constraint.FLEXIBLE
"""What `cmd jobscheduler run` without an option pretends to be met."""

DYNAMIC_RESTRICTED = POWER | Constraint.CONNECTIVITY | Constraint.IDLE
"""What lets a job of the RESTRICTED bucket run without quota."""

_PRINTED = (
    (Constraint.CHARGING, "CHARGING"),
    (Constraint.BATTERY_NOT_LOW, "BATTERY_NOT_LOW"),
    (Constraint.STORAGE_NOT_LOW, "STORAGE_NOT_LOW"),
    (Constraint.TIMING_DELAY, "TIMING_DELAY"),
    (Constraint.DEADLINE, "DEADLINE"),
    (Constraint.IDLE, "IDLE"),
    (Constraint.CONNECTIVITY, "CONNECTIVITY"),
    (Constraint.FLEXIBLE, "FLEXIBILITY"),
    (Constraint.CONTENT_TRIGGER, "CONTENT_TRIGGER"),
    (Constraint.DEVICE_NOT_DOZING, "DEVICE_NOT_DOZING"),
    (Constraint.BACKGROUND_NOT_RESTRICTED, "BACKGROUND_NOT_RESTRICTED"),
    (Constraint.TARE_WEALTH, "TARE_WEALTH"),
    (Constraint.WITHIN_QUOTA, "WITHIN_QUOTA"),
)


@lru_cache(maxsize=1024)
def printed(constraints: Constraint) -> str:
    """Give constraints as `dumpConstraints` prints them, with the blank before each and the mask after them."""
    names = "".join(f" {name}" for bit, name in _PRINTED if constraints & bit)
    return f"{names} [0x{constraints:x}]" if constraints else ""


def asked_for(job: JobInfo) -> Constraint:
    """Give what a JobInfo asks for besides times."""
    networked = job.network is not JobNetwork.NONE
    asked = _asked_for(job.charging, job.battery_not_low, job.storage_not_low, job.device_idle, networked)
    return asked | Constraint.CONTENT_TRIGGER if job.triggers else asked


@cache
def _asked_for(charging: bool, battery_not_low: bool, storage_not_low: bool, idle: bool, network: bool) -> Constraint:
    asked = (
        (charging, Constraint.CHARGING),
        (battery_not_low, Constraint.BATTERY_NOT_LOW),
        (storage_not_low, Constraint.STORAGE_NOT_LOW),
        (idle, Constraint.IDLE),
        (network, Constraint.CONNECTIVITY),
    )
    return reduce(or_, (bit for wanted, bit in asked if wanted), Constraint(0))


@lru_cache(maxsize=1024)
def with_times(asked: Constraint, *, delayed: bool, due: bool, attempts: int | None) -> Constraint:
    """Give what must be met of a job that asks for something, is put off, and has a deadline, or not.

    `attempts` are the executions before, which decide on flexibility; None where there is none (below API 34).
    """
    required = asked
    if delayed:
        required |= Constraint.TIMING_DELAY
    if due:
        required |= Constraint.DEADLINE
    if attempts is not None and flexible(required, attempts):
        required |= Constraint.FLEXIBLE
    return required


@lru_cache(maxsize=256)
def flexible(required: Constraint, previous_attempts: int) -> bool:
    """Say whether the flexibility constraint is added: always but for the first rescheduling of a job."""
    system_wide = POWER | Constraint.IDLE
    lacks_some = bool(~required & system_wide) or bool(required & Constraint.CONNECTIVITY)
    return previous_attempts != 1 and lacks_some
