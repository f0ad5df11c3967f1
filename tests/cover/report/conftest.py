"""Histories written by hand, for looking at reports. No rule was asked: the verdicts are as written here."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bgtask_harness.journal import FORMAT
from bgtask_harness.journal import Writer
from bgtask_harness.report.run import JudgedJournal
from bgtask_harness.report.run import RunVerdicts
from bgtask_reference.events import NS_PER_MS
from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import AppSpec
from bgtask_reference.events import CaptureOpened
from bgtask_reference.events import Clock
from bgtask_reference.events import ClockSampled
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Entry
from bgtask_reference.events import EnvironmentChanged
from bgtask_reference.events import EnvironmentSampled
from bgtask_reference.events import Event
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Header
from bgtask_reference.events import History
from bgtask_reference.events import Judgement
from bgtask_reference.events import LineUnknown
from bgtask_reference.events import LogLost
from bgtask_reference.events import Network
from bgtask_reference.events import Norm
from bgtask_reference.events import Outcome
from bgtask_reference.events import PhoneBooted
from bgtask_reference.events import ProcessStarted
from bgtask_reference.events import Refusal
from bgtask_reference.events import RequestCancelled
from bgtask_reference.events import RequestKind
from bgtask_reference.events import RequestMade
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunRefused
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunWanted
from bgtask_reference.events import ScenarioBegan
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import Source
from bgtask_reference.events import Stamp
from bgtask_reference.events import StimulusAnswered
from bgtask_reference.events import StimulusSent
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import UniqueName
from bgtask_reference.events import Verdict
from bgtask_reference.events import WindowClosed
from bgtask_reference.events import WindowOpened

REFRESH = "com.thomaskioko.tvmaniac.tokenrefresh"
LIBRARY = "com.thomaskioko.tvmaniac.librarysync"
WALL = 1_790_090_107 * NS_PER_S
HOUR = 3600.0


def spec(task: str, title: str, hours: int) -> TaskSpec:
    names = (UniqueName(task, periodic=True), UniqueName(f"{task}_immediate", periodic=False))
    return TaskSpec(task, title, int(hours * HOUR) * NS_PER_S, names, Network.CONNECTED)


APP = AppSpec(
    "tvmaniac@fixed",
    "com.thomaskioko.tvmaniac",
    (spec(REFRESH, "token refresh", 5), spec(LIBRARY, "library sync", 12)),
    work_manager_version="2.11.2",
)
DEVICE = DeviceSpec("virtual-pixel7", api_level=36, virtual=True, notes={"model": "Pixel 7", "build": "BP2A.250605"})


class Sample:
    """A history in the making: seconds of the phone's boot clock in, entries out."""

    def __init__(self, scenario: str) -> None:
        self.header = Header(FORMAT, "0.1.0", "4f2a9c0d11e7", scenario, APP, DEVICE, "2026-11-23T20:04:11Z")
        self.entries: list[Entry] = []
        self.now = 0.0
        self.boot = "0c5e"
        self.numbers = 0

    def add(self, event: Event) -> Sample:
        index = len(self.entries) + 1
        self.entries.append(Entry(index, 1_000 * NS_PER_S + index * NS_PER_MS, event))
        return self

    def clocks(self, at: float) -> Sample:
        self.now = at
        self.numbers += 1
        ns = round(at * NS_PER_S)
        sample = ClockSampled(
            number=self.numbers,
            boot_id=self.boot,
            boot_ns=ns + 400 * NS_PER_S,
            wall_ns=WALL + ns,
            error_ns=NS_PER_MS,
            host_ns=1_000 * NS_PER_S + (len(self.entries) + 1) * NS_PER_MS,
        )
        return self.add(sample).log(SentinelSeen(number=self.numbers), at + 0.002, "bgtask-harness", Source.SYSTEM_LOG)

    def log(self, event: Event, at: float, tag: str = "", source: Source = Source.APP_LOG, line: str = "") -> Sample:
        self.now = at
        ns = WALL + round(at * NS_PER_S)
        raw = f"{ns / 1e9:.6f}  6037  6071 D {tag}: {line}" if tag else ""
        return self.add(replace(event, stamp=Stamp(Clock.LOG, ns, 500), source=source, raw=raw))

    def did(self, verb: str, command: str, outcome: Outcome, **more: object) -> Sample:
        number = sum(isinstance(entry.event, StimulusSent) for entry in self.entries) + 1
        level = more.get("level")
        assert level is None or isinstance(level, ForceLevel)
        self.add(StimulusSent(number=number, verb=verb, arguments={}, command=command, level=level))
        refusal = more.get("refusal")
        assert refusal is None or isinstance(refusal, Refusal)
        return self.add(StimulusAnswered(number=number, outcome=outcome, refusal=refusal, exit_status=0))

    def asked(self, task: str, at: float, kind: RequestKind = RequestKind.PERIODIC) -> Sample:
        words = f"Scheduled periodic task [{task}]"
        return self.log(RequestMade(subject=Subject(task=task), request=kind), at, "AndroidTaskScheduler", line=words)

    def run(self, task: str, at: float, lasts: float, result: Result, attempt: int) -> Sample:
        subject = Subject(task=task, attempt_id=f"{task[-4:]}-{len(self.entries)}")
        seen = Subject(task=task)
        tag, words = "SchedulerDispatchWorker", f"Starting task [{task}]"
        self.log(RunStarted(subject=seen), at, tag, line=words)
        beacon = (
            f'{{"attempt_id":"{subject.attempt_id}","event":"start","run_attempt":{attempt},"task":"{task}","v":1}}'
        )
        started = RunStarted(subject=subject, run_attempt=attempt)
        self.log(started, at + 0.001, "bgtask-beacon", Source.BEACON, beacon)
        ended = f"Task [{task}] " + ("completed successfully" if result is Result.SUCCESS else "requested retry")
        self.log(RunFinished(subject=seen, result=result), at + lasts, tag, line=ended)
        finished = RunFinished(subject=subject, result=result, run_attempt=attempt)
        return self.log(finished, at + lasts + 0.001, "bgtask-beacon", Source.BEACON, beacon.replace("start", "end"))

    def history(self, **more: object) -> History:
        return replace(History(self.header, tuple(self.entries), closed=True), **more)  # type: ignore[arg-type]


