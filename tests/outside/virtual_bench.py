"""A virtual phone with an app on it, on virtual time, for tests of what runs on it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from bgtask_harness.virtual.android.activitymanager import Broadcast
from bgtask_harness.virtual.android.jobs import JobInfo
from bgtask_harness.virtual.android.phone import Phone
from bgtask_harness.virtual.android.profile import phone_profile
from bgtask_harness.virtual.workmanager.database import Work
from bgtask_harness.virtual.workmanager.library import WorkManager
from bgtask_harness.virtual.workmanager.runtime import install
from bgtask_reference.ports.work_manager import AndroidProgram

PACKAGE = "com.thomaskioko.tvmaniac"
HOOK = f"{PACKAGE}.BackgroundTaskHook"
NAMESPACE = "androidx.work.systemjobscheduler"
SECOND = 1_000_000_000
MINUTE = 60
HOUR = 3600


@dataclass(frozen=True)
class Line:
    at: float
    """Seconds since the bench was made."""
    pid: int
    tid: int
    priority: str
    tag: str
    message: str


@dataclass(frozen=True)
class Run:
    task: str
    begin: float
    end: float | None
    result: str | None
    work_id: str | None
    attempt: int


class Bench:
    def __init__(
        self,
        program: AndroidProgram,
        *,
        work_manager: type[WorkManager] = WorkManager,
        mode: str = "hook",
        level: str = "INFO",
        version: str = "2.11.2",
    ) -> None:
        self.phone = Phone(profile=phone_profile("pixel7-api36"))
        self._kernel_begin = self.phone.kernel.now
        self._boot_begin = self.phone.clocks.boot_ns()
        self.app = install(
            self.phone,
            work_manager,
            program,
            package=PACKAGE,
            mode=mode,
            launcher_activity=f"{PACKAGE}.app.MainActivity",
            hook_receiver=HOOK,
            work_manager_version=version,
            minimum_log_level=level,
        )
        self.lines: list[Line] = []
        self._read = 0
        self.phone.on_log(self._take)

    def _take(self) -> None:
        at = (self.phone.kernel.now - self._kernel_begin) / SECOND
        for entry in self.phone.logs.read(self.phone.logs.names, self._read):
            self._read = entry.number
            self.lines.append(Line(at, entry.pid, entry.tid, entry.priority, entry.tag, entry.message))

    @property
    def now(self) -> float:
        return (self.phone.kernel.now - self._kernel_begin) / SECOND

    def run(self, seconds: float) -> None:
        self.phone.kernel.run_until(self.phone.kernel.now + round(seconds * SECOND))

    def broadcast(self, action: str, receiver: str | None = None, **extras: str) -> str | None:
        answers: list[str | None] = []
        permissions = frozenset({"android.permission.DUMP"})
        intent = Broadcast(action, PACKAGE, receiver, extras, include_stopped=True, permissions=permissions)
        self.phone.activities.broadcast(intent, answers.append)
        self.run(1)
        return answers[0] if answers else None

    def hook(self, command: str, **extras: str) -> str | None:
        return self.broadcast("bgtask.HOOK", HOOK, command=command, **extras)

    def state(self, name: str, value: str) -> None:
        assert self.hook("state", name=name, value=value) == "ok"

    def server(self, endpoint: str, reply: str, **extras: str) -> None:
        assert self.hook("server", endpoint=endpoint, reply=reply, **extras) == "ok"

    def log_in(self) -> None:
        self.state("active_provider", "TRAKT")

    def log_out(self) -> None:
        self.state("active_provider", "")

    def diagnostics(self) -> None:
        self.broadcast("androidx.work.diagnostics.REQUEST_DIAGNOSTICS")

    def kill(self) -> None:
        self.phone.activities.kill_background(PACKAGE)
        self.run(0.1)

    def force_stop(self) -> None:
        record = self.phone.packages.find(PACKAGE)
        assert record is not None
        self.phone.activities.force_stop(record, "from pid 1")
        self.run(0.1)

    def open(self) -> None:
        record = self.phone.packages.find(PACKAGE)
        assert record is not None
        self.phone.activities.start_activity(record, f"{PACKAGE}/.app.MainActivity")
        self.run(1)
        self.phone.activities.home()

    def reboot(self) -> None:
        self.phone.reboot()
        self.run(self.phone.profile.boot_seconds + self.phone.profile.boot_completed_seconds + 1)

    def network(self, *, on: bool) -> None:
        self.phone.network.set_airplane(on=not on)
        self.run(0.1)

    @property
    def jobs(self) -> tuple[JobInfo, ...]:
        return self.phone.job_scheduler.pending(PACKAGE, NAMESPACE)

    def row(self, name: str) -> Work:
        (found,) = self.app.storage.database.named(name)
        return found

    def messages(self, tag: str, since: float = 0) -> list[str]:
        return [line.message for line in self.lines if line.tag == tag and line.at >= since]

    def beacons(self) -> list[tuple[float, dict[str, Any]]]:
        return [(line.at, json.loads(line.message)) for line in self.lines if line.tag == "bgtask-beacon"]

    def runs(self, task: str = "", since: float = 0) -> list[Run]:
        """Runs that began since then, as the beacon tells them; one that never ended has no end."""
        found: dict[str, Run] = {}
        for at, beacon in self.beacons():
            if beacon["event"] == "start" and at >= since and task in beacon["task"]:
                attempt_id = beacon["attempt_id"]
                assert attempt_id not in found
                named = (beacon["task"], at, None, None, beacon["work_id"], beacon["run_attempt"])
                found[attempt_id] = Run(*named)
            elif beacon["event"] in {"end", "stop"} and beacon["attempt_id"] in found:
                begun = found[beacon["attempt_id"]]
                result = beacon.get("result") or beacon["event"]
                found[beacon["attempt_id"]] = Run(begun.task, begun.begin, at, result, begun.work_id, begun.attempt)
        return list(found.values())
