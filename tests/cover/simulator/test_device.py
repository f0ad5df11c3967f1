"""A simulator behind the Device port: what works there, and that its scheduler does not."""

from __future__ import annotations

import json
from collections.abc import Callable
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.debugger import Simulation
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import Device
from bgtask_harness.devices.simulator import power
from bgtask_harness.devices.simulator.device import SimulatorDevice
from bgtask_harness.devices.simulator.log import as_entry
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Refused
from bgtask_harness.errors import Unsupported
from bgtask_harness.observe.ios import IosLogObserver
from bgtask_reference.events import AppSpec
from bgtask_reference.events import ForceLevel
from bgtask_reference.events import Outcome
from bgtask_reference.events import SentinelSeen

PHONE = "70592006-11CD-44A3-96BC-25EE8E72CA3D"
APP = AppSpec("app", "com.example.app", ())
REASON = r"^BGTaskScheduler is unavailable on simulators \(Code=1\)$"


def soon() -> Deadline:
    return Deadline.after(20)


def answer(command: str) -> tuple[str, list[dict[str, str]]]:
    name = f"{APP.package}.bgt.{command}"
    said = json.dumps({"v": 1, "event": "hook", "name": name, "answer": "ok"})
    return name, [{"category": "bgt", "eventMessage": said}]


def start_and_end() -> list[dict[str, str]]:
    events = [{"event": "start", "process": "hook"}, {"event": "end", "result": "success"}]
    return [
        {"category": "bgtask-beacon", "eventMessage": json.dumps({"v": 1, "task": "sync", "attempt_id": "1", **event})}
        for event in events
    ]


@pytest.fixture
def phone(mac: Any) -> Iterator[SimulatorDevice]:
    hears = dict(answer(command) for command in ("ping", "sentinel.0", "sentinel.1", "state.on_5fx.1", "run.sync"))
    hears[f"{APP.package}.bgt.run.sync"] = [*start_and_end(), *hears[f"{APP.package}.bgt.run.sync"]]
    mac.has_app(APP.package, hears, UIBackgroundModes=["fetch"])
    device = SimulatorDevice.attach("iPhone 15", "simulator-iphone15", soon(), bundle_id=APP.package)
    yield device
    device.close()


def read_until(stream: Any, wanted: Callable[[str], bool]) -> str:
    text = ""
    while not wanted(text):
        text += stream.recv(65536, soon()).decode()
    return text


def test_it_is_booted_and_shut_down_again(mac: Any, phone: SimulatorDevice) -> None:
    device: Device = phone
    assert mac.states()[PHONE] == "Booted"
    assert (device.facts.platform, device.facts.os_version, device.facts.build) == ("ios", "26.1", "23B80")
    device.close()
    assert mac.states()[PHONE] == "Shutdown"


def test_one_that_ran_already_is_left_running(mac: Any, phone: SimulatorDevice) -> None:
    SimulatorDevice.attach(PHONE, "another", soon()).close()
    assert mac.states()[PHONE] == "Booted"


def test_one_that_does_not_come_up_is_shut_down_again(mac: Any) -> None:
    (mac.state / "never-boots").touch()
    with pytest.raises(Refused, match="Data migration failed"):
        SimulatorDevice.attach(PHONE, "x", soon())
    assert mac.states()[PHONE] == "Shutdown"


def test_its_capabilities_are_asked_and_force_is_never_one(phone: SimulatorDevice) -> None:
    found = phone.capabilities(APP, soon())
    assert found == {Capability.APP_INSTALLED, Capability.APP_HOOK, Capability.REBOOT}
    assert phone.capabilities(AppSpec("other", "com.example.other", ()), soon()) == {Capability.REBOOT}


@pytest.mark.parametrize("command", ["schedule", "execute", "force", "expire", "pending"])
def test_what_needs_the_scheduler_is_unsupported_with_that_reason(phone: SimulatorDevice, command: str) -> None:
    with pytest.raises(Unsupported, match=REASON):
        phone.hook(APP, command, {"task": "sync"}, soon())


def test_nothing_is_forced_or_simulated(phone: SimulatorDevice) -> None:
    with pytest.raises(Unsupported, match=REASON):
        phone.simulate(APP, "sync", Simulation.LAUNCH, soon())
    with pytest.raises(Unsupported, match=REASON):
        phone.run_job(APP, 1, None, force=True, deadline=soon())
    with pytest.raises(Unsupported, match=REASON):
        phone.stop_job(APP, 1, None, reason=None, deadline=soon())
    with pytest.raises(Unsupported, match="clock is the Mac's"):
        phone.advance_to(1, until_output=False, deadline=soon())


