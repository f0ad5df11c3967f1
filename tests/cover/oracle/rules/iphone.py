"""Writes histories of an iPhone by hand. Knows the vocabulary of events and nothing of rules."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field

import bgtask_tests_judging as judging
from bgtask_tests_histories import MS
from bgtask_tests_histories import PACKAGE
from bgtask_tests_histories import Writer
from bgtask_tests_histories import app

from bgtask_reference.events import NS_PER_S
from bgtask_reference.events import ActivityCancelled
from bgtask_reference.events import ActivityScored
from bgtask_reference.events import ActivitySubmitted
from bgtask_reference.events import AppSpec
from bgtask_reference.events import AppStep
from bgtask_reference.events import AppStepped
from bgtask_reference.events import BGTaskKind
from bgtask_reference.events import DeviceSpec
from bgtask_reference.events import InfoPlistRead
from bgtask_reference.events import Judgement
from bgtask_reference.events import LaunchHandlerRegistered
from bgtask_reference.events import ObjectiveCExceptionRaised
from bgtask_reference.events import PendingTaskRequest
from bgtask_reference.events import PendingTaskRequestsListed
from bgtask_reference.events import ProcessDied
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import Source
from bgtask_reference.events import Subject
from bgtask_reference.events import SubmitErrorSurfaced
from bgtask_reference.events import TaskCompleted
from bgtask_reference.events import TaskExpired
from bgtask_reference.events import TaskLaunched
from bgtask_reference.events import TaskRequestCancelled
from bgtask_reference.events import TaskRequestRefused
from bgtask_reference.events import TaskRequestSubmitted
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import Verdict

REFRESH = TaskSpec(id="org.example.refresh", title="refresh", interval_ns=3600 * NS_PER_S)
SYNC = TaskSpec(id="org.example.sync", title="sync", interval_ns=6 * 3600 * NS_PER_S)
APP_REFRESH, PROCESSING = BGTaskKind.APP_REFRESH, BGTaskKind.PROCESSING
FRAMEWORK, DASD = Source.BACKGROUND_TASKS, Source.DASD


@dataclass
class IPhone(Writer):
    """An iPhone, its log and the journal of both. Times are seconds since boot."""

    spec: AppSpec = field(default_factory=lambda: app(REFRESH, work_manager_version=None))
    device: DeviceSpec = field(default_factory=lambda: DeviceSpec("iphone", platform="ios"))

    def launch(
        self,
        *,
        permitted: tuple[str, ...] | None = (REFRESH.id, SYNC.id),
        modes: tuple[str, ...] = ("fetch", "processing"),
        registers: tuple[str, ...] = (REFRESH.id,),
        tells: bool = True,
    ) -> IPhone:
        """Install and launch the app in a whole log."""
        self.sample()
        if permitted is not None:
            source = Source.SYSTEM_DUMP
            self.add(
                InfoPlistRead(
                    stamp=self.log(),
                    source=source,
                    package=PACKAGE,
                    permitted_identifiers=permitted,
                    background_modes=modes,
                ),
            )
        self.process()
        for identifier in registers:
            self.register(identifier)
        return self.launched() if tells else self

    def launched(self) -> IPhone:
        """Finish launching."""
        step = AppStep.FINISHED_LAUNCHING
        self.add(AppStepped(stamp=self.log(), source=Source.BEACON, package=PACKAGE, pid=1, step=step))
        return self._on(0.01)

    def register(self, identifier: str = REFRESH.id, accepted: bool | None = None) -> IPhone:
        event = LaunchHandlerRegistered(stamp=self.log(), source=FRAMEWORK, identifier=identifier, accepted=accepted)
        return self._say(event)

    def submit(
        self,
        identifier: str = REFRESH.id,
        after: float | None = 3600,
        kind: BGTaskKind = APP_REFRESH,
        network: bool | None = None,
        power: bool | None = None,
    ) -> IPhone:
        earliest = None if after is None else self.now + self.wall_offset + round(after * NS_PER_S)
        return self._say(
            TaskRequestSubmitted(
                stamp=self.log(),
                source=FRAMEWORK,
                identifier=identifier,
                request=kind,
                earliest_begin_ns=earliest,
                requires_network_connectivity=network,
                requires_external_power=power,
            ),
        )

    def refuse(self, code: int | None, identifier: str = REFRESH.id) -> IPhone:
        return self._say(
            TaskRequestRefused(
                stamp=self.log(),
                source=FRAMEWORK,
                identifier=identifier,
                code=code,
                domain="BGTaskSchedulerErrorDomain",
            ),
        )

    def surface(self, code: int | None, identifier: str = REFRESH.id) -> IPhone:
        source = Source.APP_LOG
        return self._say(SubmitErrorSurfaced(stamp=self.log(), source=source, identifier=identifier, code=code))

    def withdraw(self, identifier: str = REFRESH.id, *, everything: bool = False) -> IPhone:
        return self._say(
            TaskRequestCancelled(stamp=self.log(), source=FRAMEWORK, identifier=identifier, everything=everything),
        )

    def pending(self, *told: tuple[str, BGTaskKind], complete: bool = True) -> IPhone:
        requests = tuple(PendingTaskRequest(identifier, kind) for identifier, kind in told)
        return self._say(
            PendingTaskRequestsListed(stamp=self.log(), source=FRAMEWORK, requests=requests, complete=complete),
        )

    def begin_task(
        self, identifier: str = REFRESH.id, *, simulated: bool = False, kind: BGTaskKind = APP_REFRESH
    ) -> IPhone:
        return self._say(
            TaskLaunched(stamp=self.log(), source=FRAMEWORK, identifier=identifier, request=kind, simulated=simulated),
        )

    def expire(self, identifier: str = REFRESH.id, handled: bool | None = None) -> IPhone:
        return self._say(TaskExpired(stamp=self.log(), source=FRAMEWORK, identifier=identifier, handled=handled))

    def complete(self, identifier: str = REFRESH.id, success: bool | None = True) -> IPhone:
        return self._say(TaskCompleted(stamp=self.log(), source=FRAMEWORK, identifier=identifier, success=success))

    def raises(self, reason: str, identifier: str = REFRESH.id) -> IPhone:
        name = "NSInternalInconsistencyException"
        return self._say(
            ObjectiveCExceptionRaised(
                stamp=self.log(), source=FRAMEWORK, identifier=identifier, name=name, reason=reason
            ),
        )

    def dies(self, why: str | None = None) -> IPhone:
        return self._say(ProcessDied(stamp=self.log(), source=Source.SYSTEM_LOG, package=PACKAGE, pid=1, why=why))

    def takes(self, activity: str, identifier: str = REFRESH.id) -> IPhone:
        return self._say(ActivitySubmitted(stamp=self.log(), source=DASD, identifier=identifier, activity=activity))

    def drops(self, activity: str, identifier: str = REFRESH.id) -> IPhone:
        return self._say(ActivityCancelled(stamp=self.log(), source=DASD, identifier=identifier, activity=activity))

    def scores(self, decision: str, *against: str, identifier: str = REFRESH.id) -> IPhone:
        return self._say(
            ActivityScored(stamp=self.log(), source=DASD, identifier=identifier, decision=decision, against=against),
        )

    def works(self, seconds: float, *, ends: RunFinished | None = None, task: str = REFRESH.id) -> IPhone:
        """Run the worker's body for a while."""
        who = Subject(task=task, attempt_id=str(len(self.entries)))
        self.add(RunStarted(stamp=self.log(), source=Source.BEACON, subject=who, run_attempt=1))
        self.wait(seconds)
        self.add(RunFinished(stamp=self.log(), source=Source.BEACON, subject=who, result=ends and ends.result))
        return self._on(0.01)

    def whole_for(self, seconds: float = 60) -> IPhone:
        """Let a while pass of which the log is proven whole."""
        self.wait(seconds).sample()
        return self

    def _say(self, event: object) -> IPhone:
        self.add(event)  # type: ignore[arg-type]
        return self._on(MS / NS_PER_S)

    def _on(self, seconds: float) -> IPhone:
        self.wait(seconds)
        return self


def running(task: TaskSpec = REFRESH, **launched: object) -> IPhone:
    return IPhone(app(task, work_manager_version=None)).launch(**launched)  # type: ignore[arg-type]


def later(phone: IPhone, seconds: float) -> IPhone:
    phone.wait(seconds).sample()
    return phone


def started(kind: BGTaskKind = APP_REFRESH, *, simulated: bool = False) -> IPhone:
    return later(running().submit(), 3700).begin_task(kind=kind, simulated=simulated)


def verdict(phone: IPhone, rule: str) -> Verdict:
    """What the oracle says of a phone whose clocks are read once more."""
    return judging.verdict(phone.sample(), rule)


def judged(phone: IPhone, rule: str) -> Judgement:
    return verdict(phone, rule).judgement
