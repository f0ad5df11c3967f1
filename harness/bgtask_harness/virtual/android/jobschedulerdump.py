"""`dumpsys jobscheduler [package]`: the whole dump, section by section.

Source: y36 JobSchedulerService.dumpInternal, JobPackageTracker.dumpHistory, JobConcurrencyManager. Sections of
controllers that this phone does not model are printed with nothing in them.
"""

from __future__ import annotations

from bgtask_harness.virtual.android.durations import from_ns
from bgtask_harness.virtual.android.durations import padded
from bgtask_harness.virtual.android.indent import IndentingWriter
from bgtask_harness.virtual.android.jobconstraints import Constraint
from bgtask_harness.virtual.android.jobdump import dump_job
from bgtask_harness.virtual.android.jobdump import short_string
from bgtask_harness.virtual.android.jobdump import unique_id
from bgtask_harness.virtual.android.jobhistory import STOP
from bgtask_harness.virtual.android.jobhistory import HistoryEvent
from bgtask_harness.virtual.android.jobscheduler import JobScheduler
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.packages import format_uid
from bgtask_harness.virtual.android.system import System

CONTROLLERS = (
    "PrefetchController",
    "FlexibilityController",
    "ConnectivityController",
    "TimeController",
    "IdleController",
    "BatteryController",
    "StorageController",
    "BackgroundJobsController",
    "ContentObserverController",
    "DeviceIdleJobsController",
    "QuotaController",
    "ComponentController",
)
"""In the order of JobSchedulerService's constructor."""

IDLE_CONTEXTS = 16


def dump(phone: System, uid: int | None) -> str:
    """Give the dump, filtered to the jobs of a uid if one is given."""
    return _Dump(phone, uid).text()


