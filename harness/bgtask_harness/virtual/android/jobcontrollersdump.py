"""`dumpsys jobscheduler`: what its controllers tell of themselves, above all QuotaController.

Source: TimeController, QuotaController (ExecutionStats, TimingSession, Timer) of a30 and y36; corpus
js_full_excerpt_api30_urovo_mtk, js_grep_api33_tare_history_xiaomi_unknown. Controllers that this phone does not model
are titles with nothing below. Left out: alarms of apps that wait for quota, rewards of expedited time.
"""

from __future__ import annotations

from collections.abc import Callable

from bgtask_harness.virtual.android.durations import from_ns
from bgtask_harness.virtual.android.indent import IndentingWriter
from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobdump import bucket_name
from bgtask_harness.virtual.android.jobdump import unique_id
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.packages import format_uid
from bgtask_harness.virtual.android.quota import MS
from bgtask_harness.virtual.android.quota import Quota
from bgtask_harness.virtual.android.quota import Session
from bgtask_harness.virtual.android.standby import Bucket
from bgtask_harness.virtual.android.system import System


def dump(out: IndentingWriter, phone: System, mine: Callable[[int], bool]) -> None:
    """Print every controller of the level; `mine` says of a uid whether a filter lets it through."""
    jobs = [job for job in phone.job_scheduler.jobs() if mine(job.uid)]
    for name in phone.level.controllers:
        out.line()
        out.line(f"{name}:")
        with out.indented():
            _controller(out, phone, name, jobs)


def _controller(out: IndentingWriter, phone: System, name: str, jobs: list[JobStatus]) -> None:
    if name == "TimeController":
        _time(out, phone, jobs)
    elif name == "QuotaController":
        _quota(out, phone, jobs)
    elif name == "IdleController":
        out.line(f"Currently idle: {_java(phone.idleness.idle)}")
    elif name == "StorageController":
        out.line(f"Not low: {_java(phone.storage.not_low)}")
        out.line(f"Sequence: {phone.storage.told_sequence}")


def _named(job: JobStatus) -> str:
    """How controllers name a job: `#` and its unique id, which had no `#` of its own at first."""
    double = "#" if job.level.has("controllers_double_hash") or job.job.namespace is not None else ""
    return f"{double}{unique_id(job)} from {format_uid(job.uid)}"


# --- times --------------------------------------------------------------------------------------------------------


def _time(out: IndentingWriter, phone: System, jobs: list[JobStatus]) -> None:
    now, every = phone.clocks.boot_ns(), phone.job_scheduler.jobs()
    out.line(f"Elapsed clock: {now // MS}")
    for words, times in (
        ("delay", [job.earliest_ns for job in every]),
        ("deadline", [job.latest_ns for job in every]),
    ):
        coming = [time for time in times if time is not None and time > now]
        if coming:
            out.line(f"Next {words} alarm in {from_ns(min(coming) - now)}")
    for job in jobs:
        if job.required & (Constraint.TIMING_DELAY | Constraint.DEADLINE):
            out.line(time_line(job, now))


def time_line(job: JobStatus, now_ns: int) -> str:
    """Give what TimeController says of a job."""
    delay = "N/A" if job.earliest_ns is None else from_ns(job.earliest_ns - now_ns)
    deadline = "N/A" if job.latest_ns is None else from_ns(job.latest_ns - now_ns)
    return f"{_named(job)}: Delay={delay}, Deadline={deadline}"


# --- quota --------------------------------------------------------------------------------------------------------


