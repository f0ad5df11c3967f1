"""A phone with a tiny app on it, and a shell that keeps what its commands wrote."""

from __future__ import annotations

import os
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

import pytest

from bgtask_harness.virtual.android.jobs import InstalledPackage
from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.jobs import JobNetwork
from bgtask_harness.virtual.android.jobs import JobParameters
from bgtask_harness.virtual.android.jobscheduler import JobScheduler
from bgtask_harness.virtual.android.phone import Phone
from bgtask_harness.virtual.android.profile import phone_profile

PACKAGE = "com.example.app"
SERVICE = "com.example.app.Jobs"
SECOND = 1_000_000_000


@dataclass
class Started:
    job_id: int
    boot_ns: int
    finished: Callable[[bool], None]


@dataclass
class App:
    """What the test says the app does; outlives its processes."""

    phone: Phone
    work_ns: int = 5 * SECOND
    ongoing: bool = True
    reschedule: bool = False
    on_stop: bool = True
    fail_on_create: Exception | None = None
    fail_on_start: Exception | None = None
    answer: str | None = "ok"
    receiver_enabled: bool = True
    starts: list[Started] = field(default_factory=list)
    stops: list[JobParameters] = field(default_factory=list)
    broadcasts: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    processes: list[Process] = field(default_factory=list)
    cleared: int = 0
    activities: int = 0

    def package(self) -> InstalledPackage:
        return InstalledPackage(
            name=PACKAGE,
            version_code=7,
            version_name="1.7",
            launcher_activity="com.example.app.MainActivity",
            receivers={
                "android.intent.action.BOOT_COMPLETED": "com.example.app.Boot",
                "android.intent.action.TIME_SET": "com.example.app.Boot",
                "bgtask.HOOK": "com.example.app.Hook",
            },
            start_process=self.start_process,
            enabled=lambda _receiver: self.receiver_enabled,
            clear_data=self.clear,
            guarded={"com.example.app.Hook": "android.permission.DUMP"},
        )

    def start_process(self, pid: int, why: str) -> Process:
        if self.fail_on_create is not None:
            raise self.fail_on_create
        process = Process(self, pid, why)
        self.processes.append(process)
        return process

    def clear(self) -> None:
        self.cleared += 1

    def schedule(self, **changes: object) -> None:
        network = JobNetwork(str(changes.pop("network", "none")))
        fields: dict[str, object] = {"job_id": 1, "service": f"{PACKAGE}/{SERVICE}", "network": network, **changes}
        assert self.phone.job_scheduler.schedule(PACKAGE, JobInfo(**fields))  # type: ignore[arg-type]


@dataclass
class Process:
    app: App
    pid: int
    why: str
    alive: bool = True
    frozen: bool = False

    def job_service(self, class_name: str) -> Process | None:
        return self if class_name == SERVICE else None

    def on_start_job(self, parameters: JobParameters, finished: Callable[[bool], None]) -> bool:
        app = self.app
        app.starts.append(Started(parameters.job_id, app.phone.clocks.boot_ns(), finished))
        if app.fail_on_start is not None:
            raise app.fail_on_start
        if app.ongoing and app.work_ns:
            app.phone.kernel.after(app.work_ns, lambda: self.alive and finished(app.reschedule))
        return app.ongoing

    def on_stop_job(self, parameters: JobParameters) -> bool:
        self.app.stops.append(parameters)
        return self.app.on_stop

    def on_broadcast(self, receiver: str, action: str, extras: Mapping[str, str]) -> str | None:
        self.app.broadcasts.append((receiver, action, dict(extras)))
        return self.app.answer

    def on_activity(self) -> None:
        self.app.activities += 1

    def on_frozen(self, *, frozen: bool) -> None:
        self.frozen = frozen

    def on_killed(self) -> None:
        self.alive = False


@dataclass
class Result:
    out: str
    err: str
    status: int