FRIENDLY: dict[str, bool | int | str] = {
    "network": "wifi",
    "charging": True,
    "battery-level": 81,
    "doze-deep": "ACTIVE",
    "bucket": 10,
}


def opening(scenario: str, disruption: str = "network") -> Sample:
    sample = Sample(scenario).add(ScenarioBegan(name=scenario, needs=("hook",), disruption=disruption))
    sample.add(CaptureOpened(stream="logcat", file="logcat.txt")).clocks(0)
    sample.add(EnvironmentSampled(facts=FRIENDLY, source=Source.SYSTEM_DUMP))
    sample.did("app.launch", "am start -W -n com.thomaskioko.tvmaniac/.app.MainActivity", Outcome.ACCEPTED)
    sample.log(ProcessStarted(package=APP.package, pid=6037, why="top-activity"), 0.4, "ActivityManager")
    return sample.asked(REFRESH, 1.1).asked(LIBRARY, 1.2).add(WindowOpened())


def ending(sample: Sample, at: float, outcome: str = "done", reason: str = "") -> Sample:
    sample.clocks(at).add(EnvironmentSampled(facts=FRIENDLY | {"charging": False}, source=Source.SYSTEM_DUMP))
    return sample.add(WindowClosed()).add(ScenarioEnded(outcome=outcome, reason=reason))


def verdict(rule: str, judgement: Judgement = Judgement.PASS, task: str = REFRESH, **more: object) -> Verdict:
    base = Verdict(rule, Norm.PLATFORM, task, judgement, ForceLevel.NUDGED, exercised=2)
    return replace(base, **more)  # type: ignore[arg-type]


