"""Whatever happens to a phone, JobScheduler keeps its promises."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field

from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from bgtask_harness.observe import observe_text
from bgtask_harness.virtual.android.jobhistory import START
from bgtask_harness.virtual.android.jobs import InstalledPackage
from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.jobs import JobNetwork
from bgtask_harness.virtual.android.jobs import JobParameters
from bgtask_harness.virtual.android.jobschedulerdump import dump
from bgtask_harness.virtual.android.jobstatus import Override
from bgtask_harness.virtual.android.phone import Phone
from bgtask_harness.virtual.android.profile import phone_profile
from bgtask_reference.events import Clock
from bgtask_reference.events import JobsListed
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import Stamp

PACKAGE = "com.example.app"
NAMESPACE = "androidx.work.systemjobscheduler"
SECOND = 1_000_000_000


@dataclass
class Watch:
    """The app's process and the judge of it: notes what runs and breaks when a promise is."""

    phone: Phone
    work_s: int = 5
    reschedule: bool = False
    running: set[tuple[str | None, int]] = field(default_factory=set)
    starts: int = 0
    alive: bool = False
    frozen: bool = False

    def package(self) -> InstalledPackage:
        return InstalledPackage(PACKAGE, 1, "1", "Main", {}, self.start, lambda _: True, lambda: None)

    def start(self, _pid: int, _why: str) -> Watch:
        assert not self.alive, "two processes of one app"
        self.alive = True
        self.running.clear()
        return self

    def job_service(self, _class_name: str) -> Watch:
        return self

    def on_start_job(self, parameters: JobParameters, finished: Callable[[bool], None]) -> bool:
        key = (parameters.namespace, parameters.job_id)
        assert key not in self.running, "two executions of one job"
        self.running.add(key)
        self.starts += 1
        self._was_due(key)
        self.phone.kernel.after(self.work_s * SECOND, lambda: self._finish(key, finished))
        return True

    def _was_due(self, key: tuple[str | None, int]) -> None:
        now = self.phone.clocks.boot_ns()
        for execution in self.phone.job_scheduler.executions():
            job = execution.job
            if (job.job.namespace, job.job.job_id) == key and job.override is Override.NONE:
                late = job.latest_ns is not None and job.latest_ns <= now
                assert late or job.earliest_ns is None or job.earliest_ns <= now, "started before it was due"

    def _finish(self, key: tuple[str | None, int], finished: Callable[[bool], None]) -> None:
        if self.alive and key in self.running:
            self.running.discard(key)
            finished(self.reschedule)

    def on_stop_job(self, parameters: JobParameters) -> bool:
        self.running.discard((parameters.namespace, parameters.job_id))
        return True

    def on_broadcast(self, _receiver: str, _action: str, _extras: Mapping[str, str]) -> str | None:
        return None

    def on_activity(self) -> None:
        return

    def on_frozen(self, *, frozen: bool) -> None:
        self.frozen = frozen

    def on_killed(self) -> None:
        self.alive = False
        self.running.clear()


Step = Callable[[Watch], None]


def _schedule(job: JobInfo) -> Step:
    return lambda watch: watch.phone.job_scheduler.schedule(PACKAGE, job) and None


def _cancel(job_id: int, namespace: str | None) -> Step:
    return lambda watch: watch.phone.job_scheduler.cancel(PACKAGE, job_id, namespace)


def _advance(seconds: int) -> Step:
    return lambda watch: watch.phone.kernel.run_until(watch.phone.kernel.now + seconds * SECOND)


def _force(job_id: int, namespace: str | None) -> Step:
    def step(watch: Watch) -> None:
        scheduler = watch.phone.job_scheduler
        job = scheduler.find((watch.phone.uid_of(PACKAGE), namespace, job_id))
        if job is not None:
            scheduler.force(job, Override.FULL)
            scheduler.run_ready()

    return step


def _worker(seconds: int, reschedule: bool) -> Step:
    def step(watch: Watch) -> None:
        watch.work_s, watch.reschedule = seconds, reschedule

    return step


def _activity(watch: Watch) -> None:
    record = watch.phone.packages.find(PACKAGE)
    assert record is not None
    watch.phone.activities.start_activity(record, f"{PACKAGE}/Main")


def _force_stop(watch: Watch) -> None:
    record = watch.phone.packages.find(PACKAGE)
    assert record is not None
    watch.phone.activities.force_stop(record, "from pid 1")


def _crash(watch: Watch) -> None:
    for process in watch.phone.processes.all():
        watch.phone.crash(process.pid, ValueError("planted"))