class Streams:
    def __init__(self) -> None:
        self.written: list[str] = []
        self.errors: list[str] = []

    async def read(self) -> bytes:
        return b""

    def out(self, text: str) -> None:
        self.written.append(text)

    def err(self, text: str) -> None:
        self.errors.append(text)

    async def drain(self) -> None:
        return


@dataclass
class Shell:
    phone: Phone

    def start(self, *argv: str) -> tuple[Streams, list[int]]:
        program = self.phone.command(argv[0])
        assert program is not None, argv[0]
        streams, status = Streams(), []

        async def run() -> None:
            status.append(await program(self.phone, argv, streams))

        task = self.phone.kernel.spawn(run(), " ".join(argv))
        self.task = task
        return streams, status

    def __call__(self, *argv: str, within: int = 30 * SECOND) -> Result:
        streams, status = self.start(*argv)
        limit = self.phone.kernel.now + within
        while not status and self.task.error is None and self.phone.kernel.run_next(limit):
            pass
        if self.task.error is not None:
            raise self.task.error
        assert status, f"{argv} did not end"
        return Result("".join(streams.written), "".join(streams.errors), status[0])


@pytest.fixture
def make_phone() -> Callable[..., Phone]:
    def make(job_scheduler: type[JobScheduler] = JobScheduler) -> Phone:
        return Phone(profile=phone_profile("pixel7-api36"), job_scheduler=job_scheduler)

    return make


@pytest.fixture
def phone(make_phone: Callable[..., Phone]) -> Phone:
    return make_phone()


@pytest.fixture
def make_app() -> Callable[[Phone], App]:
    def make(phone: Phone) -> App:
        app = App(phone)
        phone.install(app.package())
        return app

    return make


@pytest.fixture
def app(phone: Phone, make_app: Callable[[Phone], App]) -> App:
    return make_app(phone)


@pytest.fixture
def shell(phone: Phone) -> Shell:
    return Shell(phone)


@pytest.fixture
def advance(phone: Phone) -> Callable[[float], None]:
    def move(seconds: float) -> None:
        phone.kernel.run_until(phone.kernel.now + round(seconds * SECOND))

    return move


@pytest.fixture
def log_lines(phone: Phone) -> Callable[[], list[str]]:
    def lines() -> list[str]:
        return [f"{e.priority}/{e.tag}: {e.message}" for e in phone.logs.read(phone.logs.names)]

    return lines


@dataclass
class Bench:
    """A phone of a level with the tiny app on it."""

    phone: Phone
    app: App
    run: Shell

    def js(self, *words: str) -> tuple[str, str, int]:
        result = self.run("cmd", "jobscheduler", *words)
        return result.out, result.err, result.status

    def type(self, line: str) -> tuple[str, str, int]:
        result = self.run(*line.split(" "))
        return result.out, result.err, result.status

    def advance(self, seconds: float) -> None:
        self.phone.kernel.run_until(self.phone.kernel.now + round(seconds * SECOND))

    def dump(self) -> list[str]:
        text: str = self.run("dumpsys", "jobscheduler", PACKAGE).out
        return [line.strip() for line in text.splitlines()]

    def unplug(self) -> None:
        self.run("dumpsys", "battery", "unplug")


@pytest.fixture
def at(make_app: Callable[[Phone], App]) -> Callable[[int], Bench]:
    def bench(api: int) -> Bench:
        phone = Phone(profile=phone_profile(f"pixel7-api{api}"))
        return Bench(phone, make_app(phone), Shell(phone))

    return bench


@pytest.fixture
def recorded() -> Callable[[str], list[str]]:
    """Give the lines of a file of the corpus; the test is skipped where there is none."""

    def lines(name: str) -> list[str]:
        path = Path(os.environ.get("BGTASK_CORPUS", "")) / "android" / name
        if not path.is_file():
            pytest.skip(f"BGTASK_CORPUS names no folder with android/{name}")
        return path.read_text(encoding="utf-8").splitlines()

    return lines