class _Dump:
    def __init__(self, phone: System, uid: int | None) -> None:
        self._phone = phone
        self._scheduler: JobScheduler = phone.job_scheduler
        self._uid = uid
        self._now = phone.clocks.boot_ns()
        self._out = IndentingWriter()

    def text(self) -> str:
        """Give everything, section by section."""
        for section in (
            self._settings,
            self._power,
            self._registered,
            self._controllers,
            self._history,
            self._pending,
            self._active,
            self._recent,
            self._end,
        ):
            section()
        return self._out.text()

    def _mine(self, uid: int) -> bool:
        return self._uid in {None, uid}

    def _settings(self) -> None:
        out = self._out
        out.line("Settings:")
        with out.indented():
            for name, value in self._scheduler.constants.items():
                if name not in {"max_jobs", "max_running_per_app"}:
                    out.line(f"{name}={str(value).lower() if isinstance(value, bool) else value} ")
            out.line("QuotaController:")
            with out.indented():
                for line in self._quota_settings():
                    out.line(line)
        out.line()
        out.line("Thermal status: 0")  # ThermalStatusRestriction.dumpConstants
        out.line()

    def _quota_settings(self) -> list[str]:
        table = self._phone.profile.quota
        lines = [f"allowed_time_per_period_{name}_ms={row['allowed_ms']} " for name, row in table.items()]
        lines += [f"window_size_{_short(name)}_ms={row['window_ms']} " for name, row in table.items()]
        lines += [f"max_job_count_{_short(name)}={row['jobs']} " for name, row in table.items()]
        return lines + [f"max_session_count_{_short(name)}={row['sessions']} " for name, row in table.items()]

    def _power(self) -> None:
        out, power = self._out, self._phone.power
        charging = _java(power.charging)
        out.line(f"Power connected: {_java(power.state.powered)}")
        out.line(f"Battery charging: {charging}")
        out.line(f"Considered charging: {charging}")
        out.line(f"Battery level: {power.state.level}")
        out.line(f"Battery not low: {_java(power.battery_not_low)}")
        if self._phone.monitor_battery:
            out.line(f"MONITORING: seq={power.sequence}")
        out.line()
        out.line("Started users: [0]")
        out.line()
        out.line("Media Cloud Providers: {}")
        out.line()

    def _registered(self) -> None:
        out, jobs = self._out, self._scheduler.jobs()
        out.line(f"Registered {len(jobs)} jobs:")
        mine = [job for job in jobs if self._mine(job.uid)]
        with out.indented():
            for job in mine:
                out.line(f"JOB {unique_id(job)}: {job.identity} {job.battery_name}")
                with out.indented():
                    self._job(job)
            if not mine:
                out.line("None.")

    def _job(self, job: JobStatus) -> None:
        scheduler = self._scheduler
        dump_job(self._out, job, self._phone.clocks, self._phone.network.network_id, full=True)
        self._out.line("Restricted due to: none.")
        self._out.line(
            f"Ready: {_java(scheduler.may_execute(job))} (job={_java(scheduler.is_ready(job))} user=true"
            f" !restricted=true !pending={_java(not scheduler.is_pending(job))}"
            f" !active={_java(not scheduler.is_running(job))} !backingup=true comp={_java(job.component_present)})"
        )

    def _controllers(self) -> None:
        for name in CONTROLLERS:
            self._out.line()
            self._out.line(f"{name}:")
            with self._out.indented():
                if name == "TimeController":
                    self._time_controller()
                elif name == "QuotaController":
                    self._quota_controller()

    def _time_controller(self) -> None:
        out = self._out
        out.line(f"Elapsed clock: {self._now // 1_000_000}")
        for job in self._scheduler.jobs():
            if not self._mine(job.uid) or not job.required & (Constraint.TIMING_DELAY | Constraint.DEADLINE):
                continue
            delay = "N/A" if job.earliest_ns is None else from_ns(job.earliest_ns - self._now)
            deadline = "N/A" if job.latest_ns is None else from_ns(job.latest_ns - self._now)
            out.line(f"#{unique_id(job)} from {format_uid(job.uid)}: Delay={delay}, Deadline={deadline}")

    def _quota_controller(self) -> None:
        out, quota = self._out, self._scheduler.quota
        out.line("Aconfig Flags:")
        out.line("    com.android.server.job.adjust_quota_default_constants: true")
        out.line()
        out.line(f"Current elapsed time: {self._now // 1_000_000}")
        out.line()
        for job in self._scheduler.jobs():
            if self._mine(job.uid):
                within = "within regular quota" if job.satisfied & Constraint.WITHIN_QUOTA else "not within quota"
                left = quota.remaining_ms(job.package, job.effective_bucket, self._now)
                out.line(f"#{unique_id(job)} from {format_uid(job.uid)}")
                with out.indented():
                    out.line(f"{job.effective_bucket.name}, {within}, {left}ms remaining in quota")

    def _history(self) -> None:
        events = [event for event in self._scheduler.history.events() if self._mine(event.uid)]
        self._out.line()
        if not events:
            return
        with self._out.indented():
            self._out.line("Job history:")
        for event in events:
            self._out.raw(history_line(event, self._now))
        self._out.line()

    def _pending(self) -> None:
        out = self._out
        out.line("Pending queue:")
        with out.indented():
            shown = [(n, job) for n, job in enumerate(self._scheduler.pending_queue(), 1) if self._mine(job.uid)]
            for number, job in shown:
                out.line(f"Pending #{number}: {short_string(job)}")
                with out.indented():
                    dump_job(out, job, self._phone.clocks, self._phone.network.network_id, full=False)
                    out.line("Evaluated bias: DEFAULT [0]")
            if not shown:
                out.line("None")
        out.line()

    def _active(self) -> None:
        out = self._out
        out.line("Active jobs:")
        with out.indented():
            shown = 0
            for number, execution in enumerate(self._scheduler.executions()):
                if not self._mine(execution.job.uid):
                    continue
                shown += 1
                out.line(f"Slot #{number}(ID={101_739_677 + number}): {execution.short_name}")
                with out.indented():
                    self._execution_times(execution.started_ns, execution.timeout_ns, execution.limits)
                    dump_job(out, execution.job, self._phone.clocks, self._phone.network.network_id, full=False)
            if not shown:
                out.line("N/A")
        out.line()
        out.line(f"Idle contexts ({max(0, IDLE_CONTEXTS - len(self._scheduler.executions()))}):")

    def _execution_times(self, started_ns: int, timeout_ns: int, limits: tuple[int, int]) -> None:
        left = [from_ns(started_ns + limit - self._now) for limit in limits]
        running, timeout = from_ns(self._now - started_ns), from_ns(timeout_ns - self._now)
        self._out.line(f"Running for: {running}, timeout at: {timeout}")
        self._out.line(f"Remaining execution limits: [{left[0]}, {left[1]}]")

    def _recent(self) -> None:
        out = self._out
        out.line()
        out.line("Recently completed jobs:")
        with out.indented():
            shown = [(ended, job) for ended, job in reversed(self._scheduler.recent) if self._mine(job.uid)]
            for ended_ns, job in shown:
                out.line(from_ns(ended_ns - self._now))
                with out.indented(2):
                    out.line(short_string(job))
                    dump_job(out, job, self._phone.clocks, None, full=True)
            if not shown:
                out.line("None")
        out.line()
        out.line()

    def _end(self) -> None:
        out = self._out
        if self._uid is None:
            out.line()
            out.line("mReadyToRock=true")
            out.line(f"mReportedActive={_java(self._scheduler.executions())}")
        out.line()
        out.line("Concurrency:")
        with out.indented():
            out.line(f"Screen state: current {'ON' if self._phone.screen_on else 'OFF'}")
        out.line()
        out.line("PersistStats: FirstLoad: 0/0/0 LastSave: 0/0/0")
        out.line()


def history_line(event: HistoryEvent, now_ns: int) -> str:
    """Give one line of the job history: time, label, job, and why it stopped."""
    label = event.label + ("-P" if event.periodic else "")
    reason = f" {event.reason}" if event.label == STOP else ""
    when = from_ns(event.boot_ns - now_ns, padded)
    return f"{when} {label:>7}: #{format_uid(event.uid)}/{event.job_id} {event.tag}{reason}"


def _short(bucket: str) -> str:
    return bucket.removesuffix("_set")


def _java(value: object) -> str:
    return "true" if value else "false"
