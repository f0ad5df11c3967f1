"""Two phones that are told by hand what to show of one scenario, and what parity says of them."""

from __future__ import annotations

from dataclasses import replace

from bgtask_tests_histories import SYNC
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app
from bgtask_tests_histories import quiet
from bgtask_tests_iphone import PROCESSING
from bgtask_tests_iphone import IPhone

from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import Entry
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import History
from bgtask_reference.events import JobRow
from bgtask_reference.events import JobsListed
from bgtask_reference.events import Result
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import RunStopped
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import Source
from bgtask_reference.events import StimulusSent
from bgtask_reference.events import Subject
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import UniqueName
from bgtask_reference.oracle.parity import ParityVerdict
from bgtask_reference.oracle.parity import compare

TASK = quiet(SYNC, executes_at_once=False, unique_names=(UniqueName("org.example.sync", periodic=True),))
NAME = "org.example.sync"
ME = Subject(task=TASK.id)
ASK = "app.schedule"


class Pixel(Writer):
    """An Android phone."""

    def asks(self, task: TaskSpec = TASK) -> Pixel:
        """Tell the app to ask for it, and have it do so."""
        self.stimulus(ASK, ME)
        self.request(task)
        self.names()
        return self

    def ran(self, result: Result = Result.SUCCESS, lasts: float = 2) -> Pixel:
        self.run(NAME, result=result, lasts=lasts, task=TASK)
        return self.settles()

    def settles(self, seconds: float = 20) -> Pixel:
        self.wait(seconds).sample()
        return self

    def dumps(self, *required: str, network: tuple[str, ...] | None = None) -> Pixel:
        component = "org.example.app/androidx.work.impl.background.systemjob.SystemJobService"
        job = JobRow("u0a1", 7, None, component, "org.example.app", required, network=network)
        self.add(JobsListed(stamp=self.log(), source=Source.JOB_DUMP, package="org.example.app", jobs=(job,)))
        return self.settles()


def pixel(task: TaskSpec = TASK, *, virtual: bool = True, **fields: object) -> Pixel:
    """A phone on which nothing was asked for yet."""
    phone = Pixel(app(task, **fields), DeviceSpec("pixel", api_level=36, virtual=virtual))
    phone.begin()
    return phone


class Phone(IPhone):
    """An iPhone."""

    def asks(self, after: float = 300, kind: BGTaskKind = PROCESSING, *, network: bool | None = True) -> Phone:
        """Tell the app to ask for it, and have it do so."""
        self.stimulus(ASK, ME)
        self.submit(TASK.id, after, kind, network=network, power=False)
        return self

    def resubmits(self, after: float = 3600) -> Phone:
        self.submit(TASK.id, after, PROCESSING, network=True, power=False)
        return self

    def body(self, result: Result | None = Result.SUCCESS, lasts: float = 2, *, stopped: bool = False) -> Phone:
        """Its worker runs."""
        who = self.begin_body()
        self.wait(lasts)
        if stopped:
            self.add(RunStopped(stamp=self.log(), source=Source.BEACON, subject=who, reason="expired"))
        else:
            self.add(RunFinished(stamp=self.log(), source=Source.BEACON, subject=who, result=result))
        self.wait(0.01)
        return self

    def begin_body(self) -> Subject:
        """Its worker begins."""
        self.attempts += 1
        who = Subject(task=TASK.id, attempt_id=f"i{self.attempts}")
        self.add(RunStarted(stamp=self.log(), source=Source.BEACON, subject=who, run_attempt=1))
        return who

    def ran(self, result: Result | None = Result.SUCCESS, *, again: bool = True, simulated: bool = False) -> Phone:
        """It is launched by the system when its time has come, works, and asks for the next time."""
        self.settles(400)
        self.begin_task(TASK.id, simulated=simulated, kind=PROCESSING)
        if again:
            self.resubmits()
        self.body(result)
        self.complete(TASK.id, success=result is Result.SUCCESS)
        return self.settles()

    def settles(self, seconds: float = 20) -> Phone:
        self.wait(seconds).sample()
        return self


def iphone(task: TaskSpec = TASK, *, virtual: bool = True, tells: bool = True, **fields: object) -> Phone:
    """An iPhone on which nothing was asked for yet."""
    spec = app(task, work_manager_version=None, **fields)
    phone = Phone(spec, DeviceSpec("iphone", platform="ios", virtual=virtual))
    phone.begin(clear=False, environment=False)
    phone.launch(permitted=(TASK.id,), registers=(TASK.id,), tells=tells)
    return phone


def healthy() -> tuple[Pixel, Phone]:
    return pixel().asks().ran(), iphone().asks().ran()


def forced(phone: Writer, verb: str = "job.run", level: ForceLevel = ForceLevel.FORCED) -> None:
    phone.stimulus(verb, ME, level)


def with_arguments(phone: Writer, verb: str, arguments: dict[str, str]) -> None:
    """Do something with arguments."""
    number = phone.stimulus(verb)
    at = next(i for i, one in enumerate(phone.entries) if getattr(one.event, "number", 0) == number and _is_sent(one))
    entry = phone.entries[at]
    assert isinstance(entry.event, StimulusSent)
    phone.entries[at] = Entry(entry.index, entry.host_ns, replace(entry.event, arguments=arguments))


def _is_sent(entry: Entry) -> bool:
    return isinstance(entry.event, StimulusSent)


def ended(phone: Writer, outcome: str, reason: str = "") -> None:
    phone.add(ScenarioEnded(stamp=phone.host(), outcome=outcome, reason=reason))


def parity(first: Writer | History, second: Writer | History) -> dict[str, ParityVerdict]:
    """What is said of the task, by the rule's id. Both orders say the same."""
    here, there = (each if isinstance(each, History) else each.history() for each in (first, second))
    found, other = compare(here, there), compare(there, here)
    said = [(each.rule, each.task, each.judgement, each.difference, each.level, each.exercised) for each in found]
    assert said == [
        (each.rule, each.task, each.judgement, each.difference, each.level, each.exercised) for each in other
    ]
    return {each.rule.removeprefix("R16.same-"): each for each in found}
