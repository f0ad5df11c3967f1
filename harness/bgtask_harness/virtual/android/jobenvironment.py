"""The controllers of JobScheduler: which constraints of a job the phone meets at this moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bgtask_harness.virtual.android.jobconstraints import POWER
from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobs import JobNetwork
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.quota import Quota
from bgtask_harness.virtual.android.standby import RUN_ANY
from bgtask_harness.virtual.android.standby import Bucket

if TYPE_CHECKING:
    from bgtask_harness.virtual.android.system import System


def refresh(job: JobStatus, phone: System, quota: Quota, due_ns: int | None) -> None:
    """Bring `job.satisfied`, its bucket and its standing up to date."""
    now = phone.clocks.boot_ns()
    job.bucket = phone.standby.bucket(job.package)
    job.uid_active = phone.is_active(job.package)
    job.doze_exempt = phone.allow_list.exempt(job.uid, now)
    job.component_present = phone.packages.find(job.package) is not None
    job.expedited_approved = job.job.expedited and not job.demoted and _expedited_time_left(job, phone, now)
    met = _power(job, phone) | _times(job, due_ns, now) | _network(job, phone) | _device(job, phone)
    met |= _implicit(job, phone, quota, now)
    job.update(met, now)


def _power(job: JobStatus, phone: System) -> Constraint:
    """BatteryController sets both bits of a job that asks for either."""
    if not (job.required | job.dynamic) & POWER:
        return Constraint(0)
    charging = Constraint.CHARGING if phone.power.charging else Constraint(0)
    return charging | (Constraint.BATTERY_NOT_LOW if phone.power.battery_not_low else Constraint(0))


def _times(job: JobStatus, due_ns: int | None, now: int) -> Constraint:
    met = Constraint(0)
    if job.required & Constraint.TIMING_DELAY and (due_ns is None or due_ns <= now):
        met |= Constraint.TIMING_DELAY
    if job.latest_ns is not None and job.latest_ns <= now:
        met |= Constraint.DEADLINE | (job.required & Constraint.TIMING_DELAY)
    return met


def _network(job: JobStatus, phone: System) -> Constraint:
    """ConnectivityController: a network of the kind that it asks for, not blocked for its uid."""
    if not job.required & Constraint.CONNECTIVITY or not phone.network.connected:
        return Constraint(0)
    if job.job.network is JobNetwork.UNMETERED and phone.network.metered:
        return Constraint(0)
    if job.job.network is JobNetwork.NOT_ROAMING and phone.network.roaming:
        return Constraint(0)
    if phone.network.metered and phone.background_data_blocked(job.uid, job.package):
        return Constraint(0)
    return Constraint.CONNECTIVITY


def _device(job: JobStatus, phone: System) -> Constraint:
    met = job.required & Constraint.FLEXIBLE  # no flexibility policy is set by default: always met
    if (job.required | job.dynamic) & Constraint.IDLE and phone.idleness.idle:
        met |= Constraint.IDLE
    if job.trigger_due_ns is not None and job.trigger_due_ns <= phone.clocks.boot_ns():
        met |= Constraint.CONTENT_TRIGGER
    if job.required & Constraint.STORAGE_NOT_LOW and phone.storage.not_low:
        met |= Constraint.STORAGE_NOT_LOW
    return met


def _implicit(job: JobStatus, phone: System, quota: Quota, now: int) -> Constraint:
    met = Constraint(0)
    if not phone.device_idle.dozing or job.doze_exempt:
        met |= Constraint.DEVICE_NOT_DOZING
    if not restricted(job, phone):
        met |= Constraint.BACKGROUND_NOT_RESTRICTED
    if job.level.has("tare"):
        met |= Constraint.TARE_WEALTH  # the economy is switched off: every app can pay
    running, charging = phone.job_scheduler.is_running(job), phone.power.charging
    within = quota.within(job.package, job.effective_bucket, now, charging=charging, running=running)
    if within or job.treated_as_user_initiated or job.started_in_front:
        met |= Constraint.WITHIN_QUOTA
    elif job.level.has("quota") and not job.deferred_ns:
        job.deferred_ns = now
    return met


def _expedited_time_left(job: JobStatus, phone: System, now: int) -> bool:
    """`isWithinEJQuotaLocked`: free while charging, but not for the RESTRICTED bucket."""
    bucket = job.effective_bucket
    if phone.power.charging and bucket is not Bucket.RESTRICTED:
        return True
    return phone.job_scheduler.expedited.remaining_ms(job.package, bucket, now) > 0


def restricted(job: JobStatus, phone: System) -> bool:
    """`AppStateTracker.areJobsRestricted`.

    Which apps battery saver restricts is UNCONFIRMED: here all that are not in use and not on the power allow-list. An
    expedited job is let through (CTS testExpeditedJobBypassesBatterySaverOn, testExpeditedJobBypassesDeviceIdle).
    """
    if job.uid_active:
        return False
    if phone.app_ops.mode(job.package, RUN_ANY) in {"ignore", "deny"} or phone.standby.held(job.package):
        return True
    return phone.battery_saver and not (job.doze_exempt or job.privileged)
