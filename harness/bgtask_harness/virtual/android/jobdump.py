"""`dumpsys jobscheduler`: one job, as JobStatus prints it.

Source: y36 JobStatus.dump(IndentingPrintWriter, boolean, long), in its order. The values are JobScheduler's own.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.clocks import Clocks
from bgtask_harness.virtual.android.durations import duration
from bgtask_harness.virtual.android.durations import from_ns
from bgtask_harness.virtual.android.indent import IndentingWriter
from bgtask_harness.virtual.android.jobconstraints import POWER
from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobconstraints import printed
from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.jobs import JobNetwork
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.jobstatus import short_component
from bgtask_harness.virtual.android.packages import format_uid
from bgtask_harness.virtual.android.rescheduling import clamp_period

_PARCELLED_BYTES = 180
"""How long a bundle of WorkManager's is (corpus js_job_api29_official_docs); an app's own is UNCONFIRMED."""


def unique_id(job: JobStatus) -> str:
    """`printUniqueId`: `#u0a172/4`, or `namespace:u0a217/2`."""
    namespace = job.job.namespace
    return f"{'#' if namespace is None else namespace + ':'}{format_uid(job.uid)}/{job.job.job_id}"


def short_string(job: JobStatus) -> str:
    """`toShortString`."""
    namespace = job.job.namespace
    space = "" if namespace is None else f" {{{namespace}}}"
    return f"{job.identity}{space} #{format_uid(job.uid)}/{job.job.job_id} {job.battery_name}"


def wakelock_tag(job: JobStatus) -> str:
    """`getWakelockTag`; the letter says regular job. That the flag is on in this build is UNCONFIRMED."""
    return f"*job*r/{job.battery_name}"


def dump_job(out: IndentingWriter, job: JobStatus, clocks: Clocks, network_id: int | None, *, full: bool) -> None:
    """Print a job; `full` is false for the pending queue. `network_id` is the network that it would get."""
    uid, now = format_uid(job.uid), clocks.boot_ns()
    out.line(f"{uid} tag={wakelock_tag(job)}")
    out.line(f"Source: uid={uid} user=0 pkg={job.package}")
    if full:
        out.line("JobInfo:")
        with out.indented():
            _dump_info(out, job.job, job.uid)
    out.line(f"Required constraints:{printed(job.required)}")
    out.line(f"Dynamic constraints:{printed(job.dynamic)}")
    if full:
        _dump_satisfaction(out, job, now)
    tracking = _tracking(job)
    out.line(f"Tracking:{tracking}")
    _dump_implicit(out, job)
    out.line("Started with foreground flag: false")
    if network_id is not None and job.satisfied & Constraint.CONNECTIVITY:
        out.line(f"Network: {network_id}")
    _dump_bucket(out, job, now)
    _dump_times(out, job, clocks)


def _dump_info(out: IndentingWriter, info: JobInfo, uid: int) -> None:
    out.line(f"Service: {short_component(info.service)}")
    if info.period_ms is not None:
        period, flex = clamp_period(info.period_ms, info.flex_ms)
        out.line(f"PERIODIC: interval={duration(period)} flex={duration(flex)}")
    if info.persisted:
        out.line("PERSISTED")
    out.line("Priority: DEFAULT [300]")
    flags = (str(flag).lower() for flag in (info.charging, info.battery_not_low, info.device_idle))
    out.line("Requires: charging={} batteryNotLow={} deviceIdle={}".format(*flags))
    out.line("Has media backup exemption=false ")
    if info.extras:
        out.line(f"Extras: mParcelledData.dataSize={_PARCELLED_BYTES}")
    if info.network is not JobNetwork.NONE:
        out.line(f"Network type: {network_request(info.network, uid)}")
    if info.minimum_latency_ms:
        out.line(f"Minimum latency: {duration(info.minimum_latency_ms)}")
    if info.override_deadline_ms:
        out.line(f"Max execution delay: {duration(info.override_deadline_ms)}")
    policy = 1 if info.backoff_exponential else 0
    out.line(f"Backoff: policy={policy} initial={duration(info.backoff_ms)}")
    if info.minimum_latency_ms is not None or info.period_ms is not None:
        out.line("Has early constraint")
    if info.override_deadline_ms is not None or info.period_ms is not None:
        out.line("Has late constraint")


def network_request(network: JobNetwork, uid: int) -> str:
    """Give a NetworkRequest as API 36 prints it: corpus js_job_api36_wm_namespace_emulator."""
    metered = "NOT_METERED&" if network is JobNetwork.UNMETERED else ""
    capabilities = f"{metered}INTERNET&TRUSTED&VALIDATED&NOT_VCN_MANAGED&NOT_BANDWIDTH_CONSTRAINED"
    return f"NetworkRequest [ NONE id=0, [ Capabilities: {capabilities} Uid: {uid} UnderlyingNetworks: Null] ]"


def _dump_satisfaction(out: IndentingWriter, job: JobStatus, now: int) -> None:
    out.line(f"Satisfied constraints:{printed(job.satisfied)}")
    unsatisfied = (job.required | Constraint.WITHIN_QUOTA) & ~job.satisfied
    out.line(f"Unsatisfied constraints:{printed(unsatisfied)}")
    if job.required & Constraint.FLEXIBLE:
        out.line("Num Required Flexible constraints: 0")
        out.line("Num Dropped Flexible constraints: 0")
    out.line("Constraint history:")
    with out.indented():
        for changed_ns, satisfied in job.changes:
            out.line(f"{from_ns(changed_ns - now)} ={printed(satisfied)}")
    if job.doze_exempt:
        out.line("Doze whitelisted: true")
    if job.uid_active:
        out.line("Uid: active")


def _tracking(job: JobStatus) -> str:
    unmet = job.required & ~job.satisfied
    tracked = (
        (job.required & POWER, "BATTERY"),
        (job.required & Constraint.CONNECTIVITY, "CONNECTIVITY"),
        (job.required & Constraint.IDLE, "IDLE"),
        (job.required & Constraint.STORAGE_NOT_LOW, "STORAGE"),
        (unmet & (Constraint.TIMING_DELAY | Constraint.DEADLINE), "TIME"),
    )
    return "".join(f" {name}" for bits, name in tracked if bits) + " QUOTA"


def _dump_implicit(out: IndentingWriter, job: JobStatus) -> None:
    out.line("Implicit constraints:")
    with out.indented():
        out.line(f"readyNotDozing: {_java(job.satisfied & Constraint.DEVICE_NOT_DOZING)}")
        out.line(f"readyNotRestrictedInBg: {_java(job.satisfied & Constraint.BACKGROUND_NOT_RESTRICTED)}")
        if not job.periodic and job.required & Constraint.DEADLINE:
            out.line(f"readyDeadlineSatisfied: {_java(job.deadline_satisfied)}")
        if job.dynamic:
            out.line(f"readyDynamicSatisfied: {_java(job.dynamic_satisfied)}")
        out.line(f"readyComponentEnabled: {_java(job.component_present)}")


def _dump_bucket(out: IndentingWriter, job: JobStatus, now: int) -> None:
    out.line(f"Standby bucket: {job.bucket.name}")
    if job.force_batched_ns:
        with out.indented():
            out.line(f"Time since first force batch attempt: {from_ns(job.force_batched_ns - now)}")


def _dump_times(out: IndentingWriter, job: JobStatus, clocks: Clocks) -> None:
    now = clocks.boot_ns()
    out.line(f"Enqueue time: {from_ns(job.enqueue_ns - now)}")
    bounds = (job.earliest_ns, job.latest_ns, job.original_latest_ns)
    earliest, latest, original = ("none" if bound is None else from_ns(bound - now) for bound in bounds)
    out.line(f"Run time: earliest={earliest}, latest={latest}, original latest={original}")
    if job.cumulative_ns:
        out.line(f"Cumulative execution time={from_ns(job.cumulative_ns)}")
    if job.num_failures:
        out.line(f"Num failures: {job.num_failures}")
    if job.num_system_stops:
        out.line(f"Num system stops: {job.num_system_stops}")
    if job.last_successful_wall_ns:
        out.line(f"Last successful run: {clocks.local(job.last_successful_wall_ns):%Y-%m-%d %H:%M:%S}")
    if job.last_failed_wall_ns:
        out.line(f"Last failed run: {clocks.local(job.last_failed_wall_ns):%Y-%m-%d %H:%M:%S}")


def _java(value: object) -> str:
    return "true" if value else "false"
