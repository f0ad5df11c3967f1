"""`dumpsys jobscheduler [package]`: the whole dump, section by section, as the phone's level prints it.

Source: JobSchedulerService.dumpInternal of a28, a30 and y36, JobPackageTracker.dumpHistory, JobConcurrencyManager; what
a level prints is in `levels.toml`. Sections of controllers that this phone does not model are printed with nothing in
them; statistics (`Current stats`) are left out.
"""

from __future__ import annotations

from bgtask_harness.virtual.android import jobcontrollersdump
from bgtask_harness.virtual.android import jobsettingsdump
from bgtask_harness.virtual.android.durations import from_ns
from bgtask_harness.virtual.android.durations import padded
from bgtask_harness.virtual.android.indent import IndentingWriter
from bgtask_harness.virtual.android.jobdump import dump_job
from bgtask_harness.virtual.android.jobdump import short_string
from bgtask_harness.virtual.android.jobdump import wakelock_tag
from bgtask_harness.virtual.android.jobexecution import Execution
from bgtask_harness.virtual.android.jobhistory import STOP
from bgtask_harness.virtual.android.jobhistory import HistoryEvent
from bgtask_harness.virtual.android.jobregisterdump import Standing
from bgtask_harness.virtual.android.jobregisterdump import dump_registered
from bgtask_harness.virtual.android.jobregisterdump import header
from bgtask_harness.virtual.android.jobscheduler import JobScheduler
from bgtask_harness.virtual.android.jobslots import Slot
from bgtask_harness.virtual.android.jobstatus import JobStatus
from bgtask_harness.virtual.android.packages import format_uid
from bgtask_harness.virtual.android.system import System


def dump(phone: System, uid: int | None) -> str:
    """Give the dump, filtered to the jobs of a uid if one is given."""
    return _Dump(phone, uid).text()