def _quota(out: IndentingWriter, phone: System, jobs: list[JobStatus]) -> None:
    level, now = phone.level, phone.clocks.boot_ns()
    if level.has("dump_aconfig"):
        out.line("Aconfig Flags:")
        out.line("    com.android.server.job.adjust_quota_default_constants: true")
        out.line()
    elif not level.has("free_quota_runs_longer"):
        out.line(f"Is charging: {_java(phone.power.charging)}")
    out.line(f"Current elapsed time: {now // MS}")
    out.line()
    for job in jobs:
        out.line(_named(job))
        with out.indented():
            out.line(f"{bucket_name(job.effective_bucket, job.level)}, {_within(phone, job, now)}")
    quota = phone.job_scheduler.quota
    for package in quota.packages():
        timer = "Timer<REG>" if level.has("expedited_jobs") else "Timer"
        out.line(f"{timer}{{<0>{package}}} {timer_state(quota, package, now)}")
        with out.indented():
            sessions(out, quota.saved(package))
    _cached(out, phone, quota, now)


def _within(phone: System, job: JobStatus, now: int) -> str:
    """What is left to it, of expedited time or of quota."""
    scheduler, bucket = phone.job_scheduler, job.effective_bucket
    if job.treated_as_expedited:
        left = scheduler.expedited.remaining_ms(job.package, bucket, now)
        return f"within EJ quota, {left}ms remaining in EJ quota"
    if job.started_expedited:
        return "out of EJ quota, should be stopped after min execution time"
    kind = "regular quota" if phone.level.has("free_quota_runs_longer") else "quota"
    within = f"within {kind}" if job.satisfied & Constraint.WITHIN_QUOTA else "not within quota"
    return f"{within}, {scheduler.quota.remaining_ms(job.package, bucket, now)}ms remaining in quota"


def timer_state(quota: Quota, package: str, now_ns: int) -> str:
    """Give what a Timer says: since when it runs, and how many jobs it counts."""
    started = quota.open_since(package)
    if started is None:
        return "NOT active, 0 running bg jobs"
    since, running = started
    return f"started at {since // MS} ({(now_ns - since) // MS}ms ago), {running} running bg jobs"


def sessions(out: IndentingWriter, saved: tuple[Session, ...]) -> None:
    """Print the sessions of an app that are over, newest first (TimingSession.dump)."""
    if not saved:
        return
    out.line("Saved sessions:")
    with out.indented():
        for one in reversed(saved):
            start, end = one.start_ns // MS, one.end_ns // MS
            out.line(f"{start} -> {end} ({end - start}), {one.jobs} bg jobs.")


def _cached(out: IndentingWriter, phone: System, quota: Quota, now: int) -> None:
    if not quota.packages():
        return
    out.line("Cached execution stats:")
    with out.indented():
        for package in quota.packages():
            out.line(f"<0>{package}")
            with out.indented():
                bucket = phone.standby.bucket(package)
                out.line(f"{bucket_name(bucket, phone.level)}: {stats(phone, quota, package, bucket, now)}")


def stats(phone: System, quota: Quota, package: str, bucket: Bucket, now_ns: int) -> str:
    """Give the ExecutionStats of an app in a bucket, as they are printed."""
    usage = quota.usage(package, bucket, now_ns)
    own_times = "exempted" in phone.level.quota
    values = {
        **({"allowedTimePerPeriodMs": usage.limits.allowed_ms} if own_times else {}),
        "expirationTime": usage.expires_ns // MS,
        "windowSizeMs": usage.limits.window_ms,
        "jobCountLimit": usage.limits.jobs,
        "sessionCountLimit": usage.limits.sessions,
        "executionTimeInWindow": usage.window_ms,
        "bgJobCountInWindow": usage.window_jobs,
        "executionTimeInMaxPeriod": usage.day_ms,
        "bgJobCountInMaxPeriod": usage.day_jobs,
        "sessionCountInWindow": usage.window_sessions,
        "inQuotaTime": 0,
        "rateLimitJobCountExpirationTime": usage.jobs_until_ns // MS,
        "rateLimitJobCountWindow": usage.jobs_at_once,
        "rateLimitSessionCountExpirationTime": usage.sessions_until_ns // MS,
        "rateLimitSessionCountWindow": usage.sessions_at_once,
    }
    return ", ".join(f"{name}={value}" for name, value in values.items())


def _java(value: object) -> str:
    return "true" if value else "false"
