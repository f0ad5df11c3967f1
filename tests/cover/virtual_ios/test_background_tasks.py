"""BackgroundTasks on the virtual iPhone: registering, submitting, limits, errors, launches, expiry, completion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field

import pytest
from iphone_bench import BUNDLE
from iphone_bench import DAY
from iphone_bench import HOUR
from iphone_bench import IPhoneBench

from bgtask_harness.virtual.ios.port import ObjcObject
from bgtask_reference.ports.background_tasks import BGTask
from bgtask_reference.ports.background_tasks import BGTaskRequest
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import ErrorCode
from bgtask_reference.ports.background_tasks import IosAppPort
from bgtask_reference.ports.background_tasks import OSLogType
from bgtask_reference.ports.background_tasks import RequestKind

REFRESH = RequestKind.APP_REFRESH
PROCESSING = RequestKind.PROCESSING
TASKS = tuple(f"app.task{n}" for n in range(12))


@dataclass
class Script:
    """An app that does in each launch whatever a test put in, and keeps what it was handed."""

    at_launch: list[Callable[[BGTaskSchedulerPort], None]] = field(default_factory=list)
    handed: list[BGTask] = field(default_factory=list)
    expired: list[str] = field(default_factory=list)
    handles_expiry: bool = True
    completes: bool = False
    tasks: BGTaskSchedulerPort | None = None
    app: IosAppPort | None = None

    def __call__(self, app: IosAppPort, tasks: BGTaskSchedulerPort) -> Script:
        self.app, self.tasks = app, tasks
        return self

    def did_finish_launching(self) -> None:
        assert self.tasks is not None
        for action in self.at_launch:
            action(self.tasks)

    def did_enter_background(self) -> None:
        pass

    def on_hook(self, command: str, arguments: object) -> str:
        del command, arguments
        return "ok"

    def handle(self, task: BGTask) -> None:
        self.handed.append(task)
        if self.handles_expiry:
            task.set_expiration_handler(lambda: self.expired.append(task.identifier))
        if self.completes:
            task.set_task_completed(success=True)

    def registers(self, *identifiers: str) -> Script:
        for identifier in identifiers:
            self.at_launch.append(lambda tasks, name=identifier: tasks.register(name, self.handle))  # type: ignore[misc]
        return self


@pytest.fixture
def script() -> Script:
    return Script().registers(*TASKS)


@pytest.fixture
def bench(script: Script) -> IPhoneBench:
    made = IPhoneBench(script, permitted=TASKS)
    made.open()
    return made


def submit(script: Script, name: str, kind: RequestKind = PROCESSING, seconds: float = 0, **needs: bool) -> int | None:
    assert script.tasks is not None
    assert script.app is not None
    earliest = script.app.now_ms() + round(seconds * 1000)
    error = script.tasks.submit(BGTaskRequest(name, kind, earliest, **needs))
    return None if error is None else error.code


def test_one_refresh_and_ten_processing_requests_may_be_pending(bench: IPhoneBench, script: Script) -> None:
    bench.run(0)
    taken = [submit(script, name, seconds=HOUR) for name in TASKS]
    assert taken == [None] * 10 + [ErrorCode.TOO_MANY_PENDING_TASK_REQUESTS] * 2
    assert submit(script, TASKS[10], REFRESH, HOUR) is None
    assert submit(script, TASKS[11], REFRESH, HOUR) == ErrorCode.TOO_MANY_PENDING_TASK_REQUESTS


def test_a_second_request_of_an_identifier_replaces_the_first(bench: IPhoneBench, script: Script) -> None:
    submit(script, TASKS[0], seconds=HOUR)
    submit(script, TASKS[0], REFRESH, seconds=2 * HOUR)
    assert bench.pending() == {TASKS[0]: pytest.approx(2 * HOUR, abs=1)}
    assert any(line.message.startswith("CANCELED: bgProcessing-app.task0:") for line in bench.lines)


def test_an_identifier_that_is_not_in_the_info_plist_is_not_permitted(script: Script) -> None:
    bench = IPhoneBench(script, permitted=TASKS[:1])
    bench.open()
    assert submit(script, TASKS[1]) == ErrorCode.NOT_PERMITTED
    assert f"{TASKS[1]} is not advertised in the application's Info.plist" in bench.framework()


def test_without_the_background_mode_a_request_is_not_permitted(script: Script) -> None:
    bench = IPhoneBench(script, permitted=TASKS, modes=("fetch",))
    bench.open()
    assert submit(script, TASKS[0], PROCESSING) == ErrorCode.NOT_PERMITTED
    assert submit(script, TASKS[0], REFRESH) is None


def test_with_background_app_refresh_off_scheduling_is_unavailable(bench: IPhoneBench, script: Script) -> None:
    bench.phone.hand("background-refresh", "off")
    assert submit(script, TASKS[0]) == ErrorCode.UNAVAILABLE


def test_submitting_without_a_handler_ends_the_process() -> None:
    script = Script()
    script.at_launch.append(lambda tasks: tasks.submit(BGTaskRequest(TASKS[0], REFRESH)) and None)
    bench = IPhoneBench(script, permitted=TASKS)
    bench.open()
    assert [each.signal for each in bench.exits] == [6]
    reason = f"No launch handler registered for task with identifier {TASKS[0]}"
    expected = f"*** Terminating app due to uncaught exception 'NSInternalInconsistencyException', reason: '{reason}'"
    assert expected in [line.message for line in bench.lines]
    assert len(bench.phone.crash_reports()) == 1


@pytest.mark.parametrize("second_of", ["in the same launch", "after it"])
def test_registering_twice_or_late_ends_the_process(second_of: str) -> None:
    script = Script().registers(TASKS[0])
    if second_of == "in the same launch":
        script.registers(TASKS[0])
    bench = IPhoneBench(script, permitted=TASKS)
    bench.open()
    if second_of == "after it":
        tasks = script.tasks
        assert tasks is not None
        bench.process.enter(lambda: tasks.register(TASKS[1], script.handle) and None)
    assert [each.signal for each in bench.exits] == [6]


def test_nothing_runs_before_its_begin_date(bench: IPhoneBench, script: Script) -> None:
    submit(script, TASKS[0], REFRESH, seconds=HOUR)
    bench.lock()
    bench.run(HOUR - 15)
    assert script.handed == []
    bench.run(20)
    assert [task.identifier for task in script.handed] == [TASKS[0]]


def test_processing_waits_until_nobody_uses_the_phone_and_refresh_does_not(bench: IPhoneBench, script: Script) -> None:
    submit(script, TASKS[0], PROCESSING, seconds=60)
    submit(script, TASKS[1], REFRESH, seconds=60)
    bench.run(120)
    assert [task.identifier for task in script.handed] == [TASKS[1]]
    rationale = "Rationale: [{launchType == PROCESSING AND deviceActive == 1}]"
    assert any(rationale in line.message and "FinalDecision: Must Not Proceed" in line.message for line in bench.lines)
    bench.lock()
    assert [task.identifier for task in script.handed] == [TASKS[1], TASKS[0]]


@pytest.mark.parametrize(
    ("held", "let_go", "needs"),
    [
        (("network", "off"), ("network", "on"), {"requires_network_connectivity": True}),
        (("unplug", ""), ("plug", ""), {"requires_external_power": True}),
        (("low-power-mode", "on"), ("low-power-mode", "off"), {}),
        (("thermal", "2"), ("thermal", "0"), {}),
    ],
    ids=["network", "power", "low-power-mode", "thermal"],
)
def test_a_condition_holds_a_request_back_and_lets_it_go(
    bench: IPhoneBench, script: Script, held: tuple[str, str], let_go: tuple[str, str], needs: dict[str, bool]
) -> None:
    bench.phone.hand(*held)
    submit(script, TASKS[0], PROCESSING, seconds=60, **needs)
    bench.lock()
    bench.run(HOUR)
    assert script.handed == []
    bench.phone.hand(*let_go)
    bench.run(1)
    assert [task.identifier for task in script.handed] == [TASKS[0]]


def test_a_system_launch_is_told_line_by_line(bench: IPhoneBench, script: Script) -> None:
    script.completes = True
    submit(script, TASKS[0], REFRESH, seconds=60)
    bench.lock()
    since = bench.now
    bench.run(120)
    name = next(iter(each.message for each in bench.lines if each.message.startswith("Submitting")))
    activity = name.removeprefix("Submitting task request activity: ")
    listed = "{(\n    " + activity + "\n)}"
    assert bench.framework(since) == [
        f"Application launched for activities: {listed}",
        f"Calling handlers for activities: {listed}",
        f"Running task: <BGAppRefreshTask: {TASKS[0]}>",
        f"Starting task: <BGAppRefreshTask: {TASKS[0]}>",
        f"Marking task <BGAppRefreshTask: {TASKS[0]}> complete with success: 1",
    ]


def test_a_refresh_expires_after_thirty_seconds_and_costs_the_process_its_life_if_ignored(
    bench: IPhoneBench, script: Script
) -> None:
    submit(script, TASKS[0], REFRESH, seconds=60)
    bench.lock()
    bench.run(80)
    assert script.expired == []
    bench.run(2)
    assert script.expired == [TASKS[0]]
    bench.run(10)
    assert [each.signal for each in bench.exits] == [9]


def test_a_completed_task_lets_the_process_be_suspended(bench: IPhoneBench, script: Script) -> None:
    submit(script, TASKS[0], REFRESH, seconds=60)
    bench.lock()
    bench.run(65)
    script.handed[0].set_task_completed(success=False)
    bench.run(2)
    assert bench.process.frozen
    assert script.expired == []
    assert bench.framework()[-1] == f"Marking task <BGAppRefreshTask: {TASKS[0]}> complete with success: 0"


def test_what_dasd_has_decided_is_not_held_up_by_a_suspension_that_was_due() -> None:
    script = Script(completes=True).registers(*TASKS)
    bench = IPhoneBench(script, permitted=TASKS)
    bench.open()
    submit(script, TASKS[0], seconds=20)
    submit(script, TASKS[1], seconds=20.51)  # decided while the process waits to be suspended, handed over after
    bench.lock()
    bench.run(20)

    assert [task.identifier for task in script.handed] == list(TASKS[:2])
    assert not any("No expiration handler" in line for line in bench.framework())
    assert bench.process.state == "suspended"


def test_an_expired_task_without_a_handler_is_marked_unsuccessful(bench: IPhoneBench, script: Script) -> None:
    script.handles_expiry = False
    submit(script, TASKS[0], REFRESH, seconds=60)
    bench.lock()
    bench.run(85)
    assert f"No expiration handler for task: <BGAppRefreshTask: {TASKS[0]}>" in bench.framework()
    assert f"Marking task <BGAppRefreshTask: {TASKS[0]}> complete with success: 0" in bench.framework()
    bench.run(10)
    assert bench.exits == []


def test_a_processing_task_expires_when_somebody_takes_up_the_phone(bench: IPhoneBench, script: Script) -> None:
    submit(script, TASKS[0], PROCESSING, seconds=60)
    bench.lock()
    bench.run(65)
    bench.phone.hand("unlock", "")
    bench.run(0.1)
    assert script.expired == [TASKS[0]]


def test_a_killed_app_is_launched_in_the_background_for_its_task(bench: IPhoneBench, script: Script) -> None:
    submit(script, TASKS[0], REFRESH, seconds=HOUR)
    bench.phone.signal(bench.process.pid, 9)
    bench.lock()
    bench.run(HOUR)
    assert [task.identifier for task in script.handed] == [TASKS[0]]
    assert bench.process.process_reason is None


def test_nothing_runs_after_a_restart_before_the_first_unlock(bench: IPhoneBench, script: Script) -> None:
    submit(script, TASKS[0], REFRESH, seconds=HOUR)
    bench.phone.restart()
    bench.run(5)
    bench.run(DAY)
    assert script.handed == []
    bench.phone.hand("unlock", "")
    bench.run(5)
    assert [task.identifier for task in script.handed] == [TASKS[0]]


def test_what_is_submitted_in_a_suspended_process_waits_with_it(bench: IPhoneBench) -> None:
    bench.lock()
    assert bench.process.frozen
    assert bench.hook("ping") == "nothing was heard"
    bench.phone.hand("unlock", "")
    bench.open()
    assert any(line.message.endswith('.bgt.ping","answer":"ok"}') for line in bench.lines)


class TestSimulatedLaunch:
    def test_it_takes_the_pending_request_and_looks_at_no_date(self, bench: IPhoneBench, script: Script) -> None:
        submit(script, TASKS[0], REFRESH, seconds=DAY)
        bench.run(1)
        since = bench.now
        assert bench.hook("force", TASKS[0]) == "ok"
        bench.run(1)
        assert [task.identifier for task in script.handed] == [TASKS[0]]
        assert bench.pending() == {}
        said = bench.framework(since)
        assert said[0] == f"Simulating launch for task with identifier {TASKS[0]}"
        assert said[-1] == f"Starting simulated task: <BGAppRefreshTask: {TASKS[0]}>"

    def test_without_a_pending_request_it_is_refused(self, bench: IPhoneBench, script: Script) -> None:
        bench.hook("force", TASKS[0])
        assert bench.framework()[-1] == f"No task request with identifier {TASKS[0]} has been scheduled"
        assert script.handed == []

    def test_it_never_expires_by_itself_and_tells_no_success(self, bench: IPhoneBench, script: Script) -> None:
        submit(script, TASKS[0], REFRESH, seconds=DAY)
        bench.hook("force", TASKS[0])
        bench.run(HOUR)
        assert script.expired == []
        bench.hook("expire", TASKS[0])
        assert script.expired == [TASKS[0]]
        script.handed[0].set_task_completed(success=True)
        assert bench.framework()[-1] == f"Marking simulated task complete: <BGAppRefreshTask: {TASKS[0]}>"

    def test_forcing_what_runs_already_ends_the_process(self, bench: IPhoneBench, script: Script) -> None:
        submit(script, TASKS[0], REFRESH, seconds=DAY)
        bench.hook("force", TASKS[0])
        submit(script, TASKS[0], REFRESH, seconds=DAY)
        bench.hook("force", TASKS[0])
        bench.run(1)
        assert f"Task with identifier {TASKS[0]} is already running" in bench.framework()
        assert [each.signal for each in bench.exits] == [6]

    def test_a_debugger_s_call_takes_effect_when_the_process_runs_again(
        self, bench: IPhoneBench, script: Script
    ) -> None:
        submit(script, TASKS[0], REFRESH, seconds=DAY)
        held = bench.phone.attach(bench.process.pid)
        scheduler_class = held.objc_class("BGTaskScheduler")
        assert scheduler_class is not None
        scheduler = held.send(scheduler_class, "sharedScheduler", ())
        held.send(scheduler, "_simulateLaunchForTaskWithIdentifier:", (ObjcObject("NSString", text=TASKS[0]),))
        bench.run(5)
        assert script.handed == []
        held.detach()
        bench.run(1)
        assert [task.identifier for task in script.handed] == [TASKS[0]]


def test_a_message_of_the_app_that_is_not_public_is_private_to_everybody_but_a_debugger(
    bench: IPhoneBench, script: Script
) -> None:
    seen: list[str] = []
    bench.phone.on_log(lambda record: seen.append(record.message))
    app = script.app
    assert app is not None
    app.os_log(OSLogType.DEBUG, "secret", public=False)
    assert seen == ["<private>"]
    assert bench.lines[-1].message == "secret"
    assert bench.lines[-1].record.process.endswith(f"/{BUNDLE.rpartition('.')[2]}")