def test_the_worker_runs_by_the_hook_and_the_log_tells_of_it(phone: SimulatorDevice) -> None:
    log = phone.open_log(soon())
    phone.launch(APP, soon())
    done = phone.hook(APP, "run", {"task": "sync"}, soon())
    assert (done.outcome, done.level) == (Outcome.ACCEPTED, ForceLevel.IN_APP)
    assert done.command == f"xcrun simctl spawn {PHONE} notifyutil -p com.example.app.bgt.run.sync"
    text = read_until(log, lambda seen: "run.sync" in seen and seen.endswith("\n"))
    observer = IosLogObserver(APP.package)
    kinds = [type(event).__name__ for event in observer.feed_block(text)]
    assert observer.unknown == 0
    assert kinds == ["RunStarted", "RunFinished"]


def test_an_app_that_does_not_run_answers_nothing_and_that_is_unknown(phone: SimulatorDevice) -> None:
    assert phone._ask(APP, "ping", {}, 0.2, soon()).outcome is Outcome.UNKNOWN


def test_a_sentinel_proves_the_log_whole_and_clocks_are_of_one_boot(phone: SimulatorDevice) -> None:
    log = phone.open_log(soon())
    phone.launch(APP, soon())
    first, second = (phone.clocks(number, soon()) for number in (0, 1))
    text = read_until(log, lambda seen: "sentinel.1" in seen and seen.endswith("\n"))
    numbers = [
        event.number for event in IosLogObserver(APP.package).feed_block(text) if isinstance(event, SentinelSeen)
    ]
    assert numbers == [0, 1]
    assert first.boot_id == second.boot_id != ""
    assert first.boot_ns < second.boot_ns


def test_a_restart_is_another_boot(mac: Any, phone: SimulatorDevice) -> None:
    before, told = phone.clocks(0, soon()), list[str]()
    assert phone.reboot(soon(), told.append).outcome is Outcome.ACCEPTED
    assert phone.clocks(1, soon()).boot_id != before.boot_id
    assert told == ["restarting", "it is back"]


def test_a_log_that_breaks_off_says_why(mac: Any, phone: SimulatorDevice) -> None:
    log = phone.open_log(soon())
    (mac.state / "log-breaks").touch()
    with pytest.raises(DeviceLostError, match=r"ended: .*the device was shut down"):
        read_until(log, lambda _: False)
    with pytest.raises(Refused):
        log.send(b"x", soon())


def test_one_that_somebody_shut_down_is_lost_and_comes_back(mac: Any, phone: SimulatorDevice) -> None:
    power.shut_down(PHONE, soon())
    power.shut_down(PHONE, soon())
    with pytest.raises(DeviceLostError, match="not booted any more"):
        phone.clocks(0, soon())
    phone.regain(soon())
    assert phone.clocks(0, soon()).boot_id


def test_killing_one_that_does_not_run_is_no_failure(phone: SimulatorDevice) -> None:
    assert phone.kill(APP, soon()).output == "it does not run"
    assert phone.launch(APP, soon()).outcome is Outcome.ACCEPTED
    assert phone.crash(APP, soon()).outcome is Outcome.ACCEPTED


def test_what_simctl_refuses_is_a_refusal_with_its_words(phone: SimulatorDevice) -> None:
    refused = phone.launch(AppSpec("other", "com.example.other", ()), soon())
    assert refused.outcome is Outcome.REFUSED
    assert "failed to launch com.example.other" in refused.output


def test_apps_are_installed_links_opened_and_settings_changed(mac: Any, phone: SimulatorDevice, tmp_path: Path) -> None:
    assert phone.install(tmp_path / "com.example.new.app", soon()).outcome is Outcome.ACCEPTED
    assert phone.open_url("https://example.org/a?b=c d", soon()).outcome is Outcome.ACCEPTED
    assert phone.home(soon()).outcome is Outcome.ACCEPTED
    change = phone.plan_state(APP, "on_x", "1", "0")
    assert phone.carry_out(change, soon()).outcome is Outcome.ACCEPTED
    assert ["openurl", PHONE, "https://example.org/a?b=c d"] in mac.calls()
    assert ["spawn", PHONE, "notifyutil", "-p", "com.example.app.bgt.state.on_5fx.1"] in mac.calls()


def test_what_the_app_declares_comes_from_its_info_plist(phone: SimulatorDevice) -> None:
    (text,) = phone.environment(APP, soon())
    assert json.loads(text.text) == {"BGTaskSchedulerPermittedIdentifiers": None, "UIBackgroundModes": ["fetch"]}


@pytest.mark.parametrize("line", [b'{"bgt"', b'["bgt"]', b'{"category":"app","eventMessage":"ping"}', b"\xff"])
def test_a_line_that_is_no_entry_is_none(line: bytes) -> None:
    assert as_entry(line) is None
