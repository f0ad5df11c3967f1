"""`dumpsys jobscheduler`: one job, as JobStatus prints it at its level.

Source: JobStatus.dump of y36 and a30, in their order; which line a level has is in `levels.toml`. The values are
JobScheduler's own.
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
from bgtask_harness.virtual.android.level import Level
from bgtask_harness.virtual.android.packages import format_uid
from bgtask_harness.virtual.android.rescheduling import clamp_period
from bgtask_harness.virtual.android.standby import Bucket

_FLAGS = (("important_while_foreground", 1 << 1), ("expedited", 1 << 4), ("user_initiated", 1 << 5))
"""JobInfo.FLAG_IMPORTANT_WHILE_FOREGROUND, FLAG_EXPEDITED, FLAG_USER_INITIATED."""
_PRIORITIES = {100: "MIN", 200: "LOW", 300: "DEFAULT", 400: "HIGH", 500: "MAX"}
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
    """`getWakelockTag`; the letter says regular job. That the flag for it is on in such a build is UNCONFIRMED."""
    return f"*job*{'r' if job.level.has('job_typed_tag') else ''}/{job.battery_name}"


def dump_job(out: IndentingWriter, job: JobStatus, clocks: Clocks, network_id: int | None, *, full: bool) -> None:
    """Print a job; `full` is false for the pending queue. `network_id` is the network that it would get."""
    uid, now = format_uid(job.uid), clocks.boot_ns()
    out.line(f"{uid} tag={wakelock_tag(job)}")
    out.line(f"Source: uid={uid} user=0 pkg={job.package}")
    if full:
        out.line("JobInfo:")
        with out.indented():
            _dump_info(out, job)
    out.line(f"Required constraints:{printed(job.required)}")
    if job.level.has("job_preferred"):
        out.line("Preferred constraints:")
    if job.level.has("job_dynamic"):
        out.line(f"Dynamic constraints:{printed(job.dynamic)}")
    if full:
        _dump_satisfaction(out, job, now)
    tracking = _tracking(job)
    if tracking:
        out.line(f"Tracking:{tracking}")
    if job.level.has("job_implicit"):
        _dump_implicit(out, job)
    if job.level.has("job_foreground_flag"):
        out.line("Started with foreground flag: false")
    if job.changed_uris:
        _dump_changed(out, job)
    if network_id is not None and job.satisfied & Constraint.CONNECTIVITY:
        out.line(f"Network: {network_id}")
    _dump_bucket(out, job, now)
    _dump_times(out, job, clocks)


def _dump_info(out: IndentingWriter, job: JobStatus) -> None:
    info, uid, level = job.job, job.uid, job.level
    out.line(f"Service: {short_component(info.service)}")
    _dump_kind(out, info)
    if level.has("job_priority"):
        effective = "" if job.effective_priority == job.priority else f" effective={_priority(job.effective_priority)}"
        out.line(f"Priority: {_priority(job.priority)}{effective}")
    flags = _flags(info)
    if flags:
        out.line(f"Flags: {flags:x}")
    asked = (str(flag).lower() for flag in (info.charging, info.battery_not_low, info.device_idle))
    out.line("Requires: charging={} batteryNotLow={} deviceIdle={}".format(*asked))
    if info.triggers:
        _dump_triggers(out, info)
    if level.has("job_media_exemption"):
        out.line("Has media backup exemption=false ")
    if info.extras:
        out.line(f"Extras: {_extras(info)}")
    if info.network is not JobNetwork.NONE:
        out.line(f"Network type: {network_request(info.network, uid, level)}")
    _dump_wishes(out, info)


def _flags(info: JobInfo) -> int:
    return sum(bit for name, bit in _FLAGS if getattr(info, name))


def _priority(value: int) -> str:
    """`JobInfo.getPriorityString`."""
    return f"{_PRIORITIES.get(value, '')} [{value}]"


def _dump_triggers(out: IndentingWriter, info: JobInfo) -> None:
    out.line("Trigger content URIs:")
    with out.indented():
        for trigger in info.triggers:
            out.line(f"{int(trigger.descendants)} {trigger.uri}")
    if info.trigger_update_delay_ms is not None:
        out.line(f"Trigger update delay: {duration(info.trigger_update_delay_ms)}")
    if info.trigger_max_delay_ms is not None:
        out.line(f"Trigger max delay: {duration(info.trigger_max_delay_ms)}")


def _dump_kind(out: IndentingWriter, info: JobInfo) -> None:
    if info.period_ms is not None:
        period, flex = clamp_period(info.period_ms, info.flex_ms)
        out.line(f"PERIODIC: interval={duration(period)} flex={duration(flex)}")
    if info.persisted:
        out.line("PERSISTED")


def _dump_wishes(out: IndentingWriter, info: JobInfo) -> None:
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


def network_request(network: JobNetwork, uid: int, level: Level) -> str:
    """Give a NetworkRequest as its level prints it: capabilities in the order of their numbers."""
    metered = "NOT_METERED&" if network is JobNetwork.UNMETERED else ""
    roaming = "&NOT_ROAMING" if network is JobNetwork.NOT_ROAMING else ""
    return level.network_request.format(metered=metered, roaming=roaming, uid=uid)


def _extras(info: JobInfo) -> str:
    """`PersistableBundle.toShortString`: a bundle of an app's has not been unparcelled in system_server."""
    if info.extras_parcelled:
        return f"mParcelledData.dataSize={_PARCELLED_BYTES}"
    return "{" + ", ".join(f"{name}={value}" for name, value in info.extras.items()) + "}"