def backoff_ignored() -> JudgedJournal:
    """A retry that comes too early: the one failure of the sample."""
    sample = opening("retry-backoff")
    sample.did(
        "app.server", "am broadcast -a bgtask.HOOK --es command server --es reply network_error", Outcome.ACCEPTED
    )
    sample.did("job.run", "cmd jobscheduler run -s -u 0 -n x " + APP.package + " 7", Outcome.REFUSED,
               level=ForceLevel.SATISFIED, refusal=Refusal.BEFORE_SCHEDULE)  # fmt: skip
    sample.log(RunRefused(subject=Subject(task=REFRESH)), 4.1, "WM-WorkerWrapper", Source.WORK_MANAGER_DEBUG)
    sample.asked(REFRESH, 6.0, RequestKind.ONE_TIME).add(RunWanted(task=REFRESH, within_ns=15 * NS_PER_S))
    sample.run(REFRESH, 6.3, 0.9, Result.RETRY, 1)
    sample.log(LineUnknown(parser="app-log"), 7.3, "TvManiac", line="<script>alert('pwned')</script> \x1b[31m")
    sample.run(REFRESH, 37.3, 0.8, Result.RETRY, 2)
    early = len(sample.entries) + 1
    sample.run(REFRESH, 60.1, 0.9, Result.SUCCESS, 3)
    sample.log(EnvironmentChanged(fact="network", value="none"), 80, "ConnectivityService", Source.SYSTEM_LOG)
    sample.log(EnvironmentChanged(fact="network", value="wifi"), 110, "ConnectivityService", Source.SYSTEM_LOG)
    sample.clocks(120).run(REFRESH, 5 * HOUR + 12, 4.2, Result.SUCCESS, 1)
    ending(sample, 5 * HOUR + 30)
    raws = [sample.entries[index - 1].event.raw for index in (early - 1, early)]
    failure = verdict(
        "R6.backoff",
        Judgement.FAIL,
        reason="attempt 3 began 22.0 s after attempt 2 asked for a retry; the backoff is 60 s",
        witness=(early - 1, early),
        story=(f"attempt 2 ended with retry\n{raws[0]}", f"attempt 3 began 22.0 s later, 38.0 s too early\n{raws[1]}"),
        also=("R2.period",),
        exercised=2,
    )
    others = (
        verdict("R1.runs", exercised=1),
        verdict("R2.period"),
        verdict("R4.cancel", Judgement.NOT_EXERCISED, level=None, exercised=0),
        verdict("R12.rearmed", norm=Norm.CONTRACT),
        verdict("R10.ends", Judgement.INCONCLUSIVE, LIBRARY, reason="no run of it was seen", missing=("wm-debug",)),
    )
    return JudgedJournal("virtual-pixel7/retry-backoff", sample.history(), (failure, *others))


def success() -> JudgedJournal:
    sample = ending(opening("library-sync").run(LIBRARY, 3, 5.5, Result.SUCCESS, 1), 12)
    verdicts = (verdict("R1.runs", task=LIBRARY), verdict("R10.ends", task=LIBRARY))
    return JudgedJournal("virtual-pixel7/library-sync", sample.history(), verdicts)


def cancelled() -> JudgedJournal:
    sample = opening("cancel-pending")
    sample.log(RequestCancelled(everything=True), 3, "AndroidTaskScheduler", line="Cancelled all tasks")
    sample.log(LogLost(stream="logcat", reason="eof", after_sentinel=1), 5, "", Source.HARNESS)
    ending(sample, 60)
    open_end = verdict("R4.cancel", Judgement.INCONCLUSIVE, reason="lines are missing after the cancel")
    return JudgedJournal(
        "virtual-pixel7/cancel-pending", sample.history(holes=((9, 10),)), (open_end,), damage=("line 10: damaged",)
    )


def unsupported() -> JudgedJournal:
    sample = (
        Sample("reboot").add(ScenarioBegan(name="reboot", disruption="reboot")).clocks(0).add(PhoneBooted(boot_id="1"))
    )
    reason = "a reboot is not allowed on this device; --allow reboot allows it"
    return JudgedJournal(
        "virtual-pixel7/reboot", sample.add(ScenarioEnded(outcome="unsupported", reason=reason)).history()
    )


def a_run(folder: Path = Path("run")) -> RunVerdicts:
    return RunVerdicts(folder, "4f2a9c0d11e7", (cancelled(), success(), unsupported(), backoff_ignored()))


@pytest.fixture
def judged() -> RunVerdicts:
    """Four scenarios: one failed, one held, one inconclusive, one unsupported."""
    return a_run()


def write_journals(folder: Path, run: RunVerdicts) -> Path:
    for journal in run.journals:
        assert journal.header
        with Writer(folder / journal.folder / "journal.jsonl", journal.header, clock=lambda: 7) as writer:
            writer.append_many(entry.event for entry in journal.history.entries)
        lines = [entry.event.raw for entry in journal.history.entries if entry.event.raw]
        (folder / journal.folder / "logcat.txt").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def run_dir(tmp_path: Path, judged: RunVerdicts) -> Path:
    """The same scenarios on disk, to be judged by the oracle."""
    return write_journals(tmp_path / "run", judged)