class _Dump:
    def __init__(self, phone: System, uid: int | None) -> None:
        self._phone = phone
        self._scheduler: JobScheduler = phone.job_scheduler
        self._uid = uid
        self._now = phone.clocks.boot_ns()
        self._has = phone.level.has
        self._out = IndentingWriter()

    def text(self) -> str:
        """Give everything, section by section."""
        jobsettingsdump.dump(self._out, self._phone)
        for section in (
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

    def _power(self) -> None:
        out, power = self._out, self._phone.power
        charging = _java(power.charging)
        if self._has("dump_power"):
            out.line(f"Power connected: {_java(power.state.powered)}")
            out.line(f"Battery charging: {charging}")
            out.line(f"Considered charging: {charging}")
            out.line(f"Battery level: {power.state.level}")
            out.line(f"Battery not low: {_java(power.battery_not_low)}")
        elif self._has("dump_battery"):
            out.line(f"Battery charging: {charging}")
            out.line(f"Battery not low: {_java(power.battery_not_low)}")
        if self._has("dump_battery"):
            if self._phone.monitor_battery:
                out.line(f"MONITORING: seq={power.sequence}")
            out.line()
        out.line("Started users: [0]")
        if self._has("dump_media_cloud"):
            out.line()
            out.line("Media Cloud Providers: {}")
            out.line()

    def _registered(self) -> None:
        out, jobs, others = self._out, self._scheduler.jobs(), self._has("dumps_others_headers")
        out.line(f"Registered {len(jobs)} jobs:")
        shown = [job for job in jobs if others or self._mine(job.uid)]
        with out.indented():
            for job in shown:
                if self._mine(job.uid):
                    self._job(job)
                else:
                    out.line(header(job))
            if not shown:
                out.line("None.")

    def _job(self, job: JobStatus) -> None:
        scheduler = self._scheduler
        beats = scheduler.heartbeats.last_run(job.package) if scheduler.heartbeats else 0
        standing = Standing(
            may_execute=scheduler.may_execute(job),
            ready=scheduler.is_ready(job),
            pending=scheduler.is_pending(job),
            running=scheduler.is_running(job),
            last_run_heartbeat=beats,
            restricted=scheduler.is_restricted(job),
        )
        dump_registered(self._out, job, standing, self._phone.clocks, self._phone.network.network_id)

    def _controllers(self) -> None:
        jobcontrollersdump.dump(self._out, self._phone, self._mine)
        if self._has("dump_uid_priorities"):
            self._out.line()
            self._out.line("Uid priority overrides:")

    def _history(self) -> None:
        events = [event for event in self._scheduler.history.events() if self._mine(event.uid)]
        self._out.line()
        if not events:
            return
        with self._out.indented():
            self._out.line("Job history:")
        for event in events:
            self._out.raw(history_line(event, self._now, inverted=self._has("inverted_stop_labels")))
        self._out.line()

    def _pending(self) -> None:
        out, first = self._out, 1 if self._has("dump_pending_from_one") else 0
        out.line("Pending queue:")
        with out.indented():
            shown = [(n, job) for n, job in enumerate(self._scheduler.pending_queue(), first) if self._listed(job)]
            for number, job in shown:
                out.line(f"Pending #{number}: {short_string(job)}")
                with out.indented():
                    dump_job(out, job, self._phone.clocks, self._phone.network.network_id, full=False)
                    self._evaluated()
                    if not self._has("dump_pending_from_one"):
                        out.line(f"Tag: {wakelock_tag(job)}")
                    out.line(f"Enq: {from_ns(job.pending_since_ns - self._now)}")
            if not shown and self._has("dump_pending_none"):
                out.line("None")
        out.line()

    def _listed(self, job: JobStatus) -> bool:
        """Up to API 33 a filter does not reach the queue."""
        return self._has("dumps_others_headers") or self._mine(job.uid)

    def _evaluated(self) -> None:
        if self._has("dump_evaluated_bias"):
            self._out.line("Evaluated bias: DEFAULT [0]")
        elif self._has("dump_evaluated_default"):
            self._out.line("Evaluated priority: DEFAULT [0]")  # the words are those of the bias, UNCONFIRMED

    def _active(self) -> None:
        self._out.line("Active jobs:")
        with self._out.indented():
            if self._has("dump_slots"):
                self._slots()
            else:
                self._running()
        if self._has("dump_slots"):
            return
        self._out.line()
        self._out.line(f"Idle contexts ({max(0, self._scheduler.limits.slots - len(self._scheduler.executions()))}):")

    def _slots(self) -> None:
        """Every slot, whatever the filter: a28 and a30 JobSchedulerService.dumpInternal."""
        for number, slot in enumerate(self._scheduler.slots.all()):
            if slot.execution is not None:
                self._execution(f"Slot #{number}", slot.execution)
            else:
                self._out.line(idle_slot(number, slot, self._now))

    def _running(self) -> None:
        shown = [(n, run) for n, run in enumerate(self._scheduler.executions()) if self._mine(run.job.uid)]
        for number, execution in shown:
            self._execution(f"Slot #{number}(ID={101_739_677 + number})", execution)
        if not shown:
            self._out.line("N/A")

    def _execution(self, name: str, execution: Execution) -> None:
        out, job = self._out, execution.job
        out.line(f"{name}: {execution.short_name}")
        with out.indented():
            self._execution_times(execution.started_ns, execution.timeout_ns, execution.limits)
            dump_job(out, job, self._phone.clocks, self._phone.network.network_id, full=False)
            if self._has("dump_slots"):
                self._evaluated()
                waited = from_ns(execution.started_ns - job.pending_since_ns)
                out.line(f"Active at {from_ns(execution.started_ns - self._now)}, pending for {waited}")

    def _execution_times(self, started_ns: int, timeout_ns: int, limits: tuple[int, int]) -> None:
        left = [from_ns(started_ns + limit - self._now) for limit in limits]
        running, timeout = from_ns(self._now - started_ns), from_ns(timeout_ns - self._now)
        self._out.line(f"Running for: {running}, timeout at: {timeout}")
        if self._has("active_limits"):
            self._out.line(f"Remaining execution limits: [{left[0]}, {left[1]}]")

    def _recent(self) -> None:
        out = self._out
        if not self._has("dump_completed"):
            return
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
            out.line(f"mReportedActive={_java(self._scheduler.reports_active)}")
            if self._has("dump_max_active_jobs"):
                out.line(f"mMaxActiveJobs={self._scheduler.limits.max_running_per_app}")
        out.line()
        if self._has("dump_concurrency"):
            out.line("Concurrency:")
            with out.indented():
                out.line(f"Screen state: current {'ON' if self._phone.screen_on else 'OFF'}")
            out.line()
        out.line("PersistStats: FirstLoad: 0/0/0 LastSave: 0/0/0")
        out.line()


def idle_slot(number: int, slot: Slot, now_ns: int) -> str:
    """Give the line of a slot in which nothing runs."""
    if slot.stopped_ns is None:
        return f"Slot #{number}: inactive"
    return f"Slot #{number}: inactive since {from_ns(slot.stopped_ns - now_ns)}, stopped because: {slot.reason}"


def history_line(event: HistoryEvent, now_ns: int, *, inverted: bool = False) -> str:
    """Give one line of the job history: time, label, job, and why it stopped. `inverted` swaps STOP and STOP-P."""
    marked = event.periodic != (inverted and event.label == STOP)
    label = event.label + ("-P" if marked else "")
    reason = f" {event.reason}" if event.label == STOP else ""
    when = from_ns(event.boot_ns - now_ns, padded)
    return f"{when} {label:>7}: #{format_uid(event.uid)}/{event.job_id} {event.tag}{reason}"


def _java(value: object) -> str:
    return "true" if value else "false"