ids, namespaces = st.integers(1, 3), st.sampled_from([None, NAMESPACE])
jobs = st.builds(
    JobInfo,
    job_id=ids,
    service=st.just(f"{PACKAGE}/{PACKAGE}.Jobs"),
    namespace=namespaces,
    network=st.sampled_from(JobNetwork),
    charging=st.booleans(),
    minimum_latency_ms=st.none() | st.integers(0, 7_200_000),
    override_deadline_ms=st.none() | st.integers(0, 7_200_000),
    period_ms=st.none() | st.integers(1, 7_200_000),
    flex_ms=st.none() | st.integers(1, 7_200_000),
    backoff_ms=st.integers(0, 100_000),
    persisted=st.booleans(),
)
steps: st.SearchStrategy[Step] = st.one_of(
    jobs.map(_schedule),
    st.builds(_cancel, ids, namespaces),
    st.builds(_advance, st.integers(0, 9_000)),
    st.builds(_force, ids, namespaces),
    st.builds(_worker, st.integers(0, 2_000), st.booleans()),
    st.sampled_from(
        [
            _activity,
            _force_stop,
            _crash,
            lambda watch: watch.phone.activities.home(),
            lambda watch: watch.phone.activities.kill_background(PACKAGE),
            lambda watch: watch.phone.reboot(),
            lambda watch: watch.phone.network.change(wifi=False, mobile=False),
            lambda watch: watch.phone.network.change(wifi=True),
            lambda watch: watch.phone.power.override(usb=False),
            lambda watch: watch.phone.power.reset(),
            lambda watch: watch.phone.device_idle.force_deep() and None,
            lambda watch: watch.phone.device_idle.unforce(),
            lambda watch: watch.phone.set_screen(on=False),
            lambda watch: watch.phone.set_screen(on=True),
            lambda watch: watch.phone.standby.set(PACKAGE, 40),
            lambda watch: watch.phone.standby.set(PACKAGE, 45),
            lambda watch: watch.phone.set_wall_clock(watch.phone.clocks.wall_ns() + 3_600 * SECOND),
        ]
    ),
)


models = st.sampled_from([f"pixel7-api{api}" for api in range(28, 38)])


@settings(max_examples=200, deadline=None)
@given(models, st.lists(steps, max_size=40))
def test_no_job_runs_twice_at_once_or_before_it_is_due(model: str, history: list[Step]) -> None:
    phone = Phone(profile=phone_profile(model))
    watch = Watch(phone)
    phone.install(watch.package())
    for step in history:
        step(watch)
        _promises(phone)
    phone.kernel.run_until(phone.kernel.now + 7_200 * SECOND)
    _promises(phone)


def _promises(phone: Phone) -> None:
    scheduler = phone.job_scheduler
    events = scheduler.history.events()
    assert len(events) <= 100
    running: dict[tuple[int, int, str], int] = {}
    for event in events if len(events) < 100 else ():
        key = (event.uid, event.job_id, event.tag)
        running[key] = running.get(key, 0) + (1 if event.label == START else -1)
        assert running[key] in {0, 1}, "a stop without a start, or two starts"
    keys = [execution.job.key for execution in scheduler.executions()]
    assert len(keys) == len(set(keys))
    assert [event.boot_ns for event in events] == sorted(event.boot_ns for event in events)


@settings(max_examples=50, deadline=None)
@given(models, st.lists(steps, max_size=25))
def test_the_same_history_gives_the_same_log(model: str, history: list[Step]) -> None:
    assert _log_after(model, history) == _log_after(model, history)


@settings(max_examples=100, deadline=None)
@given(models, st.lists(steps, max_size=25))
def test_whatever_a_phone_of_any_level_prints_is_read(model: str, history: list[Step]) -> None:
    phone = Phone(profile=phone_profile(model))
    watch = Watch(phone)
    phone.install(watch.package())
    for step in history:
        step(watch)
    scheduler, uid = phone.job_scheduler, phone.uid_of(PACKAGE)
    listed, *rest = observe_text("dumpsys-jobscheduler", dump(phone, uid), Stamp(Clock.BOOT, 0), PACKAGE)
    assert isinstance(listed, JobsListed)
    assert [event for event in rest if isinstance(event, LineUnknown)] == []
    assert listed.complete
    assert [(job.namespace, job.job_id) for job in listed.jobs] == [
        (job.job.namespace, job.job.job_id) for job in scheduler.jobs()
    ]
    assert len(listed.active) == len(scheduler.executions())
    assert len(listed.history) == len(scheduler.history.events())


def _log_after(model: str, history: list[Step]) -> list[tuple[int, str]]:
    phone = Phone(profile=phone_profile(model))
    watch = Watch(phone)
    phone.install(watch.package())
    for step in history:
        step(watch)
    return [(entry.wall_ns, entry.message) for entry in phone.logs.read(phone.logs.names)]