def _dump_satisfaction(out: IndentingWriter, job: JobStatus, now: int) -> None:
    out.line(f"Satisfied constraints:{printed(job.satisfied)}")
    out.line(f"Unsatisfied constraints:{printed(job.unmet)}")
    if job.required & Constraint.FLEXIBLE:
        out.line("Num Required Flexible constraints: 0")
        out.line("Num Dropped Flexible constraints: 0")
    if job.level.has("job_constraint_history"):
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
        (job.required & Constraint.CONTENT_TRIGGER, "CONTENT"),
        (job.required & Constraint.IDLE, "IDLE"),
        (job.required & Constraint.STORAGE_NOT_LOW, "STORAGE"),
        (unmet & (Constraint.TIMING_DELAY | Constraint.DEADLINE), "TIME"),
    )
    names = "".join(f" {name}" for bits, name in tracked if bits)
    return names + (" QUOTA" if job.level.has("quota") else "")


def _dump_implicit(out: IndentingWriter, job: JobStatus) -> None:
    out.line("Implicit constraints:")
    with out.indented():
        out.line(f"readyNotDozing: {_java(job.not_dozing)}")
        out.line(f"readyNotRestrictedInBg: {_java(job.satisfied & Constraint.BACKGROUND_NOT_RESTRICTED)}")
        if not job.periodic and job.required & Constraint.DEADLINE:
            out.line(f"readyDeadlineSatisfied: {_java(job.deadline_satisfied)}")
        if job.dynamic or job.level.has("job_dynamic_ready_always"):
            out.line(f"readyDynamicSatisfied: {_java(job.dynamic_satisfied)}")
        if job.level.has("job_component_enabled"):
            out.line(f"readyComponentEnabled: {_java(job.component_present)}")
        if job.job.expedited and job.level.has("expedited_jobs"):
            approved, started = _java(job.expedited_approved), _java(job.started_expedited)
            out.line(f"expeditedQuotaApproved: {approved} (started as EJ: {started})")
        if job.job.user_initiated:
            treated = _java(job.treated_as_user_initiated)
            out.line(f"userInitiatedApproved: {treated} (started as UIJ: {treated})")


def _dump_changed(out: IndentingWriter, job: JobStatus) -> None:
    authorities = dict.fromkeys(uri.split("/")[2] for uri in job.changed_uris)
    for title, values in (("authorities", authorities), ("URIs", job.changed_uris)):
        out.line(f"Changed {title}:")
        with out.indented():
            for value in values:
                out.line(value)


def _dump_bucket(out: IndentingWriter, job: JobStatus, now: int) -> None:
    out.line(f"Standby bucket: {bucket_name(job.bucket, job.level)}")
    if job.level.has("job_base_heartbeat") and job.bucket > Bucket.ACTIVE:
        out.line(f"Base heartbeat: {job.base_heartbeat}")
    with out.indented():
        if job.deferred_ns:
            out.line(f"Deferred since: {from_ns(job.deferred_ns - now)}")
        if job.force_batched_ns:
            out.line(f"Time since first force batch attempt: {from_ns(job.force_batched_ns - now)}")


def bucket_name(bucket: Bucket, level: Level) -> str:
    """`JobStatus.bucketName`: an exempted app had no name of its own at first."""
    if bucket is Bucket.EXEMPTED and not level.has("job_exempted_bucket"):
        return Bucket.ACTIVE.name
    return bucket.name


def _dump_times(out: IndentingWriter, job: JobStatus, clocks: Clocks) -> None:
    now = clocks.boot_ns()
    out.line(f"Enqueue time: {from_ns(job.enqueue_ns - now)}")
    bounds = (job.earliest_ns, job.latest_ns, job.original_latest_ns)
    earliest, latest, original = ("none" if bound is None else from_ns(bound - now) for bound in bounds)
    last = f", original latest={original}" if job.level.has("job_original_latest") else ""
    out.line(f"Run time: earliest={earliest}, latest={latest}{last}")
    if job.cumulative_ns and job.level.has("job_cumulative"):
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
