"""The iOS driver on unmodified pymobiledevice3, against virtual iPhones of iOS 16.5 and, by the tunnel, 26.1."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path

import pytest
from served_iphone import served

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.errors import BadInput
from bgtask_harness.errors import DeadlineExceeded
from bgtask_harness.errors import DeviceNotFound
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported
from bgtask_harness.observe.ios import IosLogObserver
from bgtask_harness.virtual.ios.assemble import IosAppArguments
from bgtask_harness.virtual.ios.assemble import build
from bgtask_harness.virtual.ios.phone import IPhone
from bgtask_harness.virtual.iphone.lockdown.identity import Identity
from bgtask_reference.events import AppSpec
from bgtask_reference.events import Event
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import Refusal
from bgtask_reference.events import RunStarted
from bgtask_reference.events import SentinelSeen
from bgtask_reference.events import TaskCompleted
from bgtask_reference.events import TaskLaunched
from bgtask_reference.lineage.tvmaniac import ios
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.ports.background_tasks import IosProgram

pytest.importorskip("pymobiledevice3", reason="needs the extra ios")

from bgtask_harness.devices.ios import force
from bgtask_harness.devices.ios import installing
from bgtask_harness.devices.ios import processes
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.ios.driver import IPhoneDevice

# pymobiledevice3 leaves connections to be collected as garbage, and Python complains of that
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

BUNDLE, TOKEN, LIBRARY = names.PACKAGE, names.TOKEN_REFRESH, names.LIBRARY_SYNC
APP = AppSpec(name="tvmaniac", package=BUNDLE, tasks=())
HOUR_NS = 3_600_000_000_000
MODELS = ("iphone13-ios16", "iphone15-ios26")
Attach = Callable[..., IPhoneDevice]


def soon() -> Deadline:
    return Deadline.after(20)


@pytest.fixture(scope="session")
def identity() -> Identity:
    return Identity()


@pytest.fixture(params=MODELS)
def phone(request: pytest.FixtureRequest) -> IPhone:
    return a_phone(request.param)


def a_phone(
    model: str, program: IosProgram = ios.fixed, mode: str = "hook", *, debuggable: bool = True, account: str = ""
) -> IPhone:
    settings = {"active_provider": account}
    app = IosAppArguments(permitted_identifiers=(TOKEN, LIBRARY), get_task_allow=debuggable, settings=settings)
    return build(model, program, BUNDLE, mode, app=app)


@pytest.fixture
def attach(tmp_path: Path, identity: Identity, monkeypatch: pytest.MonkeyPatch) -> Iterator[Attach]:
    """Serve a phone and give its device; both end with the test."""
    monkeypatch.setenv("HOME", str(tmp_path))
    ends: list[Callable[[], object]] = []

    def give(phone: IPhone, udid: str | None = None) -> IPhoneDevice:
        serving = served(phone, tmp_path, identity)
        address = serving.__enter__()
        ends.append(lambda: serving.__exit__(None, None, None))
        device = IPhoneDevice.attach(udid or phone.udid, "virtual", soon(), address=address)
        ends.append(device.close)
        return device

    yield give
    while ends:
        ends.pop()()


def read(device: IPhoneDevice, act: Callable[[], object]) -> list[Event]:
    """Events of the log from before an act until it has been silent for a while."""
    log = device.open_log(soon())
    act()
    data = bytearray()
    try:
        while True:
            data += log.recv(1 << 16, Deadline.after(0.5))
    except DeadlineExceeded:
        pass
    observer = IosLogObserver(BUNDLE, executable="tvmaniac", identifiers=(TOKEN, LIBRARY))
    return [event for line in data.decode().splitlines() for event in observer.feed(line)]


def launched(device: IPhoneDevice) -> None:
    assert Capability.APP_HOOK in device.capabilities(APP, soon())


def log_in(device: IPhoneDevice) -> None:
    launched(device)
    done = device.hook(APP, "state", {"name": "active_provider", "value": "TRAKT"}, soon())
    assert done.outcome is Outcome.ACCEPTED
    device.advance_to(device.clocks(1, soon()).boot_ns + 5_000_000_000, until_output=False, deadline=soon())


def test_it_says_what_it_is_and_what_can_be_done(phone: IPhone, attach: Attach) -> None:
    device = attach(phone)
    assert (device.facts.platform, device.facts.os_version) == ("ios", phone.profile.version)
    assert device.facts.virtual
    assert device.capabilities(APP, soon()) == {
        Capability.ADVANCE_TIME,
        Capability.APP_HOOK,
        Capability.APP_INSTALLED,
        Capability.DIAGNOSTICS,
        Capability.REBOOT,
        Capability.SWITCH_NETWORK,
        Capability.SWITCH_POWER,
        Capability.FORCE_JOB,
    }


def test_its_clocks_are_read_and_moved_on(phone: IPhone, attach: Attach) -> None:
    device = attach(phone)
    before = device.clocks(1, soon())
    reached = device.advance_to(before.boot_ns + HOUR_NS, until_output=False, deadline=soon())
    after = device.clocks(2, soon())
    assert reached >= before.boot_ns + HOUR_NS
    assert after.boot_id == before.boot_id
    passed = after.boot_ns - before.boot_ns
    assert abs((after.wall_ns - before.wall_ns) - passed) <= before.error_ns + after.error_ns


def test_a_simulated_launch_by_the_hook_runs_the_task(phone: IPhone, attach: Attach) -> None:
    device = attach(phone)
    log_in(device)
    answers = []
    events = read(device, lambda: answers.append(device.simulate(APP, TOKEN, Simulation.LAUNCH, soon())))
    (answer,) = answers
    assert (answer.outcome, answer.level, answer.arguments["way"]) == (Outcome.ACCEPTED, ForceLevel.FORCED, "hook")
    assert [event.simulated for event in events if isinstance(event, TaskLaunched)] == [True]
    assert [event.simulated for event in events if isinstance(event, TaskCompleted)] == [True]


def test_a_simulated_launch_by_the_debugger_needs_no_hook(attach: Attach, phone: IPhone) -> None:
    device = attach(phone)
    log_in(device)
    answers = []
    events = read(device, lambda: answers.append(device.simulate_by_debugger(APP, LIBRARY, Simulation.LAUNCH, soon())))
    (answer,) = answers
    assert (answer.outcome, answer.arguments["way"]) == (Outcome.ACCEPTED, "debugger"), answer.output
    assert [event.identifier for event in events if isinstance(event, TaskLaunched)] == [LIBRARY]
    assert [event.subject.task for event in events if isinstance(event, RunStarted)] == [LIBRARY]


def test_a_simulated_launch_without_a_pending_request_is_refused_in_the_framework_s_words(
    phone: IPhone, attach: Attach
) -> None:
    device = attach(phone)
    log_in(device)
    device.hook(APP, "cancel", {"task": TOKEN}, soon())
    words = f"No task request with identifier {TOKEN} has been scheduled"
    for simulate in (device.simulate, device.simulate_by_debugger):
        answer = simulate(APP, TOKEN, Simulation.LAUNCH, soon())
        assert (answer.outcome, answer.refusal, answer.output) == (Outcome.REFUSED, Refusal.UNKNOWN_JOB, words)
    answer = device.simulate(APP, TOKEN, Simulation.EXPIRATION, soon())
    assert (answer.outcome, answer.output) == (
        Outcome.REFUSED,
        f"Task with identifier {TOKEN} is not currently being simulated",
    )


def test_a_second_simulated_launch_while_the_first_runs_is_refused_and_the_app_lives(attach: Attach) -> None:
    device = attach(a_phone("iphone15-ios26"))
    log_in(device)
    device.hook(APP, "server", {"endpoint": "trakt/token", "reply": "ok", "duration_ms": "60000"}, soon())
    first = device.simulate(APP, TOKEN, Simulation.LAUNCH, soon())
    device.hook(APP, "schedule", {"task": TOKEN}, soon())
    second = device.simulate(APP, TOKEN, Simulation.LAUNCH, soon())
    assert first.outcome is Outcome.ACCEPTED
    assert (second.outcome, second.refusal) == (Outcome.REFUSED, Refusal.OTHER)
    assert "runs already" in second.output
    assert device.hook(APP, "ping", {}, soon()).outcome is Outcome.ACCEPTED


def test_a_suspended_app_is_not_forced_and_says_what_to_do(attach: Attach) -> None:
    device = attach(a_phone("iphone13-ios16"))
    log_in(device)
    device.lock(soon())
    device.advance_to(device.clocks(1, soon()).boot_ns + 60_000_000_000, until_output=False, deadline=soon())
    for simulate in (device.simulate, device.simulate_by_debugger):
        answer = simulate(APP, LIBRARY, Simulation.LAUNCH, soon())
        assert (answer.outcome, answer.output) == (
            Outcome.REFUSED,
            f"{BUNDLE} is suspended: bring it to the front first",
        )


def test_a_build_without_a_hook_is_forced_by_the_debugger(attach: Attach) -> None:
    device = attach(a_phone("iphone13-ios16", mode="debug", account="TRAKT"))
    device.launch(APP, soon())
    assert Capability.APP_HOOK not in device.capabilities(APP, soon())
    answer = device.simulate(APP, TOKEN, Simulation.LAUNCH, soon())
    assert (answer.outcome, answer.arguments["way"]) == (Outcome.ACCEPTED, "debugger")


def test_a_debugger_that_may_not_attach_gives_way_to_the_next(attach: Attach) -> None:
    phone = a_phone("iphone13-ios16")
    device = attach(phone)
    log_in(device)
    pid = processes.pid_of(device._link, BUNDLE, soon())
    assert pid is not None
    phone.attach(pid)  # somebody else's debugger
    refused = device.simulate_by_debugger(APP, TOKEN, Simulation.LAUNCH, soon())
    other = dataclasses.replace(refused, outcome=Outcome.ACCEPTED)
    tried: list[int] = []

    def otherwise(pid: int) -> Answer:
        tried.append(pid)
        return other

    answer = force.by_debugger(device._link, BUNDLE, TOKEN, Simulation.LAUNCH, soon(), otherwise)

    assert (refused.outcome, refused.refusal) == (Outcome.REFUSED, Refusal.OTHER)
    assert "vAttach" in refused.output
    assert (answer, tried) == (other, [pid])


def test_a_sentinel_comes_back_in_the_log(phone: IPhone, attach: Attach) -> None:
    device = attach(phone)
    launched(device)
    events = read(device, lambda: [device.post_sentinel(APP, number, soon()) for number in (1, 2, 3)])
    assert [event.number for event in events if isinstance(event, SentinelSeen)] == [1, 2, 3]


def test_a_suspended_app_gives_no_answer_and_that_is_no_refusal(attach: Attach) -> None:
    device = attach(a_phone("iphone13-ios16"))
    launched(device)
    device.lock(soon())
    device.advance_to(device.clocks(1, soon()).boot_ns + 60_000_000_000, until_output=False, deadline=soon())
    answer = device.hook(APP, "ping", {}, Deadline.after(2))
    assert (answer.outcome, answer.refusal) == (Outcome.UNKNOWN, None)


def test_a_reboot_is_waited_out_and_known_by_another_boot(phone: IPhone, attach: Attach) -> None:
    device = attach(phone)
    before = device.clocks(1, soon()).boot_id
    device.reboot(soon(), lambda _said: None)
    phone.system.image_mounted = True
    assert device.clocks(2, soon()).boot_id != before


def test_a_process_that_is_held_stands_still_until_it_is_let_go(phone: IPhone, attach: Attach) -> None:
    device = attach(phone)
    assert (device.hold(APP, soon()).outcome, device.let_go(APP, soon()).outcome) == (Outcome.REFUSED, Outcome.REFUSED)
    launched(device)
    assert device.hold(APP, soon()).outcome is Outcome.ACCEPTED
    assert device.hook(APP, "ping", {}, Deadline.after(1)).outcome is Outcome.UNKNOWN
    assert device.let_go(APP, soon()).outcome is Outcome.ACCEPTED
    assert device.hook(APP, "ping", {}, soon()).outcome is Outcome.ACCEPTED


def test_nothing_is_installed_on_a_virtual_iphone_which_says_what_runs_there(attach: Attach) -> None:
    device = attach(a_phone("iphone13-ios16"))
    with pytest.raises(BadInput, match="there is no such file"):
        installing.install(device._link, Path("Demo.ipa"), soon())
    answer = device.install(Path("Demo.ipa"), soon())
    assert (answer.verb, answer.outcome) == ("app.install", Outcome.REFUSED)
    assert "`[virtual.ios] program`" in answer.output


def test_the_crash_report_of_an_app_is_taken_once(phone: IPhone, attach: Attach) -> None:
    device = attach(a_phone(phone.profile.name, ios.u1))
    launched(device)
    assert device.jobs(APP, soon()) == ()
    read(device, lambda: device.hook(APP, "state", {"name": "active_provider", "value": "TRAKT"}, soon()))
    (report,) = device.jobs(APP, soon())
    assert report.parser == "crash-report"
    assert "must be registered before application finishes launching" in report.text
    assert device.jobs(APP, soon()) == ()


def test_an_app_that_is_killed_leaves_no_crash_report(attach: Attach) -> None:
    device = attach(a_phone("iphone13-ios16"))
    launched(device)
    read(device, lambda: device.kill(APP, soon()))
    assert device.jobs(APP, soon()) == ()


class TestWalls:
    def test_no_phone_of_that_udid(self, attach: Attach) -> None:
        with pytest.raises(DeviceNotFound, match="00008110-0000000000000000"):
            attach(a_phone("iphone13-ios16"), "00008110-0000000000000000")

    def test_no_developer_image(self, phone: IPhone, attach: Attach) -> None:
        device = attach(phone)
        phone.system.image_mounted = False
        with pytest.raises(Unsupported, match="no developer disk image mounted"):
            device.clocks(1, soon())

    def test_developer_mode_off(self, phone: IPhone, attach: Attach) -> None:
        device = attach(phone)
        phone.system.developer_mode = False
        with pytest.raises(Unsupported, match=r"Developer Mode .* is off"):
            device.clocks(1, soon())

    def test_not_built_for_development(self, attach: Attach) -> None:
        device = attach(a_phone("iphone13-ios16", mode="release", debuggable=False))
        device.launch(APP, soon())
        with pytest.raises(Unsupported, match="no get-task-allow"):
            device.simulate_by_debugger(APP, TOKEN, Simulation.LAUNCH, soon())

    def test_locked(self, attach: Attach) -> None:
        device = attach(a_phone("iphone13-ios16"))
        device.lock(soon())
        with pytest.raises(Refused, match="unlocked"):
            processes.launch(device._link, BUNDLE, soon())
        assert device.launch(APP, soon()).outcome is Outcome.ACCEPTED  # a virtual one has hands that unlock it
