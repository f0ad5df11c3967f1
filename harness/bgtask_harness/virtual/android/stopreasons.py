"""Why a job was stopped: the number that the app gets and the word that the history prints.

Source: android.app.job.JobParameters (a31:154-233, a36:305), y36 JobStatus.constraintToStopReason.
"""

from __future__ import annotations

from enum import IntEnum

from bgtask_harness.virtual.android.jobconstraints import DYNAMIC_RESTRICTED
from bgtask_harness.virtual.android.jobconstraints import IMPLICIT
from bgtask_harness.virtual.android.jobconstraints import Constraint


class StopReason(IntEnum):
    """`JobParameters.getStopReason`."""

    UNDEFINED = 0
    CANCELLED_BY_APP = 1
    PREEMPT = 2
    TIMEOUT = 3
    DEVICE_STATE = 4
    CONSTRAINT_BATTERY_NOT_LOW = 5
    CONSTRAINT_CHARGING = 6
    CONSTRAINT_CONNECTIVITY = 7
    CONSTRAINT_DEVICE_IDLE = 8
    CONSTRAINT_STORAGE_NOT_LOW = 9
    QUOTA = 10
    BACKGROUND_RESTRICTION = 11
    APP_STANDBY = 12
    USER = 13
    SYSTEM_PROCESSING = 14
    ESTIMATED_APP_LAUNCH_TIME_CHANGED = 15
    TIMEOUT_ABANDONED = 16


class InternalReason(IntEnum):
    """`JobParameters.getInternalStopReasonCode`; its lower-case name is what dumps print."""

    UNKNOWN = -1
    CANCELED = 0
    CONSTRAINTS = 1
    PREEMPT = 2
    TIMEOUT = 3
    DEVICE_IDLE = 4
    THERMAL = 5
    RESTRICTED_BUCKET = 6
    UNINSTALL = 7
    DATA_CLEARED = 8
    RTC_UPDATED = 9
    SUCCESSFUL_FINISH = 10
    USER_UI_STOP = 11
    ANR = 12
    TIMEOUT_ABANDONED = 13


_OF_CONSTRAINT = {
    Constraint.CHARGING: StopReason.CONSTRAINT_CHARGING,
    Constraint.BATTERY_NOT_LOW: StopReason.CONSTRAINT_BATTERY_NOT_LOW,
    Constraint.STORAGE_NOT_LOW: StopReason.CONSTRAINT_STORAGE_NOT_LOW,
    Constraint.CONNECTIVITY: StopReason.CONSTRAINT_CONNECTIVITY,
    Constraint.IDLE: StopReason.CONSTRAINT_DEVICE_IDLE,
    Constraint.DEVICE_NOT_DOZING: StopReason.DEVICE_STATE,
    Constraint.BACKGROUND_NOT_RESTRICTED: StopReason.BACKGROUND_RESTRICTION,
    Constraint.WITHIN_QUOTA: StopReason.QUOTA,
}


def of_constraint(lost: Constraint, required: Constraint) -> StopReason:
    """Give the reason for a constraint that is no longer met; one that only its bucket asks for is APP_STANDBY."""
    if lost & DYNAMIC_RESTRICTED & ~required and not lost & (required | IMPLICIT):
        return StopReason.APP_STANDBY
    return next((reason for bit, reason in _OF_CONSTRAINT.items() if lost & bit), StopReason.UNDEFINED)


def internal_name(code: int) -> str:
    """`JobParameters.getInternalReasonCodeDescription`."""
    known = code in set(InternalReason) and code != InternalReason.UNKNOWN
    return InternalReason(code).name.lower() if known else f"unknown:{code}"
